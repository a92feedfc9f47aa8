"""`send FILE… | --watch DIR`: transmissions to a gateway, each receipt kept beside its file."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from gateway.commands.access_tokens import AccessTokens
from gateway.commands.doors import Door
from gateway.commands.enrolling.pack import read_pack
from gateway.commands.posting import Posted, Poster
from gateway.commands.receipts import acknowledgement_of, keep_beside
from gateway.commands.terminal import ERR, OUT, CannotDo, ExitCode, Lang, print_json, tell
from gateway.commands.verdicts import MAX_SHOWN, exit_code_of, verdict_view
from gateway.commands.watch import SETTLE_S
from gateway.commands.watch import watch as watched
from gateway.config import Access
from gateway.errors import ConfigurationFault
from gateway.model.acknowledgement import Acknowledgement


class Soap(StrEnum):
    """A version of SOAP."""

    V11 = "1.1"
    V12 = "1.2"


_REST: Final = {".json": Door.REST_JSON, ".xml": Door.REST_XML}
_SOAP: Final = {Soap.V11: Door.SOAP_11, Soap.V12: Door.SOAP_12}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file and what became of it: an answer, or why there is none."""

    file: Path
    posted: Posted | None = None
    acknowledgement: Acknowledgement | None = None
    kept: Path | None = None
    fault: CannotDo | None = None

    @property
    def exit_code(self) -> ExitCode:
        """How a command that sent this file alone ends."""
        if self.acknowledgement is None:
            return ExitCode.NOT_DONE
        return exit_code_of(self.acknowledgement)


def send(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FICHIER…", help=".json ou .xml")
    ] = None,
    *,
    watch: Annotated[
        Path | None, typer.Option(metavar="DOSSIER", help="Envoyer ce qui vient dans outbox/.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Avec --watch : vider, puis finir.")] = False,
    settle: Annotated[
        float, typer.Option(min=0.2, max=600, help="Secondes sans changement : fichier complet.")
    ] = SETTLE_S,
    soap: Annotated[Soap | None, typer.Option(help="Par SOAP plutôt que REST (XML).")] = None,
    url: Annotated[str | None, typer.Option(help="Adresse ; sinon SISERI_URL.")] = None,
    attempts: Annotated[int, typer.Option(min=1, max=50, help="Essais par fichier.")] = 8,
    lang: Annotated[Lang, typer.Option(help="Langue des verdicts.")] = Lang.FR,
    show_all: Annotated[bool, typer.Option("--all", help="Tous les constats.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Send files, or what comes into a folder; run again after a cut, nothing is doubled."""
    try:
        access = Access.from_env()
    except ConfigurationFault as fault:
        raise CannotDo(
            f"Configuration inutilisable : {fault.fr}.", f"Unusable configuration: {fault.en}."
        ) from None
    if bool(files) is (watch is not None):
        raise CannotDo(
            "Indiquez des fichiers, ou un dossier par --watch.",
            "Name files, or one folder by --watch.",
        )
    address, token = _proving(access, url)
    if watch is not None:
        code = watched(
            watch, url=address, token=token, attempts=attempts, settle_s=settle,
            once=once, door_of=lambda name: door_for(Path(name), soap),
            suffixes=frozenset(_REST) if soap is None else frozenset({".xml"}),
        )  # fmt: skip
        raise typer.Exit(code)
    poster = Poster(url=address, token=token, attempts=attempts)
    sent = _send_all(poster, files or [], soap)
    if json:
        print_json([_form(one) for one in sent])
    else:
        for one in sent:
            _show(one, lang, max_shown=1_000_000 if show_all else MAX_SHOWN)
        if len(sent) > 1:
            OUT.print(_summary(sent))
    worst = max(one.exit_code for one in sent)
    if worst:
        raise typer.Exit(worst)


def _proving(access: Access, url: str | None) -> tuple[str, str | Callable[[], str]]:
    """Where to send, and what proves the partner: a token that is given, or the enrolled key."""
    pack = None if access.token else read_pack(access.credentials)
    if pack is None:
        return url or access.url, access.token
    address = url or pack.address
    password = access.key_password
    return address, AccessTokens(pack, access.credentials, password=password, url=address)


def _send_all(poster: Poster, files: list[Path], soap: Soap | None) -> list[Sent]:
    columns = (SpinnerColumn(), TextColumn("{task.completed}/{task.total} {task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=ERR, transient=True) as progress:
        task = progress.add_task("", total=len(files))
        sent = []
        for file in files:
            progress.update(task, description=escape(file.name))

            def waiting(why: str, seconds: float, name: str = file.name) -> None:
                text = f"{name} : nouvel essai dans {seconds:.0f} s ({why})"
                progress.update(task, description=escape(text))

            try:
                posted = poster.post(_content(file), door_for(file, soap), on_wait=waiting)
                kept = _kept(file, posted.receipt)
                read = acknowledgement_of(posted.receipt)
                sent.append(Sent(file=file, posted=posted, acknowledgement=read, kept=kept))
            except CannotDo as fault:
                sent.append(Sent(file=file, fault=fault))
            progress.advance(task)
    return sent


def door_for(file: Path, soap: Soap | None) -> Door:
    """The door of a file, by its suffix.

    Raises:
        CannotDo: no door takes such a file.
    """
    door = _REST.get(file.suffix.lower())
    if door is None:
        raise CannotDo(
            f"{file.name} : le nom doit finir par .json ou .xml.",
            f"{file.name}: the name must end in .json or .xml.",
        )
    if soap is None:
        return door
    if door is not Door.REST_XML:
        raise CannotDo(f"{file.name} : SOAP porte du XML.", f"{file.name}: SOAP carries XML.")
    return _SOAP[soap]


def _kept(file: Path, receipt: bytes) -> Path:
    try:
        return keep_beside(file, receipt)
    except OSError as error:
        raise CannotDo(
            f"{file.name} : répondu, mais l'accusé n'a pu être écrit ({type(error).__name__}) ; "
            "relancez la même commande, le même accusé reviendra.",
            f"{file.name}: answered, but the receipt could not be written "
            f"({type(error).__name__}); run the same command again, the same receipt comes back.",
        ) from None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotDo(
            f"{file.name} : fichier illisible ({type(error).__name__}).",
            f"{file.name}: the file cannot be read ({type(error).__name__}).",
        ) from None


def _show(one: Sent, lang: Lang, *, max_shown: int) -> None:
    OUT.print(Text(one.file.name, style="bold"))
    if one.fault is not None:
        tell(one.fault.fr, one.fault.en)
    if one.acknowledgement is not None:
        OUT.print(verdict_view(one.acknowledgement, lang=lang, max_shown=max_shown))
        if one.posted is not None and one.posted.is_replay:
            OUT.print("Déjà répondu : même accusé." if lang is Lang.FR else "Answered before.")
        where = f"{'Accusé' if lang is Lang.FR else 'Receipt'} : {one.kept}"
        OUT.print(where, soft_wrap=True, markup=False)


def _summary(sent: list[Sent]) -> Table:
    table = Table("Fichier", "Décision", "Acceptées", "Refusées", "En attente", title="Bilan")
    for one in sent:
        read = one.acknowledgement
        counts = None if read is None else read.counts
        table.add_row(
            escape(one.file.name),
            "sans réponse" if read is None else read.disposition.value,
            *(("–", "–", "–") if counts is None
              else (str(counts.accepted), str(counts.rejected), str(counts.held))),
        )  # fmt: skip
    return table


def _form(one: Sent) -> dict[str, Any]:
    form: dict[str, Any] = {"file": str(one.file), "exitCode": int(one.exit_code)}
    if one.fault is not None:
        form["error"] = {"fr": one.fault.fr, "en": one.fault.en}
    if one.acknowledgement is not None and one.posted is not None:
        form["receipt"] = str(one.kept)
        form["replayed"] = one.posted.is_replay
        form["acknowledgement"] = msgspec.to_builtins(one.acknowledgement)
    return form
