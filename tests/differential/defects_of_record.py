"""Codes that the directory or the record brings: identity, registration, what is in force, aims."""

from dataclasses import replace

from tests.differential import people, said
from tests.differential.defects import brings
from tests.differential.lines import ABSENCES
from tests.differential.right import passive, plainly
from tests.differential.said import put

_DELAYED = ("PASSIVE_EXTERNAL", "RADON")
_OTHER_NAMES = ("Quatremère-Xhignesse", "王五六七", "Zzz")


@brings("I011")
def a_name_of_another_person(story):
    flow = story.flow()
    line = story.result(flow)
    other = story.dice.choice(_OTHER_NAMES)
    if story.dice.random() < 0.5:
        worker = replace(line.worker, birth_name=other, used_name=None)
    else:
        worker = replace(line.worker, first_name=other, other_first_names=None)
    story.tell(flow, [replace(line, worker=worker)], brings="I011")


@brings("I011")
def a_day_of_birth_of_another_person(story):
    flow = story.flow()
    about = story.about()
    line = story.result(flow, about=about)
    year, month, day = about.person.birth_date.split("-")
    worker = replace(line.worker, birth_date=f"{year}-{month}-{int(day) % 28 + 1:02d}")
    story.tell(flow, [replace(line, worker=worker)], brings="I011")


@brings("I012")
def a_name_with_a_slip(story):
    flow = story.flow()
    person = (
        people.OF_B if story.dice.random() < 0.2 else people.PLAIN[story.dice.choice((0, 1, 7, 8))]
    )
    line = story.result(flow, about=story.about(person))
    name = person.birth_name
    slip = "Załć" if person is people.OF_B else name[:1] + "x" + name[2:]
    worker = replace(line.worker, birth_name=slip, used_name=None)
    story.tell(flow, [replace(line, worker=worker)], brings="I012")


@brings("R001")
def a_worker_whom_the_register_does_not_know_there(story):
    flow = story.flow()
    unknown = (people.STRANGER, people.PLAIN[3])
    if flow != "COMMITTED_DOSE":  # that may tell no day, and he was there on some
        unknown = (*unknown, people.LEFT)
    about = story.about(story.dice.choice(unknown))
    line = story.result(flow, about=about)
    if about.person is people.PLAIN[3]:
        place = story.dice.choice((people.NOWHERE, people.E1_BIS))
        line = replace(line, employer=said.Establishment(siret=place))
    story.tell(flow, [line], brings="R001")


@brings("R003")
def a_worker_who_is_not_classified(story):
    flow = story.flow()
    story.tell(flow, [story.result(flow, about=story.about(people.UNCLASSIFIED))], brings="R003")


@brings("R003")
def operational_results_are_for_categories(story):
    line = story.result("OPERATIONAL", about=story.about(people.EXPOSED))
    story.tell("OPERATIONAL", [line], brings="R003")


def _rescued(story, flow, person):
    line = story.result(flow, about=story.about(person))
    return put(line, "monitoring.other_exposures", ("EMERGENCY_2", "EMERGENCY_1"))


@brings("R004")
def a_rescuer_who_is_not_registered(story):
    flow = story.flow()
    person = story.dice.choice((people.RESCUERS[0], people.STRANGER))
    story.tell(flow, [_rescued(story, flow, person)], brings="R004")


@brings("R009", "R004")
def a_rescuer_whose_time_is_over(story):
    flow = story.flow((*_DELAYED, "AIRCREW"))
    line = _rescued(story, flow, people.RESCUERS[0])
    period = said.Period(start="2026-06-01", end=story.dice.choice(("2026-07-31", "2026-06-30")))
    story.tell(flow, [replace(line, period=period)], brings=("R009", "R004"))


@brings("R006")
def a_category_that_is_not_the_register_s(story):
    flow = story.flow(("PASSIVE_EXTERNAL", "AIRCREW", "COMMITTED_DOSE", "RADIOTOXICOLOGY"))
    about = story.about(employer=people.E1)
    line = story.result(flow, about=about)
    path, value = story.dice.choice((
        ("monitoring.category", "B"), ("monitoring.other_exposures", ("COSMIC",)),
    ))  # fmt: skip
    story.tell(flow, [put(line, path, value)], brings="R006")


@brings("R007")
def a_contract_that_is_not_declared_yet(story):
    flow = story.flow()
    story.tell(flow, [story.result(flow, about=story.about(people.UNDECLARED))], brings="R007")


# ---------- limits


@brings("D020")
def a_year_over_its_limit(story):
    place, quantity, value = story.dice.choice(
        (("TRUNK", "HP10", "20.05"), ("EYE_LENS", "HP3", "20.050"), ("SKIN", "HP007", "500.1"))
    )
    line = passive(story, story.about(employer=people.E1), quantity=quantity, value=value)
    line = put(put(line, "dosimeter.location", place), "monitoring.situation", None)
    story.tell("PASSIVE_EXTERNAL", [line], brings="D020")


@brings("D020")
def a_balance_or_a_youth(story):
    person, value = story.dice.choice(((people.EXPOSED, "1.05"), (people.YOUNG, "6.05")))
    line = passive(story, story.about(person), value=value)
    story.tell("PASSIVE_EXTERNAL", [line], brings="D020")


@brings("D021")
def too_much_for_category_b(story):
    line = passive(story, story.about(people.OF_B), value="1.05")
    story.tell("PASSIVE_EXTERNAL", [line], brings="D021")


@brings("D022")
def an_emergency_over_its_level(story):
    flow = story.flow(("PASSIVE_EXTERNAL", "COMMITTED_DOSE"))
    about = story.about(employer=people.E1)
    line = story.result(flow, about=about)
    if flow == "COMMITTED_DOSE":
        committed = replace(line.committed, quantity="E50", organ=None, value="100.001")
        line = replace(line, committed=committed)
    else:
        line = plainly(line, value="100.05")
    story.tell(flow, [put(line, "monitoring.situation", "EMERGENCY")], brings="D022")


# ---------- what is in force


@brings("U001")
def a_result_told_twice(story):
    flow = story.flow()
    by = story.sender_of(flow)
    line = story.result(flow)
    if line.committed is not None:
        line = put(line, "committed.intake_on", "2026-11-02")
    story.accepted(flow, by=by, line=line)
    again = replace(line, ref="again")
    if story.dice.random() < 0.3:
        by = {"laboratory": "second", "second": "physician"}.get(by, by)
    story.tell(flow, [again], by=by, brings="U001")


@brings("U001")
def a_measurement_twice_in_one_line(story):
    line = passive(story)
    story.tell(
        "PASSIVE_EXTERNAL", [replace(line, measurements=line.measurements * 2)], brings="U001"
    )


@brings("U002")
def two_reference_values(story):
    line = passive(story)
    story.accepted("PASSIVE_EXTERNAL", line=line)
    other = put(replace(line, ref="other"), "dosimeter.location", "WHOLE_BODY")
    story.tell("PASSIVE_EXTERNAL", [other], brings="U002")


@brings("U003")
def two_doses_of_no_intake(story):
    line = story.result("COMMITTED_DOSE")
    committed = replace(line.committed, intake_on=None, based_on=None, radionuclides=("H-3",))
    line = replace(line, committed=committed)
    story.tell("COMMITTED_DOSE", [line, replace(line, ref="again")], brings="U003")


@brings("P004")
def periods_that_overlap(story):
    about = story.about()
    first = replace(passive(story, about), period=said.Period(start="2026-09-20", end="2026-10-02"))
    second = replace(first, ref="next", period=said.Period(start="2026-10-02", end="2026-10-20"))
    story.tell("PASSIVE_EXTERNAL", [first, second], brings="P004")


@brings("P010")
def a_late_result_that_nobody_awaits(story):
    flow = story.flow(ABSENCES)
    line = replace(story.result(flow), operation="LATE")
    if line.period is not None and story.dice.random() < 0.5:
        period = said.Period(start="2026-08-01", end=f"2026-08-{story.dice.randrange(2, 31):02d}")
        line = replace(line, operation="INITIAL", period=period)
    story.tell(flow, [line], brings="P010")


def absence_then_result(story):
    """A declared absence and the result that lifts it: nothing to say against it."""
    flow = story.flow(ABSENCES)
    about, by = story.about(), story.sender_of(flow)
    absent = story.result(flow, "ABSENCE", about=about)
    story.accepted(flow, by=by, line=absent)
    found = story.result(flow, "LATE", about=about)
    if found.examination is not None:
        days = {name: getattr(absent.examination, name) for name in (
            "kind", "taken_on", "collected_from", "collected_to")}  # fmt: skip
        found = replace(found, examination=replace(found.examination, **days))
    else:
        measured = found.measurements[0]
        quantity = absent.measurements[0].quantity
        found = replace(found, dosimeter=absent.dosimeter, measurements=(replace(
            measured, quantity=quantity, value=measured.value and "0"),))  # fmt: skip
    story.tell(flow, [found], by=by)
