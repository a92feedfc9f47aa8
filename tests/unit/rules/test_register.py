"""The directory's days: contracts, attachments and accreditations are inclusive at both ends."""

from datetime import date

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.rules.examples import EMPLOYMENT, OPERATOR
from tests.unit.rules.builders import World, absence, measurement

ATTACHMENT = World().directory[0].known.attachments[0]


def changed(fact, **fields):
    return msgspec.structs.replace(fact, **fields)


@pytest.mark.parametrize(
    ("days", "is_held"),
    [
        ({"end": date(2026, 9, 30)}, True),
        ({"end": date(2026, 10, 1)}, False),
        ({"start": date(2026, 10, 31)}, False),
        ({"start": date(2026, 11, 1)}, True),
        ({}, False),
    ],
)
@pytest.mark.parametrize("fact", ["employments", "attachments"])
def test_a_contract_or_an_attachment_must_touch_the_days_of_the_line(fact, days, is_held):
    one = EMPLOYMENT if fact == "employments" else ATTACHMENT
    assert ("R001" in World(**{fact: (changed(one, **days),)}).codes()) is is_held


def test_an_attachment_to_another_sender_is_none():
    other = changed(ATTACHMENT, sender=Siret.parse(OPERATOR))
    assert World(attachments=(other,)).codes() == {"R001"}


def test_a_worker_who_changed_category_within_the_period_is_not_flagged():
    both = (
        changed(EMPLOYMENT, category="B", end=date(2026, 10, 15)),
        changed(EMPLOYMENT, start=date(2026, 10, 16)),
    )
    dose = ("/measurements/0/value", "5")
    assert World(employments=both).codes(dose) == set()
    assert World(employments=both).codes(dose, ("/monitoring/category", "B")) == set()


@pytest.mark.parametrize(
    "partner", [{"accredited_from": date(2026, 11, 20)}, {"accredited_to": date(2026, 11, 20)}]
)
def test_an_accreditation_holds_on_its_first_and_its_last_day(partner):
    assert World(partner=partner).judge().is_plain


def test_an_absence_is_taken_out_of_force_once():
    world = World()
    assert world.judge(*absence()).is_plain
    assert world.judge().recorded[0].replaces == ((0, 0),)
    other = ("/measurements", [measurement(radiation="NEUTRON")])
    assert world.judge(other).recorded[0].replaces == ()


@pytest.mark.parametrize(
    ("stated", "places"),
    [
        ({"category": "B"}, ["category"]),
        ({"otherExposures": ["RADON"]}, ["otherExposures"]),
        ({"category": "B", "otherExposures": ["COSMIC"]}, ["category", "otherExposures"]),
        ({"category": "A"}, []),
        ({}, []),
    ],
)
def test_what_the_sender_states_of_the_monitoring_is_compared(stated, places):
    monitoring = ("/monitoring", {"type": "SDI", **stated})
    outcome = World().judge(monitoring)
    assert outcome.is_accepted
    pointers = [finding.pointer for finding in outcome.all_findings if finding.code == "R006"]
    assert pointers == [f"/results/0/monitoring/{place}" for place in places]


INCOMPLETE = changed(EMPLOYMENT, undeclared=frozenset({"trade"}))


def test_a_dose_of_a_worker_whose_data_are_incomplete_is_accepted_and_flagged():
    outcome = World(employments=(INCOMPLETE,)).judge()
    assert outcome.is_accepted
    assert outcome.codes == {"R007"}
    assert [one.is_in_force for one in outcome.recorded] == [True]
    assert World(employments=(INCOMPLETE,)).at("R007") == ["/results/0/employer"]


def test_one_complete_contract_over_the_days_of_the_line_is_enough():
    earlier = changed(INCOMPLETE, end=date(2026, 10, 15))
    later = changed(EMPLOYMENT, start=date(2026, 10, 16))
    assert World(employments=(earlier, later)).codes() == set()
    gone = changed(EMPLOYMENT, end=date(2026, 9, 30))
    assert World(employments=(gone, changed(INCOMPLETE, start=date(2026, 10, 1)))).codes() == {
        "R007"
    }


def test_incomplete_data_are_told_where_there_is_a_dose_to_show():
    world = World(employments=(INCOMPLETE,))
    assert world.codes(*absence()) == set()
    assert World(employments=(INCOMPLETE,), attachments=()).codes() == {"R001"}
