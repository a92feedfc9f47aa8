"""Where a fault stands that inadmits the whole: as far as a parser, or a second look, can tell."""

import json
import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway.commands.checking.places import Lines, Place, place_of_byte
from gateway.errors import Inadmissible
from gateway.wire.json import MAX_MEMBERS, MAX_NUMBER_LENGTH

_BEGINNING: Final = Place(1, 1)
_STRING: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN: Final = re.compile(
    rf"(?P<name>{_STRING}(?=[ \t\r\n]*:))|{_STRING}|-?Infinity|NaN|-?\d[\d.eE+-]*|[{{}}\[\]]",
    re.ASCII | re.DOTALL,
)
_MARKUP: Final = re.compile(rb"<[!?]")
_DECLARATION: Final = re.compile(rb"(\xef\xbb\xbf)?<\?xml[ \t\r\n][^<>]*\?>")
_DEEP: Final = 64
"""Levels beyond which a document is surely the one that is too deep: the contract has eight."""


def place_of_fault(fault: Inadmissible, body: bytes, *, is_json: bool) -> Place | None:
    """Line and column of what makes `body` unreadable, or None where nobody can tell."""
    told = _told_by_parser(fault, body)
    if told is not None:
        return told
    if fault.code in {"T004", "S001"}:
        return _BEGINNING
    if is_json:
        return _in_json(body.decode("utf-8", errors="replace"), fault.code)
    if fault.code != "T003":
        return None
    declared = _DECLARATION.match(body)
    found = _MARKUP.search(body, declared.end() if declared else 0)
    return place_of_byte(body, found.start()) if found else None


def _told_by_parser(fault: Inadmissible, body: bytes) -> Place | None:
    cause = fault.__context__  # what the parser said; the fault itself carries no position
    if isinstance(cause, UnicodeDecodeError):
        return place_of_byte(body, cause.start)
    if isinstance(cause, json.JSONDecodeError):
        return Place(cause.lineno, cause.colno)
    if isinstance(cause, etree.XMLSyntaxError):
        line, column = cause.position
        return Place(max(line or 1, 1), max(column or 1, 1))
    return None


def said_by_parser(fault: Inadmissible) -> str | None:
    """The parser's own name of the defect, where it has one that holds no value of the file."""
    cause = fault.__context__
    if isinstance(cause, json.JSONDecodeError):
        return cause.msg.partition(":")[0]
    if isinstance(cause, etree.XMLSyntaxError):
        names = vars(etree.ErrorTypes)
        return next((name for name, code in names.items() if code == cause.code), None)
    return None


def _in_json(text: str, code: str) -> Place | None:
    finders = {"T005": _too_large, "T006": _repeated, "T007": _half_character, "T008": _constant}
    finder = finders.get(code)
    found = None if finder is None else next(finder(text), None)
    return None if found is None else Lines(text).place(found)


def _names(text: str) -> Iterator[tuple[int, str, list[set[str]]]]:
    """Each member's name with its offset, and the names before it in each open object."""
    opened: list[set[str]] = []
    for token in _TOKEN.finditer(text):
        said = token[0]
        if said in "{[":
            opened.append(set())
        elif said in "}]" and opened:
            opened.pop()
        elif token["name"] is not None and opened:
            name = json.loads(said)
            yield token.start(), name, opened
            opened[-1].add(name)


def _repeated(text: str) -> Iterator[int]:
    return (at for at, name, opened in _names(text) if name in opened[-1])


def _too_large(text: str) -> Iterator[int]:
    for token in _TOKEN.finditer(text):
        if token[0][0] in "-0123456789" and len(token[0]) > MAX_NUMBER_LENGTH:
            yield token.start()
    yield from (at for at, _, opened in _names(text) if len(opened[-1]) >= MAX_MEMBERS)
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if depth > _DEEP:
            yield token.start()


def _half_character(text: str) -> Iterator[int]:
    for token in _TOKEN.finditer(text):
        if token[0][0] == '"' and any("\ud800" <= c <= "\udfff" for c in json.loads(token[0])):
            yield token.start()


def _constant(text: str) -> Iterator[int]:
    return (token.start() for token in _TOKEN.finditer(text) if token[0].lstrip("-")[0] in "NI")
