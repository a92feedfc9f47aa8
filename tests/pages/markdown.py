"""Markdown as these pages need it."""

import re
from collections.abc import Iterable


def cell(text: object) -> str:
    """Text that may stand in a cell of a table."""
    return re.sub(r"\s+", " ", str(text)).strip().replace("|", "\\|")


def code(text: object) -> str:
    return f"`{text}`"


def codes(values: Iterable[object]) -> str:
    return " ".join(code(value) for value in values)


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A table; cells are escaped here."""
    lines = [[cell(value) for value in row] for row in rows]
    names = list(heads)
    drawn = [names, ["---"] * len(names), *lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in drawn)


def anchor(name: str) -> str:
    """The anchor that a heading of that text gets."""
    return "#" + re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")


def link(text: str, heading: str | None = None) -> str:
    return f"[{text}]({anchor(heading or text)})"
