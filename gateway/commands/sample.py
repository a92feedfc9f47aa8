"""`sample`: a realistic, fictitious transmission, and the directory that makes it acceptable."""

import secrets
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from gateway.commands.opening import machine_time
from gateway.commands.samples.defects import NAMES
from gateway.commands.samples.files import as_json, as_xml, directory_csv
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Sample, Wanted, sample
from gateway.commands.terminal import ERR, CannotDo
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.transmission import Flow
from gateway.wire.v1.contract import MAX_LINES


class Form(StrEnum):
    """How a transmission is written."""

    JSON = "json"
    XML = "xml"


_Defects = Annotated[
    list[str] | None, typer.Option(help=f"Défaut voulu, à répéter : {', '.join(NAMES)}.")
]
_Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Jour de réception ; aujourd'hui.")
]
_WRITERS: Final = {Form.JSON: as_json, Form.XML: as_xml}


def make_sample(
    *,
    flow: Annotated[
        Flow,
        typer.Option(
            metavar="|".join(DEFAULT_SENDERS),
            help="Flux : ces deux seulement ; specs/examples a des exemples des sept.",
        ),
    ] = Flow.PASSIVE_EXTERNAL,
    lines: Annotated[int, typer.Option(min=1, max=MAX_LINES, help="Lignes.")] = 20,
    seed: Annotated[int | None, typer.Option(min=0, help="Même graine, mêmes octets.")] = None,
    form: Annotated[Form, typer.Option("--format", help="Forme.")] = Form.JSON,
    defects: Annotated[int, typer.Option(min=0, help="Lignes à fausser.")] = 0,
    defect: _Defects = None,
    directory_out: Annotated[Path | None, typer.Option(help="Annuaire à écrire.")] = None,
    out: Annotated[Path | None, typer.Option(help="Fichier ; sinon la sortie.")] = None,
    sender: Annotated[str | None, typer.Option(help="SIRET de l'émetteur.")] = None,
    accreditation: Annotated[str | None, typer.Option(help="Son accréditation.")] = None,
    day: _Day = None,
    test: Annotated[bool, typer.Option("--test", help="Envoi d'essai, jamais inscrit.")] = False,
) -> None:
    """Write a transmission; say on the error output which lines are wrong, and why."""
    if flow not in DEFAULT_SENDERS:
        flows = ", ".join(DEFAULT_SENDERS)
        raise CannotDo(
            f"Ce flux n'est pas fabriqué, seulement {flows} : voyez les exemples des sept flux "
            "dans specs/examples.",
            f"This flow is not made, only {flows}: see the examples of all seven flows in "
            "specs/examples.",
        )
    chosen = tuple(defect or ())
    wanted = Wanted(
        flow=flow,
        lines=lines,
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
        day=(day or machine_time()).date(),
        sender=_siret(sender or DEFAULT_SENDERS[flow]),
        accreditation=accreditation,
        defects=max(defects, len(chosen)),
        defect_names=_known(chosen),
        test=test,
    )
    made = sample(wanted)
    _write(made, _WRITERS[form](made.form), out=out, directory_out=directory_out)
    _tell(made, wanted)


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    if not set(names) <= set(NAMES):
        raise CannotDo("Défaut inconnu : voyez --help.", "Unknown defect: see --help.")
    return names


def _write(made: Sample, content: bytes, *, out: Path | None, directory_out: Path | None) -> None:
    try:
        if directory_out is not None:
            directory_out.write_text(directory_csv(made), encoding="utf-8")
        if out is not None:
            out.write_bytes(content)
    except OSError as error:
        name = type(error).__name__
        raise CannotDo(
            f"Écriture impossible ({name}).", f"It cannot be written ({name})."
        ) from None
    if out is None:
        sys.stdout.write(content.decode())


def _tell(made: Sample, wanted: Wanted) -> None:
    ERR.print(f"{wanted.lines} lignes, {wanted.flow.value}, graine {wanted.seed}.")
    if not made.spoilt:
        return
    table = Table("Ligne", "Défaut", "Code attendu", "Verdict attendu")
    for one in made.spoilt:
        verdict = one.defect.verdict.value
        table.add_row(str(one.index), one.defect.name, one.defect.code, verdict)
    ERR.print(table)


def _siret(text: str) -> str:
    try:
        return str(Siret.parse(text))
    except InvalidIdentifier:
        raise CannotDo("Ce numéro n'est pas un SIRET.", "This number is not a SIRET.") from None
