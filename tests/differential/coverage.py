"""What a run has covered: members there and not there, flows and operations, codes at each door."""

from collections import Counter
from xml.etree import ElementTree as ET

import specs
from gateway.rules.catalogue import CATALOGUE
from tests.differential import said
from tests.differential.steps import DOORS

_XS = "{http://www.w3.org/2001/XMLSchema}"
CODES = tuple(sorted(rule.code for rule in CATALOGUE))
UNTELLABLE = {
    ("T003", "json"): "JSON has no DOCTYPE, comment, CDATA section or instruction",
    ("T006", "xml"): "an element twice fails the schema: S002",
    ("T006", "soap"): "likewise",
    ("T007", "xml"): "half a character is not well-formed: S001",
    ("T007", "soap"): "likewise",
    ("T008", "xml"): "XML has texts alone: S002",
    ("T008", "soap"): "likewise",
    ("S011", "soap"): "SOAP has no Idempotency-Key",
}
"""What a form has no way to say."""


def schema_members():
    """Members of each complex type of the schema, in order: (name, whether it may be absent)."""
    root = ET.parse(specs.path("xsd/transmission/1.0/transmission.xsd")).getroot()  # noqa: S314
    groups = {group.get("name"): group for group in root.iter(f"{_XS}group")}
    found = {}
    for part in root.findall(f"{_XS}complexType"):
        members = list(_members(part, groups, is_optional=False))
        if not _is_list(part):
            found[part.get("name")] = tuple(members)
    return found


def _members(node, groups, *, is_optional):
    for child in node:
        if child.tag == f"{_XS}element":
            yield child.get("name"), is_optional or child.get("minOccurs") == "0"
        elif child.tag == f"{_XS}group":
            yield from _members(
                groups[child.get("ref").partition(":")[2]], groups, is_optional=False
            )
        elif child.tag in {f"{_XS}sequence", f"{_XS}choice"}:
            inside = is_optional or child.tag == f"{_XS}choice" or child.get("minOccurs") == "0"
            yield from _members(child, groups, is_optional=inside)


def _is_list(part):
    elements = list(part.iter(f"{_XS}element"))
    return len(elements) == 1 and elements[0].get("maxOccurs") is not None


def optional_members():
    return {
        f"{name}.{member}"
        for name, members in schema_members().items()
        for member, is_optional in members
        if is_optional
    }


def camel(name):
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


class Members:
    """How often each member was there, and how often it was not where its part was."""

    def __init__(self):
        self.present, self.absent, self.operations = Counter(), Counter(), Counter()

    def count(self, steps):
        for step in steps:
            for part in said.parts(step.transmission):
                for member in said.MEMBERS[type(part)]:
                    is_there = getattr(part, member) is not None
                    found = self.present if is_there else self.absent
                    found[f"{type(part).__name__}.{camel(member)}"] += 1
            for line in step.transmission.results or ():
                self.operations[f"{step.transmission.flow} {line.operation}"] += 1


def missing_codes(codes, *, least):
    """(code, door) told fewer than `least` times though the form could tell it."""
    return {
        (code, door): codes[code, door]
        for code in CODES
        for door in DOORS
        if (code, door) not in UNTELLABLE and codes[code, door] < least
    }


def unexpected_codes(codes):
    """What a form was said to have no way to say, and said."""
    return {pair for pair in UNTELLABLE if codes[pair]}
