"""The flows beside passive and operational: their rules, their natural keys and their sums."""

from datetime import date

import msgspec
import pytest

from gateway.model.record import MonthlyDose, RecordFacts
from gateway.model.transmission import Flow, SenderType
from gateway.rules.example import ABSENT
from gateway.rules.examples import EMPLOYMENT, SECOND_LINE
from tests.unit.rules.builders import World, measurement, period

ACTIVITY = "/examination/activities/0"
RADON_LINE = (
    ("/monitoring", {"type": "SDI", "category": "A"}),
    ("/dosimeter", {"type": "CR39", "serial": "RN-1", "location": "WHOLE_BODY"}),
    ("/measurements", [measurement("0.84", quantity="E", radiation="RADON")]),
)
CREW_LINE = (
    ("/dosimeter", ABSENT),
    ("/measurements", [measurement("0.25", quantity="E", radiation="COSMIC", status="CALCULATED")]),
)


def radon(**world):
    return World(partner={"flows": frozenset(Flow)}, **world), (("/flow", "RADON"),)


def crew():
    partner = {"flows": frozenset(Flow), "type": SenderType.AUTHORISED_BODY}
    header = (("/flow", "AIRCREW"), ("/sender/type", "AUTHORISED_BODY"))
    return World(partner=partner), header


def counting():
    world = World("radiotoxicology", partner={"flows": frozenset(Flow)})
    line = (
        ("/examination/kind", "WHOLE_BODY"),
        (f"{ACTIVITY}/radionuclide", "Cs-137"),
        (f"{ACTIVITY}/unit", "Bq"),
    )
    return world, line, (("/flow", "BODY_COUNTING"),)


def committed_facts(flow, **doses):
    months = {("worker-1", flow): (MonthlyDose(month=2026 * 12 + 9, **doses),)}
    return RecordFacts(revision=1, doses={}, months=months)


# ---------- radon and air crews


def test_radon_is_sent_as_a_dose_as_an_exposure_or_as_both():
    exposure = {"value": "126000", "unit": "Bq.h/m3"}
    world, header = radon()
    assert world.judge(*RADON_LINE, header=header).is_plain
    later = [
        ("2026-09-01", "2026-09-30"),
        ("2026-08-01", "2026-08-31"),
        ("2026-07-01", "2026-07-31"),
    ]
    both = ("/measurements/0/exposure", exposure)
    none = ("/measurements/0/value", ABSENT)
    late = {"P010"}
    assert world.codes(*RADON_LINE, both, period(*later[0]), header=header) == late
    assert world.codes(*RADON_LINE, both, none, period(*later[1]), header=header) == late
    assert "D005" in world.codes(*RADON_LINE, none, period(*later[2]), header=header)


@pytest.mark.parametrize("value", [None, "0.2"])
def test_an_exposure_beside_another_radiation_than_radon_is_refused(value):
    exposure = {"value": "126000", "unit": "Bq.h/m3"}
    world, header = radon()
    entry = measurement(value, quantity="E", radiation="ALPHA", exposure=exposure)
    at = world.at("D005", *RADON_LINE, ("/measurements", [entry]), header=header)
    foreign = "/results/0/measurements/0/exposure"
    assert at == ([foreign] if value else ["/results/0/measurements/0/value", foreign])


def test_radon_has_no_step_and_a_recording_level_of_its_own():
    world, header = radon()
    level = "/measurements/0/recordingLevel"
    assert world.codes(*RADON_LINE, (level, "0.06"), header=header) == {"D009"}
    value = ("/measurements/0/value", "0.013")
    assert radon()[0].judge(*RADON_LINE, value, header=header).is_plain


@pytest.mark.parametrize(
    ("msv", "codes"), [("0.25", set()), ("0.26", {"D001"}), ("0.05", {"D006"}), ("0", set())]
)
def test_the_cosmic_dose_of_a_crew_is_in_steps_and_zero_below_its_level(msv, codes):
    world, header = crew()
    value = ("/measurements/0/value", msv)
    assert world.codes(*CREW_LINE, value, header=header) == codes


def test_a_crew_has_neither_absence_nor_late_result():
    world, header = crew()
    assert "S010" in world.codes(*CREW_LINE, ("/operation", "LATE"), header=header)


# ---------- examinations


def test_an_examination_has_activities_and_a_declared_absence_has_none():
    world = World("radiotoxicology")
    none = ("/examination/activities", ABSENT)
    absence = ("/operation", "ABSENCE")
    assert world.at("S010", none) == ["/results/0/examination/activities"]
    assert world.at("S010", absence) == ["/results/0/examination/activities"]
    assert world.judge(none, absence).is_plain


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        (((f"{ACTIVITY}/value", ABSENT),), True),
        (((f"{ACTIVITY}/belowLimit", True),), True),
        (((f"{ACTIVITY}/belowLimit", True), (f"{ACTIVITY}/value", ABSENT)), False),
        ((), False),
    ],
)
def test_an_activity_has_a_value_where_something_was_found(changes, is_refused):
    expected = [f"/results/0{ACTIVITY}/value"] if is_refused else []
    assert World("radiotoxicology").at("D005", *changes) == expected


def test_radionuclides_come_from_the_dated_list():
    place = f"{ACTIVITY}/radionuclide"
    assert World("radiotoxicology").at("D008", (place, "Xx-999")) == [f"/results/0{place}"]


def test_excreta_are_analysed_and_the_body_is_counted():
    world, line, header = counting()
    assert world.judge(*line, header=header).is_plain
    excreted = (f"{ACTIVITY}/unit", "Bq/d")
    assert world.at("D010", *line, excreted, header=header) == [f"/results/0{ACTIVITY}/unit"]
    urine = ("/examination/kind", "URINE")
    assert world.at("D010", *line, urine, header=header) == ["/results/0/examination/kind"]
    assert "D010" in World("radiotoxicology").codes(("/examination/kind", "LUNG"))


def test_a_collection_ends_after_it_began_and_before_reception():
    end = "/examination/collectedTo"
    world = World("radiotoxicology")
    assert world.at("P001", (end, "2026-11-01")) == [f"/results/0{end}"]
    assert world.at("P002", (end, "2026-11-21")) == [f"/results/0{end}"]
    taken = (
        ("/examination/collectedFrom", ABSENT),
        (end, ABSENT),
        ("/examination/takenOn", "2026-11-21"),
    )
    assert world.at("P002", *taken) == ["/results/0/examination/takenOn"]


def test_an_examination_is_told_by_worker_kind_day_and_radionuclide_alone():
    world = World("radiotoxicology")
    assert world.judge().is_plain
    another_end = ("/examination/collectedTo", "2026-11-05")
    assert world.at("U001", another_end) == ["/results/0/examination/activities/0"]
    assert world.codes((f"{ACTIVITY}/value", "290")) == {"U001"}
    taken = (
        ("/examination/collectedFrom", ABSENT),
        ("/examination/collectedTo", ABSENT),
        ("/examination/takenOn", "2026-11-02"),
    )
    assert world.codes(*taken) == {"U001"}
    assert world.judge((f"{ACTIVITY}/radionuclide", "Co-60")).is_plain
    assert world.judge(("/examination/kind", "FAECES")).is_plain


def test_the_key_of_an_examination_has_no_employer():
    world = World("radiotoxicology")
    assert world.judge().recorded[0].doses[0].key.employer == ""


def test_an_overlapping_collection_is_flagged_and_accepted():
    world = World("radiotoxicology")
    assert world.judge().is_plain
    outcome = world.judge(("/examination/collectedFrom", "2026-11-03"))
    assert outcome.is_accepted
    assert outcome.codes == {"P004"}


def test_a_result_takes_the_absence_of_its_examination_out_of_force():
    world = World("radiotoxicology")
    absent = (("/operation", "ABSENCE"), ("/examination/activities", ABSENT))
    assert world.codes(("/operation", "LATE")) == {"P010"}
    world = World("radiotoxicology")
    assert world.judge(*absent).is_plain
    assert world.codes(*absent) == {"U001"}
    outcome = world.judge(("/operation", "LATE"))
    assert outcome.is_plain
    assert outcome.recorded[0].replaces == ((0, 0),)
    assert world.codes(*absent) == {"U001"}


# ---------- committed doses


def test_an_organ_stands_beside_the_dose_to_an_organ_alone():
    world = World("committed")
    organ = ("/committed/organ", "LUNG")
    assert world.at("D005", organ) == ["/results/0/committed/organ"]
    assert world.at("D005", ("/committed/quantity", "HT50")) == ["/results/0/committed/organ"]
    assert world.judge(organ, ("/committed/quantity", "HT50")).is_plain
    unheard = (("/committed/quantity", "HT50"), ("/committed/organ", "SOUL"))
    assert world.at("D008", *unheard) == ["/results/0/committed/organ"]


def test_a_committed_dose_is_told_by_its_intake_and_the_set_of_radionuclides():
    world = World("committed")
    two = ("/committed/radionuclides", ["H-3", "Co-60"])
    assert world.judge(two).is_plain
    again = ("/committed/radionuclides", ["Co-60", "H-3", "H-3"])
    assert world.at("U001", again) == ["/results/0/committed"]
    assert world.judge(two, ("/committed/intakeOn", "2026-11-03")).is_plain
    assert world.judge().is_plain


def test_failing_its_day_an_intake_is_told_by_the_results_it_rests_on():
    world = World("committed")
    no_day = ("/committed/intakeOn", ABSENT)
    one = {"transmission": "46f30be0-16d6-45eb-9433-b8f0a8de04d8", "ref": "A"}
    other = {**one, "ref": "B"}
    assert world.judge(no_day, ("/committed/basedOn", [one, other])).is_plain
    assert world.codes(no_day, ("/committed/basedOn", [other, one])) == {"U001"}
    assert world.judge(no_day, ("/committed/basedOn", [one])).is_plain


def test_two_doses_of_unknown_intake_are_flagged_and_accepted():
    world = World("committed")
    no_day = ("/committed/intakeOn", ABSENT)
    outcome = world.judge(no_day)
    assert outcome.is_plain
    assert outcome.recorded[0].counted_on == date(2026, 11, 20)
    second = world.judge(no_day)
    assert second.is_accepted
    assert [(f.code, f.pointer) for f in second.all_findings] == [("U003", "/results/0/committed")]


def test_an_impossible_committed_dose_is_refused():
    value = "/committed/value"
    assert World("committed").at("D003", (value, "10000.001")) == [f"/results/0{value}"]


# ---------- sums


@pytest.mark.parametrize("flow", [flow for flow in Flow if flow is not Flow.OPERATIONAL])
def test_effective_doses_of_all_flows_but_the_operational_add_up(flow):
    facts = committed_facts(flow, effective_usv=19_990)
    assert "D020" in World(facts=facts).codes()
    assert "D020" in World("committed", facts=facts).codes()


def test_operational_doses_are_a_second_reading_and_stand_alone():
    facts = committed_facts(Flow.OPERATIONAL, effective_usv=19_990)
    assert World(facts=facts).codes() == set()
    assert "D020" in World("operational", facts=facts).codes()
    passive = committed_facts(Flow.PASSIVE_EXTERNAL, effective_usv=19_990)
    assert World("operational", facts=passive).codes() == set()


def test_a_committed_dose_flags_itself():
    world = World("committed", facts=committed_facts(Flow.PASSIVE_EXTERNAL, effective_usv=10_000))
    assert world.at("D020", ("/committed/value", "10.001")) == ["/results/0/committed"]


def test_radon_counts_for_the_limit_and_not_for_the_category():
    category_b = {"employments": (msgspec.structs.replace(EMPLOYMENT, category="B"),)}
    b = ("/monitoring/category", "B")
    facts = committed_facts(Flow.RADON, effective_usv=5_900)
    assert World(facts=facts, **category_b).codes(b) == set()
    facts = committed_facts(Flow.AIRCREW, effective_usv=5_900)
    assert World(facts=facts, **category_b).codes(b) == {"D021"}
    world, header = radon(**category_b)
    value = ("/measurements/0/value", "7")
    assert world.codes(*RADON_LINE, b, value, header=header) == set()


# ---------- suspicion


def many(*values):
    return tuple(
        (
            ("/dosimeter", {**SECOND_LINE["dosimeter"], "location": "TRUNK", "side": ABSENT}),
            ("/dosimeter/side", ABSENT),
            ("/measurements/0/value", value),
            period("2026-10-01", f"2026-10-{day:02d}"),
        )
        for day, value in enumerate(values, start=10)
    )


def test_doses_a_thousand_times_the_usual_are_flagged_where_they_are_many():
    suspicious = World().judge(
        ("/measurements/0/value", "0"), lines=many(*["150"] * 6, *["0.1"] * 4)
    )
    flagged = [f.pointer for f in suspicious.all_findings if f.code == "D023"]
    assert flagged == [f"/results/{line}/measurements/0/value" for line in range(1, 7)]
    assert suspicious.is_accepted
    few = World().judge(lines=many(*["150"] * 5, *["0.1"] * 4))
    assert "D023" not in few.codes
    half = World().judge(("/measurements/0/value", "0"), lines=many(*["150"] * 5, *["0.1"] * 5))
    assert "D023" not in half.codes
