"""`judge-again`: the lines that wait, judged again with the facts of now."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.commands.opening import asked_registers, configuration, opened_store
from gateway.commands.terminal import ERR, OUT, CannotDo, ExitCode, Lang, print_json
from gateway.config import Config
from gateway.errors import ConfigurationFault, Overloaded
from gateway.model.audit import Act

if TYPE_CHECKING:
    from gateway.judge_again import Report

_TOLD: Final = {
    "SUPERSEDED": ("avec un nouvel accusé", "with a new acknowledgement"),
    "UNCHANGED": ("inchangées", "unchanged"),
    "SETTLED": ("jugées entre-temps par un autre", "judged meanwhile by another"),
    "BUSY": ("en cours de jugement ailleurs : relancez", "being judged elsewhere: run it again"),
    "WITHOUT_BODY": (
        "sans leur contenu, purgé ou effacé : leurs lignes attendent leur terme",
        "without their content, purged or erased: their lines wait for the end of their time",
    ),
    "UNREADABLE": (
        "dont le contenu n'est plus celui reçu : voyez l'intégrité de la base",
        "whose content is not the one received any more: see the integrity of the database",
    ),
}
"""What is said of transmissions, by outcome (`gateway.judge_again.Outcome`), French and English."""
_DONE: Final = frozenset({"SUPERSEDED", "UNCHANGED", "SETTLED"})


@dataclass(slots=True)
class Tally:
    """What became of all transmissions that were due, and of their lines that waited."""

    outcomes: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    rejected: int = 0
    held: int = 0

    def add(self, report: "Report") -> None:
        """Count one transmission."""
        self.outcomes[report.outcome.value] += 1
        self.accepted += report.accepted
        self.rejected += report.rejected
        self.held += report.held

    @property
    def exit_code(self) -> ExitCode:
        """1 where a line was refused or waits still, or a transmission could not be judged."""
        is_left = bool(set(self.outcomes) - _DONE)
        return ExitCode.SOME_LINES if self.rejected or self.held or is_left else ExitCode.DONE

    @property
    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "transmissions": {outcome: self.outcomes[outcome] for outcome in _TOLD},
            "lines": {"accepted": self.accepted, "rejected": self.rejected, "held": self.held},
        }

    def show(self, lang: Lang = Lang.FR) -> None:
        """Say it."""
        total, is_english = self.outcomes.total(), lang is Lang.EN
        OUT.print(
            f"Held lines, in {total} transmissions that were due: {self.accepted} accepted, "
            f"{self.rejected} refused, {self.held} still held."
            if is_english
            else f"Lignes en attente, dans {total} transmissions à revoir : "
            f"{self.accepted} acceptées, {self.rejected} refusées, {self.held} toujours en attente."
        )
        for outcome, texts in _TOLD.items():
            if self.outcomes[outcome]:
                OUT.print(f"  {self.outcomes[outcome]} {texts[is_english]}.")


def judge_again(
    *,
    lang: Annotated[Lang, typer.Option(help="Langue.")] = Lang.FR,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Judge every held line that is due; safe to interrupt, to repeat, and to run twice at once."""
    tally = judge_all_again(configuration(), lang=lang)
    if json:
        print_json(tally.form)
    else:
        tally.show(lang)
    raise typer.Exit(tally.exit_code)


def judge_all_again(config: Config, *, lang: Lang = Lang.FR) -> Tally:
    """Judge the held lines of every transmission that is due, in order of reception.

    Raises:
        CannotDo: keys or migration are missing, or the database fails.
    """
    from gateway.judging import judging_again  # noqa: PLC0415 - slow: see opening

    tally = Tally()
    with (
        opened_store(config) as store,
        asked_registers(config, store) as verifying,
        _explained(),
        _progress() as progress,
    ):
        judging = judging_again(config, store, verification=verifying.verification)
        due = judging.due()
        store.trail.enter(Act.JUDGING_AGAIN_ORDERED, due=str(len(due)))
        task = progress.add_task(
            "Held lines" if lang is Lang.EN else "Lignes en attente", total=len(due)
        )
        for transmission in due:
            tally.add(judging.judge_again(transmission))
            progress.advance(task)
    return tally


@contextmanager
def _explained() -> Iterator[None]:
    """A fault as one line.

    Raises:
        CannotDo: no key may sign, or the database cannot write.
    """
    try:
        yield
    except ConfigurationFault:
        raise CannotDo(
            "Aucune clé ne peut signer : siseri-gateway keys new --rotate",
            "No key may sign: siseri-gateway keys new --rotate",
        ) from None
    except Overloaded:
        raise CannotDo(
            "La base ne peut écrire, ou aucune clé signer : ce qui est jugé le reste, relancez.",
            "The database cannot write, or no key may sign: what is judged stays so, run it again.",
        ) from None


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=ERR, transient=True)
