"""One case in a process of its own: a door, a size; pairs of (bare work, whole flow) on one body.

Printed as one JSON line: CPU and wall seconds of each, and peak memory before and after.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
from lxml import etree

import signing.keys
import signing.seal
import specs
from gateway.app import Gateway
from gateway.config import Config
from gateway.directory.importer import DirectoryImport
from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from gateway.storage.engine import open_engine
from gateway.storage.migrations import migrate
from tests.bench import material

TYPES = {"json": "application/json", "xml": "application/xml", "soap": "text/xml"}


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def gateway(home: Path, people: list[dict[str, str]]) -> tuple[Gateway, str]:
    """A gateway on a fresh SQLite database, with one partner and the directory of `people`."""
    config = Config.from_env({"SISERI_HOME": str(home), "SISERI_HOSTS": "bench"})
    for folder in (config.signing_keys, config.sealing_keys):
        folder.mkdir(mode=0o700)
    signing.seal.new_sealing_keys(config.sealing_keys)
    signing.keys.new_signing_key(
        config.signing_keys, common_name="bench", organisation="bench", now=datetime.now(UTC)
    )
    engine = open_engine(config.database_url)
    migrate(engine)
    engine.dispose()
    served = Gateway(config)
    token = served.store.register.add(
        Partner(
            id=str(uuid.uuid4()),
            name="Laboratoire",
            siret=Siret.parse(material.OA),
            type=SenderType.OA,
            flows=frozenset({Flow.PASSIVE_EXTERNAL}),
            accreditation="1-0001",
            accredited_from=date(2020, 1, 1),
        )
    )
    material.directory_csv(home / "directory.csv", people)
    DirectoryImport(store=served.store.directory, clock=served.store.clock).run(
        home / "directory.csv", on_bad=lambda row: sys.exit(f"directory row: {row.en}")
    )
    return served, token


class Bare:
    """What XML cannot avoid: lxml's parse and the schema of each line, of the same content."""

    def __init__(self) -> None:
        self._schema = etree.XMLSchema(
            etree.parse(str(specs.path("xsd/transmission/1.0/transmission.xsd")))
        )

    def __call__(self, body: bytes) -> None:
        for line in etree.fromstring(body)[-1]:
            if not self._schema.validate(line):
                sys.exit("the bare work refuses a good line")


def timed(work: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def measure(door: str, lines: int, pairs: int) -> dict:
    people = material.workers(lines if lines > 1 else pairs + 2)
    bare = Bare()
    with tempfile.TemporaryDirectory() as folder:
        served, token = gateway(Path(folder), people)
        loop = asyncio.new_event_loop()
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=served.asgi), base_url="http://bench", timeout=300
        )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": TYPES[door]}
        url = "/soap/v1" if door == "soap" else "/v1/transmissions"
        found, before = [], peak_mib()
        for number in range(pairs + 1):  # the first pair warms up
            whose = people if lines > 1 else [people[number]]
            form = material.transmission(whose, month=number % 10, seed=number)
            xml = material.as_xml(form)
            body = {"json": material.as_json(form), "xml": xml, "soap": material.as_soap(xml)}[door]

            def submit(body: bytes = body) -> None:
                answer = loop.run_until_complete(client.post(url, content=body, headers=headers))
                if answer.status_code != 200 or "ACCEPTED" not in answer.text:
                    sys.exit(f"{door}: {answer.status_code} {answer.text[:300]}")

            of_bare = timed(lambda xml=xml: bare(xml))
            of_flow = timed(submit)
            if number:
                found.append({"bare": of_bare, "flow": of_flow})
        loop.run_until_complete(client.aclose())
        served.close()
    return {"door": door, "lines": lines, "pairs": found, "peak": [before, peak_mib()]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--door", choices=sorted(TYPES), required=True)
    parser.add_argument("--lines", type=int, required=True)
    parser.add_argument("--pairs", type=int, default=5)
    asked = parser.parse_args()
    print(json.dumps(measure(asked.door, asked.lines, asked.pairs)))
