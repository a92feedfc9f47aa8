"""The JSON form of an answer in XML, by contract.md §0 alone: expat reads it, no schema helps."""

from xml.etree import ElementTree as ET

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_LISTS = {"references", "steps", "codes", "lines", "findings", "details"}
_INTEGERS = {
    *("size", "index", "linesTotal", "errors", "warnings", "returnCode"),
    *("results", "accepted", "withWarnings", "rejected", "held"),
}


def rebuilt(content, *, within=None):
    """The form of the root element of `content`, or of the child of the element named `within`."""
    root = ET.fromstring(content)  # noqa: S314 - an answer of our own gateway
    if within is not None:
        (wrapper,) = (node for node in root.iter() if _name(node) == within)
        (root,) = wrapper
    return _form(root, above="")


def _name(node):
    return node.tag.rpartition("}")[2]


def _form(node, *, above):
    name = _name(node)
    children = [child for child in node if not child.tag.startswith(_DS)]
    if name in _LISTS and above != "counts":
        return [_form(child, above=name) for child in children]
    if children:
        return {_name(child): _form(child, above=name) for child in children}
    text = node.text or ""
    if name in _INTEGERS or (name == "findings" and above == "counts"):
        return int(text)
    if name == "test":
        return {"true": True, "false": False}[text]
    return {} if name == "transmission" and not text else text
