"""Strict reading of the small elements of a security header: nothing but what is named."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from lxml import etree

from signing.encoding import from_base64
from signing.wss.faults import Fault, Step
from signing.wss.names import WSU_ID

MAX_BASE64: Final = 32_768
"""Characters of a certificate, digest or signature value, line breaks included."""
_BLANKS: Final = " \t\r\n"
_WITHOUT_BLANKS: Final = str.maketrans("", "", _BLANKS)
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}", re.ASCII)
"""The part of NCName that stacks write."""


def is_blank(text: str | None) -> bool:
    """Whether there is no text but what indents."""
    return not text or not text.strip(_BLANKS)


def members(
    step: Step, element: etree._Element, names: Sequence[str], *, attributes: Collection[str] = ()
) -> list[etree._Element]:
    """The children of `element`, which must be `names` in that order, and no other attribute."""
    demand_plain(step, element, attributes=attributes)
    children = list(element)
    step.demand([child.tag for child in children] == list(names), "not the members of the profile")
    return children


def demand_plain(step: Step, element: etree._Element, *, attributes: Collection[str] = ()) -> None:
    """No attribute beside `attributes`, and no text between the children."""
    others = [name for name in element.attrib if name not in attributes]
    step.demand(not others, "an attribute that the profile has not")
    texts = (element.text, *(child.tail for child in element))
    step.demand(all(map(is_blank, texts)), "text between elements of the security header")


def leaf(step: Step, element: etree._Element, *, attributes: Collection[str] = ()) -> str:
    """The text of an element without children, as it stands."""
    others = [name for name in element.attrib if name not in attributes]
    step.demand(not others, "an attribute that the profile has not")
    step.demand(len(element) == 0, "elements where a value is expected")
    return element.text or ""


def base64_leaf(step: Step, element: etree._Element, *, attributes: Collection[str] = ()) -> bytes:
    """The octets of a base64 text, which may be broken into lines (XML Schema base64Binary)."""
    text = leaf(step, element, attributes=attributes)
    step.demand(len(text) <= MAX_BASE64, "a value longer than any of the profile")
    try:
        octets = from_base64(text.translate(_WITHOUT_BLANKS))
    except ValueError:
        step.refuse("a value that is not base64")
    step.demand(bool(octets), "an empty value")
    return octets


def algorithm(step: Step, element: etree._Element, allowed: Collection[str]) -> str:
    """The Algorithm of `element`, which must be one of `allowed`."""
    stated = element.get("Algorithm", "")
    step.demand(
        stated in allowed, "an algorithm outside the profile", fault=Fault.UNSUPPORTED_ALGORITHM
    )
    return stated


def own_id(step: Step, element: etree._Element) -> str:
    """The `wsu:Id` of an element that is signed or referred to (WSS 1.1.1 §4.2)."""
    stated = str(element.get(WSU_ID, ""))
    step.demand(_ID.fullmatch(stated) is not None, "no wsu:Id of the profile")
    return stated


def same_document(step: Step, uri: str | None) -> str:
    """The Id in a same-document reference, a shorthand pointer alone (BSP R5204)."""
    stated = uri or ""
    is_shorthand = stated[:1] == "#" and _ID.fullmatch(stated[1:]) is not None
    step.demand(is_shorthand, "a reference that is not a plain Id of this document")
    return stated[1:]
