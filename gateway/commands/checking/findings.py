"""What a check found in one file, ready for any report. Never a value of the file but its `ref`."""

from dataclasses import dataclass, field
from pathlib import Path

from gateway.commands.checking.places import Place
from gateway.commands.terminal import ExitCode
from gateway.model.verdict import Action, Actor, Level, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the catalogue, or the table of unsigned refusals, says of a code."""

    code: str
    level: Level
    actor: Actor
    action: Action
    fr: str
    en: str
    source: str = ""

    def text(self, english: int) -> str:
        """The text with its remedy."""
        return self.en if english else self.fr


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member that fails its schema, and what should stand there."""

    pointer: str
    place: Place | None
    fr: str
    en: str

    def text(self, english: int) -> str:
        """What is expected."""
        return self.en if english else self.fr


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding, with every way to find its place again."""

    entry: Entry
    pointer: str | None = None
    xpath: str | None = None
    """In an XML file."""
    place: Place | None = None
    index: int | None = None
    """Of the line, from 1; None where the whole is meant."""
    ref: str | None = None
    """None where it cannot be read or holds a number (T010)."""
    members: tuple[Member, ...] = ()
    """What the schema refuses (S002)."""
    parser: str | None = None
    """The parser's own name of the defect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """Codes that an offline check cannot judge, by what it lacks."""

    register: tuple[str, ...]
    enrolment: tuple[str, ...]
    reception: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file and everything found in it."""

    file: Path
    line_count: int = 0
    refs: tuple[str | None, ...] = field(default=(), repr=False)
    """Of each line, for the reports that list all; None where it may not be told."""
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    """Of the lines that something was found in, by index from 1, as far as judged here."""
    found: tuple[Found, ...] = ()
    not_judged: NotJudged
    is_judged: bool = True
    """False where the lines could not be judged at all: the whole is refused."""
    is_read: bool = True
    """False where the file itself could not be read: then nothing was judged."""
    fault: tuple[str, str] | None = None
    """Why it could not be read, in French and English."""

    @property
    def is_inadmissible(self) -> bool:
        """Whether the whole would be refused."""
        is_fatal = any(found.entry.level is Level.FATAL for found in self.found)
        return is_fatal or not self.is_judged

    @property
    def exit_code(self) -> ExitCode:
        """How a command that checked this file alone ends."""
        if not self.is_read:
            return ExitCode.NOT_DONE
        if self.is_inadmissible:
            return ExitCode.INADMISSIBLE
        if {Verdict.REJECTED, Verdict.HELD} & set(self.verdicts.values()):
            return ExitCode.SOME_LINES
        return ExitCode.DONE

    def count(self, verdict: Verdict) -> int:
        """How many lines have that verdict."""
        if verdict is Verdict.ACCEPTED:
            return self.line_count - len(self.verdicts)
        return sum(given is verdict for given in self.verdicts.values())
