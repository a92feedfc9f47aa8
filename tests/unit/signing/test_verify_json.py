"""The proof of a JSON receipt, step by step, against every hostile header we know."""

import base64
import hmac
import json
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from signing.canonical import jcs
from signing.ecdsa import sign_raw
from signing.encoding import instant_text, parse_instant, to_base64url
from signing.errors import KeyUnusable, SignatureInvalid
from signing.keys import (
    HANDOVER,
    load_published,
    load_signer,
    mark_compromised,
    new_signing_key,
)
from signing.proof import MAX_RECEIPT_BYTES
from signing.verify import verify_json


def _refused(octets, trust) -> SignatureInvalid:
    with pytest.raises(SignatureInvalid) as caught:
        verify_json(octets, trust=trust)
    return caught.value


def _resigned(signed, header: bytes, payload: bytes | None = None) -> bytes:
    """Sign with the true key under a hostile header: only the profile can refuse it."""
    body = signed.canonical if payload is None else payload
    signing_input = f"{to_base64url(header)}.{to_base64url(body)}".encode()
    return signing_input + b"." + to_base64url(sign_raw(signed.signer._key, signing_input)).encode()


def _header(signed, **more: object) -> dict[str, object]:
    own = {
        "alg": "ES256",
        "typ": "siseri-ack+jws",
        "kid": signed.signer.kid,
        "x5t#S256": to_base64url(signed.trust[0].certificate_sha256),
    }
    return own | more


def _text(header: dict[str, object]) -> bytes:
    return json.dumps(header, separators=(",", ":")).encode()


@pytest.mark.parametrize("form", ["json", "json_with_proof", "jws"])
def test_a_true_receipt_is_proved_in_nine_numbered_steps(signed, form):
    proof = verify_json(getattr(signed, form), trust=signed.trust)
    assert [step.number for step in proof.steps] == list(range(1, 10))
    assert all(step.name and step.found for step in proof.steps)
    assert proof.acknowledgement == signed.canonical
    assert proof.kid == signed.signer.kid
    assert proof.certificate == signed.signer.certificate


def test_the_profile_header_itself_is_accepted_when_resigned(signed):
    assert verify_json(_resigned(signed, _text(_header(signed))), trust=signed.trust)


@pytest.mark.parametrize(
    "change",
    [
        {"alg": "none"},
        {"alg": "nOnE"},
        {"alg": "HS256"},
        {"alg": "ES384"},
        {"alg": "RS256"},
        {"alg": ["ES256"]},
        {"typ": "JWT"},
        {"typ": "at+jwt"},
        {"kid": 5},
        {"kid": "../../etc/passwd"},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"b64": True},
        {"jwk": {"kty": "EC"}},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/certificate"},
        {"x5c": ["MII="]},
        {"cty": "json"},
        {"zip": "DEF"},
    ],
    ids=lambda change: "-".join(change) + "-" + str(next(iter(change.values())))[:12],
)
def test_a_header_beyond_the_profile_is_refused_even_if_truly_signed(signed, change):
    assert _refused(_resigned(signed, _text(_header(signed) | change)), signed.trust).step == 4


@pytest.mark.parametrize(
    "header",
    [
        lambda own: _text(own)[:-1] + b',"alg":"ES256"}',
        lambda own: b'{"alg":"none",' + _text(own)[1:],
        lambda own: _text(own).replace(b",", b", "),
        lambda own: _text(dict(reversed(own.items()))),
        lambda own: json.dumps([list(pair) for pair in own.items()]).encode(),
        lambda own: _text({name: own[name] for name in ("alg", "kid")}),
        lambda _: b"5",
        lambda _: b"\xff",
        lambda _: b"",
        lambda _: b"[" * 500,
    ],
)
def test_a_header_written_otherwise_is_refused(signed, header):
    assert _refused(_resigned(signed, header(_header(signed))), signed.trust).step == 4


def test_an_oversized_receipt_is_refused_unread(signed):
    assert "longer" in _refused(b"{" * (MAX_RECEIPT_BYTES + 1), signed.trust).reason


def test_a_huge_header_is_refused_before_it_is_decoded(signed):
    hostile = base64.urlsafe_b64encode(b"x" * 3_000_000) + b".e30." + b"A" * 86
    assert _refused(hostile, signed.trust).step == 3


def test_hs256_keyed_with_the_public_key_is_refused(signed):
    public = signed.trust[0].public_key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for header in (_header(signed, alg="HS256"), _header(signed)):
        body = f"{to_base64url(_text(header))}.{to_base64url(signed.canonical)}".encode()
        mark = to_base64url(hmac.digest(public, body, "sha256")).encode()
        assert _refused(body + b"." + mark, signed.trust).step in (4, 6)


@pytest.mark.parametrize("mark", [b"\0" * 64, b"\0" * 63, b"\xff" * 64, b"", b"\0" * 96])
def test_a_void_signature_is_refused(signed, mark):
    head = signed.jws.rpartition(b".")[0]
    assert _refused(head + b"." + to_base64url(mark).encode(), signed.trust).step == 6


def test_the_der_form_of_a_signature_is_refused(signed):
    head = signed.jws.rpartition(b".")[0]
    der = signed.signer._key.sign(head, ec.ECDSA(SHA256()))
    assert _refused(head + b"." + to_base64url(der).encode(), signed.trust).step == 6


@pytest.mark.parametrize(
    "respell",
    [
        lambda jws: jws + b"=",
        lambda jws: jws + b"\n",
        lambda jws: b" " + jws,
        lambda jws: jws.replace(b".", b"=.", 1),
        lambda jws: jws + b".",
        lambda jws: jws.replace(b".", b"..", 1),
        lambda jws: jws[:-1] + bytes([jws[-1] + 1]),
    ],
)
def test_another_spelling_of_a_true_jws_is_refused(signed, respell):
    assert _refused(respell(signed.jws), signed.trust).step in (1, 3)


def test_the_kid_of_another_trusted_key_is_refused(signed, tmp_path):
    other = _another(tmp_path)
    trust = (*signed.trust, *other)
    header = _header(signed, kid=other[0].kid)
    assert _refused(_resigned(signed, _text(header)), trust).step == 5
    header["x5t#S256"] = to_base64url(other[0].certificate_sha256)
    assert _refused(_resigned(signed, _text(header)), trust).step == 6


def test_a_key_that_is_not_published_proves_nothing(signed, tmp_path):
    assert _refused(signed.json, _another(tmp_path)).step == 5


def test_trusting_nobody_is_an_error_of_the_caller(signed):
    with pytest.raises(KeyUnusable):
        verify_json(signed.json, trust=())


@pytest.mark.parametrize(
    ("change", "step"),
    [
        (lambda r: r["acknowledgement"].update(returnCode=0), 7),
        (lambda r: r["acknowledgement"].update(test=False), 7),
        (lambda r: r.update(canonicalSha256="0" * 64), 8),
        (lambda r: r.update(canonicalSha256=r["canonicalSha256"].upper()), 2),
        (lambda r: r.update(canonicalSha256=5), 2),
        (lambda r: r.update(signature={"payload": ""}), 2),
        (lambda r: r.update(signatures=[]), 2),
        (lambda r: r.update(acknowledgement="text"), 2),
        (lambda r: r.update(acknowledgement=[]), 2),
        (lambda r: r.update(proof="text"), 2),
        (lambda r: r.pop("signature"), 2),
        (lambda r: r.pop("canonicalSha256"), 2),
        (lambda r: r.update(signature=r["signature"].replace(".", "é.", 1)), 3),
    ],
)
def test_a_changed_receipt_is_refused_at_the_step_that_it_breaks(signed, change, step):
    receipt = json.loads(signed.json)
    change(receipt)
    assert _refused(jcs(receipt), signed.trust).step == step


@pytest.mark.parametrize(
    "respell",
    [
        lambda octets: octets + b"\n",
        lambda octets: octets.replace(b":", b": ", 1),
        lambda octets: octets[:-1] + b',"signature":"x"}',
        lambda octets: octets.replace(b'"returnCode":2', b'"returnCode":2.0'),
        lambda octets: octets.replace(b"EXECUTION", b"EX\\u0045CUTION", 1),
        lambda octets: b"\xef\xbb\xbf" + octets,
        lambda octets: octets.decode().encode("utf-16"),
        lambda octets: b"{" + b" " * MAX_RECEIPT_BYTES + octets,
        lambda octets: b"[" + octets + b"]",
        lambda _: b"",
    ],
)
def test_bytes_that_are_not_canonical_are_refused_first(signed, respell):
    assert _refused(respell(signed.json), signed.trust).step == 1


@pytest.mark.parametrize("payload", [b"", b"5", b"[]", b'{"a": 1}', b'{"a":1,"a":1}', b"\xff"])
def test_a_payload_that_is_no_canonical_object_is_refused_even_if_truly_signed(signed, payload):
    assert _refused(_resigned(signed, _text(_header(signed)), payload), signed.trust).step == 7


def _another(tmp_path):
    made_at = parse_instant("2026-01-01T00:00:00.000Z")
    new_signing_key(tmp_path, common_name="Autre", organisation="Autre", now=made_at)
    return load_published(tmp_path)


def test_the_decision_must_fall_within_the_validity_of_the_key(
    tmp_path, acknowledgement, make_json
):
    begin = _another(tmp_path)[0].valid_from
    signer = load_signer(tmp_path, now=begin)
    new_signing_key(
        tmp_path, common_name="Autre", organisation="Autre", now=begin + timedelta(days=30)
    )
    trust = load_published(tmp_path)
    end = trust[0].valid_to
    assert end == begin + timedelta(days=30) + HANDOVER
    millisecond = timedelta(milliseconds=1)
    for instant, verdict in (
        (begin, True),
        (begin - millisecond, False),
        (end, True),
        (end + millisecond, False),
    ):
        receipt = make_json(signer, _decided(acknowledgement, instant))
        if verdict:
            assert verify_json(receipt, trust=trust)
        else:
            assert _refused(receipt, trust).step == 9


def test_what_was_decided_from_the_compromise_on_is_not_believed(
    tmp_path, acknowledgement, make_json
):
    begin = _another(tmp_path)[0].valid_from
    signer = load_signer(tmp_path, now=begin)
    at = begin + timedelta(days=10)
    mark_compromised(tmp_path, signer.kid, at=at)
    trust = load_published(tmp_path)
    before = make_json(signer, _decided(acknowledgement, at - timedelta(milliseconds=1)))
    assert verify_json(before, trust=trust)
    assert _refused(make_json(signer, _decided(acknowledgement, at)), trust).step == 9


@pytest.mark.parametrize("decided_at", ["2026-03-02", "2026-03-02T10:20:30Z", "", 5, {}])
def test_an_acknowledgement_without_a_plain_date_is_refused(
    signed, acknowledgement, make_json, decided_at
):
    octets = jcs(acknowledgement | {"decidedAt": decided_at})
    assert _refused(make_json(signed.signer, octets), signed.trust).step == 9


def _decided(acknowledgement, instant) -> bytes:
    return jcs(acknowledgement | {"decidedAt": instant_text(instant)})


def test_no_refusal_repeats_a_content_of_the_receipt(signed):
    secret = "185057800608436"  # noqa: S105 (a marked number, to be searched for)
    for octets in (
        jcs({"acknowledgement": {"a": secret}, "canonicalSha256": secret, "signature": secret}),
        f'{{"{secret}":"{secret}"'.encode(),
        _resigned(signed, _text(_header(signed, kid=secret))),
    ):
        assert secret not in str(_refused(octets, signed.trust))


def test_the_digest_of_a_bare_jws_is_found(signed):
    proof = verify_json(signed.jws, trust=signed.trust)
    assert proof.steps[7].found == sha256(signed.canonical).hexdigest()


def test_the_last_step_says_that_the_date_is_the_receipts_own(signed):
    assert "by its own date alone" in verify_json(signed.json, trust=signed.trust).steps[-1].found
