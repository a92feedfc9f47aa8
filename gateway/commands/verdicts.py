"""A verdict as a person reads it: what, which line, why, what to do, and who must do it."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.commands.terminal import ExitCode, Lang
from gateway.model.acknowledgement import Acknowledgement, CodeEntry, Disposition, FindingEntry
from gateway.model.verdict import Action, Actor, Verdict

MAX_SHOWN: Final = 30
_TITLES: Final = {
    Disposition.RECEIVED: ("Reçue", "Received", "cyan"),
    Disposition.ACCEPTED: ("Acceptée", "Accepted", "green"),
    Disposition.ACCEPTED_WITH_RESERVATIONS: (
        "Acceptée avec réserves", "Accepted with reservations", "yellow",
    ),
    Disposition.PARTLY_ACCEPTED: ("Acceptée en partie", "Partly accepted", "yellow"),
    Disposition.HELD: ("En attente", "Held", "yellow"),
    Disposition.REJECTED: ("Refusée", "Rejected", "red"),
    Disposition.INADMISSIBLE: ("Irrecevable", "Inadmissible", "red"),
    Disposition.CONFLICT: ("Conflit", "Conflict", "red"),
}  # fmt: skip
_VERDICTS: Final = {
    Verdict.ACCEPTED: ("acceptée", "accepted"),
    Verdict.ACCEPTED_WITH_WARNINGS: ("acceptée, à revoir", "accepted, to review"),
    Verdict.REJECTED: ("refusée", "rejected"),
    Verdict.HELD: ("en attente", "held"),
}
ACTIONS: Final = {
    Action.CORRECT: ("corriger", "correct"),
    Action.RESEND: ("renvoyer, nouvel identifiant", "send again, new id"),
    Action.WAIT: ("attendre", "wait"),
    Action.CONTACT: ("prendre contact", "contact"),
    Action.NONE: ("rien", "nothing"),
}
ACTORS: Final = {
    Actor.SENDER: ("l'émetteur", "the sender"),
    Actor.EMPLOYER: ("l'employeur", "the employer"),
    Actor.PHYSICIAN: ("le médecin du travail", "the occupational physician"),
    Actor.REGISTRY: ("le registre", "the register"),
}
_HEADINGS: Final = (
    ("Ligne", "Référence", "Verdict", "Code", "Ce qui ne va pas, et le remède", "Action", "Qui"),
    ("Line", "Reference", "Verdict", "Code", "What is wrong, and the remedy", "Action", "Who"),
)


def exit_code_of(acknowledgement: Acknowledgement) -> ExitCode:
    """0 accepted, 1 some lines refused or held, 2 inadmissible (contract.md §5)."""
    if acknowledgement.disposition in {Disposition.INADMISSIBLE, Disposition.CONFLICT}:
        return ExitCode.INADMISSIBLE
    counts = acknowledgement.counts
    if counts is not None and counts.rejected + counts.held > 0:
        return ExitCode.SOME_LINES
    return ExitCode.DONE


def verdict_view(
    acknowledgement: Acknowledgement, *, lang: Lang = Lang.FR, max_shown: int = MAX_SHOWN
) -> RenderableType:
    """The verdict, then a table of what was found, at most `max_shown` findings of it."""
    english = int(lang is Lang.EN)
    rows = list(_rows(acknowledgement, english))
    if not rows:
        return _headline(acknowledgement, english)
    table = Table(*_HEADINGS[english], show_lines=True, expand=False)
    table.columns[3].no_wrap = table.columns[0].no_wrap = True
    for row in rows[:max_shown]:
        table.add_row(*map(Text, row))
    parts: list[RenderableType] = [_headline(acknowledgement, english), table]
    hidden = len(rows) - max_shown
    if hidden > 0:
        parts.append(
            Text(
                f"… and {hidden} more in the receipt."
                if english
                else f"… et {hidden} autres constats, dans l'accusé."
            )
        )
    return Group(*parts)


def _headline(acknowledgement: Acknowledgement, english: int) -> Text:
    *titles, colour = _TITLES[acknowledgement.disposition]
    line = Text(titles[english], style=f"bold {colour}")
    counts = acknowledgement.counts
    if counts is not None:
        plural = "" if counts.results == 1 else "s"
        french = (
            f" : {counts.results} ligne{plural} ; {counts.accepted} acceptées (dont "
            f"{counts.with_warnings} à revoir), {counts.rejected} refusées, "
            f"{counts.held} en attente."
        )
        english_text = (
            f": {counts.results} line{plural}; {counts.accepted} accepted "
            f"({counts.with_warnings} to review), {counts.rejected} rejected, {counts.held} held."
        )
        line.append(english_text if english else french, style="default")
    if acknowledgement.test:
        line.append((" (essai)", " (test)")[english], style="cyan")
    return line


def _rows(acknowledgement: Acknowledgement, english: int) -> Iterator[tuple[str, ...]]:
    codes = {entry.code: entry for entry in acknowledgement.codes}
    told: set[str] = set()
    for finding in acknowledgement.findings:
        yield "–", "–", "–", *_of_finding(codes, finding, english, told)
    for line in acknowledgement.lines:
        for place, finding in enumerate(line.findings):
            head = (str(line.index), line.ref or "–", _VERDICTS[line.verdict][english])
            yield (
                *(head if not place else ("", "", "")),
                *_of_finding(codes, finding, english, told),
            )


def _of_finding(
    codes: dict[str, CodeEntry], finding: FindingEntry, english: int, told: set[str]
) -> tuple[str, ...]:
    """What a code says, in full the first time only."""
    entry = codes[finding.code]
    text = entry.text.en if english else entry.text.fr
    if finding.code in told:
        text = "as above" if english else "comme ci-dessus"
    told.add(finding.code)
    return (
        finding.code,
        text,
        ACTIONS[entry.action][english],
        ACTORS[entry.actor][english],
    )
