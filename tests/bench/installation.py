"""A gateway for the benchmark, on either database."""

import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import signing.keys
import signing.seal
from gateway.app import Gateway
from gateway.config import Config
from gateway.directory.importer import DirectoryImport
from gateway.evidence.inclusion import Proofs
from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from signing.log.keys import new_log_key
from signing.oauth.token_keys import new_token_key
from tests import postgresql
from tests.bench import material


@contextmanager
def gateway(
    home: Path,
    people: list[dict[str, str]],
    *,
    database: str,
    proofs: type[Proofs] = Proofs,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[tuple[Gateway, str]]:
    """A gateway on a new database, with one partner and the directory of `people`; his token.

    `settings` are more of the configuration, by name without its prefix.
    """
    with postgresql.new_database(database, home) as address:
        config = Config.from_env(
            {
                "SISERI_HOME": str(home),
                "SISERI_HOSTS": "bench",
                "SISERI_DATABASE_URL": address,
                "SISERI_REQUESTS_PER_MINUTE": "10000000",
                "SISERI_REFUSALS_PER_HOUR": "10000000",
                **{f"SISERI_{name}": value for name, value in settings.items()},
            }
        )
        for folder in (config.signing_keys, config.sealing_keys):
            folder.mkdir(mode=0o700)
        signing.seal.new_sealing_keys(config.sealing_keys)
        signing.keys.new_signing_key(
            config.signing_keys, common_name="bench", organisation="bench", now=datetime.now(UTC)
        )
        new_token_key(config.token_keys, now=datetime.now(UTC))
        new_log_key(config.signing_keys, origin=config.log_origin, now=datetime.now(UTC))
        served = Gateway(config, proofs=proofs)
        try:
            token = served.store.register.add(_laboratory())
            file = home / "directory.csv"
            material.directory_csv(file, people)
            DirectoryImport(store=served.store.directory, clock=served.store.clock).run(
                file, on_bad=lambda row: sys.exit(f"directory row: {row.en}")
            )
            yield served, token
        finally:
            served.close()


def _laboratory() -> Partner:
    return Partner(
        failure_budget=1_000_000,  # these name whom nobody knows, again and again
        id=str(uuid.uuid4()),
        name="Laboratoire",
        siret=Siret.parse(material.OA),
        type=SenderType.OA,
        flows=frozenset({Flow.PASSIVE_EXTERNAL}),
        accreditation="1-0001",
        accredited_from=date(2020, 1, 1),
    )
