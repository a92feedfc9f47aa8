"""An installation that asks the doubles of both registers, over real HTTP and TLS."""

from datetime import date
from pathlib import Path

from gateway.config import Config
from gateway.directory import DirectoryRow
from gateway.identifiers import Nir, Siret
from gateway.model.directory import DirectoryVersion, Employment
from gateway.store import Store
from tests.partners.api_insee_fr.establishments import Kind, fictitious, kind_of
from tests.partners.api_insee_fr.server import API_KEY
from tests.partners.api_insee_fr.server import Double as Sirene
from tests.partners.services_ps_ameli_fr.certificates import EMITTER
from tests.partners.services_ps_ameli_fr.register import generated, key_of
from tests.partners.services_ps_ameli_fr.server import IDAM
from tests.partners.services_ps_ameli_fr.server import Double as Ameli

INSTANCE = "6f6b7f3e-2f0e-4a86-9c58-5d5a3b7a9a10"


def settings_of_sirene(double: Sirene) -> dict[str, str]:
    return {"SISERI_SIRENE_URL": double.url, "SISERI_SIRENE_API_KEY": API_KEY}


def settings_of_ameli(double: Ameli) -> dict[str, str]:
    certificate, key = double.credentials.auto
    return {
        "SISERI_AMELI_URL": double.url,
        "SISERI_AMELI_CERTIFICATE": str(certificate),
        "SISERI_AMELI_KEY": str(key),
        "SISERI_AMELI_AUTHORITIES": str(double.credentials.authorities),
        "SISERI_AMELI_IDAM": IDAM,
        "SISERI_AMELI_EMITTER": EMITTER,
        "SISERI_AMELI_INSTANCE": INSTANCE,
    }


def a_config(home: Path, **settings: str) -> Config:
    return Config.from_env({"SISERI_HOME": str(home), **settings})


def active_sirets(count: int) -> list[Siret]:
    """Those of the double that are plainly active: a batch answers them."""
    wanted = (number for number in range(100_000) if kind_of(number) is Kind.ACTIVE)
    return [Siret(fictitious(next(wanted))) for _ in range(count)]


def a_row(place: int, employer: Siret) -> DirectoryRow:
    """The person of that place, as both Ameli's double and the directory have him."""
    person = generated(place)
    number = person.active.number
    first, _, others = person.first_names.partition(" ")
    return DirectoryRow(
        number=place + 2,
        nir=Nir.parse(number + key_of(number)),
        birth_name=person.birth_name,
        first_name=first,
        other_first_names=others or None,
        birth_date=person.birth_date,
        sex=person.sex,
        employer=employer,
        is_nuclear=False,
        employment=Employment(employer=employer, start=date(2025, 1, 1)),
    )


def employ(store: Store, rows: list[DirectoryRow]) -> None:
    for begin in range(0, len(rows), 5_000):
        store.directory.save(rows[begin : begin + 5_000], version="june")
    store.directory.finish(DirectoryVersion(version="june", date=date(2026, 6, 1)))
