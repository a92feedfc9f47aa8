"""Places in a JSON file: members are found by stepping over values, never by guessing.

The text was read before by the contract's own reader, so it is known to be JSON.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from gateway.commands.checking.places import Lines, Place

_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


class JsonPlaces:
    """checking.places.Places over a JSON text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._root = self._after_blanks(0)
        self._results: list[int] | None = None

    def of(self, pointer: str) -> Place | None:
        """See Places."""
        return self._lines.place(self._offset(pointer))

    def stranger(self, pointer: str, known: frozenset[str]) -> Place | None:
        """See Places."""
        start = self._offset(pointer)
        if self._text[start] != "{":
            return None
        for name, at, _ in self._members(start):
            if name not in known:
                return self._lines.place(at)
        return None

    def line_text(self, index: int) -> str:
        """The text of the line at 0-based `index`, as it is written."""
        start = self._starts_of_results()[index]
        return self._text[start : self._end(start)]

    def _offset(self, pointer: str) -> int:
        """Where the value of `pointer` begins, or of the deepest member of it that is there."""
        steps = pointer.split("/")[1:]
        at = self._root
        if steps[:1] == ["results"] and len(steps) > 1:
            starts = self._starts_of_results()
            index = int(steps[1])
            if index >= len(starts):
                return at
            at, steps = starts[index], steps[2:]
        for step in steps:
            found = self._child(at, step)
            if found is None:
                return at
            at = found
        return at

    def _child(self, at: int, step: str) -> int | None:
        opening = self._text[at]
        if opening == "{":
            return next((value for name, _, value in self._members(at) if name == step), None)
        if opening == "[" and step.isdigit():
            return next((v for place, v in enumerate(self._items(at)) if place == int(step)), None)
        return None

    def _starts_of_results(self) -> list[int]:
        if self._results is None:
            results = self._child(self._root, "results")
            is_list = results is not None and self._text[results] == "["
            self._results = list(self._items(results)) if results is not None and is_list else []
        return self._results

    def _members(self, at: int) -> Iterator[tuple[str, int, int]]:
        """Name of each member of the object at `at`, where it begins and where its value does."""
        at = self._after_blanks(at + 1)
        while self._text[at] != "}":
            name, end = _DECODER.raw_decode(self._text, at)
            value = self._after_blanks(self._after_blanks(end) + 1)
            yield name, at, value
            at = self._next(value)

    def _items(self, at: int) -> Iterator[int]:
        """Where each item of the array at `at` begins."""
        at = self._after_blanks(at + 1)
        while self._text[at] != "]":
            yield at
            at = self._next(at)

    def _next(self, value: int) -> int:
        at = self._after_blanks(self._end(value))
        return self._after_blanks(at + 1) if self._text[at] == "," else at

    def _end(self, value: int) -> int:
        return int(_DECODER.raw_decode(self._text, value)[1])

    def _after_blanks(self, at: int) -> int:
        matched = _BLANKS.match(self._text, at)
        return matched.end() if matched else at
