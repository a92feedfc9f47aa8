"""Strangers are told nothing but that they are strangers, on every operation that is not open."""

import re

import pytest
import yaml

import specs
from tests import builders
from tests.builders import a_transmission
from tests.running import THE_LABORATORY

CONTRACT = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text(encoding="utf-8"))
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
SAMPLE = {
    "id": "00000000-0000-4000-8000-000000000000",
    "ackId": "00000000-0000-4000-8000-000000000000",
    "code": "S001",
    "authority": "0" * 40,
    "thumbprint": "0" * 43,
    "siret": "90000003500015",
    "level": "0",
    "index": "000",
    "width": "1",
}


def _operations(*, are_open):
    return [
        (method.upper(), re.sub(r"\{(\w+)\}", lambda found: SAMPLE[found[1]], path))
        for path, item in CONTRACT["paths"].items()
        for method, operation in item.items()
        if method in METHODS and (operation.get("security", CONTRACT["security"]) == []) is are_open
    ]


ENROLLING = [("POST", "/v1/enrolment"), ("POST", "/v1/enrolment/revocations")]
"""Opened by an invitation, or by what a live key says: `test_enrolment`."""
CLOSED = [one for one in _operations(are_open=False) if one not in ENROLLING]
OPEN = _operations(are_open=True)
STRANGERS = {
    "no-header": [],
    "empty": [("authorization", "")],
    "unknown-token": [("authorization", "Bearer " + "x" * 43)],
    "short-token": [("authorization", "Bearer x")],
    "no-token": [("authorization", "Bearer")],
    "basic": [("authorization", "Basic bGFib3JhdG9yeTp4")],
    "another-scheme": [("authorization", "Token " + "x" * 43)],
    "not-ascii": [("authorization", b"Bearer \xe9" + b"x" * 43)],
    "of-10000-characters": [("authorization", "Bearer " + "x" * 10_000)],
    "certificate-that-a-proxy-would-pass": [("client-cert", ":MIIB:")],
    "token-in-another-header": [("x-authorization", "Bearer " + "x" * 43)],
}
JSON = [("content-type", "application/json")]


def assert_refused(response):
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="siseri"'
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.request.method == "HEAD" or response.json()["code"] == "A001"


def test_the_contract_opens_keys_tokens_health_and_the_log_alone():
    assert sorted(path for _, path in OPEN) == [
        "/.well-known/oauth-authorization-server",
        "/.well-known/siseri-signing-keys.json",
        "/.well-known/siseri-token-keys.json",
        "/health/live",
        "/health/ready",
        "/log/checkpoint",
        "/log/tile/0/000",
        "/log/tile/0/000.p/1",
        "/log/tile/entries/000",
        "/log/tile/entries/000.p/1",
        "/oauth/token",
        "/v1/enrolment",
        f"/v1/enrolment/crl/{SAMPLE['authority']}",
    ]
    assert len(CLOSED) == 13


@pytest.mark.parametrize(("method", "path"), [*CLOSED, *ENROLLING])
def test_an_operation_that_is_not_open_refuses_every_stranger(gateway, method, path):
    body = builders.in_json(a_transmission())
    for headers in STRANGERS.values():
        content = body if method == "POST" else b""
        response = gateway.request(method, path, headers=[*JSON, *headers], content=content)
        assert_refused(response)
    assert gateway.counted("transmissions") == 0
    assert gateway.counted("transmission_bodies") == 0


@pytest.mark.parametrize("path", sorted({path for _, path in CLOSED}))
def test_no_other_method_tells_a_stranger_anything(gateway, path):
    for method in METHODS:
        response = gateway.request(method.upper(), path)
        asked = "GET" if method == "head" else method.upper()
        if (asked, path) in [*CLOSED, *ENROLLING]:
            assert_refused(response)
        else:
            assert response.status_code == 405
            assert method == "head" or response.json()["code"] == "B011"
            assert SAMPLE["id"] not in response.text


@pytest.mark.parametrize("version", builders.SOAP)
@pytest.mark.parametrize(
    "operation",
    [
        *("SubmitTransmission", "CheckTransmission", "GetReceipt", "GetLines"),
        *("ListTransmissions", "Ping"),
    ],
)
def test_every_soap_operation_refuses_strangers(gateway, operation, version):
    for headers in STRANGERS.values():
        stated = builders.soap_headers(version=version, operation=operation)
        body = builders.in_soap(
            builders.element(a_transmission()), version=version, operation=operation
        )
        sent = [*stated.items(), *headers]
        answer = gateway.post(body, door="soap", by=None, headers=sent)
        assert (answer.status, answer.fault_code) == (500 if version == "1.1" else 400, "A001")
        assert answer.headers["www-authenticate"] == 'Bearer realm="siseri"'
    assert gateway.counted("transmissions") == 0


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_an_open_operation_asks_for_no_credential(gateway, method, path):
    # an authority; a whole tile of a log that holds no more than who enrolled these partners
    has_none = "/crl/" in path or path.endswith("/000")
    expected = {"/oauth/token": 415}.get(path, 404 if has_none else 200)
    assert gateway.request(method, path).status_code == expected


@pytest.mark.parametrize(
    "path",
    [
        *("/docs", "/docs/openapi.yaml", "/docs/start.js", "/soap/v1?wsdl", "/soap/v1?WSDL"),
        *(f"/soap/v1?xsd={n}" for n in ("service", "transmission", "acknowledgement", "xmldsig")),
    ],
)
def test_the_contract_and_its_page_are_open(gateway, path):
    response = gateway.request("GET", path)
    assert response.status_code == 200
    assert response.content
    assert gateway.request("GET", "/").headers["location"] == "/docs"


def test_a_partner_is_served_on_every_operation(gateway):
    for method, path in CLOSED:
        assert gateway.request(method, path, by="laboratory", headers=JSON).status_code != 401


def test_a_disabled_partner_is_a_stranger_at_once(gateway):
    form = a_transmission()
    gateway.submit(form)
    gateway.store.register.disable(THE_LABORATORY.id)
    for method, path in CLOSED:
        assert_refused(gateway.request(method, path, by="laboratory", headers=JSON))
    assert gateway.submit(form, door="soap12").fault_code == "A001"
    assert gateway.counted("transmissions") == 1


def test_a_revoked_token_is_a_stranger_s_and_the_new_one_opens(gateway):
    former = gateway.tokens["laboratory"]
    form = a_transmission()
    first = gateway.submit(form)
    gateway.tokens["laboratory"] = gateway.store.register.renew_token(THE_LABORATORY.id)
    assert_refused(gateway.request("GET", "/v1/me", by=former))
    assert gateway.submit(form, by=former, door="soap11").fault_code == "A001"
    assert gateway.submit(form).content == first.content


def test_a_token_is_taken_whole_and_as_it_is(gateway):
    token = gateway.tokens["laboratory"]
    for other in (token[:-1], token + "x", token.swapcase(), f"{token}=", f" {token} {token}"):
        assert_refused(gateway.request("GET", "/v1/me", by=other))
    header = [("authorization", f"bearer {token}")]
    assert gateway.request("GET", "/v1/me", headers=header).status_code == 200


def test_one_partner_s_token_opens_that_partner_s_rights_alone(gateway):
    for by, siret in (("laboratory", builders.LABORATORY), ("operator", builders.OPERATOR)):
        told = gateway.get("/v1/me", by=by).form
        assert told["submitter"]["siret"] == siret
        assert [right["sender"] for right in told["rights"]] == [siret]


def test_no_token_is_kept_nor_shown(gateway):
    token = gateway.tokens["laboratory"]
    answer = gateway.submit(a_transmission())
    assert token not in answer.content.decode() + str(answer.headers)
    files = [path for path in gateway.home.rglob("*") if path.is_file()]
    assert not [path.name for path in files if token.encode() in path.read_bytes()]
    assert files
