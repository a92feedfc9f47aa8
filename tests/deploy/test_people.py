"""Browsers of people before the nginx that is shipped: one policy, one pace, and pages to read."""

import json
import socket

import pytest

from tests.deploy.test_nginx import a_request, status

HSTS = "max-age=63072000; includeSubDomains"
CLOSED = "\r\nConnection: close\r\n\r\n"
"""The end of a head after which nothing follows."""


def fields(content, name):
    head = content.partition(b"\r\n\r\n")[0].decode("latin-1")
    lines = [line.partition(": ") for line in head.split("\r\n")[1:]]
    return [value for field, _, value in lines if field.lower() == name]


def hurried(proxied, target, *, number, peer):
    """What so many requests of one connection are answered."""
    one = f"GET {target} HTTP/1.1\r\nHost: {proxied.host}\r\n\r\n".encode()
    octets = one * (number - 1) + a_request(proxied, target=target)
    content = proxied.answered(octets, quiet_s=30.0, peer=peer)
    return [b"HTTP/1.1 " + answer for answer in content.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize(
    "target",
    ["/identite", "/identite/style.css", "/op/.well-known/openid-configuration", "/health/ready"],
)
def test_a_browser_is_told_one_policy_of_transport(proxied, target):
    """The first field alone counts (RFC 6797 §8.1); the gateway's own pages state one too."""
    content = proxied.answered(a_request(proxied, target=target))
    assert status(content) == 200
    stated = fields(content, "strict-transport-security")
    assert stated == [HSTS]


OF_NGINX = {
    "503": (503, "GET /v1/me HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    "two hosts": (400, "GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
    "no request": (400, "GET\r\n\r\n"),
    "a long target": (400, f"GET /{'x' * 13_000} HTTP/1.1\r\nHost: {{host}}\r\n\r\n"),
    "a long header": (400, f"GET / HTTP/1.1\r\nHost: {{host}}\r\nX: {'x' * 13_000}\r\n\r\n"),
    "a long body": (413, "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 7000000\r\n\r\n"),
    "trace": (405, "TRACE / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
}


@pytest.mark.parametrize(("expected", "head"), OF_NGINX.values(), ids=OF_NGINX)
def test_what_the_proxy_refuses_by_itself_states_the_same_policy(unattended, expected, head):
    octets = head.replace("{host}", unattended.host).replace("\r\n\r\n", CLOSED).encode()
    answer = unattended.answered(octets)
    assert status(answer) == expected
    assert fields(answer, "strict-transport-security") == [HSTS]
    assert fields(answer, "retry-after") == (["5"] if expected == 503 else [])
    if fields(answer, "content-type") == ["application/problem+json"]:
        problem = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert problem["status"] == expected
    else:
        assert expected in {405, 413}


def test_whoever_names_no_host_is_not_told_which_nginx_it_is(unattended):
    answer = unattended.answered(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert status(answer) == 400
    assert fields(answer, "server") == ["nginx"]
    assert b"nginx/" not in answer


def test_whoever_asks_for_too_many_tokens_is_told_the_same_policy(unattended):
    answers = hurried(unattended, "/oauth/token", number=900, peer="127.0.0.8")
    refused = next(answer for answer in answers if status(answer) == 429)
    assert fields(refused, "content-type") == ["application/problem+json"]
    assert fields(refused, "strict-transport-security") == [HSTS]
    assert fields(refused, "retry-after") == ["1"]


def test_a_certificate_of_another_authority_is_refused_under_the_same_policy(proxied):
    answer = proxied.answered(a_request(proxied), machine="of_another_authority")
    assert status(answer) == 400
    assert fields(answer, "strict-transport-security") == [HSTS]


def test_without_tls_no_policy_is_stated(unattended):
    """A browser passes it over, and a proxy must not send it (RFC 6797 §7.2)."""
    with socket.create_connection(("127.0.0.1", unattended.port), timeout=30) as plain:
        plain.sendall(a_request(unattended))
        answer = b"".join(iter(lambda: plain.recv(65_536), b""))
    assert status(answer) == 400
    assert fields(answer, "content-type") == ["application/problem+json"]
    assert fields(answer, "strict-transport-security") == []


PACED = {
    "/identite": "127.0.0.2",
    "/identite/sessions": "127.0.0.3",
    "/op/authorize": "127.0.0.4",
    "/op/authorize/suite": "127.0.0.5",
    "/op/logout": "127.0.0.6",
}
"""Each from an address of its own: what one has used up, another has not."""


@pytest.mark.parametrize(("target", "peer"), PACED.items(), ids=PACED)
def test_people_of_one_address_have_a_hundred_at_once_and_then_a_page(proxied, target, peer):
    """900 on one connection: some are refused, unless they take 80 seconds."""
    answers = hurried(proxied, target, number=900, peer=peer)
    assert len(answers) == 900
    assert 429 not in {status(answer) for answer in answers[:101]}
    refused = next(answer for answer in answers if status(answer) == 429)
    assert_is_for_people(refused, "Trop de demandes", "Too many requests")
    assert fields(refused, "retry-after") == ["5"]


@pytest.mark.parametrize(
    "target",
    ["/identite/franceconnect/jwks.json", "/op/jwks.json", "/op/token", "/op/userinfo"],
)
def test_machines_are_not_held_to_the_pace_of_people(proxied, target):
    answers = hurried(proxied, target, number=150, peer="127.0.0.7")
    assert len(answers) == 150
    assert not {status(answer) for answer in answers} & {429}


@pytest.mark.parametrize("target", PACED)
def test_people_read_a_page_where_the_gateway_is_away(unattended, target):
    answer = unattended.answered(a_request(unattended, target=target))
    assert status(answer) == 503
    assert_is_for_people(answer, "Service momentanément indisponible", "Unavailable for")


def test_machines_read_a_problem_where_the_gateway_is_away(unattended):
    answer = unattended.answered(a_request(unattended, target="/op/token", method="POST"))
    assert status(answer) == 503
    assert fields(answer, "content-type") == ["application/problem+json"]


def assert_is_for_people(answer, french, english):
    assert fields(answer, "content-type") == ["text/html; charset=utf-8"]
    assert fields(answer, "strict-transport-security") == [HSTS]
    assert answer.index(french.encode()) < answer.index(english.encode())
