"""What every command says and how it ends: consoles, exit codes, the one line of an error."""

import sys
from enum import IntEnum, StrEnum
from typing import Any, Final

import orjson
from rich.console import Console
from rich.markup import escape

_PLAIN_WIDTH: Final = 120
"""Columns where the output is not a terminal: a log or a pipe."""


class ExitCode(IntEnum):
    """How a command ends (docs/command-line.md)."""

    DONE = 0
    SOME_LINES = 1
    """Some lines were refused or held."""
    INADMISSIBLE = 2
    """The whole was refused, or proves nothing."""
    NOT_DONE = 3
    """It could not be done, and nothing can be said of it."""


class Lang(StrEnum):
    """The language that a person reads."""

    FR = "fr"
    EN = "en"


class CannotDo(Exception):
    """What stops a command, in both languages, with what to do. Never a value of a person's."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = _PLAIN_WIDTH
    return console


OUT: Final = _console(stderr=False)
ERR: Final = _console(stderr=True)


def tell(fr: str, en: str) -> None:
    """One line in French, the same in English, on the error output."""
    ERR.print(f"[bold red]Erreur[/] {escape(fr)}", soft_wrap=True)
    ERR.print(f"[dim]Error  {escape(en)}[/]", soft_wrap=True)


def print_json(value: Any) -> None:
    """The value as JSON on the standard output, whatever the console's width."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
