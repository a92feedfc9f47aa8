"""What a notice shows, in the order of the question "what happened, and who must do what?"."""

from collections.abc import Iterable, Sequence

import msgspec

from gateway.model.acknowledgement import CodeEntry, FindingEntry, LineEntry
from gateway.model.notice import Notice
from gateway.model.verdict import Action, Actor
from gateway.pages.notices.members import place
from gateway.pages.notices.titles import ACTIONS, ACTORS, LEVELS, VERDICTS, Said
from gateway.rules.catalogue import CATALOGUE


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """A code with what it asks, and how much of the transmission it touches."""

    code: str
    level: str
    text: str
    source: str
    """The legal source, in French as the law is; empty for a code that is no longer known."""
    rule: str
    lines: int
    is_of_whole: bool


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Who must do what, and about which codes."""

    actor: str
    action: str
    remedies: tuple[Remedy, ...]


class ShownFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding in words, with its pointer as it was signed."""

    code: str
    text: str
    where: str
    pointer: str


class ShownLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its findings."""

    index: int
    ref: str | None
    verdict: str
    held_until: str | None
    findings: tuple[ShownFinding, ...]


def said(text: Said, language: str) -> str:
    """The text in `fr` or `en`."""
    return text[1] if language == "en" else text[0]


class Layout:
    """The parts of one notice in one language."""

    def __init__(self, notice: Notice, language: str) -> None:
        self._notice = notice
        self._language = language
        self._codes = {entry.code: entry for entry in notice.acknowledgement.codes}

    def tasks(self) -> tuple[Task, ...]:
        """Codes by who must act and how, the sender first; those that ask nothing come last."""
        lines = self._lines_by_code()
        of_whole = {finding.code for finding in self._notice.acknowledgement.findings}
        by_task: dict[tuple[Actor, Action], list[Remedy]] = {}
        for entry in self._codes.values():
            remedy = self._remedy(entry, lines.get(entry.code, 0), of_whole)
            by_task.setdefault((entry.actor, entry.action), []).append(remedy)
        order = [(actor, action) for actor in ACTORS for action in ACTIONS]
        order.sort(key=lambda task: task[1] is Action.NONE)
        return tuple(
            Task(
                actor=said(ACTORS[actor], self._language),
                action=said(ACTIONS[action][actor is not Actor.SENDER], self._language),
                remedies=tuple(by_task[actor, action]),
            )
            for actor, action in order
            if (actor, action) in by_task
        )

    def lines(self) -> tuple[ShownLine, ...]:
        """The lines shown one by one: the first, as many as the rows of the page hold."""
        shown, rows = [], 0
        for line in self._notice.lines:
            rows += max(1, len(line.findings))
            if rows > self._notice.max_rows:
                break
            shown.append(self._line(line))
        return tuple(shown)

    def findings(self, entries: Iterable[FindingEntry]) -> tuple[ShownFinding, ...]:
        """Findings in words."""
        return tuple(
            ShownFinding(
                code=entry.code,
                text=self.text(entry.code),
                where=place(entry.pointer, self._language),
                pointer=entry.pointer or "",
            )
            for entry in entries
        )

    def text(self, code: str) -> str:
        """What was said of the code when it was signed, whatever the catalogue says since."""
        text = self._codes[code].text
        return text.en if self._language == "en" else text.fr

    def _line(self, line: LineEntry) -> ShownLine:
        return ShownLine(
            index=line.index,
            ref=line.ref,
            verdict=said(VERDICTS[line.verdict], self._language),
            held_until=line.held_until,
            findings=self.findings(line.findings),
        )

    def _remedy(self, entry: CodeEntry, lines: int, of_whole: set[str]) -> Remedy:
        return Remedy(
            code=entry.code,
            level=said(LEVELS[entry.level], self._language),
            text=self.text(entry.code),
            source=CATALOGUE.rule(entry.code).source if entry.code in CATALOGUE else "",
            rule=entry.rule,
            lines=lines,
            is_of_whole=entry.code in of_whole,
        )

    def _lines_by_code(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for line in self._notice.lines:
            for code in _codes_of(line.findings):
                counted[code] = counted.get(code, 0) + 1
        return counted


def _codes_of(findings: Sequence[FindingEntry]) -> set[str]:
    return {finding.code for finding in findings}
