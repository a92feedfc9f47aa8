"""The signer of the moment: keys are rotated, end and are found stolen while the gateway runs."""

from collections.abc import Callable
from datetime import datetime

from lxml import etree

from gateway.errors import Overloaded
from gateway.ports import Clock, Signer

Chosen = Callable[[datetime, datetime], Signer]
"""The signer of what was decided at the first instant and is signed at the second; `Overloaded`
where no key may sign that."""


class SignerInForce:
    """A `Signer` whose key is chosen anew for each signature, so that each one verifies.

    Whatever it is asked, it raises `Overloaded` where no key may sign now. Two signatures that
    must be of one key are asked of one `at`.
    """

    def __init__(self, *, chosen: Chosen, clock: Clock) -> None:
        self._chosen = chosen
        self._clock = clock

    def at(self, decided_at: datetime, *, now: datetime) -> Signer:
        """The one key that signs what was decided at `decided_at`, and is valid `now`."""
        return self._chosen(decided_at, now)

    def can_sign(self) -> bool:
        """Whether a key may sign now."""
        try:
            self._present()
        except Overloaded:
            return False
        return True

    @property
    def kid(self) -> str:
        """See ports.Signer."""
        return self._present().kid

    def sign_json(self, payload: bytes, *, typ: str = "siseri-ack+jws") -> bytes:
        """See ports.Signer."""
        return self._present().sign_json(payload, typ=typ)

    def sign_xml(self, acknowledgement: etree._Element, *, signed_at: datetime) -> None:
        """See ports.Signer."""
        self.at(signed_at, now=signed_at).sign_xml(acknowledgement, signed_at=signed_at)

    def _present(self) -> Signer:
        now = self._clock.now()
        return self.at(now, now=now)
