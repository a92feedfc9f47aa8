"""`sirene import FILE`: the monthly stock of Sirene brought in, for when Sirene is away."""

import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from gateway.commands.entering import entering
from gateway.commands.opening import configuration
from gateway.commands.terminal import ERR, OUT, CannotDo, Lang, print_json
from gateway.config import Config
from gateway.model.audit import Act

if TYPE_CHECKING:
    from adapters.sirene.stock_import import Imported

_MONTH: Final = re.compile(r"20\d{2}-(0[1-9]|1[0-2])", re.ASCII)


def load(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FICHIER", help="StockEtablissement de l'INSEE : zip, CSV, Parquet."
        ),
    ],
    *,
    month: Annotated[
        str, typer.Option("--month", help="Mois du stock, AAAA-MM, s'il ne se lit pas du fichier.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
    lang: Annotated[Lang, typer.Option(help="Langue.")] = Lang.FR,
) -> None:
    """Import a month of the stock; stopped, run it again: it goes on from there."""
    if month and not _MONTH.fullmatch(month):
        raise CannotDo("--month attend AAAA-MM.", "--month takes YYYY-MM.")
    config = configuration()
    with entering(config) as entered:
        imported = _imported(config, file, month or None, lang)
        counts = {"rows": str(imported.rows), "bad": str(imported.bad)}
        entered(Act.SIRENE_IMPORTED, month=imported.month, **counts)
    if json:
        print_json(
            {
                "month": imported.month,
                "rows": imported.rows,
                "bad": imported.bad,
                "resumedAt": imported.resumed_at,
                "sizeBytes": imported.size_bytes,
            }
        )
        return
    megabytes = imported.size_bytes / 1e6
    fr = f"Stock de {imported.month} : {imported.rows} établissements, {imported.bad} lignes"
    en = f"Stock of {imported.month}: {imported.rows} establishments, {imported.bad} rows left out"
    told = (
        f"{fr} écartées, {megabytes:.0f} Mo." if lang is Lang.FR else f"{en}, {megabytes:.0f} MB."
    )
    OUT.print(told)


def _imported(config: Config, file: Path, month: str | None, lang: Lang) -> "Imported":
    from adapters.sirene.stock import NAME  # noqa: PLC0415 - slow: it brings the HTTP client
    from adapters.sirene.stock_files import NotAStock  # noqa: PLC0415
    from adapters.sirene.stock_import import import_stock  # noqa: PLC0415

    target = config.home / NAME
    with _progress() as progress:
        task = progress.add_task("Stock Sirene" if lang is Lang.FR else "Sirene stock")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            return import_stock(
                file,
                target=target,
                month=month,
                on_progress=lambda position, total: progress.update(
                    task, completed=position, total=total
                ),
            )
        except NotAStock as error:
            raise CannotDo(
                f"Import impossible : {error.fr}.", f"Not imported: {error.en}."
            ) from None
        except (OSError, sqlite3.Error) as error:
            kind = type(error).__name__
            raise CannotDo(
                f"Fichier illisible ou non inscriptible ({kind}) : vérifiez chemin et droits.",
                f"A file cannot be read or written ({kind}): check its path, mode and the disk.",
            ) from None


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    return Progress(*columns, TimeRemainingColumn(), console=ERR, transient=True)
