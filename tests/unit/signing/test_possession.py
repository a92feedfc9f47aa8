"""Statements of possession: what each of the six points refuses, beside the one that passes."""

import functools
import json
from datetime import UTC, datetime, timedelta

import pytest
from jwcrypto import jwk as jwcrypto
from jwcrypto import jws as jwcrypto_jws

from signing.encoding import from_base64url, to_base64url
from signing.errors import CredentialRefused, Unfit
from signing.held_key import Kind, new_key
from signing.partner_key import algorithms_of
from signing.possession import (
    ENROLMENT,
    LIFETIME_S,
    MAX_CHARS,
    RENEWAL,
    REVOCATION,
    SKEW_S,
    Claimed,
    Statement,
    claimed_by,
    demand_statement,
    digest_of,
    sign_statement,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
GATEWAY = "https://siseri.example"
SAID = Statement(typ=ENROLMENT, audience=GATEWAY, subject="thumbprint", nonce=digest_of("secret"))


@functools.cache
def key_of(kind):
    return new_key(kind)


def demanded(compact, statement=SAID, *, kind=Kind.P256, now=NOW, kid=None):
    key = key_of(kind).public_key()
    demand_statement(compact, statement, key=key, now=now, kid=kid)


def refused(compact, *arguments, **named):
    with pytest.raises(CredentialRefused) as caught:
        demanded(compact, *arguments, **named)
    assert caught.value.why is Unfit.POSSESSION
    return str(caught.value)


@pytest.mark.parametrize("kind", Kind)
def test_a_statement_proves_possession(kind):
    compact = sign_statement(key_of(kind), SAID, now=NOW)
    demanded(compact, kind=kind)
    assert claimed_by(compact) is None  # it names no live key


@pytest.mark.parametrize("kind", Kind)
def test_a_statement_of_another_library_is_taken(kind):
    key = key_of(kind)
    at = int(NOW.timestamp())
    claims = {"sub": SAID.subject, "nonce": SAID.nonce, "exp": at + 60, "iat": at, "aud": GATEWAY}
    token = jwcrypto_jws.JWS(json.dumps(claims))
    header = json.dumps({"typ": ENROLMENT, "alg": algorithms_of(key.public_key())[-1]})
    token.add_signature(jwcrypto.JWK.from_pyca(key), protected=header)
    demanded(token.serialize(compact=True), kind=kind)


def test_no_type_passes_for_another():
    for typ in (RENEWAL, REVOCATION, "JWT", "siseri-ack+jws"):
        other = Statement(typ=typ, audience=GATEWAY, subject=SAID.subject, nonce=SAID.nonce)
        assert "type" in refused(sign_statement(key_of(Kind.P256), other, now=NOW))


def test_a_live_key_is_named_and_no_other():
    renewal = Statement(typ=RENEWAL, audience=GATEWAY, subject="new")
    compact = sign_statement(key_of(Kind.P256), renewal, now=NOW, kid="live")
    assert claimed_by(compact) == Claimed(kid="live", subject="new")
    demanded(compact, renewal, kid="live")
    refused(compact, renewal, kid="other")
    refused(compact, renewal)


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": "https://other.example"},
        {"subject": "another"},
        {"nonce": digest_of("another")},
        {"nonce": None},
    ],
)
def test_a_statement_serves_one_gateway_one_credential_and_one_invitation(changes):
    stated = {"typ": ENROLMENT, "audience": GATEWAY, "subject": SAID.subject, "nonce": SAID.nonce}
    other = Statement(**{**stated, **changes})
    compact = sign_statement(key_of(Kind.P256), other, now=NOW)
    demanded(compact, other)
    refused(compact)
    refused(sign_statement(key_of(Kind.P256), SAID, now=NOW), other)


def test_a_statement_is_of_now():
    compact = sign_statement(key_of(Kind.P256), SAID, now=NOW)
    for seconds in (-SKEW_S, 0, LIFETIME_S + SKEW_S):
        demanded(compact, now=NOW + timedelta(seconds=seconds))
    for seconds in (-SKEW_S - 1, LIFETIME_S + SKEW_S + 1):
        assert "of now" in refused(compact, now=NOW + timedelta(seconds=seconds))


def _signed(claims=None, header=None, *, key=None):
    """A JWS made by hand, to say what our own never would."""
    at = int(NOW.timestamp())
    right = {"aud": GATEWAY, "iat": at, "exp": at + 60, "sub": SAID.subject, "nonce": SAID.nonce}
    payload = {**right, **(claims or {})}
    token = jwcrypto_jws.JWS(json.dumps({k: v for k, v in payload.items() if v is not ...}))
    protected = {"alg": "ES256", "typ": ENROLMENT, **(header or {})}
    token.add_signature(
        jwcrypto.JWK.from_pyca(key or key_of(Kind.P256)), protected=json.dumps(protected)
    )
    return token.serialize(compact=True)


def test_the_one_made_by_hand_is_right():
    demanded(_signed())


_AT = int(NOW.timestamp())


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [GATEWAY]},
        {"aud": [GATEWAY, "https://other.example"]},
        {"aud": ...},
        {"exp": _AT + LIFETIME_S + 1},
        {"exp": 1e300},
        {"exp": ...},
        {"exp": True},
        {"exp": _AT},
        {"exp": _AT - 1},
        {"iat": ...},
        {"iat": str(_AT)},
        {"iat": _AT + SKEW_S + 1, "exp": _AT + SKEW_S + 61},
        {"jti": "more"},
        {"sub": ...},
        {"nonce": ...},
        {"nonce": 2**70},
    ],
    ids=str,
)
def test_claims_that_are_not_exactly_ours_are_refused(claims):
    refused(_signed(claims))


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "mine"},
        {"jwk": {"kty": "EC"}},
        {"jku": "https://example.invalid/"},
        {"x5u": "https://example.invalid/"},
        {"typ": "JWT"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_a_header_with_anything_more_is_refused(header):
    refused(_signed(header=header))


def _with_header(**members):
    _, payload, signature = sign_statement(key_of(Kind.P256), SAID, now=NOW).split(".")
    return f"{to_base64url(json.dumps(members).encode())}.{payload}.{signature}"


def test_an_algorithm_that_is_not_the_keys_own_is_refused():
    for algorithm in ("none", "HS256", "ES384", "RS256", "PS256", "EdDSA", ["ES256"], None):
        refused(_with_header(alg=algorithm, typ=ENROLMENT))
    refused(_with_header(alg="ES256", typ=ENROLMENT, crit=["b64"], b64=False))


def test_a_statement_by_another_key_or_changed_is_refused():
    refused(_signed(key=new_key(Kind.P256)))
    header, payload, signature = sign_statement(key_of(Kind.P256), SAID, now=NOW).split(".")
    octets = bytearray(from_base64url(signature))
    octets[0] ^= 1
    refused(f"{header}.{payload}.{to_base64url(bytes(octets))}")
    refused(f"{header}.{payload}.{to_base64url(bytes(64))}")
    refused(f"{header}.{payload}.")


@pytest.mark.parametrize(
    "compact",
    [
        "",
        "a.b",
        "a.b.c.d",
        "é.e30.",
        f"{to_base64url(b'[]')}.e30.AA",
        f"{to_base64url(b'1')}.e30.AA",
        f"{to_base64url(b'[' * 2900)}.e30.AA",
        to_base64url(b'{"alg":"ES256","alg":"none","typ":"siseri-enrolment+jwt"}') + ".e30.AA",
        "A" * (MAX_CHARS + 1),
    ],
    ids=range(9),
)
def test_what_is_no_statement_is_refused(compact):
    refused(compact)
    assert claimed_by(compact) is None
