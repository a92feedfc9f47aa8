"""Requests whose signature (RFC 9421) proves nothing, or something else than they are."""

import base64
import hashlib

from tests import builders
from tests.hostile.authentication.world import (
    JSON,
    Attack,
    called,
    changed,
    signed,
    with_token,
)
from tests.machines import in_rfc9440


def _made(name, twin="signature", **given):
    """Signed as stated: right in all but that."""

    def make(world):
        stated = {k: v(world) if callable(v) else v for k, v in given.items()}
        return signed(world.machine, **stated)

    return Attack(name, make, twin=twin)


def _spoilt(name, spoil, *, twin="signature", status=401, code="A001"):
    """Signed right, then changed on the way."""
    return Attack(name, lambda w: spoil(signed(w.machine)), status=status, code=code, twin=twin)


def _by(name, make, twin="signature"):
    return Attack(name, make, twin=twin)


def _field(sent, name):
    return next(value for key, value in sent.headers if key == name)


def _input(spoil):
    return lambda sent: changed(sent, signature_input=spoil(_field(sent, "signature-input")))


def _value(spoil):
    return lambda sent: changed(sent, signature=spoil(_field(sent, "signature")))


def _octets(spoil):
    def altered(value):
        octets = base64.b64decode(value.removeprefix("sig=:").removesuffix(":"))
        return f"sig=:{base64.b64encode(spoil(octets)).decode()}:"

    return _value(altered)


def _more(*fields):
    return lambda sent: sent._replace(headers=(*sent.headers, *fields))


def _now(delta):
    return lambda w: w.machine.now + delta


def _digest(octets, name="sha-256", algorithm="sha256"):
    made = base64.b64encode(hashlib.new(algorithm, octets).digest()).decode()
    return f"{name}=:{made}:"


def _covering(name, *components, twin="signature"):
    return _made(name, twin=twin, covered=components)


_ALL = ("@method", "@target-uri", "content-digest", "content-type")
_OTHER_BODY = builders.in_json(builders.a_transmission(issuedAt="2026-11-01T08:00:00.000Z"))

COVERAGE = (
    _covering("signature-without-the-method", *_ALL[1:]),
    _covering("signature-without-the-target", "@method", *_ALL[2:]),
    _covering("signature-without-the-path", "@method", "@authority", *_ALL[2:]),
    _covering("signature-without-the-authority", "@method", "@path", *_ALL[2:]),
    _covering("signature-without-the-digest", "@method", "@target-uri", "content-type"),
    _covering("signature-without-the-type", "@method", "@target-uri", "content-digest"),
    _by("signature-without-the-token-beside-it", lambda w: with_token(w, covered=_ALL),
        twin="signature-beside-a-token"),
    _covering("signature-of-a-component-twice", *_ALL, "content-type"),
)  # fmt: skip
PARAMETERS = (
    _made("signature-of-6-minutes-ago", created=_now(-301)),
    _made("signature-to-come", created=_now(61)),
    _made("signature-ended", created=_now(-60), expires=_now(-1)),
    _made("signature-of-no-time", created="now"),
    _made("signature-tag-of-another-use", tag="web-bot-auth"),
    _made("signature-tag-in-capitals", tag="SISERI-REQUEST"),
    _made("signature-alg-hmac", alg="hmac-sha256"),
    _made("signature-alg-rsa-pkcs1", alg="rsa-v1_5-sha256"),
    _made("signature-alg-p384", alg="ecdsa-p384-sha384"),
    _made("signature-alg-of-another-key", alg="ed25519"),
    _made("signature-keyid-of-nobody", keyid="x" * 43),
    _made("signature-keyid-a-path", keyid="../../etc/passwd"),
    _made("signature-keyid-of-another-partner", keyid=lambda w: w.of_operator.kid),
    _made("signature-keyid-of-a-certificate", keyid=lambda w: w.certified.thumbprint),
    _made("signature-nonce-a-number", nonce=1),
    _made("signature-with-one-parameter-more", context="siseri"),
    _by("signed-by-a-stranger", lambda w: signed(w.stranger)),
    _by("signed-by-a-stranger-under-our-keyid",
        lambda w: signed(w.stranger, keyid=w.machine.kid)),
    _by("signed-by-a-revoked-key", lambda w: signed(w.revoked)),
    _by("signed-by-a-disabled-partner", lambda w: signed(w.disabled)),
)  # fmt: skip
CHANGES = (
    _spoilt("signed-body-changed", lambda sent: sent._replace(content=sent.content + b" ")),
    _spoilt("signed-body-replaced", lambda sent: sent._replace(content=_OTHER_BODY)),
    _spoilt(
        "signed-body-replaced-with-its-digest",
        lambda sent: changed(sent, content_digest=_digest(_OTHER_BODY))._replace(
            content=_OTHER_BODY
        ),
    ),
    _spoilt("signed-body-taken-away", lambda sent: sent._replace(content=b"")),
    _spoilt("signed-digest-taken-away", lambda sent: changed(sent, content_digest=None)),
    _spoilt(
        "signed-digest-twice",
        lambda sent: _more(("content-digest", _field(sent, "content-digest")))(sent),
    ),
    _spoilt(
        "signed-digest-of-md5",
        lambda sent: changed(sent, content_digest=_digest(sent.content, "md5", "md5")),
    ),
    _spoilt("signed-for-another-operation", lambda sent: sent._replace(path="/v1/checks")),
    _spoilt("signed-for-another-method", lambda sent: sent._replace(method="GET", content=b"")),
    _spoilt(
        "signed-with-a-query-added",
        lambda sent: sent._replace(path="/v1/transmissions?test=true"),
    ),
    _spoilt(
        "signed-type-changed",
        lambda sent: changed(sent, content_type="application/json; charset=utf-8"),
    ),
    _spoilt("signed-type-twice", _more(JSON)),
    _spoilt("signed-time-moved", _input(lambda v: v.replace("created=1", "created=2"))),
    _spoilt("signed-label-changed", _input(lambda v: v.replace("sig=", "sig2=", 1))),
    _spoilt("signed-component-taken-away", _input(lambda v: v.replace(' "content-type"', ""))),
    _spoilt("signature-altered", _octets(lambda o: o[:-1] + bytes([o[-1] ^ 1]))),
    _spoilt("signature-of-zeros-on-a-request", _octets(lambda _o: bytes(64))),
    _spoilt("signature-cut-on-a-request", _octets(lambda o: o[:-1])),
    _spoilt("signature-in-hexadecimal", _value(lambda v: "sig=" + v.encode().hex())),
    _spoilt("signature-taken-away", lambda sent: changed(sent, signature=None)),
    _spoilt("signature-input-taken-away", lambda sent: changed(sent, signature_input=None)),
    _spoilt("signature-input-twice", lambda sent: _more(
        ("signature-input", _field(sent, "signature-input")))(sent)),
    _spoilt("signatures-two-of-one-label", lambda sent: changed(
        sent, signature=f"{_field(sent, 'signature')}, {_field(sent, 'signature')}")),
    _spoilt("signatures-two", lambda sent: changed(
        sent,
        signature_input=_field(sent, "signature-input") + ", b" + _field(sent, "signature-input"),
        signature=_field(sent, "signature") + ", b" + _field(sent, "signature"))),
    _spoilt("signature-input-not-canonical", _input(lambda v: v.replace(" ", "  ", 1))),
    _spoilt("signature-input-of-5-kb", _input(lambda v: v + ";x=" + "1" * 5000)),
    _spoilt("signature-input-no-structured-field", _input(lambda _v: "sig=(")),
    _spoilt("signature-input-not-ascii", _input(lambda v: v + ';x="\u00e9"')),
    _spoilt("component-of-the-request-behind", _input(
        lambda v: v.replace('"@method"', '"@method";req'))),
    _spoilt("component-serialised", _input(
        lambda v: v.replace('"content-digest"', '"content-digest";sf'))),
    _spoilt("component-of-a-member", _input(
        lambda v: v.replace('"content-digest"', '"content-digest";key="sha-256"'))),
    _spoilt("component-in-bytes", _input(
        lambda v: v.replace('"content-type"', '"content-type";bs'))),
    _spoilt("component-status", _input(lambda v: v.replace('"@method"', '"@status"'))),
    _spoilt("component-query-param", _input(
        lambda v: v.replace('"@method"', '"@method" "@query-param";name="x"'))),
    _spoilt("component-in-capitals", _input(
        lambda v: v.replace('"content-type"', '"Content-Type"'))),
    _spoilt("component-that-is-not-there", _input(lambda v: v.replace('"@method"', '"date"'))),
    _spoilt("component-a-token", _input(lambda v: v.replace('"@method"', "method"))),
    _by("signed-beside-another-s-token", lambda w: signed(
        w.machine, more=(JSON, ("authorization", f"Bearer {w.token(w.of_operator)}"))),
        twin="signature-beside-a-token"),
    _by("signed-beside-another-s-certificate", lambda w: _more(
        ("client-cert", in_rfc9440(w.certified_operator.der)))(signed(w.machine))),
    _by("signed-beside-a-token-that-opens-nothing", lambda w: signed(
        w.machine, more=(JSON, ("authorization", "Bearer " + "x" * 43))),
        twin="signature-beside-a-token"),
    _by("signed-for-another-host", lambda w: signed(w.machine, scheme="https")),
)  # fmt: skip

DEMANDED = (
    Attack(
        "token-where-a-signature-is-demanded",
        lambda w: called(token=w.token(w.signing)),
        twin="signature-demanded",
    ),
)

ATTACKS = (*DEMANDED, *COVERAGE, *PARAMETERS, *CHANGES)
