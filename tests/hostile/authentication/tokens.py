"""Access tokens that open nothing (RFC 9068, RFC 8705): forged, stolen, out of their time."""

import hmac
from datetime import timedelta
from urllib.parse import urlencode

from signing.canonical import jcs
from signing.encoding import from_base64url, to_base64url
from signing.oauth.jwt import sign
from signing.oauth.token_keys import TYPE, load_token_keys, new_token_key
from signing.partner_key import public_jwk_of
from signing.stored import private_key_of_pem
from tests import builders
from tests.hostile.authentication.world import FORM, ISSUER, JSON, Attack, Sent, called
from tests.machines import compact, said, signature_of


def _token(name, make, *, twin="token", **given):
    return Attack(name, lambda w: called(token=make(w), **given), twin=twin)


def _own_key(world):
    folder = world.gateway.config.token_keys
    kid = load_token_keys(folder)[-1].kid
    pem = (folder / f"{kid}.key.pem").read_bytes()
    return kid, private_key_of_pem(pem, name="token")


def _ours(world, *, typ=TYPE, header=None, **changes):
    """A token of our own key that says something else: what no attacker can make is refused too."""
    kid, key = _own_key(world)
    stated = {**said(world.token(world.machine)), **changes}
    claims = {name: value for name, value in stated.items() if value is not None}
    if header is None:
        return sign(claims, typ=typ, kid=kid, private_key=key)
    members = {"alg": "ES256", "kid": kid, "typ": typ, **header}
    return compact(members, claims, lambda octets: signature_of(key, octets))


def _claims(name, **changes):
    def make(world):
        stated = {k: v(world) if callable(v) else v for k, v in changes.items()}
        return _ours(world, **stated)

    return _token(name, make)


def _parts(world):
    return world.token(world.machine).split(".")


def _altered_claims(world):
    header, claims, signature = _parts(world)
    octets = from_base64url(claims).replace(b'"sub":"laboratory"', b'"sub":"operator"')
    octets = octets.replace(b'"client_id":"laboratory"', b'"client_id":"operator"')
    return ".".join((header, to_base64url(octets), signature))


def _altered_signature(world):
    header, claims, signature = _parts(world)
    octets = from_base64url(signature)
    return ".".join((header, claims, to_base64url(octets[:-1] + bytes([octets[-1] ^ 1]))))


def _by(key, kid):
    """Signed by another key, under a kid."""

    def make(world):
        claims = said(world.token(world.machine))
        header = {"alg": "ES256", "kid": kid(world), "typ": TYPE}
        return compact(header, claims, lambda octets: signature_of(key(world), octets))

    return make


def _acknowledgement_key(world):
    pem = world.gateway.config.signing_keys / f"{_acknowledgement_kid(world)}.key.pem"
    return private_key_of_pem(pem.read_bytes(), name="acknowledgement")


def _acknowledgement_kid(world):
    return world.gateway.trust[-1].kid


def _hs256(world):
    kid, key = _own_key(world)
    header = {"alg": "HS256", "kid": kid, "typ": TYPE}
    shared = jcs(public_jwk_of(key.public_key()))
    claims = said(world.token(world.machine))
    return compact(header, claims, lambda octets: hmac.digest(shared, octets, "sha256"))


def _none(world):
    kid, _ = _own_key(world)
    claims = said(world.token(world.machine))
    return compact({"alg": "none", "kid": kid, "typ": TYPE}, claims, lambda _: b"")


def _of_a_receipt(world):
    response = world.gateway.submit(
        builders.a_transmission(), headers={"accept": "application/jose"}
    )
    return response.content.decode()


def _revoked_since(world):
    """Asked for by a key that is revoked afterwards; another partner's, so that ours goes on."""
    token = world.token(world.p384)
    world.store.credentials.revoke("p384", world.p384.kid, world.clock.now())
    return token


def _expired(world):
    token = world.token(world.machine)
    world.clock.advance(timedelta(seconds=300))
    return token


def _by_an_ended_key(world):
    token = world.token(world.machine)
    folder = world.gateway.config.token_keys
    world.clock.advance(timedelta(seconds=1))
    new_token_key(folder, now=world.clock.now(), handover=timedelta(0))
    world.clock.advance(timedelta(seconds=1))
    return token


def _bound(world):
    return world.token(world.machine, shown=world.certified)


def _twice(world):
    token = world.token(world.machine)
    return called(token=token, more=(("authorization", f"Bearer {token}"),))


def _in_the_form(world):
    body = urlencode({"access_token": world.token(world.machine)}).encode()
    return Sent("POST", "/v1/ping", (FORM,), body)


ATTACKS = (
    _token("token-alg-none", _none),
    _token("token-alg-hs256-by-the-published-key", _hs256),
    _token("token-signature-altered", _altered_signature),
    _token("token-claims-altered", _altered_claims),
    _token("token-without-its-signature", lambda w: ".".join([*_parts(w)[:2], ""])),
    _token("token-by-the-partner-s-key", _by(lambda w: w.machine.key, lambda w: w.machine.kid)),
    _token(
        "token-by-the-partner-s-key-under-our-kid",
        _by(lambda w: w.machine.key, lambda w: _own_key(w)[0]),
    ),
    _token("token-by-the-key-of-acknowledgements", _by(_acknowledgement_key, _acknowledgement_kid)),
    _token(
        "token-by-the-key-of-acknowledgements-under-the-other-kid",
        _by(_acknowledgement_key, lambda w: _own_key(w)[0]),
    ),
    _token("token-is-a-receipt", _of_a_receipt),
    _token("token-is-an-assertion", lambda w: w.machine.assertion()),
    _token("token-of-typ-jwt", lambda w: _ours(w, typ="JWT")),
    _token("token-with-crit", lambda w: _ours(w, header={"crit": ["exp"]})),
    _token("token-with-jku", lambda w: _ours(w, header={"jku": "https://attacker.example"})),
    _token(
        "token-with-jwk",
        lambda w: _ours(w, header={"jwk": public_jwk_of(w.machine.key.public_key())}),
    ),
    _claims("token-aud-another", aud="https://attacker.example"),
    _claims("token-aud-in-a-list", aud=[ISSUER, "https://attacker.example"]),
    _claims("token-iss-another", iss="https://attacker.example"),
    _claims("token-exp-1e15", exp=10**14),
    _claims("token-of-a-year", exp=lambda w: w.machine.now + 31_536_000),
    _claims("token-exp-a-text", exp="9999999999"),
    _claims("token-exp-missing", exp=None),
    _claims("token-iat-to-come", iat=lambda w: w.machine.now + 60),
    _claims("token-jti-missing", jti=None),
    _claims("token-with-one-claim-more", admin=True),
    _claims("token-sub-of-another", sub="operator"),
    _claims("token-of-nobody", sub="nobody", client_id="nobody"),
    _claims("token-scope-unknown", scope="everything"),
    _claims("token-scope-empty", scope=""),
    _claims("token-credential-of-another", credential=lambda w: w.of_operator.kid),
    _claims("token-credential-of-nobody", credential="x" * 43),
    _claims("token-cnf-empty", cnf={}),
    _claims("token-cnf-null", cnf=[]),
    _token("token-of-a-disabled-partner", lambda w: w.token_of_disabled),
    _token("token-of-a-key-revoked-since", _revoked_since),
    _token("token-ended", _expired),
    _token("token-by-a-key-that-ended", _by_an_ended_key),
    _token("token-padded", lambda w: w.token(w.machine) + "="),
    _token("token-of-3-kb", lambda w: w.token(w.machine) + "A" * 3_000),
    _token("token-stolen-without-its-certificate", _bound, twin="bound-token"),
    Attack(
        "token-stolen-over-another-certificate-of-the-partner",
        lambda w: called(token=_bound(w), shown=w.second),
        twin="bound-token",
    ),
    Attack(
        "token-stolen-over-another-partner-s-certificate",
        lambda w: called(token=_bound(w), shown=w.certified_operator),
        twin="bound-token",
    ),
    Attack(
        "token-free-over-another-partner-s-certificate",
        lambda w: called(token=w.token(w.machine), shown=w.certified_operator),
        twin="bound-token",
    ),
    Attack("token-twice", _twice, status=400, code="B001", twin="token"),
    Attack("token-in-the-form", _in_the_form, twin="token"),
    Attack(
        "token-in-the-address",
        lambda w: called(path="/v1/me?access_token=" + w.token(w.machine)),
        twin="token",
    ),
    Attack(
        "token-under-another-scheme",
        lambda w: called(more=(("authorization", "DPoP " + w.token(w.machine)),)),
        twin="token",
    ),
    Attack(
        "token-beyond-its-scope",
        lambda w: Sent(
            "POST",
            "/v1/transmissions",
            (
                ("authorization", "Bearer " + w.token(w.machine, scope="transmissions.read")),
                JSON,
            ),
            builders.in_json(builders.a_transmission()),
        ),
        status=403,
        code="A002",
        twin="token",
    ),
)
