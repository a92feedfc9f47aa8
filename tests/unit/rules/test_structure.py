import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.transmission import Flow, Operation, SenderType
from gateway.rules.example import ABSENT
from gateway.rules.examples import NIR
from gateway.rules.structure import _defects
from gateway.rules.technical import _holds_number
from tests.unit.rules.builders import World, absence, measurement

ALWAYS = {"ref", "operation", "worker", "employer", "monitoring"}
PER_FLOW = ["period", "exposureTime", "dosimeter", "measurements", "examination", "committed"]
PER_FLOW += ["site", "corrects"]


@pytest.mark.parametrize(
    ("flow", "operation", "members", "defects"),
    [
        ("PASSIVE_EXTERNAL", "INITIAL", "period measurements", ""),
        ("PASSIVE_EXTERNAL", "LATE", "period dosimeter measurements site", ""),
        ("PASSIVE_EXTERNAL", "INITIAL", "period", "measurements"),
        ("PASSIVE_EXTERNAL", "INITIAL", "exposureTime measurements", "period exposureTime"),
        ("PASSIVE_EXTERNAL", "INITIAL", "period measurements corrects", "corrects"),
        ("PASSIVE_EXTERNAL", "CORRECTION", "period measurements", "corrects"),
        ("PASSIVE_EXTERNAL", "CORRECTION", "period measurements corrects", ""),
        ("PASSIVE_EXTERNAL", "CANCELLATION", "corrects", ""),
        ("PASSIVE_EXTERNAL", "CANCELLATION", "corrects period", "period"),
        ("RADON", "ABSENCE", "period measurements", ""),
        ("OPERATIONAL", "INITIAL", "exposureTime measurements site", ""),
        ("OPERATIONAL", "INITIAL", "period measurements site dosimeter", ""),
        ("OPERATIONAL", "INITIAL", "period exposureTime measurements site", "period"),
        ("OPERATIONAL", "INITIAL", "measurements site", "exposureTime"),
        ("OPERATIONAL", "INITIAL", "period measurements", "site"),
        ("OPERATIONAL", "LATE", "period measurements site", "operation"),
        ("OPERATIONAL", "CANCELLATION", "corrects", ""),
        ("RADIOTOXICOLOGY", "ABSENCE", "examination", ""),
        ("BODY_COUNTING", "INITIAL", "period examination", "period"),
        ("AIRCREW", "INITIAL", "period measurements", ""),
        ("AIRCREW", "ABSENCE", "period measurements", "operation"),
        ("AIRCREW", "INITIAL", "period measurements site", "site"),
        ("COMMITTED_DOSE", "INITIAL", "committed", ""),
        ("COMMITTED_DOSE", "LATE", "committed", "operation"),
    ],
)
def test_each_flow_takes_its_members_and_no_other(flow, operation, members, defects):
    found = _defects(Flow(flow), Operation(operation), frozenset(ALWAYS | set(members.split())))
    assert found == tuple(f"/{member}" for member in defects.split())


@given(
    st.sampled_from(Flow),
    st.sampled_from(Operation),
    st.sets(st.sampled_from(PER_FLOW), max_size=8),
)
def test_every_flow_has_one_judgement_for_every_set_of_members(flow, operation, members):
    found = _defects(flow, operation, frozenset(ALWAYS | members))
    assert len(set(found)) == len(found)
    if "corrects" in members and operation in {Operation.INITIAL, Operation.LATE}:
        assert "/corrects" in found


def test_a_pending_measurement_stands_in_an_absence_alone():
    pending = ("/measurements", [measurement(None, status="PENDING")])
    assert World().at("S010", pending) == ["/results/0/measurements/0/status"]
    assert World().at("S010", ("/operation", "ABSENCE")) == ["/results/0/measurements/0/status"]


def test_an_absence_carries_one_measurement():
    two = [
        measurement(None, status="PENDING"),
        measurement(None, quantity="HP007", status="PENDING"),
    ]
    changes = (("/operation", "ABSENCE"), ("/measurements", two))
    assert World().at("S010", *changes) == ["/results/0/measurements"]
    assert World().judge(*absence()).is_plain


def test_a_missing_member_is_named_by_the_pointer_it_lacks():
    assert World().at("S010", ("/measurements", ABSENT)) == ["/results/0/measurements"]


@pytest.mark.parametrize("member", ["results", "measurements"])
@pytest.mark.parametrize("count", [0, 2])
def test_a_control_total_that_differs_makes_the_transmission_inadmissible(member, count):
    header = ((f"/totals/{member}", count),)
    outcome = World().judge(header=header)
    assert [(f.code, f.pointer) for f in outcome.findings] == [("S006", f"/totals/{member}")]
    assert outcome.verdicts == ()


def test_totals_are_upper_bounds_where_a_line_is_unreadable():
    broken = ((("/operation", "UNHEARD_OF"),),)
    outcome = World().judge(lines=broken)
    assert [(f.code, f.pointer) for f in outcome.findings] == [("S008", "/totals")]
    assert World().codes(lines=broken, header=(("/totals/results", 1),)) == {"S006", "S008"}
    assert World().codes(lines=broken, header=(("/totals/sumMsv", "0.1"),)) == {"S006", "S008"}


def test_every_line_whose_reference_is_used_twice_is_refused():
    others = ((("/ref", "P-0001"),), (("/ref", "p-0001"),))
    assert World().at("S009", lines=others) == ["/results/0/ref", "/results/1/ref"]


@pytest.mark.parametrize(
    "ref",
    [
        NIR,
        NIR[:13],
        f"a.{NIR[:5]}-{NIR[5:10]}/{NIR[10:13]}:z",
        "185017800608427",
        "1-07-03-2a-004-011-78",
    ],
)
def test_a_reference_that_holds_a_number_is_refused_and_not_echoed(ref):
    outcome = World().judge(("/ref", ref))
    assert "T010" in outcome.codes
    assert outcome.verdicts[0].ref is None


@pytest.mark.parametrize("ref", ["185017800608428", NIR[:12], "2026-11/000001", "0" * 15, "9" * 15])
def test_other_references_are_free(ref):
    assert World().judge(("/ref", ref)).verdicts[0].ref == ref


@given(st.text("._:/-", max_size=3), st.integers(0, 13), st.text("AZaz09", max_size=12))
def test_separators_and_company_never_hide_a_number(separator, cut, around):
    ref = around + NIR[:cut] + separator + NIR[cut:13] + around
    assert _holds_number(ref, {NIR[:13]})


@pytest.mark.parametrize(
    ("sender", "flows"),
    [
        ("OA", "PASSIVE_EXTERNAL RADON RADIOTOXICOLOGY BODY_COUNTING"),
        ("OPERATOR", "OPERATIONAL"),
        ("EMPLOYER", "OPERATIONAL"),
        ("PHYSICIAN", "PASSIVE_EXTERNAL RADON RADIOTOXICOLOGY BODY_COUNTING COMMITTED_DOSE"),
        ("AUTHORISED_BODY", "AIRCREW"),
    ],
)
def test_each_sender_transmits_the_flows_of_its_capacity(sender, flows):
    world = World(partner={"flows": frozenset(Flow), "type": SenderType(sender)})
    open_to_it = set()
    for flow in Flow:
        header = (("/flow", flow.value), ("/sender/type", sender))
        if "H002" not in world.codes(header=header):
            open_to_it.add(flow.value)
    assert open_to_it == set(flows.split())


def test_a_flow_that_the_enrolment_does_not_open_is_out_of_scope():
    assert World().codes(header=(("/flow", "RADON"),)) == {"H002"}
