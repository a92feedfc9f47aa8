"""Bytes of an answer to what its envelope holds, hardened.

1. No DOCTYPE, so no entity. 2. libxml2's own limits of depth and length stay. 3. Well-formed to its
end: what was cut is no answer, whatever its length says. 4. One SOAP 1.2 envelope with one thing in
its body, by namespace: prefixes were changed before, and mean nothing (OWASP ASVS 5.0 V1.5).
"""

from dataclasses import dataclass, field
from typing import Final

from lxml import etree

ENVELOPE: Final = "{http://www.w3.org/2003/05/soap-envelope}"
ADDRESSING: Final = "{http://www.w3.org/2005/08/addressing}"


class Unreadable(Exception):
    """It is no answer of Ameli; the message names the kind, never content."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What was in it."""

    body: etree._Element = field(repr=False)
    """The one element of the body."""
    relates_to: str | None
    """Which message is answered, where it says so."""


def opened(content: bytes) -> Envelope:
    """What the envelope in `content` holds; raises `Unreadable`."""
    root = _root(content)
    if root.tag != f"{ENVELOPE}Envelope":
        raise Unreadable("no SOAP 1.2 envelope")
    bodies = root.findall(f"{ENVELOPE}Body")
    if len(bodies) != 1 or len(bodies[0]) != 1:
        raise Unreadable("not one thing in one body")
    related = root.findtext(f"{ENVELOPE}Header/{ADDRESSING}RelatesTo")
    return Envelope(bodies[0][0], related.strip() if related else None)


def _root(content: bytes) -> etree._Element:
    if b"<!DOCTYPE" in content:
        raise Unreadable("document type")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        collect_ids=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("not well-formed") from None
    if root.getroottree().docinfo.doctype:  # in an encoding that the first look did not see
        raise Unreadable("document type")
    return root
