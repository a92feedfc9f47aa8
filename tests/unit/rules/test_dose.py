from datetime import date

import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Balance
from gateway.model.record import MonthlyDose, RecordFacts
from gateway.model.transmission import Flow
from gateway.rules.examples import EMPLOYER, EMPLOYMENT
from tests.unit.rules.builders import World, measurement, period

AT_EYE = ("/dosimeter/location", "EYE_LENS")
AT_FINGER = ("/dosimeter/location", "FINGER")


def of(*measurements):
    return ("/measurements", list(measurements))


def value(msv):
    return ("/measurements/0/value", msv)


@pytest.mark.parametrize(
    ("quantity", "location", "msv", "is_refused"),
    [
        ("HP10", "TRUNK", "0.15", False),
        ("HP10", "TRUNK", "0.151", True),
        ("HP3", "EYE_LENS", "0.25", False),
        ("HP3", "EYE_LENS", "0.22", True),
        ("HP007", "FINGER", "1.4", False),
        ("HP007", "FINGER", "1.45", True),
    ],
)
def test_passive_doses_are_in_the_step_of_their_quantity(quantity, location, msv, is_refused):
    changes = (of(measurement(msv, quantity=quantity)), ("/dosimeter/location", location))
    assert ("D001" in World().codes(*changes)) is is_refused


@pytest.mark.parametrize(
    ("radiation", "msv", "is_refused"),
    [("PHOTON", "0.001", False), ("NEUTRON", "0.005", False), ("NEUTRON", "0.006", True)],
)
def test_operational_doses_are_in_the_step_of_their_radiation(radiation, msv, is_refused):
    codes = World("operational").codes(of(measurement(msv, radiation=radiation)))
    assert ("D001" in codes) is is_refused


def test_only_impossible_doses_are_refused_and_absurd_ones_are_flagged():
    outcome = World().judge(value("7000"))
    assert outcome.is_accepted
    assert outcome.codes == {"D020", "D023"}
    assert "D003" in World().codes(value("10000.05"))
    finger = of(measurement("100000", quantity="HP007"))
    assert "D003" not in World().codes(finger, AT_FINGER)
    assert "D003" in World().codes(of(measurement("100000.1", quantity="HP007")), AT_FINGER)


PLACES = ["TRUNK", "EYE_LENS", "SKIN", "WRIST", "FINGER", "ANKLE", "ABDOMEN", "WHOLE_BODY"]
WORN = {
    "HP10": {"TRUNK", "WHOLE_BODY", "ABDOMEN"},
    "HP3": {"EYE_LENS"},
    "HP007": set(PLACES) - {"EYE_LENS"},
    "E": {"WHOLE_BODY"},
}


@pytest.mark.parametrize("quantity", WORN)
@pytest.mark.parametrize("location", PLACES)
def test_a_quantity_is_told_where_it_is_worn_and_nowhere_else(quantity, location):
    changes = (of(measurement("0.5", quantity=quantity)), ("/dosimeter/location", location))
    expected = [] if location in WORN[quantity] else ["/results/0/measurements/0/quantity"]
    assert World().at("D004", *changes) == expected


@pytest.mark.parametrize(
    ("status", "needs_value"),
    [
        ("MEASURED", True),
        ("BELOW_RECORDING_LEVEL", True),
        ("ESTIMATED", True),
        ("CALCULATED", True),
        ("NOT_WORN", False),
        ("NOT_RETURNED", False),
        ("LOST", False),
        ("DAMAGED", False),
        ("UNREADABLE", False),
    ],
)
def test_a_value_stands_beside_the_statuses_that_have_one(status, needs_value):
    zero, none = measurement("0", status=status), measurement(None, status=status)
    assert ("D005" in World().codes(of(zero))) is not needs_value
    assert ("D005" in World().codes(of(none))) is needs_value


def test_a_measured_dose_below_the_stated_level_is_sent_as_zero():
    assert "D006" in World().codes(of(measurement("0.05", recordingLevel="0.1")))
    assert "D006" not in World().codes(of(measurement("0.1", recordingLevel="0.1")))
    assert "D006" not in World().codes(of(measurement("0", recordingLevel="0.1")))


@pytest.mark.parametrize(("total", "is_refused"), [("0.3", False), ("0.35", False), ("0.4", True)])
def test_components_make_their_total_within_one_step(total, is_refused):
    parts = (measurement("0.1"), measurement("0.2", radiation="NEUTRON"))
    codes = World().codes(of(*parts, measurement(total, radiation="TOTAL")))
    assert ("D007" in codes) is is_refused


def test_a_total_is_not_compared_with_a_component_that_was_lost():
    lost = measurement(None, radiation="NEUTRON", status="LOST")
    total = measurement("0.9", radiation="TOTAL")
    assert "D007" not in World().codes(of(measurement("0.1"), lost, total))
    assert "D007" not in World().codes(of(total))


def months(**doses):
    facts = {("worker-1", Flow.PASSIVE_EXTERNAL): tuple(doses.values())}
    return RecordFacts(revision=1, doses={}, months=facts)


def in_month(year, month, **doses):
    return MonthlyDose(month=year * 12 + month - 1, **doses)


@pytest.mark.parametrize(
    ("earlier", "is_flagged"),
    [
        (in_month(2025, 11, effective_usv=19_900), True),
        (in_month(2025, 10, effective_usv=19_900), False),
        (in_month(2026, 11, effective_usv=19_900), True),
        (in_month(2025, 11, effective_usv=19_850), False),
        (in_month(2025, 11, lens_usv=19_900), False),
    ],
)
def test_limit_over_twelve_consecutive_months_is_flagged_never_refused(earlier, is_flagged):
    outcome = World(facts=months(one=earlier)).judge()
    assert outcome.is_accepted
    assert ("D020" in outcome.codes) is is_flagged


def test_the_balance_of_the_directory_counts():
    balance = Balance(as_of=date(2026, 3, 31), effective_usv=19_900)
    assert World(balance=balance).codes() == {"D020"}
    old = Balance(as_of=date(2025, 10, 31), effective_usv=19_900)
    assert World(balance=old).codes() == set()


def test_earlier_lines_of_the_message_count():
    second = (period("2026-11-01", "2026-11-19"), value("10.05"))
    assert World().at("D020", value("10"), lines=(second,)) == ["/results/1/measurements"]


def test_a_dose_of_zero_is_never_flagged():
    facts = months(one=in_month(2026, 9, effective_usv=90_000))
    zero = of(measurement("0", status="BELOW_RECORDING_LEVEL"))
    assert World(facts=facts).codes(zero) == set()


@pytest.mark.parametrize(
    ("msv", "quantity", "location", "adult", "young"),
    [
        ("6.05", "HP10", "TRUNK", False, True),
        ("6", "HP10", "TRUNK", False, False),
        ("15.05", "HP3", "EYE_LENS", False, True),
        ("20.05", "HP3", "EYE_LENS", True, True),
        ("150.1", "HP007", "FINGER", False, True),
        ("500.1", "HP007", "FINGER", True, True),
        ("500", "HP007", "SKIN", False, True),
    ],
)
def test_limits_are_lower_before_eighteen(msv, quantity, location, adult, young):
    changes = [of(measurement(msv, quantity=quantity)), ("/dosimeter/location", location)]
    assert ("D020" in World().codes(*changes)) is adult
    changes += [("/worker/birthDate", "2008-11-01")]
    world = World(birth_date="2008-11-01")
    changes += [("/worker/nir", "2081199123456" + f"{97 - 2081199123456 % 97:02d}")]
    world.directory = tuple(
        type(entry)(nir=changes[-1][1], known=entry.known) for entry in world.directory
    )
    assert ("D020" in world.codes(*changes)) is young


def test_emergency_doses_are_compared_with_the_emergency_level_alone():
    emergency = ("/monitoring/situation", "EMERGENCY")
    assert World().codes(emergency, value("99")) == set()
    assert World().codes(emergency, value("101")) == {"D022"}


def category_b():
    return type(EMPLOYMENT)(employer=Siret.parse(EMPLOYER), start=EMPLOYMENT.start, category="B")


def test_doses_unexpected_in_category_b_are_flagged():
    world = {"employments": (category_b(),)}
    b = ("/monitoring/category", "B")
    assert World(**world).codes(b, value("1")) == set()
    assert World(**world).codes(b, value("1.05")) == {"D021"}
    quarter = period("2026-08-15", "2026-11-14")
    assert World(**world).codes(b, value("6"), quarter) == set()
    assert World(**world).codes(b, value("6.05"), quarter) == {"D021"}


def test_an_abdomen_dosimeter_adds_nothing_to_the_worker_s_effective_dose():
    recorded = World().judge(("/dosimeter/location", "ABDOMEN"), value("21")).recorded[0]
    assert (recorded.effective_usv, recorded.lens_usv, recorded.extremity_usv) == (0, 0, 0)


def test_a_line_adds_its_total_else_the_sum_of_its_radiations():
    parts = [measurement("0.1"), measurement("0.2", radiation="NEUTRON")]
    assert World().judge(of(*parts)).recorded[0].effective_usv == 300
    parts += [measurement("0.35", radiation="TOTAL"), measurement("0.5", quantity="HP007")]
    recorded = World().judge(of(*parts)).recorded[0]
    assert (recorded.effective_usv, recorded.extremity_usv) == (350, 500)
