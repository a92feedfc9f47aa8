"""What may still be asked of an outside register, as a contract of `gateway.ports`."""

from typing import Final, Protocol

from gateway.model.verification import Urgency

SENT_WITHIN_S: Final = 2.0
"""A call that was taken is sent within so many seconds from when it was asked for, or not at all.

The register counts when it receives: a call that was taken in one minute and sent in the next
would be one too many there.
"""


class RateBudget(Protocol):
    """What may still be asked of one outside register, shared by every process."""

    def take(self, urgency: Urgency) -> float:
        """Take one call: 0 where it may go now, else in how many seconds it may be asked for again.

        A part of the rate is kept for INTERACTIVE calls. Raises `Overloaded` where the database
        cannot tell: the call is not made.
        """
        ...

    def exhausted(self, retry_after_s: float | None) -> None:
        """The register says that its rate is used up: no process calls until then.

        Without a time, for as long as a call counts. Raises `Overloaded` where the database
        cannot note it.
        """
        ...
