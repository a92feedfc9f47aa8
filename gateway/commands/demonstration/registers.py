"""Outside registers and providers of identity of a demonstration, by the settings in a file."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.commands.demonstration.checks import Checks, act
from gateway.commands.terminal import OUT, CannotDo
from gateway.config import environment_of_child
from gateway.settings import PREFIX

REGISTERS: Final = ("SIRENE", "AMELI")
PROVIDERS: Final = ("PROCONNECT", "FRANCECONNECT")


def settings_of(file: Path, families: Sequence[str]) -> dict[str, str]:
    """The settings of a file, by name without its prefix: `SISERI_<FAMILY>_…=…`, one a line.

    Raises:
        CannotDo: it cannot be read, or a line is none of these; the line is not shown, for it may
            hold a secret.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise CannotDo(f"{file} est illisible.", f"{file} cannot be read.") from None
    setting = re.compile(rf"{PREFIX}((?:{'|'.join(families)})_[A-Z_]+)=(.*)", re.ASCII)
    named = [f"{PREFIX}{family}_…=…" for family in families]
    settings: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        found = setting.fullmatch(line)
        if found is None:
            raise CannotDo(
                f"{file}, ligne {number} : {' ou '.join(named)} est attendu.",
                f"{file}, line {number}: {' or '.join(named)} is expected.",
            )
        settings[found[1]] = found[2]
    return settings


def verify_whole_directory(settings: Mapping[str, str], checks: Checks) -> None:
    """`verify-directory`, as an operator does it before the first transmission.

    A transmission has too little time to ask about hundreds of workers: what is not verified by
    then waits, and is no verdict to show.
    """
    act("Registres extérieurs · l'annuaire vérifié une fois")
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "verify-directory", "--patience-s", "60"],
        env=environment_of_child(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    OUT.print(done.stdout.strip(), markup=False)
    checks.expect("chaque employeur et chaque travailleur est vérifié", done.returncode == 0)
