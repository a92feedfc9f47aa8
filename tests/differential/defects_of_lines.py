"""Codes that one line brings by itself: structure, numbers, periods, doses, examinations."""

from dataclasses import replace
from datetime import timedelta

from tests.differential import people, said
from tests.differential.defects import brings
from tests.differential.kinds import drawn
from tests.differential.right import changed, dosed
from tests.differential.said import put
from tests.differential.story import TODAY

_READ = people.READ
_DELAYED = ("PASSIVE_EXTERNAL", "RADON")
_EXAMINED = ("RADIOTOXICOLOGY", "BODY_COUNTING")
_WORN = ("PASSIVE_EXTERNAL", "OPERATIONAL")


@brings("S002", "S008")
def an_unreadable_member(story):
    flow = story.flow()
    line = story.result(flow)
    path, owner, member, _ = story.dice.choice(list(said.scalars(line)))
    changed(
        story,
        ("S002", "S008"),
        flow,
        path,
        drawn(story.dice, owner, member, is_bad=True),
        line=line,
    )


@brings("S002", "S008")
def a_required_member_left_out(story):
    flow = story.flow()
    path = story.dice.choice((
        "ref", "operation", "worker", "worker.nir", "worker.birth_name", "worker.first_name",
        "employer", "employer.siret", "monitoring", "monitoring.type",
    ))  # fmt: skip
    changed(story, ("S002", "S008"), flow, path, None)


@brings("S002", "S008")
def a_member_that_the_contract_has_not(story):
    flow = story.flow()
    line = story.result(flow)
    part = story.dice.choice(("", "worker.", "employer.", "monitoring."))
    name = story.dice.choice(("remark", "Ref", "nom", "résultat", "value"))
    changed(story, ("S002", "S008"), flow, f"{part}extra", ((name, "unheard of"),), line=line)


@brings("S002", "S008")
def an_empty_list(story):
    flow = story.flow()
    member = {**dict.fromkeys(_EXAMINED, "examination.activities")}.get(flow, "measurements")
    if flow == "COMMITTED_DOSE":
        member = story.dice.choice(("committed.radionuclides", "committed.based_on"))
    changed(
        story, ("S002", "S008"), flow, story.dice.choice((member, "monitoring.other_exposures")), ()
    )


@brings("S010")
def a_member_missing_or_too_many(story):
    flow = story.flow()
    line = story.result(flow)
    required = {
        **dict.fromkeys(("PASSIVE_EXTERNAL", "RADON", "AIRCREW"), ("period", "measurements")),
        **dict.fromkeys(_EXAMINED, ("examination",)), "OPERATIONAL": ("site", "measurements"),
        "COMMITTED_DOSE": ("committed",),
    }[flow]  # fmt: skip
    if story.dice.random() < 0.5:
        changed(story, "S010", flow, story.dice.choice(required), None, line=line)
        return
    other = story.dice.choice([one for one in people.FLOWS if one not in {flow, "OPERATIONAL"}])
    stranger = story.result(other)
    for member in (
        "committed",
        "examination",
        "corrects",
        "measurements",
        "exposure_time",
        "period",
    ):
        if getattr(stranger, member) is not None and getattr(line, member) is None:
            changed(story, "S010", flow, member, getattr(stranger, member), line=line)
            return
    changed(story, "S010", flow, "corrects", said.Corrects(
        transmission=story.pen.uuid(), ref="A", reason="DOSE"), line=line)  # fmt: skip


@brings("S010")
def pending_elsewhere(story):
    line = dosed(story, status="PENDING", value=None)
    story.tell("PASSIVE_EXTERNAL", [line], brings="S010")


@brings("S010")
def an_operation_that_the_flow_has_not(story):
    flow = story.flow(("OPERATIONAL", "AIRCREW", "COMMITTED_DOSE"))
    changed(story, "S010", flow, "operation", story.dice.choice(("LATE", "ABSENCE")))


@brings("I001")
def a_number_without_its_form(story):
    bad = ("29006991234561", "2900699123456190", "390069912345619", "290139912345619", "A" * 15)
    changed(story, "I001", story.flow(), "worker.nir", story.dice.choice(bad))


@brings("I002")
def a_number_with_another_key(story):
    flow = story.flow()
    line = story.result(flow)
    number = line.worker.nir
    key = f"{(int(number[13:]) + story.dice.randrange(1, 97)) % 97 or 97:02d}"
    if key == number[13:]:
        key = f"{int(key) % 97 + 1:02d}"
    changed(story, "I002", flow, "worker.nir", number[:13] + key, line=line)


@brings("I003")
def a_provisional_or_migrant_number(story):
    root = (
        story.dice.choice(("7", "8")) + story.dice.choice("012")
        if story.dice.random() < 0.6
        else "51"
    )
    changed(
        story,
        "I003",
        story.flow(),
        "worker.nir",
        f"{root}2340000000{story.dice.randrange(1000):03d}",
    )


@brings("I004")
def a_physician_without_a_number(story):
    bad = story.dice.choice(("10000000018", "1000000001", "0" * 11, "ABC", "100000000170"))
    if story.dice.random() < 0.5:
        changed(story, "I004", "COMMITTED_DOSE", "committed.physician.rpps", bad)
    else:
        prescriber = said.Physician(rpps=bad)
        changed(story, "I004", story.flow(_EXAMINED), "examination.prescriber", prescriber)


@brings("I013")
def a_sex_that_the_number_denies(story):
    flow = story.flow()
    about = story.about()
    other = "M" if about.person.sex == "F" else "F"
    changed(story, "I013", flow, "worker.sex", other, line=story.result(flow, about=about))


@brings("I013")
def a_birth_that_the_number_denies(story):
    flow = story.flow()
    about = story.about()
    year, month, day = about.person.birth_date.split("-")
    born = story.dice.choice((
        f"{int(year) + 1}-{month}-{day}", f"{year}-{int(month) % 12 + 1:02d}-00",
        f"{int(year) - 3}-00-00",
    ))  # fmt: skip
    changed(story, "I013", flow, "worker.birth_date", born, line=story.result(flow, about=about))


@brings("E001")
def an_employer_without_a_siret(story):
    bad = (
        people.E1[:13] + f"{(int(people.E1[13]) + 1) % 10}",
        "123",
        "0" * 14,
        "35600000000049",
        "A" * 14,
    )
    changed(story, "E001", story.flow(), "employer.siret", story.dice.choice(bad))


@brings("E001")
def a_site_without_a_siret(story):
    site = said.Site(siret=story.dice.choice(("123", "0" * 14)))
    changed(story, "E001", story.flow((*_DELAYED, "OPERATIONAL")), "site", site)


@brings("R003")
def radiological_monitoring(story):
    changed(story, "R003", story.flow(), "monitoring.type", "SR")


@brings("P001")
def an_end_before_the_start(story):
    flow = story.flow((*_DELAYED, "AIRCREW", "OPERATIONAL", *_EXAMINED))
    line = story.result(flow)
    about = story.about()
    before = f"{about.start - timedelta(days=1)}"
    if line.period is not None:
        line = replace(line, period=said.Period(start=f"{about.start}", end=before))
    elif line.exposure_time is not None:
        at = line.exposure_time.start_at
        line = replace(line, exposure_time=said.ExposureTime(start_at=at, end_at=at))
    else:
        line = replace(line, examination=replace(
            line.examination, taken_on=None, collected_from=f"{about.start}", collected_to=before
        ))  # fmt: skip
    story.tell(flow, [line], brings="P001")


@brings("P002")
def a_period_that_is_not_over(story):
    flow = story.flow((*_DELAYED, "AIRCREW", *_EXAMINED, "COMMITTED_DOSE", "OPERATIONAL"))
    later = f"{TODAY + timedelta(days=story.dice.choice((1, 2, 400)))}"
    line = story.result(flow)
    if line.period is not None:
        line = put(line, "period.end", later)
    elif line.exposure_time is not None:
        line = put(line, "exposure_time.end_at", story.dice.choice(
            (f"{later}T08:00:00Z", "2026-11-20T23:59:59.001Z", "2026-11-21T01:00:00.5+01:00")
        ))  # fmt: skip
    elif line.committed is not None:
        line = put(line, "committed.intake_on", later)
    else:
        line = replace(line, examination=replace(
            line.examination, taken_on=later, collected_from=None, collected_to=None))  # fmt: skip
    story.tell(flow, [line], brings="P002")


@brings("P003")
def too_long_an_integration_period(story):
    start, end = story.dice.choice((
        ("2026-08-01", "2026-11-01"), ("2024-02-29", "2024-05-29"), ("2025-11-30", "2026-03-01"),
        ("2026-01-31", "2026-05-01"), ("0001-01-01", "2026-01-01"),
    ))  # fmt: skip
    changed(story, "P003", story.flow(_DELAYED), "period", said.Period(start=start, end=end))


@brings("P005")
def a_long_wear_period_of_category_a(story):
    flow = story.flow(_DELAYED)
    line = put(story.result(flow), "monitoring.category", "A")
    period = said.Period(start="2026-09-01", end=f"2026-11-0{story.dice.randrange(1, 9)}")
    changed(story, "P005", flow, "period", period, line=line)


@brings("P011")
def an_old_operational_result(story):
    line = replace(
        story.result("OPERATIONAL"), period=None,
        exposure_time=said.ExposureTime(
            start_at="2026-11-12T08:00:00.000Z",
            end_at=f"2026-11-12T{story.dice.randrange(9, 23):02d}:59:59.999Z",
        ),
    )  # fmt: skip
    story.tell("OPERATIONAL", [line], brings="P011")


@brings("C004")
def an_unjustified_reason(story):
    flow = story.flow()
    corrects = said.Corrects(transmission=story.pen.uuid(), ref="A", reason="OTHER")
    operation = story.dice.choice(("CORRECTION", "CANCELLATION"))
    line = replace(story.result(flow, operation), corrects=corrects)
    story.tell(flow, [line], brings="C004")
