"""WS-Addressing 1.0 of a request (W3C Core, SOAP Binding): what it says must agree, or is refused.

Nothing in it is ever followed: the answer goes on the connection that asked, the operation is that
of the Body. A sender that states addresses states them right, so that a message signed for another
gateway, or for another operation, is not taken here.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from lxml import etree

from gateway.errors import MessageRefused

WSA: Final = "http://www.w3.org/2005/08/addressing"
ENDPOINTS: Final = ("ReplyTo", "FaultTo")
BLOCKS: Final = frozenset(
    f"{{{WSA}}}{name}"
    for name in ("To", "Action", "MessageID", "ReplyTo", "FaultTo", "From", "RelatesTo")
)
"""The header blocks that we understand."""
CODE: Final = "W004"
_HERE: Final = frozenset({f"{WSA}/anonymous", f"{WSA}/none"})
_ANONYMOUS: Final = f"{WSA}/anonymous"


class Addressing(msgspec.Struct, frozen=True, kw_only=True):
    """What a request states of itself; None is not stated."""

    to: str | None = None
    action: str | None = None

    def demand(self, *, action: str, destinations: Iterable[str]) -> None:
        """Refuse a request that states another operation, or another destination than ours.

        `destinations` are in lower case.

        Raises:
            MessageRefused: W004, with ActionMismatch or DestinationUnreachable.
        """
        if self.action is not None and self.action != action:
            raise _invalid("ActionMismatch")
        if self.to is not None and self.to.lower() not in {_ANONYMOUS, *destinations}:
            raise MessageRefused(code=CODE, subcodes=(f"{{{WSA}}}DestinationUnreachable",))


def addressing_of(blocks: Iterable[etree._Element]) -> Addressing:
    """Read the header blocks of WS-Addressing among `blocks`.

    Raises:
        MessageRefused: W004, with InvalidCardinality (Core §3.2) where one stands twice, or
            OnlyAnonymousAddressSupported where an answer is asked for elsewhere (SOAP Binding
            §6.4.1.7): none ever goes there.
    """
    known: dict[str, etree._Element] = {}
    for block in blocks:
        if block.tag in BLOCKS:
            name = etree.QName(block).localname
            if name in known:
                raise _invalid("InvalidCardinality")
            known[name] = block
    if not all(_answers_here(known[name]) for name in ENDPOINTS if name in known):
        raise _invalid("OnlyAnonymousAddressSupported")
    return Addressing(to=_text(known.get("To")), action=_text(known.get("Action")))


def _answers_here(endpoint: etree._Element) -> bool:
    """Whether its one address is the connection itself, or nowhere."""
    addresses = endpoint.findall(f"{{{WSA}}}Address")
    return len(addresses) == 1 and (addresses[0].text or "").strip() in _HERE


def _text(block: etree._Element | None) -> str | None:
    return None if block is None else (block.text or "").strip()


def _invalid(name: str) -> MessageRefused:
    """SOAP Binding §6.4.1: a subcode of a subcode."""
    subcodes = (f"{{{WSA}}}InvalidAddressingHeader", f"{{{WSA}}}{name}")
    return MessageRefused(code=CODE, subcodes=subcodes)
