"""RFC 9421 over requests: the vectors of its appendix B, and a profile that takes nothing else."""

import base64
import hashlib
import time

import http_message_signatures
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512
from http_message_signatures import algorithms

from signing.ecdsa import sign_raw
from signing.encoding import from_base64url
from signing.oauth.http_signature import (
    TAG,
    SignatureRefused,
    SignedRequest,
    content_digests,
    demand_coverage,
    demand_fresh,
    holds,
    read_signature,
    signature_base,
    verify,
)

NOW = 1_795_000_000
BODY = b'{"hello": "world"}'
DIGEST = "sha-256=:" + base64.b64encode(hashlib.sha256(BODY).digest()).decode() + ":"


def number(text):
    return int.from_bytes(from_base64url(text), "big")


class Rfc:
    """Appendix B.1, B.2."""

    ed25519 = ed25519.Ed25519PublicKey.from_public_bytes(
        from_base64url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs")
    )
    p256 = ec.EllipticCurvePublicNumbers(
        number("qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA"),
        number("Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"),
        ec.SECP256R1(),
    ).public_key()
    rsa = rsa.RSAPublicNumbers(
        65_537,
        number(
            "r4tmm3r20Wd_PbqvP1s2-QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct-Lh1GH45x28Rw3Ry53mm-"
            "oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1F"
            "pWgchwuYLPL-Wokqltd11nqqzi-bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0K"
            "SyZYoA485mqcO0GVAdVw9lq4aOT9v6d-nb4bnNkQVklLQ3fVAvJm-xdDOp9LCNCN48V2pnDOkFV6-U9nV5oy"
            "c6XI2w"
        ),
    ).public_key()
    request = SignedRequest(
        method="POST",
        scheme="https",
        authority="example.com",
        path="/foo",
        query="param=Value&Pet=dog",
        headers=(
            ("host", "example.com"),
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("content-type", "application/json"),
            (
                "content-digest",
                (
                    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyea"
                    "ldVLvRwEmTHWXvJwew==:"
                ),
            ),
            ("content-length", "18"),
        ),
    )


def test_the_vector_of_ed25519_holds():
    """B.2.6."""
    components = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    params = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    )
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    base = signature_base(Rfc.request, components, params)
    assert holds(Rfc.ed25519, "ed25519", signature=signature, message=base)
    assert not holds(Rfc.ed25519, "ed25519", signature=signature, message=base + b" ")


def test_the_vector_of_rsa_pss_holds():
    """B.2.3: every component that the profile knows."""
    components = (
        *("date", "@method", "@path", "@query", "@authority", "content-type"),
        *("content-digest", "content-length"),
    )
    params = (
        '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
        '"content-length");created=1618884473;keyid="test-key-rsa-pss"'
    )
    signature = base64.b64decode(
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRp"
        "RRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH"
        "1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui"
        "9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA=="
    )
    base = signature_base(Rfc.request, components, params)
    assert holds(Rfc.rsa, "rsa-pss-sha512", signature=signature, message=base)
    assert not holds(Rfc.rsa, "rsa-v1_5-sha256", signature=signature, message=base)


def test_the_vector_of_ecdsa_holds():
    """B.2.4: of a response, so that its base stands here as the RFC prints it."""
    base = (
        b'"@status": 200\n"content-type": application/json\n"content-digest": sha-512=:mEWXIS7MaLRu'
        b"GgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
        b'"content-length": 23\n"@signature-params": ("@status" "content-type" "content-digest" '
        b'"content-length");created=1618884473;keyid="test-key-ecc-p256"'
    )
    signature = base64.b64decode(
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
    )
    assert holds(Rfc.p256, "ecdsa-p256-sha256", signature=signature, message=base)
    assert not holds(Rfc.p256, "ecdsa-p256-sha256", signature=signature, message=base[1:])


def test_the_vector_s_digest_is_that_of_its_body():
    assert content_digests(Rfc.request) == {"sha-512": hashlib.sha512(BODY).digest()}


KEYS = {
    "ecdsa-p256-sha256": ec.generate_private_key(ec.SECP256R1()),
    "rsa-pss-sha512": rsa.generate_private_key(65_537, 3072),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
COVERED = '"@method" "@target-uri" "content-type" "content-digest"'


def signed(alg, message):
    key = KEYS[alg]
    if alg == "ed25519":
        return key.sign(message)
    if alg == "ecdsa-p256-sha256":
        return sign_raw(key, message)
    return key.sign(message, padding.PSS(padding.MGF1(SHA512()), 64), SHA512())


def a_request(headers, *, method="POST", query=""):
    return SignedRequest(
        method=method,
        scheme="https",
        authority="gateway.example",
        path="/v1/transmissions",
        query=query,
        headers=headers,
    )


CONTENT = (("content-type", "application/json"), ("content-digest", DIGEST))


def a_signed_request(
    *, covered=COVERED, params=None, label="sig1", alg="ecdsa-p256-sha256", content=CONTENT, **of
):
    """A request whose signature is right by all that it says."""
    params = params or f';created={NOW};keyid="k";alg="{alg}";tag="{TAG}"'
    value = f"({covered}){params}"
    plain = a_request(content, **of)
    components = tuple(name.strip('"') for name in covered.split())
    octets = signed(alg, signature_base(plain, components, value))
    signature = base64.b64encode(octets).decode()
    return a_request(
        (
            *content,
            ("signature-input", f"{label}={value}"),
            ("signature", f"{label}=:{signature}:"),
        ),
        **of,
    )


def accepted(request, *, key=None, now=NOW):
    read = read_signature(request)
    demand_coverage(read, request)
    demand_fresh(read, now_s=now)
    verify(read, request, (key or KEYS[read.alg]).public_key())
    return read


@pytest.mark.parametrize("alg", KEYS)
def test_a_request_signed_by_an_admitted_algorithm_is_proven(alg):
    assert accepted(a_signed_request(alg=alg)).keyid == "k"


@pytest.mark.parametrize("alg", KEYS)
def test_what_a_client_of_others_signs_is_proven(alg):
    """http-message-signatures is not ours."""

    class Resolver(http_message_signatures.HTTPSignatureKeyResolver):
        def resolve_private_key(self, _key_id):
            return KEYS[alg]

    class Message:
        method, url = "POST", "https://gateway.example/v1/transmissions?x=1"
        headers = {"content-type": "application/json"}  # noqa: RUF012

    theirs = {
        "ecdsa-p256-sha256": algorithms.ECDSA_P256_SHA256,
        "rsa-pss-sha512": algorithms.RSA_PSS_SHA512,
        "ed25519": algorithms.ED25519,
    }
    signer = http_message_signatures.HTTPMessageSigner(
        signature_algorithm=theirs[alg], key_resolver=Resolver()
    )
    message = Message()
    signer.sign(
        message,
        key_id="k",
        tag=TAG,
        body=BODY,
        covered_component_ids=("@method", "@target-uri", "content-type", "content-digest"),
    )
    fields = tuple((name.lower(), value) for name, value in message.headers.items())
    request = a_request(fields, query="x=1")
    assert accepted(request, now=time.time()).alg == alg


@pytest.mark.parametrize(
    "altered",
    [
        {"method": "PUT"},
        {"scheme": "http"},
        {"authority": "other.example"},
        {"path": "/v1/checks"},
        {"query": "x=1"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_request_that_changed_is_refused(altered):
    sound = a_signed_request()
    of = {name: getattr(sound, name) for name in ("scheme", "authority", "path", "query")}
    changed = SignedRequest(**{**of, "method": "POST", "headers": sound.headers, **altered})
    with pytest.raises(SignatureRefused):
        accepted(changed)


SOUND_PARAMS = f';created={NOW};keyid="k";alg="ecdsa-p256-sha256";tag="{TAG}"'


@pytest.mark.parametrize(
    "left_out", ['"@method" ', '"@target-uri" ', '"content-type" ', ' "content-digest"']
)
def test_a_signature_that_does_not_cover_what_counts_is_refused(left_out):
    with pytest.raises(SignatureRefused):
        accepted(a_signed_request(covered=COVERED.replace(left_out, "")))


@pytest.mark.parametrize("left_out", SOUND_PARAMS.split(";")[1:])
def test_a_signature_that_does_not_say_what_counts_is_refused(left_out):
    with pytest.raises(SignatureRefused):
        accepted(a_signed_request(params=SOUND_PARAMS.replace(f";{left_out}", "")))


def test_a_query_is_covered_where_there_is_one():
    parts = '"@method" "@authority" "@path" "content-type" "content-digest"'
    assert accepted(a_signed_request(covered=parts))
    with pytest.raises(SignatureRefused):
        accepted(a_signed_request(covered=parts, query="x=1"))
    assert accepted(a_signed_request(covered=f'{parts} "@query"', query="x=1"))


def test_an_authorization_is_covered_where_there_is_one():
    content = (*CONTENT, ("authorization", "Bearer x"))
    with pytest.raises(SignatureRefused):
        accepted(a_signed_request(content=content))
    assert accepted(a_signed_request(covered=f'{COVERED} "authorization"', content=content))


def test_a_reading_needs_no_digest():
    assert accepted(a_signed_request(covered='"@method" "@target-uri"', content=(), method="GET"))


@pytest.mark.parametrize("age_s", [0, 299, 300])
def test_a_signature_within_its_window_is_proven(age_s):
    assert accepted(a_signed_request(), now=NOW + age_s)


@pytest.mark.parametrize("age_s", [301, 86_400, -61])
def test_a_signature_out_of_its_window_is_refused(age_s):
    with pytest.raises(SignatureRefused):
        accepted(a_signed_request(), now=NOW + age_s)


def test_a_signature_that_says_its_end_has_one():
    params = f';created={NOW};expires={NOW + 10};keyid="k";alg="ecdsa-p256-sha256";tag="{TAG}"'
    assert accepted(a_signed_request(params=params), now=NOW + 10)
    with pytest.raises(SignatureRefused):
        accepted(a_signed_request(params=params), now=NOW + 11)


def test_a_key_verifies_by_its_own_algorithm_alone():
    for alg in KEYS:
        for other in KEYS.keys() - {alg}:
            with pytest.raises(SignatureRefused):
                accepted(a_signed_request(alg=alg), key=KEYS[other])


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "sha-256=:AAAA:",
        "md5=:" + "A" * 22 + "==:",
        DIGEST + ", " + DIGEST,
        DIGEST + ";a=1",
        DIGEST.upper(),
        DIGEST[:-1],
        "sha-256=AAAA",
    ],
)
def test_a_digest_that_is_none_is_refused(digest):
    with pytest.raises(SignatureRefused):
        content_digests(a_request((("content-digest", digest),)))
