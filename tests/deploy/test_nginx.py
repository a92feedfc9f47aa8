"""nginx as it is shipped: mutual TLS through it, and nobody before it passes for a partner."""

import ssl

import pytest


def status(content):
    return int(content.split(b" ", 2)[1]) if content else None


def a_request(proxied, *lines, target="/v1/me", method="GET", body=""):
    stated = (f"{method} {target} HTTP/1.1", f"Host: {proxied.host}", *lines, "Connection: close")
    return ("\r\n".join(stated) + "\r\n\r\n" + body).encode("latin-1")


def test_an_enrolled_certificate_proves_its_partner(proxied):
    content = proxied.answered(a_request(proxied), machine="certified")
    assert status(content) == 200
    assert b'"kind":"CERTIFICATE"' in content


@pytest.mark.parametrize(
    ("machine", "expected"), [(None, 401), ("uncertified", 401), ("of_another_authority", 400)]
)
def test_any_other_certificate_proves_nobody(proxied, machine, expected):
    """None; one that nobody enrolled; one of an authority that the proxy does not know."""
    content = proxied.answered(a_request(proxied), machine=machine)
    assert status(content) == expected
    assert b"application/problem+json" in content


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_of_tls_are_refused(proxied, version):
    context = proxied.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLS"):
        context.minimum_version = context.maximum_version = version
    with pytest.raises(ssl.SSLError):
        proxied.answered(a_request(proxied), context=context)


SPOOFED = {
    "client-cert": ["Client-Cert: {der}"],
    "client-cert-in-small-letters": ["client-cert: {der}"],
    "client-cert-twice": ["Client-Cert: {der}", "Client-Cert: {der}"],
    "client-cert-under-an-underscore": ["Client_Cert: {der}"],
    "client-cert-chain": ["Client-Cert-Chain: {der}"],
    "both": ["Client-Cert: {der}", "Client-Cert-Chain: {der}"],
    "named-by-connection": ["Client-Cert: {der}", "Connection: Client-Cert"],
    "x-client-cert": ["X-Client-Cert: {der}"],
    "x-ssl-client-cert": ["X-SSL-Client-Cert: {der}", "X-SSL-Client-Verify: SUCCESS"],
    "forwarded": ["Client-Cert: {der}", "Forwarded: for=127.0.0.1;proto=https"],
    "x-forwarded-for": ["Client-Cert: {der}", "X-Forwarded-For: 127.0.0.1"],
    "x-real-ip": ["Client-Cert: {der}", "X-Real-IP: 127.0.0.1"],
    "blank-before-the-colon": ["Client-Cert : {der}"],
    "tab-before-the-colon": ["Client-Cert\t: {der}"],
    "blank-before-the-name": [" Client-Cert: {der}"],
    "folded": ["X: y", "\tClient-Cert: {der}"],
    "after-a-bare-line-feed": ["X: y\nClient-Cert: {der}"],
    "after-a-bare-carriage-return": ["X: y\rClient-Cert: {der}"],
    "after-a-nul": ["X: y\x00", "Client-Cert: {der}"],
    "behind-an-escape": ["X: y%0d%0aClient-Cert: {der}"],
    "not-ascii": ["Client-Cert\u00e9: {der}"],
    "method-overridden": ["Client-Cert: {der}", "X-HTTP-Method-Override: GET"],
    "target-overridden": ["Client-Cert: {der}", "X-Original-URL: /health/ready"],
}


@pytest.mark.parametrize("lines", SPOOFED.values(), ids=SPOOFED)
def test_a_certificate_that_the_client_states_itself_counts_for_nothing(proxied, lines):
    stated = [line.replace("{der}", proxied.certified.client_cert) for line in lines]
    content = proxied.answered(a_request(proxied, *stated))
    assert status(content) in {400, 401}
    assert content.count(b"HTTP/1.1 ") == 1


def test_a_certificate_that_is_stated_does_not_stand_in_for_the_one_shown(proxied):
    content = proxied.answered(
        a_request(proxied, f"Client-Cert: {proxied.certified.client_cert}"), machine="uncertified"
    )
    assert status(content) == 401


SMUGGLED = {
    "length-and-chunks": ["Content-Length: {length}", "Transfer-Encoding: chunked"],
    "chunks-and-length": ["Transfer-Encoding: chunked", "Content-Length: 5"],
    "lengths-that-differ": ["Content-Length: 5", "Content-Length: {length}"],
    "lengths-in-a-list": ["Content-Length: 5, {length}"],
    "length-with-a-sign": ["Content-Length: +{length}"],
    "length-in-hexadecimal": ["Content-Length: 0x5"],
    "chunks-twice": ["Transfer-Encoding: chunked, chunked"],
    "chunks-then-identity": ["Transfer-Encoding: chunked, identity"],
    "chunks-misspelt": ["Transfer-Encoding: xchunked"],
    "chunks-behind-a-tab": ["Transfer-Encoding:\tchunked", "Content-Length: 5"],
    "chunks-under-an-underscore": ["Transfer_Encoding: chunked", "Content-Length: 5"],
    "chunks-with-a-blank": ["Transfer-Encoding : chunked", "Content-Length: 5"],
    "chunks-folded": ["Transfer-Encoding:", "\tchunked"],
    "upgrade": ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"],
}


@pytest.mark.parametrize("lines", SMUGGLED.values(), ids=SMUGGLED)
def test_a_request_within_a_request_is_never_a_partner_s(proxied, lines):
    hidden = (
        f"0\r\n\r\nGET /v1/me HTTP/1.1\r\nHost: {proxied.host}\r\n"
        f"Client-Cert: {proxied.certified.client_cert}\r\n\r\n"
    )
    stated = [line.replace("{length}", str(len(hidden))) for line in lines]
    request = a_request(proxied, *stated, method="POST", target="/v1/ping", body=hidden)
    request = request.replace(b"Connection: close\r\n", b"")
    content = proxied.answered(request, quiet_s=1.0)
    assert status(content) in {400, 401, 501}
    assert b" 200 " not in content
    assert b'"kind":"CERTIFICATE"' not in content


@pytest.mark.parametrize(
    "head",
    [
        "GET /v1/me HTTP/1.1\r\nHost: attacker.example\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nHost: {host}\r\nHost: attacker.example\r\n\r\n",
        "GET https://attacker.example/v1/me HTTP/1.1\r\nHost: {host}\r\n\r\n",
        "GET https://{host}/v1/me HTTP/1.1\r\nHost: attacker.example\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nHost: {host}, attacker.example\r\n\r\n",
        "GET /v1/me\r\n",
        "GET /v1/me HTTP/9.9\r\nHost: {host}\r\n\r\n",
    ],
    ids=["another", "none", "two", "target", "beside-target", "list", "http-0.9", "http-9.9"],
)
def test_another_host_is_not_served_even_to_a_partner(proxied, head):
    octets = head.replace("{host}", proxied.host).encode()
    content = proxied.answered(octets, machine="certified", quiet_s=1.0)
    assert b'"kind":"CERTIFICATE"' not in content
    assert status(content) in {None, 400, 505} or content.startswith(b"<")


def test_a_body_within_the_bounds_stays_in_memory(proxied):
    body = " " * 3_000_000
    content = proxied.answered(
        a_request(
            proxied,
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            method="POST",
            target="/v1/checks",
            body=body,
        ),
        machine="certified",
    )
    assert status(content) == 422
    assert "temporary file" not in (proxied.home / "error.log").read_text()


def test_a_body_beyond_the_bounds_is_told_so(proxied):
    head = ["Content-Type: application/json", "Content-Length: 5500000"]
    request = a_request(proxied, *head, method="POST", target="/v1/checks", body=" " * 5_500_000)
    content = proxied.answered(request, machine="certified")
    assert status(content) == 413
    assert b'"code":"T002"' in content


def test_the_log_of_the_proxy_holds_no_target(proxied):
    proxied.answered(a_request(proxied, target="/v1/me?sender=ZQXMARKED"))
    assert "ZQXMARKED" not in (proxied.home / "siseri.log").read_text()
    assert '"status":' in (proxied.home / "siseri.log").read_text()
