"""Invitations: 256 random bits told once, of which the gateway keeps a digest alone."""

import hashlib
import secrets
from typing import Final

INVITATION_BYTES: Final = 32
DAYS: Final = 14
"""How long an invitation may wait, unless it is said otherwise."""
MAX_DAYS: Final = 60


def new_invitation() -> str:
    """A secret nobody can guess, so that a plain digest hides it."""
    return secrets.token_urlsafe(INVITATION_BYTES)


def digest_of_invitation(invitation: str) -> bytes:
    """Under which it is kept."""
    return hashlib.sha256(invitation.encode("utf-8", "surrogatepass")).digest()
