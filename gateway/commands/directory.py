"""`directory import FILE`: the register's directory brought in, bad rows named by number."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gateway.commands.judge_again import judge_all_again
from gateway.commands.opening import configuration, machine_time, opened_store
from gateway.commands.terminal import ERR, OUT, CannotDo, ExitCode, Lang, print_json
from gateway.config import Config
from gateway.directory import (
    BadRow,
    ContactImport,
    DecisionImport,
    DirectoryImport,
    ImportReport,
    ImportUnderWay,
)
from gateway.directory.report_form import report_form
from gateway.errors import Overloaded

if TYPE_CHECKING:
    from gateway.store import Store

MAX_SHOWN: Final = 50
"""Bad rows shown to a person; `--json` gives them all."""


class Kind(StrEnum):
    """What a file tells."""

    WORKERS = "WORKERS"
    CONTACTS = "CONTACTS"
    DECISIONS = "DECISIONS"


class _Clock:
    """ports.Clock, for the date of the version."""

    now = staticmethod(machine_time)


def load(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="CSV (docs/directory.md).")],
    *,
    contacts: Annotated[
        bool,
        typer.Option("--contacts", help="Le fichier est celui des contacts des établissements."),
    ] = False,
    decisions: Annotated[
        bool,
        typer.Option("--decisions", help="Le fichier est celui des décisions des médecins."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
    lang: Annotated[Lang, typer.Option(help="Langue.")] = Lang.FR,
    then_judge: Annotated[
        bool,
        typer.Option("--judge-again/--no-judge-again", help="Juger ensuite les lignes en attente."),
    ] = True,
) -> None:
    """Import a file of the directory; the same file twice changes nothing."""
    if contacts and decisions:
        raise CannotDo(
            "Un fichier est celui des contacts ou celui des décisions.",
            "A file is that of contacts or that of decisions.",
        )
    kind = Kind.CONTACTS if contacts else Kind.DECISIONS if decisions else Kind.WORKERS
    bad: list[BadRow] = []
    config = configuration()
    report = import_file(config, file, bad=bad, lang=lang, kind=kind)
    if not json:
        _show(report, bad, lang, kind=kind)
    is_judged = then_judge and kind is not Kind.CONTACTS
    tally = judge_all_again(config, lang=lang) if is_judged else None
    if json:
        judged = {} if tally is None else {"judgedAgain": tally.form}
        print_json(report_form(report, bad) | judged)
    elif tally is not None and tally.outcomes:
        tally.show(lang)
    if bad:
        raise typer.Exit(ExitCode.SOME_LINES)


def token(
    *, withdraw: Annotated[bool, typer.Option("--withdraw", help="N'en plus admettre.")] = False
) -> None:
    """Give the register a new token to write the directory with; the former opens nothing."""
    with opened_store(configuration()) as store:
        if withdraw:
            store.register_tokens.withdraw()
            return
        OUT.print(store.register_tokens.renew(), markup=False, soft_wrap=True)


def import_file(
    config: Config,
    file: Path,
    *,
    bad: list[BadRow],
    lang: Lang = Lang.FR,
    kind: Kind = Kind.WORKERS,
) -> ImportReport:
    """Import `file` with its progress on the error output; bad rows are added to `bad`.

    Raises:
        CannotDo: the file cannot be read or the database cannot write.
    """
    with opened_store(config) as store, _progress() as progress:
        importing = _importing(store, kind)
        try:
            task = progress.add_task(_said(lang, "Annuaire", "Directory"), total=_row_count(file))
            return importing.run(
                file,
                on_bad=bad.append,
                on_progress=lambda done: progress.update(task, completed=done.rows),
            )
        except OSError as error:
            raise CannotDo(
                f"Fichier illisible ({type(error).__name__}) : vérifiez son chemin et ses droits.",
                f"The file cannot be read ({type(error).__name__}): check its path and mode.",
            ) from None
        except ImportUnderWay:
            raise CannotDo(
                "Un autre import est en cours : relancez celui-ci ensuite.",
                "Another import is under way: run this one afterwards.",
            ) from None
        except Overloaded:
            raise CannotDo(
                "La base ne peut écrire : vérifiez l'espace disque, puis relancez l'import.",
                "The database cannot write: check the disk's space, then run it again.",
            ) from None


def _importing(store: "Store", kind: Kind) -> DirectoryImport | ContactImport | DecisionImport:
    if kind is Kind.CONTACTS:
        return ContactImport(store=store.contacts)
    if kind is Kind.DECISIONS:
        return DecisionImport(store=store.decisions, clock=_Clock())
    return DirectoryImport(store=store.directory, clock=_Clock())


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=ERR, transient=True)


def _row_count(file: Path) -> int:
    with file.open("rb") as stream:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b"")), 1)


def _said(lang: Lang, fr: str, en: str) -> str:
    return fr if lang is Lang.FR else en


def _show(report: ImportReport, bad: list[BadRow], lang: Lang, *, kind: Kind) -> None:
    if bad:
        _show_bad(bad, lang)
    saved, version = report.saved, report.version
    OUT.print(
        _said(
            lang,
            f"{saved.added} ajoutées, {saved.changed} modifiées, {saved.unchanged} inchangées, "
            f"{report.bad} refusées, {report.removed} retirées.",
            f"{saved.added} added, {saved.changed} changed, {saved.unchanged} unchanged, "
            f"{report.bad} refused, {report.removed} removed.",
        )
    )
    if kind is Kind.CONTACTS:
        return
    if version is None:
        fr = "Aucune ligne exploitable : l'annuaire n'a pas changé."
        en = "No row can be used: the directory has not changed."
    else:
        fr = f"Annuaire en version {version.version} du {version.date}."
        en = f"Directory in version {version.version} of {version.date}."
    OUT.print(_said(lang, fr, en))


def _show_bad(bad: list[BadRow], lang: Lang) -> None:
    heading = ("Ligne", "Colonne", "Code", "Motif"), ("Line", "Column", "Code", "Reason")
    title = _said(lang, "Lignes refusées", "Rows refused")
    table = Table(*heading[lang is Lang.EN], title=title)
    for row in bad[:MAX_SHOWN]:
        table.add_row(str(row.number), row.column, row.reason_code, getattr(row, lang))
    OUT.print(table)
    more = len(bad) - MAX_SHOWN
    if more > 0:
        fr = f"… et {more} autres : --json les donne toutes."
        OUT.print(_said(lang, fr, f"… and {more} others: --json gives them all."))
