"""A second, independent reader of the JSON form, and the whole judgement of an example's case."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from gateway.identifiers import InvalidIdentifier, Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.record import RecordFacts
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
from gateway.ports import RecordedLine
from gateway.rules.engine import (
    WorkingRecord,
    check_header,
    check_line,
    check_sender,
    check_whole,
    judge,
)
from gateway.rules.examples import RECEIVED_ON
from gateway.rules.occasion import Occasion
from gateway.rules.parameters import parameters_on

RECEIVED_AT = datetime.fromisoformat(RECEIVED_ON)
TYPES = frozenset({"OSL", "TLD", "RPL", "EPD"})


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
        background=form.get("background"),
    )


def read_line(index, form):
    monitoring, period = form["monitoring"], form.get("period")
    time, dosimeter, site = form.get("exposureTime"), form.get("dosimeter"), form.get("site")
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
        period=period
        and Period(
            start=date.fromisoformat(period["start"]), end=date.fromisoformat(period["end"])
        ),
        exposure_time=time
        and ExposureTime(start_at=_instant(time["startAt"]), end_at=_instant(time["endAt"])),
        dosimeter=dosimeter and Dosimeter(**dosimeter),
        measurements=tuple(read_measurement(entry) for entry in form.get("measurements", ())),
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
    return Transmission(
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
    return Occasion(
        transmission.header,
        received_at,
        partner,
        parameters_on(received_at.date()),
        TYPES,
    )


def no_facts():
    return RecordFacts(revision=0, doses={}, months={})


def judge_transmission(form, *, partner, directory, record=None, received_at=RECEIVED_AT):
    """One transmission through the engine, as the flow does it."""
    transmission = read(form)
    occasion = occasion_of(transmission, partner, received_at)
    refused = check_sender(transmission.header, partner)
    if refused is not None:
        return Outcome(findings=(refused,))
    whole = check_whole(transmission, occasion)
    findings = check_header(occasion) + whole.findings
    if any(finding.code != "S008" for finding in findings):
        return Outcome(findings=findings)
    record = WorkingRecord(no_facts()) if record is None else record
    judged = []
    for line in transmission.lines:
        known: KnownWorker | None = None
        for entry in directory:
            if _identifier(Nir, entry.nir) == line.worker.nir:
                known = entry.known
        own = check_line(line, occasion) + whole.by_line.get(line.index, ())
        judged.append(judge(line, own, known=known, record=record, occasion=occasion))
    return Outcome(
        findings=findings,
        verdicts=tuple(entry.verdict for entry in judged),
        recorded=tuple(entry.recorded for entry in judged if entry.recorded is not None),
    )


def judge_case(case, received_at=RECEIVED_AT):
    """The last submission of a case, after the others."""
    record = WorkingRecord(no_facts())
    outcomes = [
        judge_transmission(
            form,
            partner=case.partner,
            directory=case.directory,
            record=record,
            received_at=received_at,
        )
        for form in case.submissions
    ]
    return outcomes[:-1], outcomes[-1]
