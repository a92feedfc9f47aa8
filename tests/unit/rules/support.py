"""A second, independent reader of the JSON form, and the whole judgement of an example's case."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from gateway.identifiers import InvalidIdentifier, Nir, Rpps, Siret
from gateway.model.correction import Corrects, Original, SiteKey
from gateway.model.directory import KnownWorker
from gateway.model.internal import Activity, Committed, Examination, LineReference
from gateway.model.partners import Proof, Proven
from gateway.model.parts import legal_day
from gateway.model.record import RecordFacts, RecordKey
from gateway.model.transmission import (
    DoseResult,
    Dosimeter,
    ExposureTime,
    Flow,
    Header,
    Measurement,
    Monitoring,
    Operation,
    Period,
    RadonExposure,
    SenderStatement,
    SenderType,
    Site,
    Status,
    Totals,
    Transmission,
    UnreadableLine,
    Worker,
)
from gateway.model.verdict import LineVerdict, Verdict
from gateway.ports import Closing, RecordedLine
from gateway.rules.engine import (
    WorkingRecord,
    check_header,
    check_line,
    check_sender,
    check_whole,
    is_to_verify,
    judge,
)
from gateway.rules.examples import RECEIVED_ON
from gateway.rules.occasion import Occasion
from gateway.rules.parameters import parameters_on
from gateway.steps.decide import settled
from gateway.steps.recall import recall
from tests.fakes import MemoryTransmissionLog

RECEIVED_AT = datetime.fromisoformat(RECEIVED_ON)
TYPES = frozenset({"OSL", "TLD", "RPL", "EPD", "CR39"})
RADIONUCLIDES = frozenset({"H-3", "Co-60", "Cs-137", "I-131", "U-234", "U-235", "U-238", "Am-241"})
ORGANS = frozenset({"LUNG", "EYE_LENS", "SKIN", "BONE_SURFACE"})


def usv(text):
    """A decimal of mSv as µSv, by another way than the code's."""
    return None if text is None else int(Decimal(text) * 1000)


def _identifier(kind, text):
    try:
        return kind.parse(text)
    except InvalidIdentifier as defect:
        return defect


def _instant(text):
    return datetime.fromisoformat(text).astimezone(UTC)


def read_worker(form):
    return Worker(
        nir=_identifier(Nir, form["nir"]),
        id_type=form.get("idType", "NIR"),
        birth_name=form["birthName"],
        used_name=form.get("usedName"),
        first_name=form["firstName"],
        other_first_names=form.get("otherFirstNames"),
        birth_date=form.get("birthDate"),
        sex=form.get("sex"),
    )


def read_measurement(form):
    return Measurement(
        quantity=form["quantity"],
        radiation=form["radiation"],
        status=Status(form["status"]),
        value_usv=usv(form.get("value")),
        recording_level_usv=usv(form.get("recordingLevel")),
        uncertainty_nano=_nano(form.get("uncertainty")),
        background=form.get("background"),
        exposure=_radon(form.get("exposure")),
    )


def _radon(form):
    if form is None:
        return None
    return RadonExposure(value_nano=_nano(form["value"]), unit=form["unit"])


def _nano(text):
    return None if text is None else int(Decimal(text) * 10**9)


def _day(text):
    return None if text is None else date.fromisoformat(text)


def _period(form):
    return form and Period(start=_day(form["start"]), end=_day(form["end"]))


def _times(form):
    return form and ExposureTime(start_at=_instant(form["startAt"]), end_at=_instant(form["endAt"]))


def _references(forms):
    return tuple(LineReference(entry["transmission"], entry["ref"]) for entry in forms)


def read_examination(form):
    prescriber = form.get("prescriber")
    return Examination(
        kind=form["kind"],
        taken_on=_day(form.get("takenOn")),
        collected_from=_day(form.get("collectedFrom")),
        collected_to=_day(form.get("collectedTo")),
        prescriber=prescriber and _identifier(Rpps, prescriber["rpps"]),
        activities=tuple(
            Activity(
                radionuclide=entry["radionuclide"],
                value_nano=_nano(entry.get("value")),
                unit=entry["unit"],
                uncertainty_nano=_nano(entry.get("uncertainty")),
                detection_limit_nano=_nano(entry["detectionLimit"]),
                is_below_limit=entry["belowLimit"],
            )
            for entry in form.get("activities", ())
        ),
    )


def read_committed(form):
    return Committed(
        quantity=form["quantity"],
        organ=form.get("organ"),
        radionuclides=tuple(form.get("radionuclides", ())),
        route=form["route"],
        intake_on=_day(form.get("intakeOn")),
        value_usv=usv(form["value"]),
        physician=_identifier(Rpps, form["physician"]["rpps"]),
        based_on=_references(form.get("basedOn", ())),
    )


def read_original(form):
    site = form.get("site")
    return Original(
        flow=Flow(form["flow"]),
        **{
            name: form.get(name)
            for name in ("quantity", "radiation", "location", "side", "kind", "radionuclide")
        },
        organ=form.get("organ"),
        period=_period(form.get("period")),
        exposure_time=_times(form.get("exposureTime")),
        site=site and SiteKey(_identifier(Siret, site["siret"]), site.get("inb")),
        taken_on=_day(form.get("takenOn")),
        collected_from=_day(form.get("collectedFrom")),
        radionuclides=tuple(form.get("radionuclides", ())),
        intake_on=_day(form.get("intakeOn")),
        based_on=_references(form.get("basedOn", ())),
    )


def read_corrects(form):
    original = form.get("original")
    return Corrects(
        target=None if original else LineReference(form["transmission"], form["ref"]),
        original=original and read_original(original),
        acknowledgement_sha256=form.get("acknowledgementSha256"),
        reason=form["reason"],
        justification=form.get("justification"),
    )


def read_line(index, form):
    monitoring, dosimeter, site = form["monitoring"], form.get("dosimeter"), form.get("site")
    examination, committed = form.get("examination"), form.get("committed")
    corrects = form.get("corrects")
    others = monitoring.get("otherExposures")
    return DoseResult(
        index=index,
        ref=form["ref"],
        operation=Operation(form["operation"]),
        worker=read_worker(form["worker"]),
        employer=_identifier(Siret, form["employer"]["siret"]),
        monitoring=Monitoring(
            type=monitoring["type"],
            category=monitoring.get("category"),
            other_exposures=None if others is None else frozenset(others),
            situation=monitoring.get("situation"),
        ),
        period=_period(form.get("period")),
        exposure_time=_times(form.get("exposureTime")),
        dosimeter=dosimeter and Dosimeter(**dosimeter),
        measurements=tuple(read_measurement(entry) for entry in form.get("measurements", ())),
        examination=examination and read_examination(examination),
        committed=committed and read_committed(committed),
        corrects=corrects and read_corrects(corrects),
        site=site
        and Site(
            siret=_identifier(Siret, site["siret"]), inb=site.get("inb"), work=site.get("work")
        ),
        members=frozenset(form),
    )


def read(form):
    """The transmission of a JSON form; a line outside the enumerations is unreadable."""
    sender = form["sender"]
    lines, unreadable = [], []
    for index, line in enumerate(form["results"]):
        try:
            lines.append(read_line(index, line))
        except ValueError:
            unreadable.append(UnreadableLine(index=index, member="/"))
    behalf = sender.get("onBehalfOf")
    numbers = (line["worker"]["nir"] for line in form["results"])
    return Transmission(
        stated_numbers=frozenset(number[:13].upper() for number in numbers if len(number) >= 13),
        header=Header(
            id=form["id"],
            flow=Flow(form["flow"]),
            test=form.get("test", False),
            sender=SenderStatement(
                type=SenderType(sender["type"]),
                siret=_identifier(Siret, sender["siret"]),
                accreditation=sender.get("accreditation"),
                on_behalf_of=behalf and _identifier(Siret, behalf["siret"]),
            ),
            issued_at=_instant(form["issuedAt"]),
            totals=Totals(
                results=form["totals"]["results"],
                measurements=form["totals"]["measurements"],
                sum_usv=usv(form["totals"]["sumMsv"]),
            ),
        ),
        lines=tuple(lines),
        unreadable=tuple(unreadable),
        content_sha256="0" * 64,
    )


class Outcome(msgspec.Struct):
    """What became of one transmission."""

    findings: tuple = ()
    verdicts: tuple[LineVerdict, ...] = ()
    recorded: tuple[RecordedLine, ...] = ()

    @property
    def all_findings(self):
        return self.findings + tuple(f for verdict in self.verdicts for f in verdict.findings)

    @property
    def codes(self):
        return {finding.code for finding in self.all_findings}

    @property
    def is_accepted(self):
        accepted = {Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_WARNINGS}
        return not self.findings and {v.verdict for v in self.verdicts} <= accepted

    @property
    def is_plain(self):
        return not self.findings and all(v.verdict is Verdict.ACCEPTED for v in self.verdicts)


def occasion_of(transmission, partner, received_at=RECEIVED_AT):
    day = legal_day(received_at)
    return Occasion(
        header=transmission.header,
        received_at=received_at,
        sender=partner,
        is_suspended=partner.failure_budget == 0,
        day=day,
        parameters=parameters_on(day),
        dosimeter_types=TYPES,
        radionuclides=RADIONUCLIDES,
        organs=ORGANS,
    )


def no_facts():
    return RecordFacts(revision=0, doses={}, months={})


def judge_transmission(
    form, *, partner, directory, record=None, log=None, received_at=RECEIVED_AT, verified=None
):
    """One transmission through the engine, as the flow does it; `log` recalls and records.

    `verified` is what outside registers say of every line that they may be asked about.
    """
    transmission = read(form)
    occasion = occasion_of(transmission, partner, received_at)
    refused = check_sender(transmission.header, (partner,))
    if refused is not None:
        return Outcome(findings=(refused,))
    whole = check_whole(transmission, occasion)
    findings = check_header(occasion) + whole.findings
    if any(finding.code != "S008" for finding in findings):
        return Outcome(findings=findings)
    if log is not None:
        known = {_identifier(Nir, entry.nir): entry.known for entry in directory}
        recalled = recall(transmission, known, log=log, occasion=occasion)
        record = WorkingRecord(recalled.facts, recalled.targets)
    record = WorkingRecord(no_facts()) if record is None else record
    judged = []
    for line in transmission.lines:
        known: KnownWorker | None = None
        for entry in directory:
            if _identifier(Nir, entry.nir) == line.worker.nir:
                known = entry.known
        own = check_line(line, occasion) + whole.by_line.get(line.index, ())
        said = verified if is_to_verify(line, own, known, occasion) else None
        judged.append(
            judge(line, own, known=known, record=record, occasion=occasion, verified=said)
        )
    recorded = tuple(entry.recorded for entry in judged if entry.recorded is not None)
    if log is not None:
        log.close(a_closing(transmission, settled(recorded)))
    return Outcome(
        findings=findings,
        verdicts=tuple(entry.verdict for entry in judged),
        recorded=recorded,
    )


def a_closing(transmission, recorded):
    """What a judged transmission leaves, as far as the record asks."""
    header = transmission.header
    sender = str(header.sender.siret)
    digest = hashlib.sha256(header.id.encode()).hexdigest()
    return Closing(
        key=RecordKey(sender, header.test, header.id, is_readable=True),
        content_sha256=digest,
        submitter_id="partner",
        proven=Proven(by=Proof.ACCESS_TOKEN),
        sender_siret=sender,
        header=header,
        body=b"",
        door="REST",
        media_type="application/json",
        received_at=RECEIVED_AT,
        acknowledgement_id=header.id,
        disposition="ACCEPTED",
        canonical=b"{}",
        canonical_sha256=digest,
        decided_at=RECEIVED_AT,
        renderings=(),
        lines=() if header.test else recorded,
    )


def judge_case(case, received_at=RECEIVED_AT):
    """The last submission of a case, after the others."""
    log = MemoryTransmissionLog()
    partners = {str(partner.siret): partner for partner in (case.partner, *case.others)}
    outcomes = []
    for place, form in enumerate(case.submissions, 1):
        if place == len(case.submissions):
            log.decided = {(earlier + 1, 0) for earlier in case.decided}
        outcome = judge_transmission(
            form,
            partner=partners.get(form["sender"]["siret"], case.partner),
            directory=case.directory,
            log=log,
            received_at=received_at,
            verified=case.verified,
        )
        outcomes.append(outcome)
    return outcomes[:-1], outcomes[-1]
