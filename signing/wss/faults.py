"""What a refused message is told (WSS 1.1.1 §12), and at which step of the proof it fell."""

from enum import Enum
from typing import NoReturn

from signing.errors import SigningError
from signing.wss.names import WSSE, WSU


class Fault(Enum):
    """The fault codes of WS-Security, as `{namespace}local`."""

    UNSUPPORTED_SECURITY_TOKEN = f"{{{WSSE}}}UnsupportedSecurityToken"
    UNSUPPORTED_ALGORITHM = f"{{{WSSE}}}UnsupportedAlgorithm"
    INVALID_SECURITY = f"{{{WSSE}}}InvalidSecurity"
    INVALID_SECURITY_TOKEN = f"{{{WSSE}}}InvalidSecurityToken"
    FAILED_AUTHENTICATION = f"{{{WSSE}}}FailedAuthentication"
    FAILED_CHECK = f"{{{WSSE}}}FailedCheck"
    SECURITY_TOKEN_UNAVAILABLE = f"{{{WSSE}}}SecurityTokenUnavailable"
    MESSAGE_EXPIRED = f"{{{WSU}}}MessageExpired"
    """WSS 1.1.1 §10 gives it the namespace of the timestamp."""


class MessageRefused(SigningError):
    """A signed request that proves nothing.

    `fault` is for the sender; `step` of the proof and `reason` are for our own log, and never hold
    a value of the message.
    """

    def __init__(self, step: int, fault: Fault, reason: str) -> None:
        super().__init__(f"step {step}: {reason}")
        self.step = step
        self.fault = fault
        self.reason = reason


class Step:
    """One step of the proof: what it demands holds, or the message is refused there."""

    def __init__(self, number: int, fault: Fault = Fault.INVALID_SECURITY) -> None:
        self._number = number
        self._fault = fault

    def demand(self, holds: bool, reason: str, *, fault: Fault | None = None) -> None:  # noqa: FBT001
        """Refuse for `reason` unless it `holds`."""
        if not holds:
            self.refuse(reason, fault=fault)

    def refuse(self, reason: str, *, fault: Fault | None = None) -> NoReturn:
        """Refuse for `reason`."""
        raise MessageRefused(self._number, fault or self._fault, reason) from None
