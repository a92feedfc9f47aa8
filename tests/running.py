"""The real application, run for tests in process over ASGI (`tests/doors/serving.py`: by a server).

Everything is real: SQLite in a temporary home, migrations, keys, partners and a directory set
through the storage. Only the clock is given, and the pace of bodies where a test needs it.
"""

import warnings
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
from anyio.from_thread import start_blocking_portal

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import connexion  # noqa: F401 - it imports what jsonschema has deprecated

import signing.keys
import signing.seal
from gateway.api.exchange import PUBLISHED_PACE, Pace
from gateway.app import Gateway
from gateway.config import Config
from gateway.directory.rows import DecisionRow, DirectoryRow
from gateway.identifiers import Nir, Rpps, Siret
from gateway.judging import judging_again
from gateway.model.decisions import DecisionKind, DoseDecision, LineName
from gateway.model.directory import Attachment, DirectoryVersion, Employment, Partner
from gateway.model.transmission import Flow, SenderType
from gateway.storage.engine import open_engine
from gateway.storage.migrations import migrate
from gateway.storage.sealing_tables import key_versions
from gateway.storage.tables import counters, metadata
from signing.log.keys import new_log_key
from signing.oauth.token_keys import new_token_key
from tests import builders
from tests.doors.reading import Answer, prove, unwrapped
from tests.fakes import FixedClock

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""The day on which the examples of the rules are received."""
HOST = "127.0.0.1:8480"
DOORS = ("json", "xml", "soap11", "soap12")
PHYSICIAN = "10000000009"
WORKERS = 4
"""Workers 1 to 4 are known to both partners at the employer; any other number is unknown."""

THE_LABORATORY = Partner(
    id="laboratory",
    name="Laboratoire Exemple",
    siret=Siret.parse(builders.LABORATORY),
    type=SenderType.OA,
    flows=frozenset({Flow.PASSIVE_EXTERNAL}),
    accreditation="1-0001",
    accredited_from=date(2020, 1, 1),
)
THE_OPERATOR = Partner(
    id="operator",
    name="Exploitant Exemple",
    siret=Siret.parse(builders.OPERATOR),
    type=SenderType.OPERATOR,
    flows=frozenset({Flow.OPERATIONAL}),
)


WITHOUT_QUOTAS = {"requests_per_minute": 10_000_000, "refusals_per_hour": 10_000_000}
"""Long runs are one partner's within minutes."""


def config_at(home, *, address=f"http://{HOST}", **settings):
    settings = {**WITHOUT_QUOTAS, **settings}
    named = {f"SISERI_{name.upper()}": str(value) for name, value in settings.items()}
    return Config.from_env({"SISERI_HOME": str(home), "SISERI_PUBLIC_ADDRESS": address, **named})


def install(home, *, address=f"http://{HOST}", **settings):
    """Keys and an empty migrated database in `home`."""
    config = config_at(home, address=address, **settings)
    signing.keys.new_signing_key(
        config.signing_keys,
        common_name="Registre d'essai",
        organisation="Essai",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    new_log_key(
        config.signing_keys,
        origin=config.log_origin,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        valid_days=3650,
    )
    signing.seal.new_sealing_keys(config.sealing_keys)
    new_token_key(config.token_keys, now=datetime(2026, 1, 1, tzinfo=UTC))
    engine = open_engine(config.database_url)
    migrate(engine)
    engine.dispose()
    return config


def a_row(number=1, **changes):
    """The directory's row of the fictitious worker of that number."""
    employer = Siret.parse(builders.EMPLOYER)
    stated = {
        "number": number + 1,
        "nir": Nir.parse(builders.nir_of(number)),
        "birth_name": "LEFEBVRE",
        "first_name": "HELENE",
        "birth_date": "1990-06-15",
        "sex": "F",
        "employer": employer,
        "is_nuclear": True,
        "employment": Employment(employer=employer, start=date(2020, 1, 1), category="A"),
        "attachments": tuple(
            Attachment(employer=employer, sender=Siret.parse(sender), start=date(2020, 1, 1))
            for sender in (builders.LABORATORY, builders.OPERATOR)
        ),
    }
    return DirectoryRow(**{**stated, **changes})


def rows_of(nir, known):
    """The directory's rows of a `KnownWorker`: one for each contract."""
    return [
        DirectoryRow(
            number=place + 2,
            nir=Nir.parse(nir),
            birth_name=known.birth_name,
            used_name=known.used_name,
            first_name=known.first_name,
            other_first_names=known.other_first_names,
            birth_date=known.birth_date,
            sex=known.sex,
            employer=contract.employer,
            is_nuclear=True,
            employment=contract,
            attachments=tuple(a for a in known.attachments if a.employer == contract.employer),
            balance=known.balance,
        )
        for place, contract in enumerate(known.employments)
    ]


def a_decision(form, *, kind=DecisionKind.MAINTAINED, place=0, number=2, **changes):
    """The row by which a physician decides on one line of a transmission."""
    siret, ref = Siret.parse(form["sender"]["siret"]), form["results"][place]["ref"]
    decision = DoseDecision(
        **{"kind": kind, "decided_on": date(2026, 11, 1), "physician": Rpps(PHYSICIAN), **changes}
    )
    return DecisionRow(number=number, line=LineName(siret, form["id"], ref), decision=decision)


class Running:
    """A gateway that serves in this process, and the tokens of its partners."""

    def __init__(
        self,
        home: Path,
        *,
        portal,
        clock=None,
        pace: Pace = PUBLISHED_PACE,
        partners=(THE_LABORATORY, THE_OPERATOR),
        rows=None,
        background=None,
        verification=None,
        **settings,
    ):
        self.home, self._portal = home, portal
        self.clock = clock or FixedClock(NOW)
        self.config = install(home, **settings)
        self.verification = verification
        self.gateway = Gateway(
            self.config,
            clock=self.clock,
            pace=pace,
            background=background,
            verification=verification,
        )
        self.store = self.gateway.store
        self.trust = signing.keys.load_published(self.config.signing_keys)
        self.tokens = {partner.id: self.store.register.add(partner) for partner in partners}
        self.sirets = {str(partner.siret): partner.id for partner in reversed(partners)}
        self.know([a_row(number) for number in range(1, WORKERS + 1)] if rows is None else rows)
        self.serve(self.gateway.asgi)

    def serve(self, asgi):
        """Send requests to this application."""
        transport = httpx.ASGITransport(asgi)
        self._client = httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}")

    def know(self, rows, *, version="test-1"):
        """Bring rows into the directory, as an import does."""
        if rows:
            self.store.directory.save(rows, version=version)
        self.store.directory.finish(DirectoryVersion(version=version, date=date(2026, 11, 1)))

    def decide(self, *forms, kind=DecisionKind.MAINTAINED, **changes):
        """A physician decides on the first line of each of these transmissions."""
        rows = [a_decision(form, kind=kind, **changes) for form in forms]
        saved, refused = self.store.decisions.save(rows, version="decided")
        assert not refused, refused
        self.store.decisions.finish(DirectoryVersion(version="decided", date=date(2026, 11, 2)))
        return saved

    def forget(self, *, partners, rows=(), keeps_directory=False):
        """Back to an empty record and directory, with other partners: cheaper than a new home."""

        def empty(connection):
            for table in reversed(metadata.sorted_tables):
                is_kept = keeps_directory and table.name.startswith("directory_")
                if table not in (counters, key_versions) and not is_kept:
                    connection.execute(table.delete())
            connection.execute(counters.update().values(value=0))

        self.store.writer.run(empty)
        self.tokens = {partner.id: self.store.register.add(partner) for partner in partners}
        if not keeps_directory:
            self.know(rows)

    def close(self):
        self._portal.call(self._client.aclose)
        self.gateway.close()

    def request(self, method, path, *, by=None, headers=(), content=b"") -> httpx.Response:
        """One exchange; `by` is a partner's id or a token, or None for a stranger."""
        sent = [*dict(headers).items()] if isinstance(headers, dict) else [*headers]
        if by is not None:
            sent.append(("authorization", f"Bearer {self.tokens.get(by, by)}"))

        async def exchange():
            request = self._client.build_request(method, path, headers=sent, content=content)
            return await self._client.send(request)

        return self._portal.call(exchange)

    def get(self, path, *, by="laboratory", accept=None) -> Answer:
        headers = {"accept": accept} if accept else {}
        return self.read(self.request("GET", path, by=by, headers=headers))

    def submit(self, form, *, door="json", by=None, headers=(), verb="SubmitTransmission"):
        """A transmission in JSON form through a door, by the partner it names; receipts proved."""
        by = by or self.sirets.get(form.get("sender", {}).get("siret"), "laboratory")
        if door == "json":
            body, stated = builders.in_json(form), {"content-type": "application/json"}
        elif door == "xml":
            body, stated = builders.in_xml(form), {"content-type": "application/xml"}
        else:
            version = {"soap11": "1.1", "soap12": "1.2"}[door]
            body = builders.in_soap(builders.element(form), version=version, operation=verb)
            stated = builders.soap_headers(version=version, operation=verb)
        return self.post(body, door=door, by=by, headers={**stated, **dict(headers)})

    def post(self, body, *, door="json", by="laboratory", headers=(), path=None) -> Answer:
        """Bytes through a door; a receipt that comes back is proved."""
        is_soap = door.startswith("soap")
        path = path or ("/soap/v1" if is_soap else "/v1/transmissions")
        return self.read(
            self.request("POST", path, by=by, headers=headers, content=body), path=path
        )

    def read(self, response, *, path="/v1/transmissions") -> Answer:
        """The answer in a response; a receipt is proved."""
        content = response.content
        if path.startswith("/soap") and response.status_code == 200:
            content = unwrapped(content)
        answer = Answer(response, content)
        if self.is_receipt(content):
            prove(content, self.trust)
        return answer

    @staticmethod
    def is_receipt(content):
        is_json = content.startswith(b'{"acknowledgement":{') and b'"signature":"' in content
        return is_json or content.startswith((b"<receipt ", b"eyJ"))

    def soap(self, operation, inside="", *, version="1.1", by="laboratory") -> Answer:
        """Another operation of the SOAP door."""
        body = builders.in_soap(inside, version=version, operation=operation)
        headers = builders.soap_headers(version=version, operation=operation)
        return self.post(body, door="soap", by=by, headers=headers)

    def judge_again(self):
        """Whatever is due, as the command does it; the reports."""
        judging = judging_again(self.config, self.store, verification=self.verification)
        return [judging.judge_again(transmission) for transmission in judging.due()]

    def counted(self, table):
        """Rows of a table, for what must not be recorded."""
        with self.store.engine.connect() as connection:
            return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()  # noqa: S608


@contextmanager
def loop():
    """An event loop in a thread of its own: any thread of a test may call into it."""
    with start_blocking_portal("asyncio") as portal:
        yield portal
