"""`check FILE…`: the server's own engine over files, offline; docs/checking.md."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from gateway.commands.checking.entries import not_judged
from gateway.commands.checking.findings import Checked
from gateway.commands.checking.human import check_view, summary
from gateway.commands.checking.inspection import Inspector
from gateway.commands.checking.junit import junit_xml
from gateway.commands.checking.machine import json_form
from gateway.commands.checking.sarif import sarif_form
from gateway.commands.opening import machine_time
from gateway.commands.terminal import ERR, OUT, CannotDo, Lang, print_json
from gateway.commands.verdicts import MAX_SHOWN
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.parts import legal_day, legal_instant
from gateway.wire.codelists import CodeLists
from gateway.wire.v1.contract import TransmissionContract

_LAST_INSTANT: Final = time_of_day(23, 59, 59)
_BOM: Final = b"\xef\xbb\xbf"

_Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Comme reçu ce jour-là ; maintenant."),
]


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FICHIER…", help=".json ou .xml")],
    *,
    sender: Annotated[str | None, typer.Option(help="SIRET de qui enverra (H003).")] = None,
    day: _Day = None,
    lang: Annotated[Lang, typer.Option(help="Langue du rapport.")] = Lang.FR,
    show_all: Annotated[bool, typer.Option("--all", help="Tous les constats.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Rapport en JSON.")] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="Rapport SARIF 2.1.0.")] = False,
    junit: Annotated[bool, typer.Option("--junit", help="Rapport JUnit (XML).")] = False,
) -> None:
    """Check files without register, keys or network."""
    if json + sarif + junit > 1:
        raise CannotDo(
            "Un seul rapport à la fois : --json, --sarif ou --junit.",
            "One report at a time: --json, --sarif or --junit.",
        )
    received_at = machine_time() if day is None else legal_instant(day.date(), _LAST_INSTANT)
    every = inspect_all(inspector(received_at, sender=sender), files, received_at)
    english = int(lang is Lang.EN)
    if json:
        print_json(json_form(every, received_at=received_at))
    elif sarif:
        print_json(sarif_form(every, english=english))
    elif junit:
        sys.stdout.write(junit_xml(every, english=english).decode())
    else:
        show(every, lang=lang, max_shown=1_000_000 if show_all else MAX_SHOWN)
    worst = max(checked.exit_code for checked in every)
    if worst:
        raise typer.Exit(worst)


def inspector(received_at: datetime, *, sender: str | None = None) -> Inspector:
    """The engine as it stands here.

    Raises:
        CannotDo: the sender's number is not a SIRET.
    """
    try:
        known = None if sender is None else Siret.parse(sender)
    except InvalidIdentifier:
        raise CannotDo("Ce numéro n'est pas un SIRET.", "This number is not a SIRET.") from None
    return Inspector(
        contract=TransmissionContract(),
        code_lists=CodeLists.load(),
        received_at=received_at,
        sender=known,
    )


def inspect_all(
    inspector: Inspector, files: Sequence[Path], received_at: datetime
) -> tuple[Checked, ...]:
    """Every file checked, with its progress on the error output; none costs another."""
    every = []
    with _progress() as progress:
        task = progress.add_task("", total=len(files), lines=0)
        for file in files:
            progress.update(task, description=escape(file.name), lines=0)
            try:
                content = file.read_bytes()
            except OSError as error:
                every.append(_not_read(file, error, received_at))
            else:
                every.append(
                    inspector.inspect(
                        file,
                        content,
                        is_json=is_json(file, content),
                        on_lines=lambda count: progress.update(task, lines=count),
                    )
                )
            progress.advance(task)
    return tuple(every)


def is_json(file: Path, content: bytes) -> bool:
    """Whether a file is to be read as JSON: by its suffix, else by how it begins."""
    suffix = file.suffix.lower()
    if suffix in {".json", ".xml"}:
        return suffix == ".json"
    return not content.removeprefix(_BOM).lstrip().startswith(b"<")


def show(every: Sequence[Checked], *, lang: Lang, max_shown: int = MAX_SHOWN) -> None:
    """The report for a person, on the standard output."""
    for checked in every:
        OUT.print(check_view(checked, lang=lang, max_shown=max_shown))
    if len(every) > 1:
        OUT.print(summary(every, lang=lang))


def _not_read(file: Path, error: OSError, received_at: datetime) -> Checked:
    name = type(error).__name__
    return Checked(
        file=file,
        is_read=False,
        fault=(
            f"fichier illisible ({name}), vérifiez son chemin et ses droits",
            f"the file cannot be read ({name}), check its path and its rights",
        ),
        not_judged=not_judged(flow=None, day=legal_day(received_at), knows_sender=False),
    )


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total} {task.description} {task.fields[lines]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERR, transient=True) as progress:
        yield progress
