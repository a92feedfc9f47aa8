"""Places in an XML file: a second reading by expat, which tells where each element begins.

libxml2 tells the line alone. The bytes were scanned before: no DOCTYPE, hence no entity.
"""

from collections.abc import Collection
from functools import cached_property
from typing import Final
from xml.parsers import expat

from gateway.commands.checking.places import Place
from gateway.wire.shape import Leaf, Shape
from gateway.wire.v1.contract import TransmissionContract

_BOM: Final = b"\xef\xbb\xbf"


class _Open:
    """An element that is open: its pointer, what it is, how many children it has had."""

    __slots__ = ("children", "is_list", "kind", "pointer")

    def __init__(self, pointer: str, kind: Leaf | Shape | None, *, is_list: bool) -> None:
        self.pointer = pointer
        self.kind = kind
        self.is_list = is_list
        self.children = 0


class XmlPlaces:
    """checking.places.Places over XML bytes, for the header and the lines in `wanted`."""

    def __init__(
        self, body: bytes, contract: TransmissionContract, wanted: Collection[int] = ()
    ) -> None:
        self._contract = contract
        self._wanted = frozenset(wanted)
        self._places: dict[str, Place] = {}
        self._open: list[_Open] = []
        self._skipped = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.Parse(body.removeprefix(_BOM), True)  # noqa: FBT003 - positional in expat

    def of(self, pointer: str) -> Place | None:
        """See Places."""
        while pointer not in self._places and pointer:
            pointer = pointer.rpartition("/")[0]
        return self._places.get(pointer)

    def stranger(self, pointer: str, known: frozenset[str]) -> Place | None:
        """See Places."""
        members = self._members.get(pointer, ())
        return next((place for name, place in members if name not in known), None)

    @cached_property
    def _members(self) -> dict[str, list[tuple[str, Place]]]:
        """Name and place of the members of each element."""
        members: dict[str, list[tuple[str, Place]]] = {}
        for pointer, place in self._places.items():
            parent, separator, name = pointer.rpartition("/")
            if separator:
                members.setdefault(parent, []).append((name, place))
        return members

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        if self._skipped:
            self._skipped += 1
            return
        name = tag.rpartition(" ")[2]
        if not self._open:
            opened = _Open("", None, is_list=False)
        else:
            parent = self._open[-1]
            step = str(parent.children) if parent.is_list else name
            if parent.pointer == "/results" and parent.children not in self._wanted:
                parent.children += 1
                self._skipped = 1
                return
            parent.children += 1
            opened = self._inside(parent, step)
        self._open.append(opened)
        place = Place(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
        self._places.setdefault(opened.pointer, place)

    def _inside(self, parent: _Open, step: str) -> _Open:
        pointer = f"{parent.pointer}/{step}"
        if pointer == "/results":
            return _Open(pointer, None, is_list=True)
        kind: Leaf | Shape | None = None
        if parent.pointer == "/results":
            kind = self._contract.line_shape
        elif not parent.pointer:
            kind = self._contract.header_shape.members.get(step)
        elif isinstance(parent.kind, Shape):
            kind = parent.kind.item if parent.is_list else parent.kind.members.get(step)
        return _Open(pointer, kind, is_list=isinstance(kind, Shape) and kind.item is not None)

    def _end(self, _tag: str) -> None:
        if self._skipped:
            self._skipped -= 1
        else:
            self._open.pop()
