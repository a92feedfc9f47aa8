"""`convert doses.csv --flow … --out FILE`: a table to a transmission, checked at once."""

import uuid
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table
from rich.text import Text

from gateway.commands.check import inspect_all, inspector, show
from gateway.commands.checking.machine import json_form
from gateway.commands.converting.rows import BadRow, Converted, converted
from gateway.commands.opening import machine_time
from gateway.commands.samples.doses import msv
from gateway.commands.samples.files import as_json, as_xml
from gateway.commands.terminal import OUT, CannotDo, ExitCode, Lang, print_json
from gateway.commands.writing import is_json_name, read_whole, require_new, write_whole
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.parts import instant
from gateway.model.transmission import SenderType
from gateway.wire.leaves import usv
from gateway.wire.v1.contract import TransmissionContract

MAX_SHOWN: Final = 50
"""Bad rows shown to a person; `--json` gives them all."""


class TabledFlow(StrEnum):
    """A flow whose lines fit the columns."""

    PASSIVE_EXTERNAL = "PASSIVE_EXTERNAL"
    OPERATIONAL = "OPERATIONAL"
    RADON = "RADON"
    AIRCREW = "AIRCREW"


_READ: Final = {
    "commas": ("décimales écrites avec une virgule", "decimals written with a comma"),
    "days": ("dates écrites JJ/MM/AAAA", "dates written DD/MM/YYYY"),
    "instants": ("dates et heures écrites avec un blanc", "dates and times written with a blank"),
    "blanks": ("numéros écrits avec des blancs", "numbers written with blanks"),
}


def convert(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="docs/checking.md")],
    *,
    flow: Annotated[TabledFlow, typer.Option(help="Flux.")],
    sender: Annotated[str, typer.Option(help="SIRET de l'émetteur.")],
    out: Annotated[Path, typer.Option(help="Envoi à écrire (.json ou .xml).")],
    sender_type: Annotated[SenderType | None, typer.Option(help="Selon le flux, sinon.")] = None,
    accreditation: Annotated[str | None, typer.Option(help="Accréditation.")] = None,
    on_behalf_of: Annotated[str | None, typer.Option(help="SIRET du mandant.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Envoi d'essai, jamais inscrit.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Remplacer le fichier.")] = False,
    lang: Annotated[Lang, typer.Option(help="Langue du rapport.")] = Lang.FR,
    json: Annotated[bool, typer.Option("--json", help="Rapport en JSON.")] = False,
) -> None:
    """Convert a table of doses, then check what it gave; bad rows are left out and told."""
    to_json = is_json_name(out)
    require_new(out, force=force)
    result = converted(_text(table), TransmissionContract())
    stated: dict[str, Any] = {
        "type": (sender_type or _usual(flow)).value,
        "siret": _siret(sender),
    }
    if accreditation is not None:
        stated["accreditation"] = accreditation
    if on_behalf_of is not None:
        stated["onBehalfOf"] = {"siret": _siret(on_behalf_of)}
    if result.lines:
        form = _transmission(result, flow=flow.value, sender=stated, test=test)
        write_whole(out, (as_json if to_json else as_xml)(form))
    _finish(result, out, lang=lang, json=json)


def _transmission(
    result: Converted, *, flow: str, sender: dict[str, Any], test: bool
) -> dict[str, Any]:
    measurements = [one for line in result.lines for one in line["measurements"]]
    form: dict[str, Any] = {"version": "1.0", "id": str(uuid.uuid4()), "flow": flow}
    if test:
        form["test"] = True
    return form | {
        "sender": sender,
        "issuedAt": instant(machine_time()),
        "totals": {
            "results": len(result.lines),
            "measurements": len(measurements),
            "sumMsv": msv(sum(usv(one["value"]) for one in measurements if "value" in one)),
        },
        "results": result.lines,
    }


def _finish(result: Converted, out: Path, *, lang: Lang, json: bool) -> None:
    """Say what became of the rows, then what `check` says of the file."""
    english = int(lang is Lang.EN)
    now = machine_time()
    every = inspect_all(inspector(now), [out], now) if result.lines else ()
    if json:
        checked = json_form(every, received_at=now)
        print_json(
            {
                "rows": result.rows,
                "lines": len(result.lines),
                "readOtherwise": {name: result.read[name] for name in _READ},
                "bad": [_bad_form(bad) for bad in result.bad],
                "check": checked,
            }
        )
    else:
        _show(result, english)
        show(every, lang=lang)
    codes = [checked.exit_code for checked in every]
    if not result.lines:
        codes.append(ExitCode.NOT_DONE)
    if result.bad:
        codes.append(ExitCode.SOME_LINES)
    if max(codes, default=ExitCode.DONE):
        raise typer.Exit(max(codes))


def _show(result: Converted, english: int) -> None:
    count, bad = len(result.lines), len({one.number for one in result.bad})
    named = (
        ("rangée", "ligne", "rangée écartée") if not english else ("row", "line", "rejected row")
    )
    OUT.print(", ".join(map(_counted, (result.rows, count, bad), named)) + ".")
    for line in _otherwise(result.read, english):
        OUT.print(line)
    if not result.lines:
        OUT.print(("Aucune ligne : rien n'est écrit.", "No line: nothing is written.")[english])
    if not result.bad:
        return
    heading = ("Rangée", "Colonne", "Attendu") if not english else ("Row", "Column", "Expected")
    table = Table(*heading)
    for one in result.bad[:MAX_SHOWN]:
        table.add_row(str(one.number), one.column, Text((one.fr, one.en)[english]))
    OUT.print(table)
    hidden = len(result.bad) - MAX_SHOWN
    if hidden > 0:
        OUT.print((f"… et {hidden} autres : --json.", f"… and {hidden} more: --json.")[english])


def _counted(count: int, name: str) -> str:
    """A number with what it counts."""
    return f"{count} {' '.join(word + 's' * (count > 1) for word in name.split())}"


def _otherwise(read: Counter[str], english: int) -> list[str]:
    """What was read otherwise than written."""
    return [f"{texts[english]} : {read[name]}" for name, texts in _READ.items() if read[name]]


def _bad_form(bad: BadRow) -> dict[str, Any]:
    return {
        "row": bad.number, "column": bad.column, "expected": {"fr": bad.fr, "en": bad.en},
    }  # fmt: skip


def _text(file: Path) -> str:
    try:
        return read_whole(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotDo(
            f"{file.name} : ce CSV n'est pas en UTF-8 (octet {error.start}). Enregistrez-le en "
            "« CSV UTF-8 ».",
            f"{file.name}: this CSV is not in UTF-8 (byte {error.start}). Save it as “CSV UTF-8”.",
        ) from None


def _usual(flow: TabledFlow) -> SenderType:
    usual = {
        TabledFlow.OPERATIONAL: SenderType.OPERATOR,
        TabledFlow.AIRCREW: SenderType.AUTHORISED_BODY,
    }
    return usual.get(flow, SenderType.OA)


def _siret(text: str) -> str:
    try:
        return str(Siret.parse("".join(text.split())))
    except InvalidIdentifier:
        raise CannotDo("Ce numéro n'est pas un SIRET.", "This number is not a SIRET.") from None
