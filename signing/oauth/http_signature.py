"""HTTP message signatures (RFC 9421) over requests, in one narrow profile.

`read_signature`, from the header fields alone:
(1) one Signature-Input and one Signature, each of one member of the same label, in the canonical
    form of RFC 9651: what was parsed is what was written;
(2) parameters `created`, `keyid`, `alg`, `tag` and at most `expires` and `nonce`, each of its type;
    `alg` on the allow-list, `tag` ours, so that a signature meant for another use is none here;
(3) components once each, without parameters of theirs; of derived ones those of the target alone.

`demand_coverage`:
(4) @method, and @target-uri or @authority with @path and, of a target that has one, @query;
(5) Content-Type and Content-Digest where there is a body; Authorization where there is one.

`demand_fresh`:
(6) made within the last five minutes, not ended, not of the future beyond a minute of skew.

`verify`:
(7) the base (§2.5) is rebuilt from the request as received, a field that stands twice refuses;
(8) the signature holds, by the one algorithm of the key.

`content_digests` reads RFC 9530; that the body has those digests is for whoever reads the body.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import http_sf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA512

from signing.ecdsa import verifies
from signing.errors import SigningError
from signing.partner_key import PublicKey

TAG: Final = "siseri-request"
WINDOW_S: Final = 300
SKEW_S: Final = 60
MAX_FIELD_CHARS: Final = 2048
MAX_COMPONENTS: Final = 32
INPUT, SIGNATURE, DIGEST = "signature-input", "signature", "content-digest"
_ALGORITHMS: Final = ("ecdsa-p256-sha256", "rsa-pss-sha512", "ed25519")
_REQUIRED: Final = {"created": int, "keyid": str, "alg": str, "tag": str}
_OPTIONAL: Final = {"expires": int, "nonce": str}
_DERIVED: Final = frozenset({"@method", "@target-uri", "@authority", "@path", "@query"})
_DIGEST_BYTES: Final = {"sha-256": 32, "sha-512": 64}
_BODILESS: Final = frozenset({"GET", "HEAD"})


class SignatureRefused(SigningError):
    """A signature that proves nothing; the text names the defect, never the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request as its signature sees it."""

    method: str
    scheme: str
    authority: str
    """Host, in lower case, with its port unless that of the scheme."""
    path: str
    query: str
    """Without its question mark."""
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in order of arrival."""

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of that field, without blanks around it."""
        return tuple(value.strip(" \t") for known, value in self.headers if known == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSignature:
    """A signature that was read and not yet believed. Its `repr` shows nothing."""

    components: tuple[str, ...]
    created: int
    expires: int | None
    keyid: str
    alg: str
    params: str
    """The value of `@signature-params`."""
    signature: bytes

    def __repr__(self) -> str:
        return "ReadSignature(…)"


def read_signature(request: SignedRequest) -> ReadSignature:
    """Hold points (1) to (3), or raise `SignatureRefused`."""
    # (1) one of each, canonical
    label, (components, params) = _only_member(request, INPUT)
    signed_label, (signature, more) = _only_member(request, SIGNATURE)
    if label != signed_label or not isinstance(signature, bytes) or more:
        raise SignatureRefused("not one signature and its input")
    # (2) parameters
    known = {**_REQUIRED, **_OPTIONAL}
    if not _REQUIRED.keys() <= params.keys() <= known.keys():
        raise SignatureRefused("not the parameters of the profile")
    if any(type(value) is not known[name] for name, value in params.items()):
        raise SignatureRefused("a parameter of another type")
    if params["alg"] not in _ALGORITHMS or params["tag"] != TAG:
        raise SignatureRefused("an algorithm or a tag that is not admitted")
    # (3) components
    if not isinstance(components, list) or not 1 <= len(components) <= MAX_COMPONENTS:
        raise SignatureRefused("no list of components")
    names = tuple(_component(item) for item in components)
    if len(set(names)) != len(names):
        raise SignatureRefused("a component that stands twice")
    return ReadSignature(
        components=names,
        created=cast("int", params["created"]),
        expires=cast("int | None", params.get("expires")),
        keyid=cast("str", params["keyid"]),
        alg=params["alg"],
        params=request.values(INPUT)[0].partition("=")[2],
        signature=signature,
    )


def demand_coverage(read: ReadSignature, request: SignedRequest) -> None:
    """Hold points (4) and (5), or raise `SignatureRefused`."""
    covered = set(read.components)
    # (4) the target
    parts = {"@authority", "@path"} | ({"@query"} if request.query else set())
    if "@method" not in covered or not ("@target-uri" in covered or parts <= covered):
        raise SignatureRefused("the method or the target is not covered")
    # (5) the content
    needed = {"authorization"} if request.values("authorization") else set()
    if request.method not in _BODILESS or request.values(DIGEST):
        needed |= {"content-type", DIGEST}
    if not needed <= covered:
        raise SignatureRefused("the content or the authorization is not covered")


def demand_fresh(read: ReadSignature, *, now_s: float) -> None:
    """Hold point (6), or raise `SignatureRefused`; `now_s` counts from the Unix epoch."""
    # (6) the window
    if not now_s - WINDOW_S <= read.created <= now_s + SKEW_S:
        raise SignatureRefused("not made within the window")
    if read.expires is not None and read.expires < now_s:
        raise SignatureRefused("a signature that has ended")


def verify(read: ReadSignature, request: SignedRequest, public_key: PublicKey) -> None:
    """Hold points (7) and (8), or raise `SignatureRefused`."""
    # (7) the base
    base = signature_base(request, read.components, read.params)
    # (8) the signature
    if not holds(public_key, read.alg, signature=read.signature, message=base):
        raise SignatureRefused("the signature does not hold")


def signature_base(request: SignedRequest, components: tuple[str, ...], params: str) -> bytes:
    """What is signed (RFC 9421 §2.5); raise `SignatureRefused` where a field is not there once."""
    lines = [f'"{name}": {_value(request, name)}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode("latin-1")


def holds(public_key: PublicKey, alg: str, *, signature: bytes, message: bytes) -> bool:
    """Whether it is the signature of that key by that algorithm (RFC 9421 §3.3)."""
    try:
        if isinstance(public_key, rsa.RSAPublicKey):
            scheme = padding.PSS(mgf=padding.MGF1(SHA512()), salt_length=64)
            public_key.verify(signature, message, scheme, SHA512())
            return alg == "rsa-pss-sha512"
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            is_p256 = public_key.curve.name == "secp256r1" and alg == "ecdsa-p256-sha256"
            return is_p256 and verifies(public_key, signature, message)
        public_key.verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return alg == "ed25519"


def content_digests(request: SignedRequest) -> Mapping[str, bytes]:
    """The digests of the body that a request states (RFC 9530 §2), by algorithm; none, one or two.

    Raises `SignatureRefused` where they are not SHA-256 or SHA-512 of their length.
    """
    stated = request.values(DIGEST)
    if not stated:
        return {}
    digests: dict[str, bytes] = {}
    for name, (value, params) in _dictionary(stated).items():
        if not isinstance(value, bytes) or len(value) != _DIGEST_BYTES.get(name) or params:
            raise SignatureRefused("not a digest of the profile")
        digests[name] = value
    return digests


def _only_member(request: SignedRequest, name: str) -> tuple[str, tuple[object, dict[str, object]]]:
    members = _dictionary(request.values(name))
    if len(members) != 1:
        raise SignatureRefused("not one signature")
    return next(iter(members.items()))


def _dictionary(values: tuple[str, ...]) -> dict[str, tuple[object, dict[str, object]]]:
    """One field of one line, a dictionary in canonical form."""
    if len(values) != 1 or len(values[0]) > MAX_FIELD_CHARS:
        raise SignatureRefused("a field of signatures is missing, repeated or too long")
    try:
        octets = values[0].encode("ascii")
        parsed = http_sf.parse(octets, tltype="dictionary")
        is_canonical = http_sf.ser(parsed) == values[0]
    except (ValueError, TypeError, LookupError) as error:
        raise SignatureRefused("not a structured field") from error
    if not is_canonical or not parsed:
        raise SignatureRefused("not in canonical form (RFC 9651)")
    return cast("dict[str, tuple[object, dict[str, object]]]", parsed)


def _component(item: object) -> str:
    if not isinstance(item, tuple) or item[1] or type(item[0]) is not str:
        raise SignatureRefused("a component with parameters, or that is no string")
    name = item[0]
    if name != name.lower() or (name.startswith("@") and name not in _DERIVED):
        raise SignatureRefused("a component that is not admitted")
    return name


def _value(request: SignedRequest, name: str) -> str:
    query = f"?{request.query}"
    derived = {
        "@method": request.method,
        "@authority": request.authority,
        "@path": request.path,
        "@query": query,
        "@target-uri": f"{request.scheme}://{request.authority}{request.path}"
        + (query if request.query else ""),
    }
    if name in derived:
        return derived[name]
    values = request.values(name)
    if len(values) != 1 or not values[0].isascii():
        raise SignatureRefused("a covered field is missing, repeated or not ASCII")
    return values[0]
