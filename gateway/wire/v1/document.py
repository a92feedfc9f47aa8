"""A well-formed message before it is validated: one shape for XML, SOAP and JSON.

Lines are validated one by one: libxml2's report on a whole document is quadratic in its errors, and
a bad line must never cost a good one (design.md D2).
"""

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Final, Protocol

from lxml import etree

from gateway.errors import BodyTooLarge, Inadmissible
from gateway.wire import json, xml
from gateway.wire.leaves import Misread
from gateway.wire.shape import Json
from gateway.wire.v1.contract import MAX_LINES, TransmissionContract
from gateway.wire.v1.failing import failing_member, lenient_form
from gateway.wire.v1.transmission import VERSION, without_defaults

_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}"
_LOCATIONS: Final = frozenset({f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation"})
MAX_HEADER_NODES: Final = 64
_BLANK: Final = frozenset(" \t\r\n")


class Unreadable:
    """A line that fails its schema. `member` is RFC 6901 inside the line, told only on request."""

    __slots__ = ("member", "nir")

    def __init__(self, member: str = "", *, nir: Json = None) -> None:
        self.member = member
        self.nir = nir if isinstance(nir, str) else ""
        """What stands where the worker's number should: no `ref` may repeat it (T010)."""


class Document(Protocol):
    """A message of version 1.0, well-formed; its header and lines are yet to be validated."""

    @property
    def line_count(self) -> int:
        """How many lines it has, at least one."""
        ...

    def header(self) -> dict[str, Json]:
        """The header in normal form.

        Raises:
            Inadmissible: S002 with a pointer to the first member that fails.
        """
        ...

    def lines(self, *, with_member: bool = False) -> Iterator[dict[str, Json] | Unreadable]:
        """Each line in normal form, or Unreadable, in order."""
        ...

    def opaque_sha256(self) -> str:
        """What stands for the content when some line cannot be read (contract.md §0).

        Raises:
            Inadmissible: S001, there is no such form of it.
        """
        ...


def _refuse_too_many(count: int, max_lines: int) -> int:
    if count == 0:
        raise Inadmissible("S002", "/results")
    if count > max_lines:
        raise BodyTooLarge(f"at most {max_lines} lines")
    return count


class XmlDocument:
    """A `transmission` element, alone or in a SOAP Body."""

    def __init__(
        self,
        contract: TransmissionContract,
        root: etree._Element,
        *,
        may_hold_attributes: bool,
        max_lines: int = MAX_LINES,
    ) -> None:
        self._contract = contract
        self._root = root
        self._may_hold_attributes = may_hold_attributes
        if root.tag != contract.root_tag:
            raise Inadmissible("S001")
        version = root.find(contract.version_tag)
        if version is not None and version.text != VERSION:
            raise Inadmissible("S003", "/version")
        self._results = self._only_results()
        self.line_count = _refuse_too_many(len(self._results), max_lines)

    def _only_results(self) -> etree._Element:
        found = self._root.findall(self._contract.results_tag)
        if len(found) != 1 or self._root[-1] is not found[0]:
            raise Inadmissible("S002", "/results")
        if set(found[0].attrib) - _LOCATIONS:
            raise Inadmissible("S002", "/results")
        tag = self._contract.result_tag
        texts = [found[0].text, *[child.tail for child in found[0]]]
        if any(child.tag != tag for child in found[0]) or not all(map(_is_blank, texts)):
            raise Inadmissible("S002", "/results")
        return found[0]

    def _refuse_crowd(self) -> None:
        """Copying a crowd of nodes between documents is slow: a header has a score of them."""
        others = (child for child in self._root if child is not self._results)
        nodes = (node for child in others for node in child.iter())
        if sum(1 for _ in islice(nodes, MAX_HEADER_NODES + 1)) > MAX_HEADER_NODES:
            raise Inadmissible("T005")

    def header(self) -> dict[str, Json]:
        """See Document."""
        self._refuse_crowd()
        header = etree.Element(self._contract.header_tag)
        header.text = self._root.text
        for child in self._root:
            if child is not self._results:
                header.append(_copy(child))
        schema = self._contract.xsd
        has_attributes = set(self._root.attrib) - _LOCATIONS or _has_foreign_attribute(header)
        if has_attributes or not _is_blank(self._results.tail) or not schema.validate(header):
            form = lenient_form(header, self._contract.header_shape)
            raise Inadmissible("S002", failing_member(self._contract.json_header, form) or None)
        try:
            return without_defaults(self._contract.header_shape.of_xml(header))
        except Misread as misread:
            raise Inadmissible("S002", misread.member) from None

    def lines(self, *, with_member: bool = False) -> Iterator[dict[str, Json] | Unreadable]:
        """See Document."""
        schema, shape = self._contract.xsd, self._contract.line_shape
        validate, of_xml = schema.validate, shape.of_xml
        for line in self._results:
            # asked first: libxml2 reports on every attribute, at 50 µs each
            is_foreign = self._may_hold_attributes and _has_foreign_attribute(line)
            if is_foreign or not validate(line):
                member = self._failing_member(line) if with_member else ""
                yield Unreadable(member, nir=line.findtext(self._contract.nir_path))
                continue
            try:
                yield without_defaults(of_xml(line))
            except Misread as misread:
                yield Unreadable(misread.member, nir=line.findtext(self._contract.nir_path))

    def _failing_member(self, line: etree._Element) -> str:
        form = lenient_form(line, self._contract.line_shape)
        return failing_member(self._contract.json_line, form)

    def opaque_sha256(self) -> str:
        """SHA-256 of the exclusive C14N of `transmission`.

        Raises:
            Inadmissible: S001, a namespace has a relative name, which C14N refuses (its §1.3).
        """
        try:
            return hashlib.sha256(xml.exclusive_c14n(self._root)).hexdigest()
        except etree.C14NError:
            raise Inadmissible("S001") from None


class JsonDocument:
    """A JSON body."""

    def __init__(
        self, contract: TransmissionContract, body: bytes, *, max_lines: int = MAX_LINES
    ) -> None:
        value = json.read(body, scale=max(1, max_lines // MAX_LINES))
        if not isinstance(value, dict):
            raise Inadmissible("S001")
        if isinstance(value.get("version"), str) and value["version"] != VERSION:
            raise Inadmissible("S003", "/version")
        results = value.pop("results", None)
        if not isinstance(results, list):
            raise Inadmissible("S002", "/results")
        self._contract, self._body = contract, body
        self._header, self._results = value, results
        self.line_count = _refuse_too_many(len(results), max_lines)

    def header(self) -> dict[str, Json]:
        """See Document."""
        check = self._contract.json_header
        if not check.is_valid(self._header):
            raise Inadmissible("S002", failing_member(check, self._header) or None)
        shape = self._contract.header_shape
        in_order = {name: self._header[name] for name in shape.members if name in self._header}
        try:  # in the order of the contract: the first misread member is the same in every door
            return without_defaults(shape.of_json(in_order))
        except Misread as misread:
            raise Inadmissible("S002", misread.member) from None

    def lines(self, *, with_member: bool = False) -> Iterator[dict[str, Json] | Unreadable]:
        """See Document."""
        check, of_json = self._contract.json_line, self._contract.line_shape.of_json
        is_valid = check.is_valid
        for line in self._results:
            if not is_valid(line):
                member = failing_member(check, line) if with_member else ""
                yield Unreadable(member, nir=_stated_nir(line))
                continue
            try:
                yield without_defaults(of_json(line))
            except Misread as misread:
                yield Unreadable(misread.member, nir=_stated_nir(line))

    def opaque_sha256(self) -> str:
        """SHA-256 of the body."""
        return hashlib.sha256(self._body).hexdigest()


def _stated_nir(line: Json) -> Json:
    worker = line.get("worker") if isinstance(line, dict) else None
    return worker.get("nir") if isinstance(worker, dict) else None


def _is_blank(text: str | None) -> bool:
    return not text or _BLANK.issuperset(text)


def _copy(element: etree._Element) -> etree._Element:
    copy = etree.Element(element.tag, dict(element.attrib))
    copy.text, copy.tail = element.text, element.tail
    for child in element:
        copy.append(_copy(child))
    return copy


def _has_foreign_attribute(element: etree._Element) -> bool:
    # xsi:type and xsi:nil steer libxml2; the contract has no attribute but ignores the locations
    return any(node.attrib and set(node.attrib) - _LOCATIONS for node in element.iter())
