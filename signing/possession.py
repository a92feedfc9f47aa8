"""Short statements that a partner signs with a key: that it holds it, or what becomes of another.

A compact JWS (RFC 7515) over the claims `aud`, `iat`, `exp`, `sub` and, under an invitation,
`nonce`. Three types, so that none passes for another (RFC 8725 §3.11):

    siseri-enrolment+jwt    the key that is enrolled signs: whoever sends it holds it
    siseri-renewal+jwt      a live key signs: the key `sub` is to be enrolled beside it
    siseri-revocation+jwt   a live key signs: the credential `sub` is revoked

The second wraps nothing of the first: both name `sub`, as the two signatures of a key change in
ACME do (RFC 8555 §7.3.5). What is demanded of a statement, by whoever knows what it must say:

(1) it is three parts of at most `MAX_CHARS`, each in its one spelling;
(2) its header is exactly `alg`, `typ` and, where a live key signs, `kid`; the algorithm is the one
    of the key, the type the one expected. No header names or brings a key (RFC 8725 §3.10);
(3) its signature verifies under the key that is known by other means;
(4) `aud` is one string, the gateway's public address (draft-ietf-oauth-rfc7523bis);
(5) it was made for at most 5 minutes, and is of now, within 60 s of skew;
(6) `sub` is the credential in question, `nonce` the digest of the invitation in question: neither
    can be used for another. A replay enrols what is enrolled already, which is refused.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from signing.canonical import jcs
from signing.encoding import from_base64url, to_base64url
from signing.errors import CredentialRefused, Unfit
from signing.partner_key import PrivateKey, PublicKey, algorithms_of

ENROLMENT: Final = "siseri-enrolment+jwt"
RENEWAL: Final = "siseri-renewal+jwt"
REVOCATION: Final = "siseri-revocation+jwt"
LIFETIME_S: Final = 300
SKEW_S: Final = 60
MAX_CHARS: Final = 4096
"""A statement signed by the longest RSA key takes under 2,000."""


class _Algorithm(jws.JWSRegistry):
    """What verifies by one algorithm. `EdDSA` is read as the only one it can mean here."""

    def __init__(self, name: str) -> None:
        super().__init__(algorithms=[name])

    def get_alg(self, name: str) -> Any:
        """See `JWSRegistry`."""
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is said, whoever signs it."""

    typ: str
    audience: str
    """The gateway's public address."""
    subject: str
    """The thumbprint of the credential in question; of the key, for a signing request."""
    nonce: str | None = None
    """`digest_of` the invitation, where there is one."""


def digest_of(invitation: str) -> str:
    """Name an invitation without telling it: SHA-256, base64url."""
    return to_base64url(sha256(invitation.encode("utf-8", "surrogatepass")).digest())


def sign_statement(
    key: PrivateKey, statement: Statement, *, now: datetime, kid: str | None = None
) -> str:
    """Sign `statement`, valid for `LIFETIME_S` from the aware `now`; `kid` names a live key."""
    header = {"alg": algorithms_of(key.public_key())[0], "typ": statement.typ}
    if kid is not None:
        header["kid"] = kid
    issued = int(now.timestamp())
    claims: dict[str, object] = {
        "aud": statement.audience,
        "iat": issued,
        "exp": issued + LIFETIME_S,
        "sub": statement.subject,
    }
    if statement.nonce is not None:
        claims["nonce"] = statement.nonce
    return jws.serialize_compact(header, jcs(claims), as_jwk(key), algorithms=[header["alg"]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a statement says of itself, of which nothing is believed yet."""

    kid: str
    """The live key that it says signed it."""
    subject: str


def claimed_by(compact: str) -> Claimed | None:
    """Tell under which live key a statement is to be verified; None where it names none."""
    parts = compact.split(".") if len(compact) <= MAX_CHARS else []
    if len(parts) != 3:  # noqa: PLR2004 (header, payload, signature)
        return None
    try:
        kid, subject = _json(parts[0]).get("kid"), _json(parts[1]).get("sub")
    except ValueError:
        return None
    if not isinstance(kid, str) or not isinstance(subject, str):
        return None
    return Claimed(kid=kid, subject=subject)


def demand_statement(
    compact: str, statement: Statement, *, key: PublicKey, now: datetime, kid: str | None = None
) -> None:
    """Hold the six points of this module, or raise `CredentialRefused` with the one that fails."""
    # (1) its form
    parts = compact.split(".") if len(compact) <= MAX_CHARS else []
    if len(parts) != 3:  # noqa: PLR2004 (header, payload, signature)
        raise _refused("is no compact JWS, or too long")
    try:
        header, claims = _json(parts[0]), _json(parts[1])
        from_base64url(parts[2])
    except ValueError:
        raise _refused("is no compact JWS over JSON") from None
    # (2) its header
    expected = {"typ": statement.typ, **({} if kid is None else {"kid": kid})}
    algorithm = header.pop("alg", None)
    if algorithm not in algorithms_of(key) or header != expected:
        raise _refused("has not exactly the algorithm of its key and its own type")
    # (3) its signature
    try:
        jws.deserialize_compact(compact, as_jwk(key), registry=_Algorithm(algorithms_of(key)[0]))
    except (JoseError, ValueError):
        raise _refused("is not signed by that key") from None
    # (4) for us
    if claims.pop("aud", None) != statement.audience:
        raise _refused("is not for this gateway")
    # (5) of now
    issued, expires = claims.pop("iat", None), claims.pop("exp", None)
    if type(issued) is not int or type(expires) is not int:
        raise _refused("does not say its time in whole seconds")
    at = int(now.timestamp())
    is_of_now = issued - SKEW_S <= at <= expires + SKEW_S
    if not (is_of_now and 0 < expires - issued <= LIFETIME_S):
        raise _refused("is not of now")
    # (6) of this credential, under this invitation
    said = {"sub": statement.subject}
    if statement.nonce is not None:
        said["nonce"] = statement.nonce
    if claims != said:
        raise _refused("is of another credential or invitation")


def _json(part: str) -> dict[str, Any]:
    """The object that a part encodes; `ValueError` where it is none, or a name stands twice."""
    try:
        value = json.loads(from_base64url(part), object_pairs_hook=_once)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - every defect is of one kind here
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def as_jwk(key: PrivateKey | PublicKey) -> ECKey | RSAKey | OKPKey:
    """Give `key` as the JOSE library takes it."""
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        return ECKey.import_key(key)
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return RSAKey.import_key(key)
    return OKPKey.import_key(key)


def _refused(what: str) -> CredentialRefused:
    return CredentialRefused(Unfit.POSSESSION, f"the statement of possession {what}")
