"""Where a member stands: line and column in the file, and the XPath of the same pointer."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.wire.shape import Leaf, Shape
from gateway.wire.v1.contract import TransmissionContract

XPATH_PREFIX: Final = "t"
"""Stands for `urn:siseri:gateway:transmission:1` in every XPath reported."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both from 1; columns count characters."""

    line: int
    column: int


class Places(Protocol):
    """Finds members of one file by RFC 6901 pointers on the JSON form."""

    def of(self, pointer: str) -> Place | None:
        """The place of a member; of what should hold it, where it is missing."""
        ...

    def stranger(self, pointer: str, known: frozenset[str]) -> Place | None:
        """The place of the first member of `pointer` whose name is not among `known`."""
        ...


class Lines:
    """Where the lines of a text begin."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def place(self, offset: int) -> Place:
        """The line and column of a character."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


def place_of_byte(body: bytes, offset: int) -> Place:
    """The line and column of a byte, in bytes that may not be UTF-8 from there on."""
    before = body[:offset]
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", errors="replace"))
    return Place(before.count(b"\n") + 1, column + 1)


def xpath_of(pointer: str, contract: TransmissionContract) -> str:
    """The XPath of a pointer."""
    steps = pointer.split("/")[1:]
    path = f"/{XPATH_PREFIX}:transmission"
    kind: Leaf | Shape | None = contract.header_shape
    if steps[:1] == ["results"]:
        path, kind = f"{path}/{XPATH_PREFIX}:results", contract.line_shape
        if len(steps) > 1:
            path = f"{path}/{XPATH_PREFIX}:result[{int(steps[1]) + 1}]"
        steps = steps[2:]
    for step in steps:
        if isinstance(kind, Shape) and kind.item is not None and step.isdigit():
            name = kind.item_tag.rpartition("}")[2]
            path, kind = f"{path}/{XPATH_PREFIX}:{name}[{int(step) + 1}]", kind.item
        else:
            kind = kind.members.get(step) if isinstance(kind, Shape) else None
            path = f"{path}/{XPATH_PREFIX}:{step}"
    return path
