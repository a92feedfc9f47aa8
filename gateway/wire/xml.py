"""XML, hardened. The bytes are scanned before libxml2 sees them, and one parser reads each message.

What libxml2's own options leave open (a DOCTYPE silently emptied, a comment that splits a number, a
million siblings at thirty times their size) is refused by the scan. Source: OWASP ASVS 5.0 V1.5.
"""

import re
from pathlib import Path
from typing import Final

from lxml import etree

from gateway.errors import Inadmissible

MAX_ELEMENTS: Final = 250_000
"""5,000 lines of 40 elements take 200,000."""
MAX_NODES: Final = 640_000
"""Elements and texts, of 120 bytes each in memory. 5 MiB of indented lines take 610,000."""
MAX_NAMESPACES: Final = 16_384
MAX_ATTRIBUTES: Final = 5_120
"""`=` but those of namespaces: a schema location for each line, and some in texts. C14N sorts the
attributes of an element one by one: 32,000 of them took two seconds."""
MAX_NAMESPACE_OCTETS: Final = 24 * 1024 * 1024
"""Elements and attributes, times the longest name of a namespace. Exclusive C14N declares a
namespace again on each sibling that uses it: 220 kB, 20,000 elements of one long name, made 2 GB.
250,000 elements of the longest name of WS-Security (82 octets) stay below."""

_BEGINS_DECLARED: Final = re.compile(rb"<\?xml[ \t\r\n?]")
_BEYOND_LIBXML2: Final = frozenset(
    {etree.ErrorTypes.ERR_NAME_TOO_LONG, etree.ErrorTypes.ERR_RESOURCE_LIMIT}
)
_DECLARATION: Final = re.compile(rb"<\?xml[ \t\r\n][^<>]{0,200}?\?>")
_ENCODING: Final = re.compile(rb"encoding[ \t\r\n]*=[ \t\r\n]*[\"']([A-Za-z0-9._-]*)[\"']")
_NAMESPACE: Final = re.compile(rb"xmlns(?::[^\s=]{0,64})?\s{0,8}=")
_NAMESPACE_NAME: Final = re.compile(rb"xmlns(?::[^\s=:]*)?\s*=\s*(?:\"([^\"]*)|'([^']*))")
"""Its name at group 1 or 2. Nothing but a declaration can make a namespace: references do not stand
in the names of attributes."""
_BOM: Final = b"\xef\xbb\xbf"
_OTHER_ENCODINGS: Final = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"\x4c\x6f\xa7\x94", b"<\x00", b"+/v")
_REFERENCES: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))


def _parser() -> etree.XMLParser:
    # (1) nothing outside the bytes is read; (2) libxml2's own limits stay; (3) blanks are kept, for
    # the digest of an unreadable message is over all of it. One parser a call: they are not shared.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        collect_ids=False,
    )


def is_crowded(body: bytes, *, scale: int = 1) -> bool:
    """Whether there is more markup than any message of `scale` times the published size holds."""
    elements = body.count(b"<") - body.count(b"</")
    texts = body.count(b">") - body.count(b"><")
    named = attributes(body)
    return (
        elements > scale * MAX_ELEMENTS
        or elements + texts > scale * MAX_NODES
        or body.count(b"xmlns") > scale * MAX_NAMESPACES
        or named > scale * MAX_ATTRIBUTES
        or (elements + named) * _longest_namespace(body) > scale * MAX_NAMESPACE_OCTETS
    )


def _longest_namespace(body: bytes) -> int:
    """Octets of the longest name of a namespace."""
    return max((len(f[1] or f[2] or b"") for f in _NAMESPACE_NAME.finditer(body)), default=0)


def attributes(body: bytes) -> int:
    """At most how many attributes there are beside namespaces: `=` in a text counts as one."""
    return body.count(b"=") - sum(1 for _ in _NAMESPACE.finditer(body))


def scan(body: bytes, *, scale: int = 1) -> bytes:
    """The bytes without their BOM, proven free of what a partner never needs.

    Raises:
        Inadmissible: T004 not UTF-8; T003 a DOCTYPE, comment, CDATA section or processing
            instruction; T005 more markup than any message of the published size can hold.
    """
    if body.startswith(_BOM):
        body = body[3:]
    if body.startswith(_OTHER_ENCODINGS):
        raise Inadmissible("T004")
    after = 0
    if _BEGINS_DECLARED.match(body):  # `<?xml-stylesheet` is an instruction like any other
        declaration = _DECLARATION.match(body)
        if declaration is None:
            raise Inadmissible("S001")
        after = declaration.end()
        encoding = _ENCODING.search(body, 0, after)
        if encoding is not None and encoding[1].upper() not in (b"UTF-8", b"UTF8"):
            raise Inadmissible("T004")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        raise Inadmissible("T004") from None
    if b"<!" in body or body.find(b"<?", after) >= 0:
        raise Inadmissible("T003")
    if is_crowded(body, scale=scale):
        raise Inadmissible("T005")
    return body


def read(body: bytes, *, scale: int = 1) -> etree._Element:
    """The root element of bytes that a partner sent; `scale` is 1 but for an offline check.

    Raises:
        Inadmissible: as `scan`; T005 deeper or with longer names than libxml2 reads; S001 not
            well-formed.
    """
    try:
        return etree.fromstring(scan(body, scale=scale), _parser())
    except etree.XMLSyntaxError as error:
        raise Inadmissible("T005" if error.code in _BEYOND_LIBXML2 else "S001") from None


def read_trusted(file: Path) -> etree._Element:
    """The root element of a file of ours."""
    return etree.fromstring(file.read_bytes(), _parser())


def read_own(content: bytes) -> etree._Element:
    """The root element of bytes that this gateway wrote.

    Raises:
        ValueError: a text in it has a character that XML cannot hold.
    """
    try:
        return etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        raise ValueError("not well-formed") from None


def escaped(text: str) -> str:
    """The text as it stands in an element; a carriage return by reference, lest it become LF."""
    if text.isalnum():
        return text
    for character, reference in _REFERENCES:
        text = text.replace(character, reference)
    return text


def schema(file: Path) -> etree.XMLSchema:
    """A compiled schema; its imports are relative files of ours."""
    return etree.XMLSchema(etree.parse(str(file), _parser()))


def driver_schema(file: Path, declarations: str) -> etree.XMLSchema:
    """A compiled schema that adds global `declarations` (XSD text) to the schema in `file`."""
    namespace = read_trusted(file).get("targetNamespace", "")
    text = (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="{namespace}" '
        f'targetNamespace="{namespace}" elementFormDefault="qualified">'
        f'<xs:include schemaLocation="{file.name}"/>{declarations}</xs:schema>'
    )
    root = etree.fromstring(text.encode(), _parser(), base_url=str(file.parent / "driver.xsd"))
    return etree.XMLSchema(root)


def exclusive_c14n(element: etree._Element) -> bytes:
    """Exclusive C14N without comments: the only canonicalisation used here."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)
