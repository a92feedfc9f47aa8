"""A SOAP request as far as its operation: its body read, its envelope read, its sender proven.

What proves the sender may stand in the request or in its message (WS-Security). With both, both
must be one partner's; of a signed message, only what was signed is handed on.
"""

from collections.abc import Callable

import msgspec

from gateway.api.exchange import Exchange
from gateway.api.lanes import Admission, Lanes, Shares
from gateway.errors import NotAuthenticated
from gateway.model.partners import Submitter
from gateway.partners.authentication import Authentication
from gateway.partners.ws_security import SignedMessage, WsSecurity
from gateway.wire.soap import Envelope, read_envelope, read_signed


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose sender is known."""

    body: bytes
    """As received."""
    envelope: Envelope
    submitter: Submitter


class SoapMessages:
    """Receives them."""

    def __init__(
        self,
        *,
        authentication: Authentication,
        ws_security: WsSecurity,
        lanes: Lanes,
        admission: Admission,
        unproven: Shares,
    ) -> None:
        """`unproven` bounds the messages under way whose sender is not known yet."""
        self._authentication = authentication
        self._ws_security = ws_security
        self._lanes = lanes
        self._admission = admission
        self._unproven = unproven

    async def receive(self, exchange: Exchange, *, version: str) -> Message:
        """The message in `exchange`, whose media type announced that SOAP version.

        Where the request shows who sends it, that is judged first, and a stranger's body is never
        read. Else the message must be signed; few of those are read at once, lest strangers fill
        the memory or take a partner's place.

        Raises:
            NotAuthenticated, MessageRefused: nothing proves whose it is, or one thing does not.
            UnreadableEnvelope: see `read_envelope`.
            TooManyRequests: of this partner, or of strangers, as many as may be are under way.
        """
        facts = exchange.facts
        if self._authentication.is_shown(facts):
            submitter = await self._lanes.read(lambda: self._authentication.of(facts))
            self._admission.admit(submitter.partner.id, exchange)
            body = await exchange.body()
            envelope, signed = await self._lanes.read(self._reading(body, version))
            if signed is None:
                return Message(body=body, envelope=envelope, submitter=submitter)
        else:
            give_back = self._unproven.take("")
            try:
                body = await exchange.body()
                envelope, signed = await self._lanes.prove(self._reading(body, version))
            finally:
                give_back()
            if signed is None:
                raise NotAuthenticated
            self._admission.admit(signed.partner.id, exchange)
        submitter = await self._lanes.read(lambda: self._authentication.of(facts, signed=signed))
        return Message(body=body, envelope=envelope, submitter=submitter)

    def _reading(
        self, body: bytes, version: str
    ) -> Callable[[], tuple[Envelope, SignedMessage | None]]:
        def read() -> tuple[Envelope, SignedMessage | None]:
            envelope = read_envelope(body, version=version)
            if envelope.root is None or not envelope.is_secured:
                return envelope, None
            signed = self._ws_security.prove(envelope.root, version=version)
            del envelope  # two trees of the largest message are too many
            return read_signed(signed.body, signed.blocks, version=version), signed

        return read
