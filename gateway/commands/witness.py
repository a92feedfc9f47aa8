"""`witness`: a witness of evidence logs, with a folder of its own and no gateway beside it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from adapters.witnesses import HttpLog
from gateway.api.witness import WitnessDoor
from gateway.commands import logs
from gateway.commands.opening import WallClock
from gateway.commands.serving import ignore_repeated_signals, port_taken, server_of
from gateway.commands.terminal import OUT, CannotDo, ExitCode, tell
from gateway.errors import LogUnavailable
from gateway.evidence.cosigning import CosigningWitness
from gateway.evidence.following import Follower
from gateway.model.witnessing import Looked, Sight
from signing.errors import KeyUnusable
from signing.files import PUBLIC, write_durably
from signing.log.vkey import SignatureType, VerifierKey, parse_vkey
from signing.log.witness import MAX_REQUEST_BYTES, KnownLog
from signing.log.witness_folder import EVIDENCE, WitnessFolder, new_witness, witness_key

PORT: Final = 8490
Folder = Annotated[Path, typer.Option(help="Dossier du témoin : sa clé et ce qu'il a vu.")]
log = structlog.get_logger("gateway.witness")


def witness(
    context: typer.Context,
    *,
    folder: Folder = Path("witness"),
    logs_known: Annotated[
        list[str] | None,
        typer.Option(
            "--log",
            metavar="CLÉ",
            help="Clé d'un journal (vkey, que « keys list --json » montre) ; peut se répéter.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port d'écoute.")] = PORT,
    follow: Annotated[
        str | None, typer.Option(metavar="URL", help="Suivre le journal à cette adresse.")
    ] = None,
    authorities: Annotated[
        Path | None,
        typer.Option(
            metavar="FICHIER",
            exists=True,
            dir_okay=False,
            help="Qui certifie le serveur de ce journal (PEM), si ce n'est une autorité publique.",
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Le regarder une fois.")] = False,
    every_s: Annotated[
        int, typer.Option("--every", min=1, max=86_400, help="Secondes entre deux regards.")
    ] = 60,
    out: Annotated[
        Path | None, typer.Option(metavar="FICHIER", help="Où écrire ce qui est cosigné.")
    ] = None,
) -> None:
    """Cosign what continues the logs that are named, on request, or following one."""
    if context.invoked_subcommand is not None:
        return
    keys = _log_keys(logs_known or [])
    with _opened(folder) as memory:
        cosigning = CosigningWitness(memory=memory, keys=keys, clock=WallClock())
        follower = None
        if follow is not None:
            follower = _follower(cosigning, follow, keys, authorities=authorities)
        logs.configure("INFO")
        log.info("witness.started", vkey=memory.signer.vkey.text, logs=[key.name for key in keys])
        if follower is None:
            _serve(cosigning, host=host, port=port)
        else:
            _follow(follower, once=once, every_s=every_s, out=out)


def new_key(
    *,
    name: Annotated[str, typer.Option(help="Nom du témoin, comme temoin.example/1.")],
    folder: Folder = Path("witness"),
) -> None:
    """Make the key of a witness that has seen nothing yet."""
    try:
        key = new_witness(folder, name=name)
    except KeyUnusable as error:
        raise _unusable(error) from None
    except OSError as error:
        raise CannotDo(
            f"Le dossier ne peut être écrit ({type(error).__name__}).",
            f"The folder cannot be written ({type(error).__name__}).",
        ) from None
    OUT.print(key.text, soft_wrap=True, markup=False)
    OUT.print(
        "Gardez ce dossier entier : n'en restaurez jamais une copie plus ancienne, faites alors "
        "une autre clé.",
        soft_wrap=True,
    )


def show_key(*, folder: Folder = Path("witness")) -> None:
    """Show the public key, as policies name it (vkey)."""
    try:
        key = witness_key(folder)
    except KeyUnusable as error:
        raise _unusable(error) from None
    OUT.print(key.text, soft_wrap=True, markup=False)


@contextmanager
def _opened(folder: Path) -> Iterator[WitnessFolder]:
    try:
        memory = WitnessFolder(folder)
    except KeyUnusable as error:
        raise _unusable(error) from None
    try:
        yield memory
    finally:
        memory.close()


def _unusable(error: KeyUnusable) -> CannotDo:
    return CannotDo(f"Témoin inutilisable : {error}.", f"Unusable witness: {error}.")


def _log_keys(texts: list[str]) -> list[VerifierKey]:
    """The keys of the logs that it knows; at least one.

    Raises:
        CannotDo: there is none, or one is no key of a log.
    """
    try:
        keys = [parse_vkey(text) for text in texts]
        if keys and all(key.type is SignatureType.ED25519 for key in keys):
            return keys
    except KeyUnusable:
        pass
    raise CannotDo(
        "Donnez par --log la clé d'au moins un journal : origine+id+clé, du registre publié.",
        "Give by --log the key of at least one log: origin+id+key, from the published register.",
    )


def _serve(cosigning: CosigningWitness, *, host: str, port: int) -> None:
    door = WitnessDoor(add_checkpoint=cosigning.add_checkpoint, max_bytes=MAX_REQUEST_BYTES)
    ignore_repeated_signals()
    try:
        server_of(door, host=host, port=port).run()
    except SystemExit:
        raise port_taken(port) from None


def _follower(
    cosigning: CosigningWitness, url: str, keys: list[VerifierKey], *, authorities: Path | None
) -> Follower:
    origins = {key.name for key in keys}
    if len(origins) > 1 or not url.startswith(("https://", "http://")):
        raise CannotDo(
            "Un seul journal se suit à la fois, à une adresse http(s).",
            "One log is followed at a time, at an http(s) address.",
        )
    known = KnownLog(origin=keys[0].name, keys=tuple(keys))
    return Follower(shown=HttpLog(url=url, authorities=authorities), witness=cosigning, known=known)


def _follow(follower: Follower, *, once: bool, every_s: int, out: Path | None) -> None:
    """Look until the log is found to have rewritten its past, or once."""
    told = None
    while True:
        looked = _looked(follower, once=once, out=out)
        if looked is not None and looked.sight is Sight.REWRITTEN:
            tell(
                f"Ce journal a réécrit son passé : les preuves en sont dans {EVIDENCE}/.",
                f"This log rewrote its past: the evidence of it is in {EVIDENCE}/.",
            )
            raise typer.Exit(ExitCode.INADMISSIBLE)
        if looked is not None and looked.sight is Sight.SHRUNK and told != looked:
            tell(
                "Ce journal montre moins qu'il n'a déjà signé : copie ancienne, ou entrées ôtées. "
                f"Rien n'est cosigné ; les deux points de contrôle sont dans {EVIDENCE}/.",
                "This log shows less than it signed before: an old copy, or entries taken out. "
                f"Nothing is cosigned; both checkpoints are in {EVIDENCE}/.",
            )
        told = looked
        if once and looked is not None and looked.sight is Sight.SHRUNK:
            raise typer.Exit(ExitCode.INADMISSIBLE)
        if once:
            return
        time.sleep(every_s)


def _looked(follower: Follower, *, once: bool, out: Path | None) -> Looked | None:
    """One look, and what it cosigned told; `None` where a log that is followed on cannot be read.

    Raises:
        CannotDo: it cannot be read, and one look is asked for.
    """
    try:
        looked = follower.look()
    except (LogUnavailable, OSError) as fault:
        reason = fault.reason if isinstance(fault, LogUnavailable) else type(fault).__name__
        log.warning("log.unavailable", reason=reason)
        if once:
            raise CannotDo(
                f"Ce journal ne peut être suivi ({reason}).",
                f"This log cannot be followed ({reason}).",
            ) from None
        return None
    if looked.note and out is not None:
        write_durably(out, looked.note, mode=PUBLIC)
    elif looked.note:
        typer.echo(looked.note.decode(), nl=False)
    return looked
