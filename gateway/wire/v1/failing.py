"""Which member fails its schema, as RFC 6901: the same pointer by every door, never a value.

libxml2 and the JSON validator meet defects in different orders. So both doors ask one validator,
over the JSON form (read leniently where the message is XML), and the least pointer is told.
"""

import jsonschema_rs
from lxml import etree

from gateway.wire.shape import Json, Leaf, Shape


def failing_member(check: jsonschema_rs.Draft4Validator, form: Json) -> str:
    """Pointer, inside `form`, of a member that `check` refuses; empty where it refuses none."""
    try:
        errors = list(check.iter_errors(form))
    except ValueError:  # it reports on 255 levels, and the contract has eight
        return ""
    return min(
        ("".join(f"/{step}" for step in error.instance_path) for error in errors), default=""
    )


def lenient_form(element: etree._Element, shape: Shape) -> Json:
    """The JSON form of an element that its schema refused, as far as it can be told."""
    if shape.item is not None:
        return [_lenient(child, shape.item) for child in element]
    form: dict[str, Json] = {}
    for child in element:
        name = etree.QName(child).localname
        form[name] = _lenient(child, shape.members.get(name))
    return form


def _lenient(element: etree._Element, kind: Leaf | Shape | None) -> Json:
    if isinstance(kind, Shape):
        return lenient_form(element, kind)
    text = element.text or ""
    if kind is None or len(element):
        return text
    if kind.is_boolean and text in {"true", "false"}:
        return text == "true"
    if kind.is_integer and text.isascii() and text.isdigit() and str(int(text[:18])) == text:
        return int(text)
    return text
