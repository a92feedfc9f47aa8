"""A check as a person reads it: verdict, then what is wrong, where, what to do, who must do it."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.commands.checking.findings import Checked, Found, NotJudged
from gateway.commands.checking.places import Place
from gateway.commands.terminal import ExitCode, Lang
from gateway.commands.verdicts import ACTIONS, ACTORS
from gateway.model.verdict import Level, Verdict

_LEVELS: Final = {
    Level.FATAL: ("bloquant", "fatal", "bold red"),
    Level.ERROR: ("erreur", "error", "red"),
    Level.WARNING: ("à revoir", "warning", "yellow"),
    Level.INFO: ("pour information", "information", "cyan"),
}
_HEADINGS: Final = (
    ("Place", "Ligne", "Référence", "Niveau", "Code", "Ce qui ne va pas, et le remède", "À faire"),
    ("Place", "Line", "Reference", "Level", "Code", "What is wrong, and the remedy", "To do"),
)
_TITLES: Final = {
    ExitCode.DONE: ("Rien à corriger", "Nothing to correct", "bold green"),
    ExitCode.SOME_LINES: ("Des lignes à corriger", "Lines to correct", "bold yellow"),
    ExitCode.INADMISSIBLE: ("Irrecevable", "Inadmissible", "bold red"),
    ExitCode.NOT_DONE: ("Illisible", "Unreadable", "bold red"),
}


def check_view(checked: Checked, *, lang: Lang, max_shown: int) -> RenderableType:
    """One file's report, at most `max_shown` findings of it."""
    english = int(lang is Lang.EN)
    parts: list[RenderableType] = [_headline(checked, english)]
    if checked.found:
        parts.append(findings_table(checked.found[:max_shown], english))
    hidden = len(checked.found) - max_shown
    if hidden > 0:
        more = f"… et {hidden} autres constats : --all.", f"… and {hidden} more: --all."
        parts.append(Text(more[english]))
    if checked.is_read:
        parts.append(Text(_left(checked.not_judged, english), style="dim"))
    return Group(*parts)


def summary(every: Sequence[Checked], *, lang: Lang) -> Table:
    """One row a file."""
    english = int(lang is Lang.EN)
    table = Table(
        *(("Fichier", "Lignes", "À corriger", "À revoir", "Verdict"),
          ("File", "Lines", "To correct", "To review", "Verdict"))[english],
    )  # fmt: skip
    for checked in every:
        table.add_row(
            Text(checked.file.name),
            str(checked.line_count),
            str(checked.count(Verdict.REJECTED) + checked.count(Verdict.HELD)),
            str(checked.count(Verdict.ACCEPTED_WITH_WARNINGS)),
            _TITLES[checked.exit_code][english],
        )
    return table


def at(place: Place | None) -> str:
    """`line:column`, as editors read it."""
    return "–" if place is None else f"{place.line}:{place.column}"


def _headline(checked: Checked, english: int) -> Text:
    *titles, style = _TITLES[checked.exit_code]
    line = Text(f"{checked.file.name} : ", style="bold").append(titles[english], style=style)
    if checked.fault is not None:
        return line.append(f" : {checked.fault[english]}", style="default")
    if not checked.line_count:
        return line.append(".", style="default")
    wrong = checked.count(Verdict.REJECTED) + checked.count(Verdict.HELD)
    warned = checked.count(Verdict.ACCEPTED_WITH_WARNINGS)
    count, plural = checked.line_count, "s" * (checked.line_count > 1)
    french = f" ; {count} ligne{plural}, {wrong} à corriger, {warned} à revoir."
    said = french, f"; {count} line{plural}, {wrong} to correct, {warned} to review."
    return line.append(said[english], style="default")


def findings_table(found: Sequence[Found], english: int) -> Table:
    """Each finding: where it is, what is wrong, what to do, who must."""
    table = Table(*_HEADINGS[english], show_lines=True, expand=False)
    for column in (0, 1, 4):
        table.columns[column].no_wrap = True
    table.columns[5].overflow = "fold"
    told: set[str] = set()
    for one in found:
        *levels, style = _LEVELS[one.entry.level]
        table.add_row(
            at(one.place),
            "–" if one.index is None else str(one.index),
            Text(one.ref or "–"),
            Text(levels[english], style=style),
            one.entry.code,
            _said(one, english, told),
            f"{ACTIONS[one.entry.action][english]}\n{ACTORS[one.entry.actor][english]}",
        )
    return table


def _said(one: Found, english: int, told: set[str]) -> Text:
    """The text, in full the first time only, then the members and the paths."""
    again = ("comme ci-dessus", "as above")[english]
    text = Text(again if one.entry.code in told else one.entry.text(english))
    told.add(one.entry.code)
    for line in _members(one, english):
        text.append(f"\n{line}", style="bold")
    if one.parser is not None:
        text.append(f"\n{one.parser}", style="bold")
    for path in (one.pointer, one.xpath):
        if path:
            text.append(f"\n{path}", style="dim")
    return text


def _members(one: Found, english: int) -> Iterator[str]:
    expected = ("attendu", "expected")[english]
    for member in one.members:
        yield f"{member.pointer or '/'} ({at(member.place)}), {expected} : {member.text(english)}"


def _left(not_judged: NotJudged, english: int) -> str:
    register = ", ".join(not_judged.register)
    enrolment = ", ".join(not_judged.enrolment)
    reception = ", ".join(not_judged.reception)
    if english:
        return (
            f"register: not judged here ({register}); the sender's rights: not judged here "
            f"({enrolment}); reception: not judged here ({reception})."
        )
    return (
        f"registre : non jugé ici ({register}) ; droits de l'émetteur : non jugés ici "
        f"({enrolment}) ; réception : non jugée ici ({reception})."
    )
