"""The SOAP envelope, read once and strictly; answers spliced around bytes that stay as they are."""

import re
import threading
from typing import Final

from lxml import etree

import specs
from gateway.errors import Inadmissible, UnreadableEnvelope
from gateway.wire import xml

SOAP_11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
SERVICE: Final = "urn:siseri:gateway:service:1"
_SCHEMA: Final = "xsd/service/1.0/service.xsd"
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_LOCATIONS: Final = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
_MUST_UNDERSTAND: Final = re.compile(r"\s*(1|true)\s*")
_WSA: Final = "http://www.w3.org/2005/08/addressing"
_ADDRESSED: Final = frozenset({f"{{{_WSA}}}ReplyTo", f"{{{_WSA}}}FaultTo"})
_HERE: Final = frozenset({f"{_WSA}/anonymous", f"{_WSA}/none"})


class MustUnderstand(UnreadableEnvelope):
    """A header block that must be understood and is not (SOAP 1.1 §4.2.3, SOAP 1.2 §5.2.3)."""


class Envelope:
    """A readable envelope: its SOAP version and the one operation in its Body."""

    __slots__ = ("operation", "payload", "version")

    def __init__(self, *, version: str, operation: str, payload: etree._Element) -> None:
        self.version = version
        self.operation = operation
        self.payload = payload
        """The operation's wrapper element."""


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
            (S001), an answer asked for elsewhere (S001), markup that is refused (T003 to T005).
        MustUnderstand: a header block that we do not know must be understood.
    """
    try:
        root = xml.read(body)
    except Inadmissible as fault:
        raise UnreadableEnvelope(code=fault.code) from None
    if root.tag != f"{{{version}}}Envelope":
        raise UnreadableEnvelope
    children = list(root)
    if len(children) == 2 and children[0].tag == f"{{{version}}}Header":  # noqa: PLR2004
        _refuse_unknown_headers(children.pop(0), version)
    if len(children) != 1 or children[0].tag != f"{{{version}}}Body" or len(children[0]) != 1:
        raise UnreadableEnvelope
    payload = children[0][0]
    if any(map(_holds_text, (root, children[0], payload))):
        raise UnreadableEnvelope
    name = etree.QName(payload)
    if name.namespace != SERVICE:
        raise UnreadableEnvelope
    return Envelope(version=version, operation=name.localname, payload=payload)


def _holds_text(element: etree._Element) -> bool:
    """Whether text stands where the SOAP schema and the WSDL have elements alone."""
    return any(text and text.strip() for text in (element.text, *(c.tail for c in element)))


def _refuse_unknown_headers(header: etree._Element, version: str) -> None:
    for block in header:
        if _MUST_UNDERSTAND.fullmatch(str(block.get(f"{{{version}}}mustUnderstand", "0"))):
            raise MustUnderstand
        if block.tag in _ADDRESSED and not _answers_here(block):
            raise UnreadableEnvelope


def _answers_here(block: etree._Element) -> bool:
    """Whether the answer is asked for on this connection: none ever goes elsewhere (WSA §5.1)."""
    return (block.findtext(f"{{{_WSA}}}Address") or "").strip() in _HERE


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
