"""The SOAP envelope, read once and strictly; answers spliced around bytes that stay as they are."""

import re
import threading
from collections.abc import Iterable
from typing import Final

import msgspec
from lxml import etree

import specs
from gateway.errors import Inadmissible, UnreadableEnvelope
from gateway.wire import xml
from gateway.wire.addressing import BLOCKS, Addressing, addressing_of

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
SERVICE: Final = "urn:siseri:gateway:service:1"
MAX_BLOCKS: Final = 64
"""Header blocks of an envelope."""
_SCHEMA: Final = "xsd/service/1.0/service.xsd"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_LOCATIONS: Final = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
_MUST_UNDERSTAND: Final = re.compile(r"\s*(1|true)\s*")
_OASIS: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity"
WSSE: Final = f"{_OASIS}-secext-1.0.xsd"
WSU: Final = f"{_OASIS}-utility-1.0.xsd"
SECURITY: Final = f"{{{WSSE}}}Security"
_UNDERSTOOD: Final = BLOCKS | {SECURITY}


class MustUnderstand(UnreadableEnvelope):
    """A header block that must be understood and is not (SOAP 1.1 §4.2.3, SOAP 1.2 §5.2.3)."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A readable envelope: its SOAP version and the one operation in its Body."""

    version: str
    operation: str
    payload: etree._Element
    """The operation's wrapper element."""
    blocks: tuple[etree._Element, ...] = ()
    """The header blocks."""
    root: etree._Element | None = None
    """The envelope as it came; None where only what was signed is left of it."""

    @property
    def action(self) -> str:
        """The name of the operation as SOAPAction and WS-Addressing write it."""
        return f"{SERVICE}:{self.operation}"

    def addressing(self) -> Addressing:
        """What WS-Addressing states of it; raises as `addressing_of`."""
        return addressing_of(self.blocks)

    @property
    def is_secured(self) -> bool:
        """Whether a header of WS-Security stands in it, at its place or not."""
        return self.root is not None and next(self.root.iter(SECURITY), None) is not None


class _Compiled(threading.local):
    """libxml2 keeps the errors of a validation on the schema: each thread has its own."""

    def __init__(self) -> None:
        self.schema = xml.schema(specs.path(_SCHEMA))


class ServiceContract:
    """The wrappers of the operations, as the WSDL has them."""

    def __init__(self) -> None:
        self._compiled = _Compiled()

    def hold(self, payload: etree._Element) -> None:
        """Hold a wrapper to its declaration, all that is in it included.

        Raises:
            UnreadableEnvelope: S002, it does not have the shape of the WSDL.
        """
        if not len(payload):
            payload.text = None  # blanks, as a writer that indents leaves them in `Ping`
        # xsi:type and xsi:nil steer libxml2; the contract has no attribute, but allows locations
        has_attributes = any(set(node.attrib) - _LOCATIONS for node in payload.iter())
        if has_attributes or not self._compiled.schema.validate(payload):
            raise UnreadableEnvelope(code="S002")


def read_envelope(body: bytes, *, version: str) -> Envelope:
    """The envelope in `body`, of the SOAP version that the media type announced.

    Raises:
        UnreadableEnvelope: with the code of the defect: not well-formed or not such an envelope
            (S001), markup that is refused (T003 to T005).
        MustUnderstand: a header block that we do not know must be understood.
    """
    try:
        root = xml.read(body)
    except Inadmissible as fault:
        raise UnreadableEnvelope(code=fault.code) from None
    if root.tag != f"{{{version}}}Envelope" or len(root) > 2 or _holds_text(root):  # noqa: PLR2004
        raise UnreadableEnvelope
    children = list(root)
    blocks: tuple[etree._Element, ...] = ()
    if len(children) == 2 and children[0].tag == f"{{{version}}}Header":  # noqa: PLR2004
        header = children.pop(0)
        if len(header) > MAX_BLOCKS:
            raise UnreadableEnvelope(code="T005")
        blocks = tuple(header)
        _refuse_unknown(blocks, version)
    if len(children) != 1:
        raise UnreadableEnvelope
    payload = _payload(children[0], version=version)
    return _envelope(payload, version=version, blocks=blocks, root=root)


def read_signed(body: bytes, blocks: Iterable[bytes], *, version: str) -> Envelope:
    """The envelope of which `body` and `blocks` were signed, from those very bytes.

    Raises:
        UnreadableEnvelope: S001, the Body is not of the WSDL.
    """
    payload = _payload(xml.read_own(body), version=version)
    return _envelope(payload, version=version, blocks=tuple(map(xml.read_own, blocks)))


def _payload(body: etree._Element, *, version: str) -> etree._Element:
    if body.tag != f"{{{version}}}Body" or len(body) != 1:
        raise UnreadableEnvelope
    if _holds_text(body) or _holds_text(body[0]):
        raise UnreadableEnvelope
    return body[0]


def _envelope(
    payload: etree._Element,
    *,
    version: str,
    blocks: tuple[etree._Element, ...],
    root: etree._Element | None = None,
) -> Envelope:
    name = etree.QName(payload)
    if name.namespace != SERVICE:
        raise UnreadableEnvelope
    return Envelope(
        version=version, operation=name.localname, payload=payload, blocks=blocks, root=root
    )


def _holds_text(element: etree._Element) -> bool:
    """Whether text stands where the SOAP schema and the WSDL have elements alone."""
    return any(text and text.strip() for text in (element.text, *(c.tail for c in element)))


def _refuse_unknown(blocks: Iterable[etree._Element], version: str) -> None:
    """Refuse a header block that must be understood, and is none of ours."""
    for block in blocks:
        must = str(block.get(f"{{{version}}}mustUnderstand", "0"))
        if block.tag not in _UNDERSTOOD and _MUST_UNDERSTAND.fullmatch(must):
            raise MustUnderstand


def response(content: bytes, *, operation: str, version: str) -> bytes:
    """The envelope of an answer, with `content` standing in it byte for byte."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{version}">'
        f'<soap:Body><s:{operation}Response xmlns:s="{SERVICE}">'
    ).encode() + (content + f"</s:{operation}Response></soap:Body></soap:Envelope>".encode())


def transmission_in(body: bytes) -> etree._Element:
    """The transmission in an envelope that `read_envelope` has taken, read from its bytes again."""
    wrapper: etree._Element = xml.read(body)[-1][0]
    return wrapper[0]
