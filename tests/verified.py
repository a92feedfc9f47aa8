"""A directory with its states, on a database, and registers that a test holds in its hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from gateway.directory import DirectoryRow
from gateway.identifiers import Nir, Siret
from gateway.model.directory import DirectoryVersion, Employment, KnownWorker
from gateway.ports import Sealer
from gateway.ports.establishments import EstablishmentStock
from gateway.storage.verification_sanity import count
from gateway.storage.verified_establishments import SqlEstablishmentStates
from gateway.storage.verified_identities import SqlIdentityStates
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from gateway.verification.outcomes import KNOWN_GOOD, Register
from gateway.verification.sanity import Sanity
from gateway.verification.verifying import (
    DirectoryVerification,
    asking_establishments,
    asking_identities,
)
from tests import builders
from tests.fake_verification import MemoryEstablishmentRegister, MemoryIdentityRegister
from tests.fakes import FakeSealer, FixedClock
from tests.postgresql import opened

EMPLOYER = Siret.parse(builders.EMPLOYER)
OPERATOR = Siret.parse(builders.OPERATOR)
STRANGER = Siret.parse(builders.STRANGER)
FIRST, SECOND, THIRD = (Nir.parse(builders.nir_of(number)) for number in (1, 2, 3))
SANITY = Sanity(percent=50, minimum=20, window=timedelta(hours=1), trust=timedelta(minutes=10))


def a_row(nir: Nir, **changes: Any) -> DirectoryRow:
    row: dict[str, Any] = {
        "number": 2,
        "nir": nir,
        "birth_name": "LEFEBVRE",
        "first_name": "Hélène",
        "birth_date": "1990-06-15",
        "sex": "F",
        "employer": EMPLOYER,
        "is_nuclear": False,
        "employment": Employment(employer=EMPLOYER, start=date(2025, 1, 1)),
    }
    return DirectoryRow(**(row | changes))


def answered_before(writer: Writer, *, now: datetime, sanity: Sanity = SANITY) -> None:
    """Both registers have answered for a while: one is not believed alone before it has."""

    def count_both(connection: Connection) -> None:
        for register in Register:
            told = {KNOWN_GOOD[register].value: sanity.minimum}
            count(connection, register, told, now=now - 2 * sanity.window)

    writer.run(count_both)


class Verified:
    """One process over that database."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        *,
        clock: FixedClock,
        sealer: Sealer | None = None,
        sanity: Sanity = SANITY,
        establishments: MemoryEstablishmentRegister | None = None,
        identities: MemoryIdentityRegister | None = None,
        stock: EstablishmentStock | None = None,
        drawn: float = 0.5,
    ) -> None:
        parts = {"engine": engine, "writer": writer}
        sealer = sealer or FakeSealer()
        self.clock = clock
        self.directory = SqlWorkerDirectory(**parts, sealer=sealer, clock=clock)
        self.sirene = establishments or MemoryEstablishmentRegister()
        self.ameli = identities or MemoryIdentityRegister()
        self.establishments = SqlEstablishmentStates(**parts, sanity=sanity, drawn=lambda: drawn)
        self.identities = SqlIdentityStates(
            **parts, sealer=sealer, sanity=sanity, drawn=lambda: drawn
        )
        self.asking_establishments = asking_establishments(
            self.sirene, states=self.establishments, clock=clock, drawn=lambda: drawn
        )
        self.asking_identities = asking_identities(
            self.ameli, states=self.identities, clock=clock, places=2, drawn=lambda: drawn
        )
        self.verification = DirectoryVerification(
            establishments=self.asking_establishments,
            identities=self.asking_identities,
            stock=stock,
        )

    def employ(self, rows: Sequence[DirectoryRow], version: str = "june") -> None:
        self.directory.save(rows, version=version)
        self.directory.finish(DirectoryVersion(version=version, date=date(2026, 6, 1)))

    def workers(self, *nirs: Nir) -> dict[Nir, KnownWorker]:
        return dict(self.directory.look_up(nirs))

    def establishment(self, siret: Siret, *, within_s: float = 60.0) -> Any:
        on = self.clock.now().date()
        found = self.verification.establishments([siret], on=on, within_s=within_s)
        return found[siret]

    def identity(self, nir: Nir, *, within_s: float = 60.0) -> Any:
        found = self.verification.identities(self.workers(nir), within_s=within_s)
        return found[nir]


@contextmanager
def a_verified_directory(
    kind: str, folder: Path, *, is_new: bool = False, **changes: Any
) -> Iterator[Verified]:
    """A process over a new database, that knows the first two workers.

    `is_new`: neither register has ever answered.
    """
    with opened(kind, folder) as engine:
        writer = Writer(engine=engine)
        made = Verified(engine, writer, **({"clock": FixedClock()} | changes))
        made.employ([a_row(FIRST), a_row(SECOND)])
        if not is_new:
            answered_before(writer, now=made.clock.now())
        yield made
        writer.close()
