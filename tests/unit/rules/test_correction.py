"""Corrections and cancellations, between fakes: the engine, the directory and the record."""

from datetime import date

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.model.internal import LineReference
from gateway.model.transmission import Flow
from gateway.rules.aim import THIS_TRANSMISSION
from gateway.rules.example import ABSENT, RegisteredWorker
from gateway.rules.examplebases import ANOTHER, BASES, KNOWN
from gateway.rules.examples import LABORATORY, OPERATOR, SAME_COMPANY, base_case, change
from tests.fakes import MemoryTransmissionLog
from tests.unit.rules.builders import World, absence, measurement, period
from tests.unit.rules.support import judge_transmission

OTHER_NIR = f"1900699123456{97 - 1900699123456 % 97:02d}"
ID = "5b0cb2a4-0000-4000-8000-{:012d}"
DAYS = {"first_day": date(2020, 1, 1), "last_day": date(2026, 12, 31)}


class Register:
    """A record that lasts, two workers and two laboratories; transmissions are numbered."""

    def __init__(self, base="passive"):
        self.base = base
        self.log = MemoryTransmissionLog()
        self.sent = 0
        other = msgspec.structs.replace(KNOWN, id="worker-2", sex="M")
        self.directory = (
            *base_case(base).directory,
            RegisteredWorker(nir=OTHER_NIR, known=other),
        )

    def send(self, *changes, lines=(), header=(), by=None):
        """A transmission; `Outcome` with its codes."""
        form = World(self.base).form(*changes, lines=lines)
        self.sent += 1
        form["id"] = ID.format(self.sent)
        partner = by or base_case(self.base).partner
        change(form, "/sender/siret", str(partner.siret))
        for pointer, value in header:
            change(form, pointer, value)
        return judge_transmission(form, partner=partner, directory=self.directory, log=self.log)

    def in_force(self, worker="worker-1"):
        flow = self.log.closings[0].header.flow
        facts = self.log.facts([worker], flow=flow, **DAYS)
        return facts.doses.get(worker, ())

    def sum(self, worker="worker-1"):
        flow = self.log.closings[0].header.flow
        facts = self.log.facts([worker], flow=flow, **DAYS)
        return sum(month.effective_usv for month in facts.months.get((worker, flow), ()))


def aims(number=1, ref=None, reason="DOSE", base="passive", **more):
    ref = ref or BASES[base]["results"][0]["ref"]
    return ("/corrects", {"transmission": ID.format(number), "ref": ref, "reason": reason, **more})


def corrects(*args, **kwargs):
    return (("/operation", "CORRECTION"), aims(*args, **kwargs))


def cancels(*args, **kwargs):
    gone = tuple(
        (f"/{member}", ABSENT)
        for member in ("period", "dosimeter", "measurements", "examination", "committed")
    )
    return (("/operation", "CANCELLATION"), aims(*args, **kwargs), *gone)


def value(msv):
    return ("/measurements/0/value", msv)


# ---------- what is in force


@pytest.mark.parametrize("base", ["passive", "radiotoxicology", "committed"])
def test_a_correction_takes_the_place_of_the_line_it_aims_at(base):
    register = Register(base)
    assert register.send().is_plain
    assert register.send(*corrects(base=base)).is_plain
    (dose,) = register.in_force()
    assert dose.line == (2, 0)


@pytest.mark.parametrize("base", ["passive", "radiotoxicology", "committed"])
def test_a_cancellation_leaves_nothing_in_force(base):
    register = Register(base)
    assert register.send().is_plain
    assert register.send(*cancels(base=base, reason="DUPLICATE")).is_plain
    assert register.in_force() == ()
    assert register.send().is_plain


def test_the_corrected_dose_does_not_count_against_its_replacement():
    register = Register()
    assert register.send(value("19.9")).is_plain
    assert register.send(value("20"), *corrects()).is_plain
    assert register.sum() == 20_000
    again = register.send(value("20"), *corrects(2), period("2026-10-01", "2026-10-30"))
    assert again.is_plain
    assert register.send(value("20.05"), *corrects(3)).codes == {"D020"}


def test_a_refused_correction_leaves_its_target_in_force():
    register = Register()
    assert register.send().is_plain
    assert register.send(("/measurements/0/radiation", "NEUTRON")).is_plain
    refused = register.send(("/measurements/0/radiation", "NEUTRON"), *corrects())
    assert refused.codes == {"U001"}
    assert len(register.in_force()) == 2
    assert register.send(*corrects()).is_plain


def test_a_refused_correction_leaves_its_target_in_the_way_of_the_next_line():
    register = Register()
    assert register.send().is_plain
    twice = ("/measurements", [measurement(), measurement("0.2")])
    outcome = register.send(twice, *corrects(), lines=((),))
    assert [finding.code for finding in outcome.all_findings] == ["U001", "U001"]
    assert register.sum() == 150


def test_a_held_correction_leaves_its_target_in_force():
    register = Register()
    assert register.send().is_plain
    held = register.send(("/employer/siret", SAME_COMPANY), *corrects(reason="EMPLOYER"))
    assert held.codes == {"R001"}
    assert [dose.line for dose in register.in_force()] == [(1, 0)]


def test_a_correction_of_an_absence_is_its_result():
    register = Register()
    assert register.send(*absence()).is_plain
    assert register.send(*corrects()).is_plain
    (dose,) = register.in_force()
    assert not dose.is_absence


# ---------- the line now in force


def test_only_the_line_now_in_force_is_aimed_at():
    register = Register()
    register.send()
    assert register.send(*corrects()).is_plain
    assert register.send(*corrects()).codes == {"C005"}
    assert register.send(*corrects(2)).is_plain
    assert register.send(*cancels(4, reason="DUPLICATE")).is_plain
    assert register.send(*corrects(4)).codes == {"C005"}
    assert register.send(*corrects(5)).codes == {"C005"}


def test_two_lines_of_a_message_do_not_correct_the_same_one():
    register = Register()
    register.send()
    outcome = register.send(*corrects(), lines=((*corrects(), period("2026-09-01", "2026-09-30")),))
    assert [finding.code for finding in outcome.verdicts[1].findings] == ["C005"]
    assert outcome.verdicts[0].findings == ()


def test_a_line_corrects_an_earlier_one_of_the_same_message():
    register = Register()
    outcome = register.send(value("0.2"), lines=((*corrects(1),), cancels(1, "more-0")))
    assert outcome.is_plain
    assert register.in_force() == ()
    assert register.sum() == 0
    assert [line.is_in_force for line in register.log.closings[0].lines] == [False] * 3


def test_an_absence_that_was_replaced_is_no_longer_aimed_at():
    register = Register()
    register.send(*absence())
    assert register.send().is_plain
    assert register.send(*cancels(1, reason="DUPLICATE")).codes == {"C005"}


# ---------- a target that is held

UNKNOWN_THERE = ("/employer/siret", SAME_COMPANY)


def closed_by(register, number, index):
    """What closed that line."""
    reference = LineReference(ID.format(number), "P-0001" if index == 0 else f"more-{index - 1}")
    (target,) = register.log.targets([reference], ())
    return target.closed_by


def test_an_accepted_correction_closes_the_held_line_that_it_aims_at():
    register = Register()
    register.send(UNKNOWN_THERE)
    outcome = register.send(*corrects(reason="EMPLOYER"))
    assert outcome.is_plain
    assert outcome.recorded[0].closes == ((1, 0),)
    assert outcome.recorded[0].replaces == ()
    assert [dose.line for dose in register.in_force()] == [(2, 0)]
    assert closed_by(register, 1, 0) == (2, 0)


def test_a_held_correction_closes_the_held_line_that_it_aims_at():
    register = Register()
    register.send(UNKNOWN_THERE)
    outcome = register.send(UNKNOWN_THERE, value("0.2"), *corrects())
    assert outcome.codes == {"R001"}
    assert outcome.recorded[0].closes == ((1, 0),)
    assert register.in_force() == ()
    assert register.sum() == 0


def test_a_cancellation_closes_the_held_line_of_the_same_number():
    register = Register()
    register.send(UNKNOWN_THERE)
    assert register.send(*cancels(reason="DUPLICATE")).is_plain
    assert closed_by(register, 1, 0) == (2, 0)


def test_a_cancellation_of_another_worker_s_held_line_finds_none():
    register = Register()
    register.send(UNKNOWN_THERE)
    other = (("/worker/nir", OTHER_NIR), ("/worker/sex", "M"))
    assert register.send(*other, *cancels(reason="DUPLICATE")).codes == {"C001"}
    assert closed_by(register, 1, 0) is None


def test_a_held_line_that_was_closed_is_no_longer_aimed_at():
    register = Register()
    register.send(UNKNOWN_THERE)
    register.send(UNKNOWN_THERE, *corrects())
    assert register.send(*corrects(reason="EMPLOYER")).codes == {"C005"}
    assert register.send(UNKNOWN_THERE, *corrects()).recorded[0].closes == ()
    assert closed_by(register, 1, 0) == (2, 0)


def test_a_held_correction_is_corrected_in_its_turn():
    register = Register()
    register.send(UNKNOWN_THERE)
    register.send(UNKNOWN_THERE, *corrects())
    assert register.send(*corrects(2, reason="EMPLOYER")).is_plain
    assert closed_by(register, 2, 0) == (3, 0)


@pytest.mark.parametrize("held", [(), (UNKNOWN_THERE,)], ids=["accepted", "held"])
def test_a_held_line_of_the_same_message_is_closed_in_it(held):
    register = Register()
    later = (*held, *corrects(1, reason="EMPLOYER"))
    outcome = register.send(UNKNOWN_THERE, lines=(later,))
    assert outcome.recorded[1].closes == ((THIS_TRANSMISSION, 0),)
    assert closed_by(register, 1, 0) == (1, 1)


@pytest.mark.parametrize("held", [(), (UNKNOWN_THERE,)], ids=["accepted", "held"])
def test_what_refuses_a_correction_leaves_its_held_target_waiting(held):
    register = Register()
    register.send(UNKNOWN_THERE)
    outcome = register.send(*held, value("0.2"), *corrects(reason="PERIOD"))
    assert outcome.codes == ({"R001"} if held else {"C007"})
    assert closed_by(register, 1, 0) is None


def test_another_sender_s_held_line_is_not_closed():
    register = Register()
    register.send(UNKNOWN_THERE)
    outcome = register.send(UNKNOWN_THERE, *corrects(), by=ANOTHER)
    assert outcome.codes == {"R001"}
    assert closed_by(register, 1, 0) is None


def test_a_held_line_is_not_aimed_at_by_its_natural_key():
    register = Register()
    register.send(UNKNOWN_THERE)
    original = {"flow": "PASSIVE_EXTERNAL", "quantity": "HP10", "radiation": "PHOTON"}
    aim = ("/corrects", {"original": original, "reason": "DOSE"})
    outcome = register.send(UNKNOWN_THERE, ("/operation", "CORRECTION"), aim)
    assert outcome.recorded[0].closes == ()


# ---------- which line, and whose


@pytest.mark.parametrize(("number", "ref"), [(1, "P-0009"), (9, "P-0001")])
def test_an_unknown_line_is_not_corrected(number, ref):
    register = Register()
    register.send()
    assert register.send(*corrects(number, ref)).codes == {"C001"}


def test_a_refused_line_is_unknown():
    register = Register()
    register.send(("/dosimeter/type", "XYZ"))
    assert register.send(*corrects()).codes == {"C001"}


def test_a_test_is_never_aimed_at_and_aims_at_the_real_record():
    register = Register()
    register.send(header=(("/test", True),))
    assert register.send(*corrects(1)).codes == {"C001"}
    register.send()
    assert register.send(*corrects(3), header=(("/test", True),)).is_plain
    assert register.send(*corrects(3)).is_plain


def test_a_correction_keeps_the_flow_of_its_target():
    register = Register()
    register.send()
    radon = msgspec.structs.replace(
        base_case("passive").partner, flows=frozenset({"PASSIVE_EXTERNAL", "RADON"})
    )
    header = (("/flow", "RADON"),)
    outcome = register.send(
        ("/dosimeter/location", "WHOLE_BODY"),
        *corrects(),
        header=header,
        by=radon,
        lines=(),
    )
    assert "C001" in outcome.codes


def test_another_sender_does_not_correct():
    register = Register()
    register.send()
    assert register.send(*corrects(), by=ANOTHER).codes == {"C002"}
    assert register.send(*cancels(), by=ANOTHER).codes == {"C002"}
    assert register.send(*corrects()).is_plain


def test_the_successor_of_the_sender_corrects_and_the_sender_still_does():
    register = Register()
    register.send()
    register.log.successors = {LABORATORY: frozenset({str(ANOTHER.siret)})}
    assert register.send(*corrects(), by=ANOTHER).is_plain
    assert register.send(*corrects(1)).codes == {"C005"}
    assert register.send(*corrects(2)).codes == {"C002"}, "who is succeeded is no successor"
    assert register.send(*cancels(2), by=ANOTHER).is_plain


def test_a_name_that_several_senders_used_is_that_of_the_sender_succeeded():
    register = Register()
    stranger = msgspec.structs.replace(ANOTHER, id="stranger", siret=Siret.parse(OPERATOR))
    id_ = (("/id", ID.format(900)),)
    register.send(period("2026-08-01", "2026-08-31"), header=id_, by=stranger)
    register.send(header=id_)
    assert register.send(*corrects(900), by=ANOTHER).codes == {"C002"}
    register.log.successors = {LABORATORY: frozenset({str(ANOTHER.siret)})}
    assert register.send(*corrects(900), by=ANOTHER).is_plain


def other_worker():
    return (("/worker/nir", OTHER_NIR), ("/worker/sex", "M"))


def test_a_cancellation_names_the_worker_of_its_target():
    register = Register()
    register.send()
    assert register.send(*cancels(reason="IDENTITY"), *other_worker()).codes == {"C001"}


def test_an_identity_correction_moves_the_dose_to_the_right_worker():
    register = Register()
    register.send()
    assert register.send(*corrects(reason="PERIOD"), *other_worker()).codes == {"C007"}
    outcome = register.send(*corrects(reason="IDENTITY"), *other_worker())
    assert outcome.is_plain
    assert outcome.recorded[0].leaves == "worker-1"
    assert (register.sum(), register.sum("worker-2")) == (0, 150)


@pytest.mark.parametrize(
    ("reason", "is_refused"),
    [
        ("DOSE", False),
        ("BACKGROUND", False),
        ("IDENTITY", True),
        ("EMPLOYER", True),
        ("PERIOD", True),
        ("DUPLICATE", True),
    ],
)
def test_only_some_reasons_change_a_dose(reason, is_refused):
    register = Register()
    register.send()
    changed = register.send(value("0.2"), *corrects(reason=reason))
    assert ("C007" in changed.codes) is is_refused
    if is_refused:
        assert register.send(*corrects(reason=reason)).is_plain


WORN_ABDOMEN = ("/dosimeter/location", "ABDOMEN")
NOT_RETURNED = ("/measurements", [measurement(None, status="NOT_RETURNED")])
BELOW = ("/measurements", [measurement("0", status="BELOW_RECORDING_LEVEL", recordingLevel="0.1")])
RADON = (("/flow", "RADON"),)
ACTIVITY = "/examination/activities/0"


def exposed(amount, unit="Bq.h/m3", **more):
    exposure = {"value": amount, "unit": unit}
    entry = measurement(None, quantity="E", radiation="RADON", exposure=exposure, **more)
    return (
        ("/monitoring", {"type": "SDI", "category": "A"}),
        ("/dosimeter", {"type": "CR39", "serial": "RN-1", "location": "WHOLE_BODY"}),
        ("/measurements", [entry]),
    )


CHANGES_OF_READINGS = {
    "dose of the abdomen": (
        "passive",
        (WORN_ABDOMEN, value("1.05")),
        (WORN_ABDOMEN, value("5")),
    ),
    "radiation": ("passive", (), (("/measurements/0/radiation", "NEUTRON"),)),
    "radiations beside each other": (
        "passive",
        (("/measurements", [measurement("0.2"), measurement("0.1", radiation="NEUTRON")]),),
        (("/measurements", [measurement("0.1"), measurement("0.2", radiation="NEUTRON")]),),
    ),
    "status with the same value": ("passive", (), (("/measurements/0/status", "ESTIMATED"),)),
    "a result for one that was not returned": ("passive", (NOT_RETURNED,), (BELOW,)),
    "a result for an absence": ("passive", absence(), ()),
    "exposure to radon": ("radon", exposed("100"), exposed("900000")),
    "unit of the exposure": ("radon", exposed("100"), exposed("100", "mJ.h/m3")),
    "activity": ("radiotoxicology", (), ((f"{ACTIVITY}/value", "31000"),)),
    "unit of the activity": ("radiotoxicology", (), ((f"{ACTIVITY}/unit", "Bq"),)),
    "radionuclide": ("radiotoxicology", (), ((f"{ACTIVITY}/radionuclide", "Co-60"),)),
    "activity that was below the limit": (
        "radiotoxicology",
        ((f"{ACTIVITY}/belowLimit", True), (f"{ACTIVITY}/value", ABSENT)),
        (),
    ),
    "committed dose": ("committed", (), (("/committed/value", "0.013"),)),
    "committed dose of an organ that no sum counts": (
        "committed",
        (("/committed/quantity", "HT50"), ("/committed/organ", "LUNG")),
        (
            ("/committed/quantity", "HT50"),
            ("/committed/organ", "LUNG"),
            ("/committed/value", "0.5"),
        ),
    ),
    "organ": (
        "committed",
        (("/committed/quantity", "HT50"), ("/committed/organ", "LUNG")),
        (("/committed/quantity", "HT50"), ("/committed/organ", "BONE_SURFACE")),
    ),
}


def register_of(base):
    """A record for results of `base`, what its lines are based on, and what its header changes."""
    if base != "radon":
        return Register(base), base, {}
    every = msgspec.structs.replace(base_case("passive").partner, flows=frozenset(Flow))
    return Register(), "passive", {"header": RADON, "by": every}


@pytest.mark.parametrize("reason", ["EMPLOYER", "PERIOD"])
@pytest.mark.parametrize("change_of", CHANGES_OF_READINGS)
def test_what_was_measured_or_computed_changes_for_reason_of_dose_alone(change_of, reason):
    kind, was, is_now = CHANGES_OF_READINGS[change_of]
    register, base, sent = register_of(kind)
    assert register.send(*was, **sent).is_plain
    refused = register.send(*is_now, *corrects(base=base, reason=reason), **sent)
    assert refused.codes == {"C007"}
    told = register.send(*is_now, *corrects(base=base), **sent)
    assert told.is_plain


def test_where_when_and_in_which_order_are_no_change_of_dose():
    register = Register()
    both = [measurement("0.2"), measurement("0.1", radiation="NEUTRON")]
    assert register.send(("/measurements", both)).is_plain
    turned = ("/measurements", both[::-1])
    justified = {"reason": "OTHER", "justification": "Port inversé."}
    assert register.send(turned, WORN_ABDOMEN, *corrects(**justified)).is_plain
    left = period("2026-10-01", "2026-10-30")
    assert register.send(turned, WORN_ABDOMEN, left, *corrects(2, reason="PERIOD")).is_plain


def test_another_reason_is_justified():
    register = Register()
    register.send()
    assert register.send(*corrects(reason="OTHER")).codes == {"C004"}
    assert register.send(*corrects(reason="OTHER", justification="Erreur de saisie.")).is_plain


def test_the_digest_of_the_acknowledgement_is_compared_where_it_is_stated():
    register = Register()
    register.send()
    digest = register.log.closings[0].canonical_sha256
    wrong = register.send(*corrects(acknowledgementSha256="0" * 64))
    assert wrong.codes == {"C006"}
    assert register.send(*corrects(acknowledgementSha256=digest)).is_plain


# ---------- results sent before this gateway


PASSIVE_KEY = {
    "flow": "PASSIVE_EXTERNAL", "quantity": "HP10", "radiation": "PHOTON", "location": "TRUNK",
    "period": {"start": "2026-10-01", "end": "2026-10-31"},
}  # fmt: skip
EXAMINATION_KEY = {
    "flow": "RADIOTOXICOLOGY", "kind": "URINE", "collectedFrom": "2026-11-02",
    "radionuclide": "H-3",
}  # fmt: skip
COMMITTED_KEY = {
    "flow": "COMMITTED_DOSE", "quantity": "E50", "radionuclides": ["H-3"],
    "intakeOn": "2026-11-02",
}  # fmt: skip


def by_key(key, **changes):
    original = {name: entry for name, entry in {**key, **changes}.items() if entry is not None}
    return (("/operation", "CORRECTION"), ("/corrects", {"original": original, "reason": "DOSE"}))


@pytest.mark.parametrize(
    ("base", "key", "wrong"),
    [
        ("passive", PASSIVE_KEY, {"radiation": "NEUTRON"}),
        ("passive", PASSIVE_KEY, {"radiation": None}),
        ("passive", PASSIVE_KEY, {"period": {"start": "2026-10-01", "end": "2026-10-30"}}),
        ("radiotoxicology", EXAMINATION_KEY, {"radionuclide": "Co-60"}),
        ("radiotoxicology", EXAMINATION_KEY, {"collectedFrom": "2026-11-03"}),
        ("radiotoxicology", EXAMINATION_KEY, {"kind": None}),
        ("committed", COMMITTED_KEY, {"intakeOn": None}),
        ("committed", COMMITTED_KEY, {"flow": "RADON"}),
    ],
)
def test_an_original_is_found_by_its_natural_key(base, key, wrong):
    register = Register(base)
    assert register.send().is_plain
    assert register.send(*by_key(key, **wrong)).codes == {"C001"}
    assert register.send(*by_key(key)).is_plain
    (dose,) = register.in_force()
    assert dose.line[0] == 3


def test_an_original_of_another_sender_is_not_corrected():
    register = Register()
    register.send()
    assert register.send(*by_key(PASSIVE_KEY), by=ANOTHER).codes == {"C002"}


def test_an_original_earlier_in_the_message_is_found():
    register = Register()
    assert register.send(lines=(by_key(PASSIVE_KEY),)).is_plain
    assert [line.is_in_force for line in register.log.closings[0].lines] == [False, True]


# ---------- what a physician has decided


def decided_on(base="passive"):
    """A record of one line, on whose dose a physician has decided."""
    register = Register(base)
    assert register.send().is_plain
    register.log.decided = {(1, 0)}
    return register


@pytest.mark.parametrize("base", ["passive", "radiotoxicology", "committed"])
def test_what_a_physician_decided_is_neither_corrected_nor_cancelled_in_any_flow(base):
    register = decided_on(base)
    assert register.send(*corrects(base=base)).codes == {"C003"}
    assert register.send(*cancels(base=base, reason="DUPLICATE")).codes == {"C003"}
    (dose,) = register.in_force()
    assert dose.line == (1, 0)


@pytest.mark.parametrize(
    ("base", "key"), [("passive", PASSIVE_KEY), ("radiotoxicology", EXAMINATION_KEY)]
)
def test_nor_by_the_natural_key(base, key):
    assert decided_on(base).send(*by_key(key)).codes == {"C003"}


def test_nor_by_a_successor_and_another_is_told_as_ever():
    register = decided_on()
    assert register.send(*corrects(), by=ANOTHER).codes == {"C002"}
    register.log.successors = {LABORATORY: frozenset({str(ANOTHER.siret)})}
    assert register.send(*corrects(), by=ANOTHER).codes == {"C003"}


def test_of_two_corrections_in_a_message_that_of_a_decided_line_alone_is_refused():
    register = Register()
    register.send(lines=((period("2026-09-01", "2026-09-30"),),))
    register.log.decided = {(1, 0)}
    outcome = register.send(
        *corrects(), lines=((*corrects(1, "more-0"), period("2026-09-01", "2026-09-30")),)
    )
    codes = [[finding.code for finding in verdict.findings] for verdict in outcome.verdicts]
    assert [("C003" in found, "C003" in other) for found, other in [codes]] == [(True, False)]
    assert [dose.line for dose in register.in_force()] == [(1, 0), (2, 1)]


def test_a_decision_is_told_beside_what_else_is_wrong_with_the_aim():
    register = decided_on()
    outcome = register.send(value("0.2"), *corrects(reason="PERIOD"))
    assert outcome.codes == {"C003", "C007"}
    assert register.sum() == 150
