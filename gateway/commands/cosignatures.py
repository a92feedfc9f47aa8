"""`cosignatures`: what a witness that follows the log cosigned, brought into the record."""

from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo, ExitCode, tell
from gateway.errors import ConfigurationFault

MAX_BYTES: Final = 64 * 1024
"""Of a note: a checkpoint with every cosignature that one could bear."""


def cosignatures(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FICHIER…", exists=True, dir_okay=False, help="Écrits par « witness --out »."
        ),
    ],
) -> None:
    """Keep the cosignatures of witnesses that follow the log, so that they complete receipts."""
    from gateway.evidence.handed_in import NotTaken, keep_cosignatures  # noqa: PLC0415 - slow
    from gateway.evidence.installed_witnesses import witness_policy  # noqa: PLC0415 - slow

    config = configuration()
    try:
        policy = witness_policy(config.witnesses)
    except ConfigurationFault as fault:
        raise CannotDo(f"{fault.fr}.", f"{fault.en}.") from None
    is_done = True
    with opened_store(config) as store:
        for file in files:
            try:
                size, kept = keep_cosignatures(_note(file), evidence=store.evidence, policy=policy)
            except NotTaken as refused:
                is_done = False
                tell(f"{file.name} : {refused.fr}.", f"{file.name}: {refused.en}.")
                continue
            names = {one.key.text: one.name for one in policy.listed}
            said = ", ".join(names[one.witness] for one in kept)
            OUT.print(f"{file.name} : taille {size}, cosignée par {said}.", markup=False)
    if not is_done:
        raise typer.Exit(ExitCode.INADMISSIBLE)


def _note(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)[:MAX_BYTES]
    except OSError as error:
        raise CannotDo(
            f"{file.name} est illisible ({type(error).__name__}).",
            f"{file.name} cannot be read ({type(error).__name__}).",
        ) from None
