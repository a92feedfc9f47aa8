"""Assertions that a client would authenticate by, each spoilt in one way (RFC 7523, RFC 8725)."""

import hmac
import json

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.canonical import jcs
from signing.partner_key import public_jwk_of
from tests.hostile.authentication.world import ISSUER, Attack, asked
from tests.machines import compact, signature_of

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def _of(name, **given):
    """By what the header or the claims of the laboratory's machine say."""
    return Attack(
        name,
        lambda w: asked(w.machine.form(w.machine.assertion(**_made(given, w)))),
        code="invalid_client",
    )


def _made(given, world):
    return {name: value(world) if callable(value) else value for name, value in given.items()}


def _header(name, **header):
    return _of(name, header=header)


def _claims(name, **claims):
    return _of(name, claims=lambda w: {k: v(w) if callable(v) else v for k, v in claims.items()})


def _signed(name, sign, *, header=None):
    """By what signs; `sign` gets the world and the input."""
    return Attack(
        name,
        lambda w: asked(
            w.machine.form(w.machine.assertion(header=header, sign=lambda octets: sign(w, octets)))
        ),
        code="invalid_client",
    )


def _text(name, spoil):
    """By what the compact form is spelt as."""
    return Attack(
        name,
        lambda w: asked(w.machine.form(spoil(w.machine.assertion()))),
        code="invalid_client",
    )


def _raw(name, header=None, claims=None):
    """By the very bytes of a part."""

    def make(w):
        sound_header, sound_claims = jcs(w.machine.header()), jcs(w.machine.claims())
        octets = (
            header(sound_header) if header else sound_header,
            claims(sound_claims) if claims else sound_claims,
        )
        return asked(w.machine.form(compact(*octets, lambda m: signature_of(w.machine.key, m))))

    return Attack(name, make, code="invalid_client")


def _by(name, make):
    return Attack(name, make, code="invalid_client")


def _public_pem(w):
    public = w.machine.key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _hs256(key):
    return lambda w, octets: hmac.digest(key(w), octets, "sha256")


def _raw_rs(r, s):
    return lambda _w, _octets: r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _der(w, octets):
    return w.machine.key.sign(octets, ec.ECDSA(SHA256()))


def _longer_s(w):
    """Ed25519: S + L verifies under lax readers (RFC 8032 §5.1.7)."""

    def sign(octets):
        made = w.ed25519.key.sign(octets)
        s = int.from_bytes(made[32:], "little") + ED25519_ORDER
        return made[:32] + s.to_bytes(32, "little")

    return asked(w.ed25519.form(w.ed25519.assertion(sign=sign)))


def _pkcs1(w, alg):
    def sign(octets):
        return w.rsa.key.sign(octets, padding.PKCS1v15(), SHA256())

    return asked(w.rsa.form(w.rsa.assertion(header={"alg": alg}, sign=sign)))


def _replayed(w):
    form = w.machine.form()
    assert w.send(asked(form)).status_code == 200
    return asked(form)


def _by_certificate_key(w):
    machine = w.certified
    return asked(machine.form(machine.assertion(header={"kid": machine.thumbprint})))


def _now(delta):
    return lambda w: w.machine.now + delta


_DEEP = b"[" * 3000 + b"]" * 3000

ALGORITHMS = (
    _signed("alg-none", lambda _w, _o: b"", header={"alg": "none"}),
    _signed("alg-none-in-other-letters", lambda _w, _o: b"", header={"alg": "nOnE"}),
    _signed("alg-hs256-by-the-public-key-in-pem", _hs256(_public_pem), header={"alg": "HS256"}),
    _signed(
        "alg-hs256-by-the-jwk",
        _hs256(lambda w: jcs(public_jwk_of(w.machine.key.public_key()))),
        header={"alg": "HS256"},
    ),
    _signed("alg-hs256-by-nothing", _hs256(lambda _w: b""), header={"alg": "HS256"}),
    _header("alg-of-another-curve", alg="ES384"),
    _header("alg-of-another-kind-of-key", alg="PS256"),
    _header("alg-es256k", alg="ES256K"),
    _header("alg-a-list", alg=["ES256"]),
    _header("alg-missing", alg=None),
    _by("alg-rs256", lambda w: _pkcs1(w, "RS256")),
    _by("alg-ps256-over-pkcs1", lambda w: _pkcs1(w, "PS256")),
)
SIGNATURES = (
    _signed("signature-of-zeros", _raw_rs(0, 0)),
    _signed("signature-whose-r-is-zero", _raw_rs(0, 1)),
    _signed("signature-of-the-order", _raw_rs(ORDER, ORDER)),
    _signed("signature-in-der", _der),
    _signed("signature-empty", lambda _w, _o: b""),
    _signed("signature-cut", lambda w, o: signature_of(w.machine.key, o)[:-1]),
    _signed("signature-of-something-else", lambda w, o: signature_of(w.machine.key, o + b"x")),
    _signed("signature-by-a-stranger", lambda w, o: signature_of(w.stranger.key, o)),
    _signed("signature-by-another-partner", lambda w, o: signature_of(w.of_operator.key, o)),
    Attack("signature-ed25519-with-another-s", _longer_s, code="invalid_client",
           twin="assertion-ed25519"),
)  # fmt: skip
KEYS = (
    _header("kid-missing", kid=None),
    _header("kid-of-nobody", kid="x" * 43),
    _header("kid-a-path", kid="../../../../etc/passwd"),
    _header("kid-sql", kid="' OR '1'='1"),
    _header("kid-a-number", kid=1),
    _header("kid-an-object", kid={"a": 1}),
    _header("kid-of-600-characters", kid="k" * 600),
    _by("kid-of-a-stranger-s-key", lambda w: asked(w.stranger.form())),
    _by("kid-revoked", lambda w: asked(w.revoked.form())),
    _by("kid-of-a-certificate", _by_certificate_key),
    _by(
        "key-of-another-partner",
        lambda w: asked(
            w.of_operator.form(
                w.of_operator.assertion(claims={"iss": "laboratory", "sub": "laboratory"})
            )
        ),
    ),
    _by("client-disabled", lambda w: asked(w.disabled.form())),
    _by(
        "jwk-brings-its-key",
        lambda w: asked(
            w.stranger.form(
                w.stranger.assertion(header={"jwk": public_jwk_of(w.stranger.key.public_key())})
            )
        ),
    ),
    _header("jku", jku="https://attacker.example/keys.json"),
    _header("x5u", x5u="https://attacker.example/chain.pem"),
    _header("x5c", x5c=["MIIB"]),
    _header("x5t-s256", **{"x5t#S256": "x" * 43}),
    _header("crit", crit=["exp"], exp=1),
    _header("b64-false", b64=False, crit=["b64"]),
    _header("zip", zip="DEF"),
    _header("cty-of-a-token-within", cty="JWT"),
    _header("an-unknown-member", siseri=True),
    _header("typ-of-an-access-token", typ="at+jwt"),
    _header("typ-of-an-acknowledgement", typ="siseri-ack+jws"),
    _header("typ-a-list", typ=["JWT"]),
)
CLAIMS = (
    _claims("iss-missing", iss=None),
    _claims("iss-a-list", iss=["laboratory"]),
    _claims("sub-missing", sub=None),
    _claims("sub-of-another", sub="operator"),
    _claims("iss-and-sub-of-another", iss="operator", sub="operator"),
    _claims("iss-of-nobody", iss="nobody", sub="nobody"),
    _claims("aud-missing", aud=None),
    _claims("aud-the-token-endpoint", aud=f"{ISSUER}/oauth/token"),
    _claims("aud-in-a-list", aud=[ISSUER]),
    _claims("aud-us-and-another", aud=[ISSUER, "https://attacker.example"]),
    _claims("aud-another", aud="https://attacker.example"),
    _claims("aud-with-a-slash", aud=f"{ISSUER}/"),
    _claims("aud-in-capitals", aud=ISSUER.upper()),
    _claims("exp-missing", exp=None),
    _claims("exp-a-text", exp=lambda w: str(w.machine.now + 60)),
    _claims("exp-true", exp=True),
    _claims("exp-a-second-too-long", exp=_now(61)),
    _claims("exp-in-30-years", exp=_now(30 * 365 * 86_400)),
    _claims("exp-gone", iat=_now(-120), exp=_now(-60)),
    _claims("exp-before-iat", exp=_now(-1)),
    _claims("iat-missing", iat=None),
    _claims("iat-to-come", iat=_now(31), exp=_now(60)),
    _claims("nbf-to-come", nbf=_now(31)),
    _claims("nbf-a-text", nbf="now"),
    _claims("jti-missing", jti=None),
    _claims("jti-too-short", jti="1234567"),
    _claims("jti-a-list", jti=["12345678"]),
    _claims("jti-of-200-characters", jti="j" * 200),
    _claims("jti-with-a-line-break", jti="12345678\n"),
    _by("jti-twice", _replayed),
)
SPELLINGS = (
    _text("two-parts", lambda token: token.rpartition(".")[0]),
    _text("no-signature", lambda token: token.rpartition(".")[0] + "."),
    _text("four-parts", lambda token: token + ".AAAA"),
    _text("five-parts", lambda token: f"{token}..AAAA"),
    _text("padded", lambda token: token + "=="),
    _text("blank-before", lambda token: " " + token),
    _text("line-break-after", lambda token: token + "\n"),
    _text("of-10-kb", lambda token: token + "A" * 10_000),
    _text("in-json", lambda token: json.dumps({"jwt": token})),
    _raw("header-twice-alg", header=lambda h: h.replace(b'{"alg"', b'{"alg":"none","alg"')),
    _raw("claims-twice-aud", claims=lambda c: c.replace(b'{"aud"', b'{"aud":"x","aud"')),
    _raw("claims-a-list", claims=lambda _: b"[1]"),
    _raw("claims-a-text", claims=lambda _: b'"iss"'),
    _raw("claims-not-json", claims=lambda _: b"iss=laboratory"),
    _raw("claims-not-utf-8", claims=lambda c: c[:-1] + b',"x":"\xff"}'),
    _raw("claims-in-utf-16", claims=lambda c: c.decode().encode("utf-16")),
    _raw("claims-with-a-bom", claims=lambda c: b"\xef\xbb\xbf" + c),
    _raw("claims-deep", claims=lambda c: c[:-1] + b',"x":' + _DEEP[:2000] + b"}"),
    _raw("header-deep", header=lambda h: h[:-1] + b',"x":' + b"[" * 500 + b"]" * 500 + b"}"),
    _raw("claims-with-nan", claims=lambda c: c[:-1] + b',"x":NaN}'),
    _raw("exp-infinite", claims=lambda c: c.replace(b'"exp":', b'"exp":Infinity,"y":')),
    _raw("exp-1e300", claims=lambda c: c.replace(b'"exp":', b'"exp":1e300,"y":')),
    _raw("exp-a-fraction", claims=lambda c: c.replace(b',"iat"', b'.5,"iat"')),
    _raw("a-number-of-1000-digits", claims=lambda c: c[:-1] + b',"x":' + b"9" * 1000 + b"}"),
)


ATTACKS = (*ALGORITHMS, *SIGNATURES, *KEYS, *CLAIMS, *SPELLINGS)
