"""What can go wrong here. No message ever holds content, key material or a personal datum."""

from enum import StrEnum


class SigningError(Exception):
    """Root of every error raised on purpose by `signing`; catch this one at a border."""


class KeyUnusable(SigningError):
    """A key, certificate or register is absent, malformed, open to others or out of its time."""


class SignatureInvalid(SigningError):
    """A receipt proves nothing: the `step` of the proof that failed, and the `reason`."""

    def __init__(self, step: int, reason: str) -> None:
        """`step` counts the proof's steps from 1; `reason` names the defect, never the content."""
        super().__init__(f"step {step}: {reason}")
        self.step = step
        self.reason = reason


class SealBroken(SigningError):
    """Sealed bytes do not open: they, their context or their key are not those of the sealing."""


class Unfit(StrEnum):
    """Why a credential that a partner offers is not taken."""

    KEY = "key"
    """Its kind or strength, or it is private."""
    POSSESSION = "possession"
    """Nothing proves that whoever offers it holds the private key."""
    CERTIFICATE = "certificate"
    """It cannot be read as certificates."""
    PATH = "path"
    """No path leads from it to an authority that is trusted."""
    TIME = "time"
    """It is not valid now."""
    REVOKED = "revoked"
    """Its authority has revoked it, or one above it."""
    REVOCATION_UNKNOWN = "revocation-unknown"
    """Its authority publishes revocations, and none that is fresh is at hand."""
    USE = "use"
    """It is not for the authentication of its holder."""
    ORGANISATION = "organisation"
    """It does not name the partner's organisation."""
    REQUEST = "request"
    """The signing request cannot be read, or asks for what is not given."""


class CredentialRefused(SigningError):
    """What a partner offers is not taken: `why` is stable, the message names no value."""

    def __init__(self, why: Unfit, reason: str) -> None:
        """`reason` names the defect, never the content."""
        super().__init__(reason)
        self.why = why
