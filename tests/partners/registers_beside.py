"""A demonstration with the doubles of Sirene and Ameli beside it, for as long as it runs.

    python -m tests.partners.registers_beside siseri-gateway demo --keep-running

gives the command `--registers` with the settings of both, and ends with its exit code. Sirene knows
the establishments of samples; Ameli is told of the workers that the demonstration will make. The
first two lines on the error output tell where they are, and their control ports.
"""

import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from gateway.commands.demonstration.acts import comparison_sample
from gateway.commands.demonstration.plan import transmissions
from gateway.commands.opening import machine_time
from gateway.commands.samples.people import Person as Worker
from tests.partners import beside
from tests.partners.api_insee_fr.beside import settings as of_sirene
from tests.partners.api_insee_fr.server import Double as Sirene
from tests.partners.services_ps_ameli_fr.beside import settings as of_ameli
from tests.partners.services_ps_ameli_fr.register import Ins, Person
from tests.partners.services_ps_ameli_fr.server import Double as Ameli

PACE = {"SISERI_AMELI_CALLS_PER_MINUTE": "1000"}
"""So that the 615 workers of a demonstration go within one minute's rate, a fifth being kept."""


def known_to_ameli(worker: Worker) -> Person:
    """A worker of samples, as the register of identities has him."""
    return Person(
        birth_name=_in_capitals(worker.birth_name),
        first_names=_in_capitals(worker.first_name),
        sex=worker.sex,
        birth_date=worker.birth_date,
        birthplace="99999",
        active=Ins(number=worker.nir[:13], key=worker.nir[13:]),
    )


def _in_capitals(name: str) -> str:
    """Without accents: names of samples have no other letters than the French ones."""
    decomposed = unicodedata.normalize("NFD", name.upper())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def workers() -> Iterator[Worker]:
    """Those of a demonstration that starts today, or after midnight: they age with the year."""
    for day in (machine_time().date(), machine_time().date() + timedelta(days=1)):
        for sample in (*(one.sample for one in transmissions(day)), comparison_sample(day)):
            yield from sample.people


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="registers-") as name,
        Sirene(quota=30) as sirene,
        Ameli(Path(name)) as ameli,
    ):
        for person in {known_to_ameli(worker) for worker in workers()}:
            ameli.register.add(person)
        print(f"api.insee.fr (double): {sirene.url}, {sirene.control.url}", file=sys.stderr)
        print(f"INSi (double): {ameli.url}, {ameli.control_url}", file=sys.stderr)
        told = of_sirene(sirene) | of_ameli(ameli) | PACE
        file = Path(name) / "registers.env"
        lines = (f"{setting}={value}\n" for setting, value in told.items())
        file.write_text("".join(lines), encoding="utf-8")
        return beside.run([*sys.argv[1:], "--registers", str(file)])


if __name__ == "__main__":
    sys.exit(main())
