"""The schemas as rows of a table: what stands where, how often, of which form, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

import specs

XS = "{http://www.w3.org/2001/XMLSchema}"


@dataclass(frozen=True)
class Annotation:
    meaning: str
    unit: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Member:
    """An element in its complex type."""

    name: str
    type_name: str
    least: str
    most: str
    is_choice: bool
    said: Annotation


@dataclass(frozen=True, kw_only=True)
class Simple:
    """A scalar type."""

    name: str
    said: Annotation
    pattern: str | None
    lengths: tuple[str | None, str | None]
    values: tuple[tuple[str, str], ...]
    """Of an enumeration, with their meanings."""

    @property
    def form(self) -> str:
        """Pattern or length, in short."""
        if self.values:
            return "closed list"
        if self.pattern is not None:
            return f"`{self.pattern}`"
        least, most = self.lengths
        return f"{least or 0} to {most} characters"

    @property
    def json(self) -> str:
        """Its JSON type (contract §0)."""
        return {"Boolean": "boolean", "Count": "integer"}.get(self.name, "string")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One element at its place."""

    xml_path: str
    json_path: str
    cardinality: str
    type_name: str
    is_object: bool
    said: Annotation


class Schema:
    """One of our XSD files."""

    def __init__(self, path: str) -> None:
        self._root = etree.parse(str(specs.path(path))).getroot()

    @cached_property
    def simple(self) -> dict[str, Simple]:
        return {s.name: s for s in map(_simple, self._root.findall(f"{XS}simpleType"))}

    @cached_property
    def complex(self) -> dict[str, tuple[Annotation, tuple[Member, ...]]]:
        named = self._root.findall(f"{XS}complexType")
        return {node.get("name", ""): (_said(node), tuple(self._members(node))) for node in named}

    @cached_property
    def roots(self) -> dict[str, tuple[str, Annotation]]:
        """Global elements: type and annotation."""
        return {
            node.get("name", ""): (_local(node.get("type", "")), _said(node))
            for node in self._root.findall(f"{XS}element")
        }

    def _members(self, node: etree._Element) -> Iterator[Member]:
        for child in node.iterdescendants(f"{XS}element", f"{XS}group"):
            if child.tag == f"{XS}group":
                (group,) = self._root.findall(f"{XS}group")
                yield from self._members(group)
            elif child.get("name") is not None:
                yield Member(
                    name=child.get("name", ""),
                    type_name=_local(child.get("type", "")),
                    least=child.get("minOccurs", "1"),
                    most=child.get("maxOccurs", "1").replace("unbounded", "n"),
                    is_choice=any(above.tag == f"{XS}choice" for above in child.iterancestors()),
                    said=_said(child),
                )

    def references(self, type_name: str) -> str | None:
        """The global element that a complex type refers to, if it holds one."""
        for node in self._root.findall(f"{XS}complexType"):
            if node.get("name") == type_name:
                for child in node.iter(f"{XS}element"):
                    if child.get("ref") is not None:
                        return _local(child.get("ref", ""))
        return None

    def is_list(self, type_name: str) -> bool:
        """Whether it wraps a single repeated child, hence is an array in JSON."""
        members = self.complex[type_name][1] if type_name in self.complex else ()
        return len(members) == 1 and members[0].most != "1"

    def rows(
        self, type_name: str, *, at: tuple[str, str] = ("", ""), deep: bool = True
    ) -> Iterator[Row]:
        """Everything in a complex type, depth first; what is itself complex after its own row."""
        above, members = self.complex[type_name]
        for member in members:
            is_item = self.is_list(type_name)
            xml = f"{at[0]}/{member.name}".lstrip("/")
            json = f"{at[1]}/*" if is_item else f"{at[1]}/{member.name}"
            is_object = member.type_name in self.complex
            yield Row(
                xml_path=xml,
                json_path=json,
                cardinality=_cardinality(member),
                type_name=member.type_name,
                is_object=is_object,
                said=self._completed(member, above),
            )
            if is_object and deep:
                yield from self.rows(member.type_name, at=(xml, json))

    def _completed(self, member: Member, above: Annotation) -> Annotation:
        """A member's annotation: unit and source of its type where it has none of its own."""
        simple, said = self.simple.get(member.type_name), member.said
        own = self.complex[member.type_name][0].source if member.type_name in self.complex else ""
        return Annotation(
            meaning=said.meaning,
            unit=said.unit or (simple.said.unit if simple else ""),
            source=said.source or own or above.source,
        )


def _cardinality(member: Member) -> str:
    counted = member.least if member.least == member.most else f"{member.least}..{member.most}"
    return f"{counted}, by choice" if member.is_choice else counted


def _simple(node: etree._Element) -> Simple:
    facets = {child.tag.removeprefix(XS): child.get("value") for child in node.iter()}
    return Simple(
        name=node.get("name", ""),
        said=_said(node),
        pattern=facets.get("pattern"),
        lengths=(facets.get("minLength"), facets.get("maxLength")),
        values=tuple(
            (value.get("value", ""), _said(value).meaning)
            for value in node.iter(f"{XS}enumeration")
        ),
    )


def _said(node: etree._Element) -> Annotation:
    """What the annotation of a node states."""

    def text(path: str) -> str:
        return " ".join((node.findtext(f"{XS}annotation/{XS}{path}") or "").split())

    return Annotation(
        meaning=text("documentation"),
        unit=text("appinfo[@source='urn:siseri:unit']"),
        source=text("appinfo[@source='urn:siseri:source']"),
    )


def _local(name: str) -> str:
    return name.rpartition(":")[2]
