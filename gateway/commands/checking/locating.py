"""From the engine's findings to places in the file; places are looked for when first asked."""

from collections.abc import Collection
from functools import cached_property
from typing import Final

from lxml import etree

from gateway.commands.checking.entries import entry_of
from gateway.commands.checking.expected import Expected, expectations, names_of
from gateway.commands.checking.findings import Entry, Found, Member
from gateway.commands.checking.json_places import JsonPlaces
from gateway.commands.checking.places import Place, Places, xpath_of
from gateway.commands.checking.xml_places import XmlPlaces
from gateway.model.verdict import Finding
from gateway.wire import json
from gateway.wire.shape import Json
from gateway.wire.v1.contract import TransmissionContract
from gateway.wire.v1.failing import lenient_form

_UNREADABLE: Final = "S002"


class Locating:
    """Finds the places of one file, which its parser could read."""

    def __init__(
        self,
        *,
        contract: TransmissionContract,
        content: bytes,
        root: etree._Element | None,
        is_json: bool,
        wanted: Collection[int] = (),
    ) -> None:
        """`wanted` are the lines whose members may be asked for."""
        self._contract = contract
        self._content = content
        self._root = root
        self._is_json = is_json
        self._wanted = wanted

    def found(
        self,
        finding: Finding,
        *,
        index: int | None = None,
        ref: str | None = None,
        misread: str | None = None,
        is_header: bool = False,
        entry: Entry | None = None,
    ) -> Found:
        """The finding in its place; `misread` is the member of an unreadable line.

        `entry` is what a receipt says of the code, if not what the catalogue here does.
        """
        pointer = finding.pointer
        place = self._places.of(pointer or "") if pointer is not None or is_header else None
        members: tuple[Member, ...] = ()
        if finding.code == _UNREADABLE and index is not None:
            members = self._of_line(index, misread or "")
        elif finding.code == _UNREADABLE and is_header and pointer != "/results":
            members = self._of_header(pointer or "")
        if members and members[0].place is not None:
            place = members[0].place
        return Found(
            entry=entry or entry_of(finding.code),
            pointer=pointer,
            xpath=None if self._is_json or pointer is None else xpath_of(pointer, self._contract),
            place=place,
            index=None if index is None else index + 1,
            ref=ref,
            members=members,
        )

    @cached_property
    def _json(self) -> JsonPlaces:
        return JsonPlaces(self._content.decode("utf-8"))

    @cached_property
    def _elements(self) -> list[etree._Element]:
        """The lines of an XML file: libxml2 counts to each of them anew."""
        return [] if self._root is None else list(self._root.findall(self._contract.results_tag)[0])

    @cached_property
    def _places(self) -> Places:
        if self._is_json:
            return self._json
        return XmlPlaces(self._content, self._contract, self._wanted)

    def _of_line(self, index: int, misread: str) -> tuple[Member, ...]:
        expected = expectations(self._contract.json_line, self._line_form(index), misread)
        prefix, shape = f"/results/{index}", self._contract.line_shape
        return tuple(self._member(one, prefix, names_of(shape, one.pointer)) for one in expected)

    def _of_header(self, misread: str) -> tuple[Member, ...]:
        expected = expectations(self._contract.json_header, self._header_form(), misread)
        shape = self._contract.header_shape
        return tuple(
            self._member(one, "", names_of(shape, one.pointer) | {"results"}) for one in expected
        )

    def _member(self, expected: Expected, prefix: str, known: frozenset[str]) -> Member:
        pointer = prefix + expected.pointer
        place: Place | None = None
        if expected.is_stranger:
            place = self._places.stranger(pointer, known)
        return Member(
            pointer=pointer,
            place=place or self._places.of(pointer),
            fr=expected.fr,
            en=expected.en,
        )

    def _line_form(self, index: int) -> Json:
        if self._root is None:
            return json.read(self._json.line_text(index).encode())
        return lenient_form(self._elements[index], self._contract.line_shape)

    def _header_form(self) -> Json:
        if self._root is None:
            form = json.read(self._content)
        else:
            form = lenient_form(self._root, self._contract.header_shape)
        form.pop("results", None)
        return form
