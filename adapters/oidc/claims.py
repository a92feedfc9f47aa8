"""The claims of an identity token and of what a provider says of a person (OIDC Core §3.1.3.7).

Of both:
(1) `iss` is the issuer that was configured, exactly;
(2) `aud` is this client, alone: an audience shared with strangers is refused;
(3) `iat` and, where it stands, `exp` fit our clock within 30 s: a token of the future, of long ago
    or past its end proves nothing;
(4) what the header of an encrypted token replicated is what the claims say (RFC 7519 §5.3).

Of the identity token beside:
(5) `exp` stands, and `sub`, of at most 255 visible characters of ASCII (§2);
(6) `nonce` is that of this attempt, compared in constant time;
(7) `at_hash`, where it stands, is that of the access token.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec

from adapters.oidc.jose import Claims, TokenNotBelieved
from gateway.model.federation import CLOCK_SKEW

OLDEST: Final = timedelta(minutes=5)
"""A token is made while we wait for it: what is older was kept by somebody."""
_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_LAST: Final = 4_102_444_800
"""The year 2100, in seconds: a later end is none, and our calendar has one."""
CLOCK: Final = "clock"
"""The step of (3): somebody's clock is wrong, ours perhaps."""


class IdToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a proven identity token says of the sign-in."""

    subject: str
    expires_at: float
    """Seconds since 1970."""
    acr: str | None
    amr: tuple[str, ...]

    def __repr__(self) -> str:
        return "IdToken(…)"


def check_common(
    claims: Claims, *, issuer: str, client_id: str, replicated: Claims, now: datetime
) -> None:
    """Hold (1) to (4), or raise `TokenNotBelieved`."""
    # (1) issuer
    if claims.get("iss") != issuer:
        raise TokenNotBelieved("iss")
    # (2) audience
    if claims.get("aud") not in (client_id, [client_id]):
        raise TokenNotBelieved("aud")
    # (3) time
    issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
    at = now.timestamp()
    if (
        issued is not None
        and not at - OLDEST.total_seconds() <= issued <= at + CLOCK_SKEW.total_seconds()
    ):
        raise TokenNotBelieved(CLOCK)
    if expires is not None and expires <= at - CLOCK_SKEW.total_seconds():
        raise TokenNotBelieved(CLOCK)
    # (4) what the outer header replicates
    for name, value in replicated.items():
        if value != issuer if name == "iss" else value != client_id:
            raise TokenNotBelieved("replicated")


def id_token(claims: Claims, *, nonce: str, access_token: str) -> IdToken:
    """Hold (5) to (7) of claims that hold (1) to (4), or raise `TokenNotBelieved`."""
    # (5) lifetime and subject
    expires, issued, subject = _seconds(claims, "exp"), _seconds(claims, "iat"), claims.get("sub")
    if expires is None or issued is None:
        raise TokenNotBelieved("lifetime")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise TokenNotBelieved("sub")
    # (6) nonce
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise TokenNotBelieved("nonce")
    # (7) the access token beside
    stated = claims.get("at_hash")
    if stated is not None and stated != _half_digest(access_token):
        raise TokenNotBelieved("at_hash")
    acr, amr = claims.get("acr"), claims.get("amr", [])
    if acr is not None and not isinstance(acr, str):
        raise TokenNotBelieved("acr")
    if not isinstance(amr, list) or not all(isinstance(method, str) for method in amr):
        raise TokenNotBelieved("amr")
    return IdToken(subject=subject, expires_at=expires, acr=acr, amr=tuple(amr))


def _seconds(claims: Claims, name: str) -> float | None:
    """A NumericDate (RFC 7519 §2); None where it is absent."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenNotBelieved("lifetime")
    if not 0 <= value <= _LAST:  # nor is NaN, which JSON has not and its reader takes
        raise TokenNotBelieved("lifetime")
    return float(value)


def _half_digest(access_token: str) -> str:
    """OIDC Core §3.1.3.6, of the algorithms that end in 256: all that are registered."""
    half = sha256(access_token.encode()).digest()[:16]
    return urlsafe_b64encode(half).rstrip(b"=").decode()
