"""Codes and access tokens: 256 random bits kept as a digest, what they stand for sealed by them.

A code lives for 60 seconds and is exchanged once (RFC 6749 §4.1.2, RFC 9700 §2.1.1); a second use,
or one by its own portal that does not prove itself, ends what it gave. An access token lives for
five minutes and opens userinfo alone.
"""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final

import msgspec

from gateway.model.portal import HandOver, KeptCode, PortalGrant
from gateway.ports import Clock
from gateway.ports.portals import PortalGrants
from signing.errors import SigningError
from signing.self_sealed import open_by, seal_by

CODE_LIFETIME: Final = timedelta(seconds=60)
ACCESS_LIFETIME_S: Final = 300
_BYTES: Final = 32
SECRET_CHARS: Final = 43
_CODE: Final = "op-code"
_ACCESS: Final = "op-access-token"


class Grants:
    """Gives codes, exchanges them, and opens access tokens."""

    def __init__(self, *, kept: PortalGrants, clock: Clock) -> None:
        self._kept = kept
        self._clock = clock

    def code_for(self, grant: PortalGrant) -> str:
        """A code that stands for `grant`."""
        code = secrets.token_urlsafe(_BYTES)
        kept = KeptCode(
            portal_id=grant.portal_id,
            sealed=seal_by(code, msgspec.json.encode(grant), purpose=_CODE),
            until=self._clock.now() + CODE_LIFETIME,
            is_spent=False,
        )
        self._kept.keep_code(_digest(code), kept)
        return code

    def grant_of(self, code: str, *, portal_id: str) -> PortalGrant | None:
        """What a code of this portal stands for; a second use ends it, and what it gave."""
        kept = self._kept.code(_digest(code)) if len(code) == SECRET_CHARS else None
        if kept is None or kept.portal_id != portal_id:
            return None
        if kept.is_spent:
            self.end(code)
            return None
        return _opened(code, kept.sealed, purpose=_CODE)

    def exchange(
        self, code: str, access_token: str, grant: PortalGrant, *, account_id: str
    ) -> bool:
        """Spend the code for that token; False where it is over, or somebody was before.

        Here an identity is handed over: with its entry in the audit trail, or not at all.

        Raises:
            Overloaded: the database cannot write it; the code is not spent.
        """
        sealed = seal_by(access_token, msgspec.json.encode(grant), purpose=_ACCESS)
        until = self._clock.now() + timedelta(seconds=ACCESS_LIFETIME_S)
        return self._kept.exchange(
            _digest(code),
            access_sha256=_digest(access_token),
            sealed=sealed,
            until=until,
            handed=HandOver(account_id=account_id, acr=grant.acr, scopes=grant.scopes),
        )

    def end(self, code: str) -> None:
        """The code opens nothing any more, nor does what it gave."""
        self._kept.revoke(_digest(code))

    def opened(self, access_token: str) -> PortalGrant | None:
        """What a live access token stands for."""
        if len(access_token) != SECRET_CHARS:
            return None
        kept = self._kept.access(_digest(access_token))
        return None if kept is None else _opened(access_token, kept[1], purpose=_ACCESS)


def new_access_token() -> str:
    """Opaque to whoever has it."""
    return secrets.token_urlsafe(_BYTES)


def _opened(secret: str, sealed: bytes, *, purpose: str) -> PortalGrant | None:
    try:
        return msgspec.json.decode(open_by(secret, sealed, purpose=purpose), type=PortalGrant)
    except SigningError:  # somebody changed what is kept
        return None


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
