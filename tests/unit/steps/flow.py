"""The core between fakes: what a door calls, with nothing outside."""

import hashlib
import json
from datetime import UTC, date, datetime

from gateway.evidence.receipts import Receipts, Representation
from gateway.identifiers import Nir, Siret
from gateway.judge import Judge
from gateway.judge_again import JudgingAgain
from gateway.model.acknowledgement import Issuer
from gateway.model.directory import Attachment, Employment, KnownWorker, Partner
from gateway.model.partners import Proof, Proven, Submitter
from gateway.model.record import RecordKey
from gateway.model.transmission import Flow, SenderType
from gateway.partners.quotas import Quota
from gateway.receive import Receiver
from gateway.wire.codelists import CodeLists
from gateway.wire.submission import Submission
from gateway.wire.v1.acknowledgement import AcknowledgementContract
from gateway.wire.v1.contract import TransmissionContract
from tests import builders
from tests.fake_evidence import NoProofs
from tests.fake_failure_budget import MemoryFailureBudget
from tests.fakes import (
    FakeSigner,
    FixedClock,
    MemoryLeases,
    MemoryTransmissionLog,
    MemoryWorkerDirectory,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CONTRACT = TransmissionContract()
STATEMENTS = AcknowledgementContract()
ISSUER = Issuer(
    name="Registre d'essai",
    siret="44054601800019",
    service="Passerelle",
    address="Essai",
    email="essai@invalid",
    phone="0",
)
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


def a_known_worker(number):
    employer = Siret.parse(builders.EMPLOYER)
    return KnownWorker(
        id=f"worker-{number}",
        birth_name="LEFEBVRE",
        first_name="HELENE",
        birth_date="1990-06-15",
        sex="F",
        employments=(Employment(employer=employer, start=date(2020, 1, 1), category="A"),),
        attachments=tuple(
            Attachment(employer=employer, sender=partner.siret, start=date(2020, 1, 1))
            for partner in (THE_LABORATORY, THE_OPERATOR)
        ),
    )


class Core:
    """Judge and receiver over a record, a directory and a signer in memory."""

    def __init__(self, *, log=None, workers=4, signer=None, verification=None):
        self.clock = FixedClock(NOW)
        self.log = MemoryTransmissionLog() if log is None else log
        self.leases = MemoryLeases()
        self.directory = MemoryWorkerDirectory()
        for number in range(1, workers + 1):
            nir = Nir.parse(builders.nir_of(number))
            self.directory.put(nir, a_known_worker(number))
        self.budget = MemoryFailureBudget()
        self.judge = Judge(
            log=self.log,
            budget=self.budget,
            directory=self.directory,
            clock=self.clock,
            contract=CONTRACT,
            issuer=ISSUER,
            environment="test",
            code_lists=CodeLists.load(),
            verification=verification,
        )
        receipts = Receipts(
            log=self.log, signer=signer or FakeSigner(), clock=self.clock, contract=STATEMENTS
        )
        self.receiver = Receiver(
            refusals=Quota(limit=1_000, window_s=3600),
            judge=self.judge,
            log=self.log,
            leases=self.leases,
            receipts=receipts,
            proofs=NoProofs(),
        )
        self.judging = JudgingAgain(
            judge=self.judge,
            log=self.log,
            leases=self.leases,
            receipts=receipts,
            clock=self.clock,
        )

    def submit(self, form, *, by=THE_LABORATORY, representation="json", **changes):
        """The answer to a transmission in JSON form, or to bytes."""
        submission = self.submission(form, **changes)
        return self.receiver.receive(submission, by_token(by), Representation(representation))

    def know(self, number):
        """Bring the worker of that number into the directory."""
        self.directory.put(Nir.parse(builders.nir_of(number)), a_known_worker(number))

    def judge_again(self):
        """Whatever is due, in order; the reports."""
        return [self.judging.judge_again(transmission) for transmission in self.judging.due()]

    def latest(self, form):
        """The acknowledgement that stands for a transmission."""
        key = RecordKey(builders.LABORATORY, test=False, id=form["id"], is_readable=True)
        given = self.log.acknowledgements_of(key)
        (*_, last) = (one for one in given if one.disposition != "CONFLICT")
        return json.loads(self.log.acknowledgement(last.id).canonical)

    def check(self, form, *, by=THE_LABORATORY, **changes):
        return self.receiver.check(self.submission(form, **changes), by_token(by))

    def submission(self, form, **changes):
        body = form if isinstance(form, bytes) else builders.in_json(form)
        is_xml = body.lstrip()[:1] == b"<"
        stated = {
            "door": "REST",
            "media_type": "application/xml" if is_xml else "application/json",
            "body": body,
            "sha256": hashlib.sha256(body).hexdigest(),
            "received_at": self.clock.now(),
        }
        return Submission(**{**stated, **changes})


def by_token(partner, *mandators):
    """That partner, authenticated by its access token."""
    proven = Proven(by=Proof.ACCESS_TOKEN)
    return Submitter(partner=partner, proven=proven, mandators=mandators)


def stated(answer):
    """The acknowledgement in a JSON receipt."""
    return json.loads(answer.content)["acknowledgement"]


def codes(acknowledgement):
    return [entry["code"] for entry in acknowledgement.get("codes", ())]
