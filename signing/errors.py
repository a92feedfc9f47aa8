"""What can go wrong here. No message ever holds content, key material or a personal datum."""


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
