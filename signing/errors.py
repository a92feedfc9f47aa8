"""What can go wrong in this library. No message ever holds content, key material or a personal datum."""


class SigningError(Exception):
    """Root of every error raised on purpose by `signing`; catch this one at a border."""


class KeyUnusable(SigningError):
    """A key, certificate or register of keys is absent, malformed, too widely readable or out of its time."""


class SignatureInvalid(SigningError):
    """A receipt proves nothing: the `step` of the proof that failed, and the `reason`."""

    def __init__(self, step: int, reason: str) -> None:
        """`step` is the number of the proof's step, from 1; `reason` names the defect, never the content."""
        super().__init__(f"step {step}: {reason}")
        self.step = step
        self.reason = reason


class SealBroken(SigningError):
    """Sealed bytes cannot be opened: they, their context or their key are not those of the sealing."""
