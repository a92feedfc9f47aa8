"""What every assertion says by which a client authenticates, before it is known whose it is.

`private_key_jwt` (OpenID Connect Core §9) as RFC 7521 §4.2, RFC 7523 §3, RFC 8725 and
draft-ietf-oauth-rfc7523bis have it:

(1) a strict token, whose `typ` is that of a client's assertion where it has one;
(2) `iss` and `sub` are the client, and the `client_id` that the request states, if it states one;
(3) `aud` is our issuer identifier, as one string: no assertion made for us and another is taken;
(4) it was made for at most 60 seconds, and is of now: nothing in it lies in the future;
(5) it has a `jti` of 8 to 128 visible characters, by which it is taken but once.

Nothing is proven yet: the caller finds the client's key by `token.kid`, verifies the signature by
`signing.oauth.jwt.verify`, and then spends the `jti`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from signing.oauth.jwt import Profile, ReadToken, TokenRefused, read

MAX_LIFETIME_S: Final = 60
SKEW_S: Final = 30
"""How far a client's clock may go ahead of ours, or its assertion's end lie behind it."""
_TYPES: Final = frozenset({None, "JWT", "client-authentication+jwt"})
_MAX_CHARS: Final = 4096
_JTI: Final = re.compile(r"[\x21-\x7e]{8,128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAssertion:
    """An assertion that was read and not yet believed. Its `repr` shows nothing."""

    token: ReadToken
    client_id: str
    jti: str
    until: datetime
    """As long must the `jti` be remembered as spent: after it, (4) refuses it."""

    def __repr__(self) -> str:
        return "StatedAssertion(…)"


def read_assertion(
    assertion: str,
    *,
    algorithms: frozenset[str],
    issuer: str,
    client_id: str | None,
    now: datetime,
) -> StatedAssertion:
    """Hold the five points, or raise `TokenRefused`. `issuer` is ours (RFC 8414 §2)."""
    # (1) strict
    token = read(assertion, Profile(algorithms=algorithms, types=_TYPES, max_chars=_MAX_CHARS))
    # (2) one client, (3) for us alone
    claims = token.claims
    stated = claims.get("iss")
    is_one = isinstance(stated, str) and claims.get("sub") == stated == (client_id or stated)
    if not is_one or claims.get("aud") != issuer:
        raise TokenRefused("not of that client, or not for us alone")
    # (4) of now
    ends = _end_of_now(token, now)
    # (5) once
    jti = claims.get("jti")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise TokenRefused("no jti that can be remembered")
    return StatedAssertion(
        token=token, client_id=str(stated), jti=jti, until=ends + timedelta(seconds=SKEW_S)
    )


def _end_of_now(token: ReadToken, now: datetime) -> datetime:
    """When the assertion ends, if it is of now and short."""
    instants = [token.claims.get(name) for name in ("iat", "exp")]
    not_before = token.claims.get("nbf", instants[0])
    if not all(type(instant) is int for instant in (*instants, not_before)):
        raise TokenRefused("instants that are no whole seconds")
    issued, ends, begins = (int(str(instant)) for instant in (*instants, not_before))
    at = now.timestamp()
    is_short = 0 < ends - issued <= MAX_LIFETIME_S
    if not is_short or max(issued, begins) > at + SKEW_S or ends < at - SKEW_S:
        raise TokenRefused("too long, over, or not begun")
    return datetime.fromtimestamp(ends, UTC)
