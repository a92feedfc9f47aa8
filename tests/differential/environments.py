"""Identical gateways, one for each door and database, that are told the same chapter."""

import hashlib
import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import rfc8785

from gateway.directory.rows import DecisionRow, DirectoryRow
from gateway.identifiers import Nir, Rpps, Siret
from gateway.model.decisions import DecisionKind, DoseDecision, LineName
from gateway.model.directory import Attachment, Balance, Employment, Partner
from gateway.model.transmission import Flow, SenderType
from tests.differential import people
from tests.differential.outside import OutsideAnswers
from tests.differential.rebuilding import rebuilt
from tests.differential.said import put
from tests.differential.steps import DOORS, request
from tests.fakes import FixedClock
from tests.postgresql import new_database
from tests.running import PHYSICIAN, Running

RECEIVED_AT = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)
"""The instant that `siseri-gateway check --day 2026-11-20` takes: the last second in Paris."""
RECEIVED_ON = "2026-11-20"


def rows():
    """The directory's rows: one for each contract of each person."""
    return [
        _row(person, contract, number)
        for number, (person, contract) in enumerate(
            ((p, c) for p in people.KNOWN for c in p.contracts), start=2
        )
    ]


def _row(person, contract, number):
    employer = Siret.parse(contract.employer)
    start = date.fromisoformat(contract.start)
    end = None if contract.end is None else date.fromisoformat(contract.end)
    balance = None
    if person.balance is not None:
        day, effective_usv = person.balance
        balance = Balance(as_of=date.fromisoformat(day), effective_usv=effective_usv)
    return DirectoryRow(
        number=number,
        nir=Nir.parse(person.nir),
        id_type=person.id_type,
        birth_name=person.birth_name,
        used_name=person.used_name,
        first_name=person.first_name,
        other_first_names=person.other_first_names,
        birth_date=person.birth_date,
        sex=person.sex,
        employer=employer,
        is_nuclear=True,
        employment=Employment(
            employer=employer, start=start, end=end, category=contract.category,
            other_exposures=frozenset(contract.other_exposures),
            undeclared=frozenset(contract.undeclared),
        ),
        attachments=tuple(
            Attachment(employer=employer, sender=Siret.parse(sender), start=start, end=end)
            for sender in contract.senders
        ),
        balance=balance,
    )  # fmt: skip


def partners():
    return tuple(map(_partner, people.PARTIES))


def _partner(party):
    def day(text):
        return None if text is None else date.fromisoformat(text)

    return Partner(
        id=party.id,
        name=f"Exemple {party.id}",
        siret=Siret.parse(party.siret),
        type=SenderType(party.type),
        flows=frozenset(map(Flow, party.flows)),
        accreditation=party.accreditation,
        accredited_from=date(2020, 1, 1) if party.accreditation else None,
        accredited_to=day(party.accredited_to),
        suspended_from=day(party.suspended_from),
        failure_budget=party.failure_budget,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a door said: a receipt or a report in JSON form, or the code of an unsigned refusal."""

    status: int
    form: dict | None
    refused: str | None = None
    content: bytes = b""

    @property
    def acknowledgement(self):
        return self.form["acknowledgement"]

    @property
    def codes(self):
        if self.form is None:
            return {self.refused}
        shown = self.form.get("acknowledgement", self.form)
        return {entry["code"] for entry in shown.get("codes", ())}


class Environment:
    """One gateway, told everything by one door."""

    def __init__(self, door, kind, running):
        self.door, self.kind, self._running = door, kind, running
        self.trust = running.trust
        self.name = f"{door} on {kind}"
        self._receipts = {}

    def forget(self):
        """Back to an empty record."""
        self._running.forget(partners=partners(), rows=rows())
        self._receipts = {}

    def request(self, step, *, is_check=False):
        if step.quotes is None:
            return request(step, self.door, is_check=is_check)
        digest = self._receipts.get(("quoted", step.quotes), "0" * 64)
        path = "results.0.corrects.acknowledgement_sha256"
        quoting = replace(step, transmission=put(step.transmission, path, digest))
        return request(quoting, self.door, is_check=is_check)

    def decide(self, step):
        """Have physicians decide on what the step says, where it is on record."""
        on = date.fromisoformat(RECEIVED_ON)
        decision = DoseDecision(
            kind=DecisionKind.MODIFIED, decided_on=on, physician=Rpps(PHYSICIAN), effective_usv=0
        )
        names = [LineName(Siret.parse(siret), id_, ref) for siret, id_, ref in step.decided]
        rows = [DecisionRow(number=2, line=name, decision=decision) for name in names]
        if rows:
            self._running.store.decisions.save(rows, version="decided")

    def check(self, step):
        """What `POST /v1/checks`, or `CheckTransmission`, says of the step."""
        asked = self.request(step, is_check=True)
        return self._read(asked, self._post(asked, step.by, is_check=True), "CheckTransmission")

    def submit(self, step, asked=None):
        """Submit the step; its receipt is remembered."""
        asked = asked or self.request(step)
        answer = self._read(asked, self._post(asked, step.by), "SubmitTransmission")
        if answer.form is not None:
            self._believe(step, asked, answer)
        return answer

    def _post(self, asked, by, *, is_check=False):
        headers = [("content-type", asked.media_type), *asked.headers]
        if is_check and asked.door == "xml":
            headers.append(("accept", "application/xml"))  # reports are in JSON by default
        path = asked.path(is_check=is_check)
        return self._running.request("POST", path, by=by, headers=headers, content=asked.body)

    def _read(self, asked, response, operation):
        content = response.content
        if asked.door == "soap":
            if response.status_code != 200:
                fault = rebuilt(content, within="Body")
                told = fault.get("detail") or fault["Detail"]  # SOAP 1.1, 1.2
                code = told["fault"]["code"]
                return Answer(status=response.status_code, form=None, refused=code)
            form = rebuilt(content, within=f"{operation}Response")
        elif response.headers["content-type"].startswith("application/problem"):
            code = json.loads(content)["code"]
            return Answer(status=response.status_code, form=None, refused=code)
        else:
            form = json.loads(content) if asked.door == "json" else rebuilt(content)
        return Answer(status=response.status_code, form=form, content=content)

    def _believe(self, step, asked, answer):
        """The receipt is about these bytes, and its digest is that of what it shows."""
        shown = answer.acknowledgement
        digest = hashlib.sha256(rfc8785.dumps(shown)).hexdigest()
        assert answer.form["canonicalSha256"] == digest, self.name
        if (shown["id"], digest) in self._receipts:
            return  # a replay tells of the bytes that it was first given for
        received = shown["received"]
        assert received["sha256"] == hashlib.sha256(asked.body).hexdigest(), self.name
        assert received["size"] == len(asked.body), self.name
        assert received["mediaType"] == asked.media_type, self.name
        assert received["door"] == ("SOAP" if asked.door == "soap" else "REST"), self.name
        self._receipts[shown["id"], digest] = step.transmission.id
        self._receipts["quoted", step.transmission.id] = digest

    def common(self, shown, *, has_own_digest=False):
        """What must be the same in every environment.

        `has_own_digest` is where the contract lets the digest of the content differ.
        """
        told = {
            name: value
            for name, value in shown.items()
            if name not in {"id", "decidedAt", "received", "details"}
        }
        if "standing" in told:
            standing = told["standing"]
            told["standing"] = self._receipts[standing["id"], standing["canonicalSha256"]]
        if has_own_digest:
            told["transmission"] = {**told["transmission"], "contentSha256": "its own"}
        return told


@contextmanager
def environments(folder: Path, *, portal, kinds, doors=DOORS):
    """An environment for each door on each kind of database."""
    with ExitStack() as stack:
        opened = []
        for kind in kinds:
            for door in doors:
                home = folder / f"{door}-{kind}"
                home.mkdir()
                address = stack.enter_context(new_database(kind, home, is_migrated=False))
                running = Running(
                    home, portal=portal, clock=FixedClock(RECEIVED_AT), partners=partners(),
                    rows=rows(), database_url=address, verification=OutsideAnswers(),
                )  # fmt: skip
                stack.callback(running.close)
                opened.append(Environment(door, kind, running))
        yield tuple(opened)
