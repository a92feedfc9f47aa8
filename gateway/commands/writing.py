"""Files that a command writes: whole or not at all, and never over another unless told to."""

import os
from pathlib import Path
from typing import Final

from gateway.commands.terminal import CannotDo

_FORMS: Final = {".json": True, ".xml": False}


def is_json_name(file: Path) -> bool:
    """Whether a file of that name is written in JSON; else in XML.

    Raises:
        CannotDo: its suffix says neither.
    """
    found = _FORMS.get(file.suffix.lower())
    if found is None:
        raise CannotDo(
            f"{file.name} : le nom doit finir par .json ou .xml.",
            f"{file.name}: the name must end in .json or .xml.",
        )
    return found


def require_new(file: Path, *, force: bool) -> None:
    """Refuse to replace a file, which may hold corrections made by hand.

    Raises:
        CannotDo: it exists.
    """
    if file.exists() and not force:
        raise CannotDo(
            f"{file.name} existe déjà : choisissez un autre nom, ou --force.",
            f"{file.name} exists already: choose another name, or --force.",
        )


def write_whole(file: Path, content: bytes) -> None:
    """Write a file under another name, then give it its own.

    Raises:
        CannotDo: it cannot be written.
    """
    unfinished = file.with_name(f".{file.name}.new")
    try:
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    except OSError as error:
        raise CannotDo(
            f"{file.name} : écriture impossible ({type(error).__name__}).",
            f"{file.name}: it cannot be written ({type(error).__name__}).",
        ) from None


def read_whole(file: Path) -> bytes:
    """The bytes of a file.

    Raises:
        CannotDo: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotDo(
            f"{file.name} : fichier illisible ({type(error).__name__}).",
            f"{file.name}: the file cannot be read ({type(error).__name__}).",
        ) from None
