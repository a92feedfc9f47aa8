"""The signer of the moment: keys are rotated, end and are found stolen while the gateway runs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from lxml import etree

from gateway.errors import Overloaded
from gateway.ports import Clock, Signer

Chosen = Callable[[datetime, datetime], Signer]
"""The signer of what was decided at the first instant and is signed at the second; raises one of
`unusable` where no key may sign that."""
EXPIRY_NOTICE: Final = timedelta(days=40)
"""How long before its end readiness warns of a key: the time that an authority may take."""
NO_KEY_RETRY_AFTER_S: Final = 30
"""Nothing but a key helps: the operator needs some time for a new one, or for a token to return."""


class Key(Protocol):
    """What is known of a key of the register."""

    @property
    def valid_to(self) -> datetime:
        """Last instant at which it may sign."""
        ...


class InForce(Protocol):
    """Which key signs, and which one should."""

    @property
    def signs(self) -> Key:
        """The key that signs."""
        ...

    @property
    def newest(self) -> Key:
        """Another one where it cannot be opened here, within the handover."""
        ...


class SignerInForce:
    """A `Signer` whose key is chosen anew for each signature, so that each one verifies.

    Whatever it is asked, it raises `Overloaded` where no key may sign now, or the key cannot be
    reached. Two signatures that must be of one key are asked of one `at`.
    """

    def __init__(
        self,
        *,
        chosen: Chosen,
        clock: Clock,
        look: Callable[[datetime], InForce],
        unusable: tuple[type[Exception], ...],
    ) -> None:
        """`look` finds the keys in force at an instant, in their token too, and signs nothing.

        `unusable` is what both, and the signers, raise for want of a key.
        """
        self._chosen = chosen
        self._clock = clock
        self._look = look
        self._unusable = unusable

    def at(self, decided_at: datetime, *, now: datetime) -> Signer:
        """The one key that signs what was decided at `decided_at`, and is valid `now`."""
        try:
            return _Translating(self._chosen(decided_at, now), unusable=self._unusable)
        except self._unusable:
            raise _no_key() from None

    def can_sign(self) -> bool:
        """Whether a signature would be made now."""
        return self._in_force() is not None

    def is_former(self) -> bool:
        """Whether the former key signs, because the newest cannot be opened here."""
        found = self._in_force()
        return found is not None and found.signs is not found.newest

    def expires_soon(self) -> bool:
        """Whether the newest key ends within the notice."""
        found = self._in_force()
        return found is not None and found.newest.valid_to - self._clock.now() <= EXPIRY_NOTICE

    def _in_force(self) -> InForce | None:
        try:
            return self._look(self._clock.now())
        except self._unusable:
            return None

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


class _Translating:
    """A signer whose key may go away between two signatures: a token does."""

    __slots__ = ("_signer", "_unusable")

    def __init__(self, signer: Signer, *, unusable: tuple[type[Exception], ...]) -> None:
        self._signer = signer
        self._unusable = unusable

    @property
    def kid(self) -> str:
        """See ports.Signer."""
        return self._signer.kid

    def sign_json(self, payload: bytes, *, typ: str = "siseri-ack+jws") -> bytes:
        """See ports.Signer."""
        try:
            return self._signer.sign_json(payload, typ=typ)
        except self._unusable:
            raise _no_key() from None

    def sign_xml(self, acknowledgement: etree._Element, *, signed_at: datetime) -> None:
        """See ports.Signer."""
        try:
            self._signer.sign_xml(acknowledgement, signed_at=signed_at)
        except self._unusable:
            raise _no_key() from None


def _no_key() -> Overloaded:
    return Overloaded("no key may sign now", retry_after_s=NO_KEY_RETRY_AFTER_S)
