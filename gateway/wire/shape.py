"""The types of a schema as the code needs them: members in order, lists, scalars by type name.

Read once from the XSD, which is thereby the one source of how XML becomes JSON and back
(contract.md §0: conversion goes by the schema's type at that path, never by name or content).
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gateway.wire.leaves import Misread, normal_form
from gateway.wire.xml import escaped, read_own, read_trusted

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_DSIG: Final = "{http://www.w3.org/2000/09/xmldsig#}"

Json = Any
"""A JSON value of the contract: str, bool, int, list or dict; lives in `wire` alone."""


class Leaf:
    """A scalar: text in XML; text, boolean or integer in JSON."""

    __slots__ = ("is_boolean", "is_integer", "normal", "of_text", "type_name")

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name
        self.is_boolean = type_name == "Boolean"
        self.is_integer = type_name == "Count"
        self.normal: Callable[[str], str] = normal_form(type_name)
        self.of_text: Callable[[str], Json] = self.normal
        """The JSON value of an element's text."""
        if self.is_boolean:
            self.of_text = "true".__eq__
        elif self.is_integer:
            self.of_text = int

    def of_xml(self, text: str) -> Json:
        """The JSON value of an element's text."""
        return self.of_text(text)

    def of_json(self, value: Json) -> Json:
        """The JSON value in normal form."""
        return value if self.is_boolean or self.is_integer else self.normal(value)

    def to_text(self, value: Json) -> str:
        """The text of the element for a JSON value."""
        if self.is_boolean:
            return "true" if value else "false"
        return str(value)


class Shape:
    """A complex type: its members by name and by XML tag, in the order of the schema."""

    __slots__ = ("by_tag", "item", "item_tag", "members", "name", "namespace")

    def __init__(self, name: str, namespace: str) -> None:
        self.name = name
        self.namespace = namespace
        self.members: dict[str, Leaf | Shape] = {}
        self.by_tag: dict[str, tuple[str, Callable[[str], Json], Shape | None]] = {}
        """Name, how a leaf's text is read, and the shape of what is no leaf."""
        self.item: Leaf | Shape | None = None
        """For a list wrapper: what its repeated child is."""
        self.item_tag = ""

    def of_xml(self, element: etree._Element) -> Json:
        """The JSON form, in normal form, of an element that its schema accepted.

        Raises:
            Misread: a scalar that its pattern accepts and its meaning refuses.
        """
        # a message has a hundred thousand leaves: their conversion is called here, not through Leaf
        if self.item is not None:
            is_leaf = isinstance(self.item, Leaf)
            return _list(self.item.of_xml, [e.text or "" for e in element] if is_leaf else element)
        step = ""
        try:
            form: dict[str, Json] = {}
            by_tag = self.by_tag
            for child in element:
                found = by_tag.get(child.tag)  # type: ignore[arg-type]
                if found is None:
                    continue  # ds:Signature, the one foreign member that a schema here admits
                step, convert, shape = found
                form[step] = convert(child.text or "") if shape is None else shape.of_xml(child)
        except Misread as inner:
            raise Misread(f"/{step}{inner.member}") from None
        return form

    def of_json(self, value: Json) -> Json:
        """The same in normal form, of a JSON value that its schema accepted.

        Raises:
            Misread: as `of_xml`.
        """
        if self.item is not None:
            return _list(self.item.of_json, value)
        step = ""
        try:
            form: dict[str, Json] = {}
            for step, kind in self.members.items():
                if step in value:
                    form[step] = kind.of_json(value[step])
        except Misread as inner:
            raise Misread(f"/{step}{inner.member}") from None
        return form

    def write(self, value: Json, into: list[str]) -> None:
        """Append the XML text of the JSON value's members, in the order of the schema.

        Their names stand without a prefix: the namespace is the default one where it is put.
        """
        # as text, then parsed once: libxml2 makes a thousand elements in the time Python makes ten
        if self.item is not None:
            name = self.item_tag.rpartition("}")[2]
            for item in value:
                _write(name, self.item, item, into)
            return
        for name, kind in self.members.items():
            if name in value:
                _write(name, kind, value[name], into)

    def fill(self, element: etree._Element, value: Json) -> None:
        """Put the members of the JSON value under `element`."""
        parts = [f'<members xmlns="{self.namespace}">']
        self.write(value, parts)
        element.extend(list(read_own("".join((*parts, "</members>")).encode())))


def _write(name: str, kind: Leaf | Shape, value: Json, into: list[str]) -> None:
    if isinstance(kind, Leaf):
        into.append(f"<{name}>{escaped(kind.to_text(value))}</{name}>")
        return
    into.append(f"<{name}>")
    kind.write(value, into)
    into.append(f"</{name}>")


def _list(read: Callable[[Any], Json], values: Iterable[Any]) -> list[Json]:
    """The items read; a `Misread` tells which one."""
    items: list[Json] = []
    try:
        for value in values:
            items.append(read(value))  # noqa: PERF401 - a fault tells how far it came
    except Misread as inner:
        raise Misread(f"/{len(items)}{inner.member}") from None
    return items


class Shapes:
    """Every complex type of one schema file."""

    def __init__(self, schema: Path) -> None:
        root = read_trusted(schema)
        self.namespace = root.get("targetNamespace", "")
        self._groups = {g.get("name", ""): g for g in root.iterfind(f"{_XS}group")}
        self._complex = {t.get("name", ""): t for t in root.iterfind(f"{_XS}complexType")}
        self._shapes: dict[str, Shape] = {}
        self.header = self._read("Header", self._groups["Header"]) if self._groups else None

    def __getitem__(self, type_name: str) -> Shape:
        if type_name not in self._shapes:
            self._read(type_name, self._complex[type_name])
        return self._shapes[type_name]

    def _read(self, type_name: str, node: etree._Element) -> Shape:
        shape = self._shapes[type_name] = Shape(type_name, self.namespace)
        elements = list(self._elements(node))
        if len(elements) == 1 and elements[0].get("maxOccurs", "1") != "1":
            shape.item = self._kind(elements[0])
            shape.item_tag = self._tag(elements[0])
            return shape
        for element in elements:
            name, kind, tag = element.get("name", ""), self._kind(element), self._tag(element)
            shape.members[name] = kind
            if isinstance(kind, Leaf):
                shape.by_tag[tag] = (name, kind.of_text, None)
            else:
                shape.by_tag[tag] = (name, str, kind)
        return shape

    def _elements(self, node: etree._Element) -> "list[etree._Element]":
        found: list[etree._Element] = []
        for child in node:
            if child.tag == f"{_XS}element":
                if child.get("name"):
                    found.append(child)  # a ref is ds:Signature or a foreign proof: not ours
            elif child.tag == f"{_XS}group":
                found += self._elements(self._groups[child.get("ref", "").rpartition(":")[2]])
            elif isinstance(child.tag, str):
                found += self._elements(child)
        return found

    def _kind(self, element: etree._Element) -> Leaf | Shape:
        type_name = element.get("type", "").rpartition(":")[2]
        return self[type_name] if type_name in self._complex else Leaf(type_name)

    def _tag(self, element: etree._Element) -> str:
        return f"{{{self.namespace}}}{element.get('name')}"
