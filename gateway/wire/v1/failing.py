"""Which member of an XML element fails its schema, as RFC 6901: for the unsigned detail alone.

libxml2's messages hold the offending value, so only the element's name and line are taken.
"""

import re
from itertools import pairwise
from typing import Final

from lxml import etree

from gateway.wire.shape import Leaf, Shape

_NAMED_ELEMENT: Final = re.compile(r"Element '\{[^}]*\}(\w+)'")


def failing_member(schema: etree.XMLSchema, element: etree._Element, shape: Shape) -> str:
    """Pointer, inside `element`, of what the last validation of `schema` refused first."""
    for error in schema.error_log:
        named = _NAMED_ELEMENT.search(error.message)
        if named is not None:
            return _pointer(element, shape, name=named[1], source_line=error.line)
    return ""


def _pointer(element: etree._Element, shape: Shape, *, name: str, source_line: int) -> str:
    same_name = [n for n in element.iter() if etree.QName(n).localname == name]
    here = [n for n in same_name if n.sourceline == source_line] or same_name
    if not here or here[0] is element:
        return ""
    path = [here[0], *here[0].iterancestors()]
    path = path[: path.index(element) + 1][::-1]
    pointer, kind = "", shape
    for parent, child in pairwise(path):
        known: Leaf | Shape | None
        if kind.item is not None:
            pointer, known = f"{pointer}/{parent.index(child)}", kind.item
        else:
            local = etree.QName(child).localname
            pointer, known = f"{pointer}/{local}", kind.members.get(local)
        if not isinstance(known, Shape):
            break
        kind = known
    return pointer
