from datetime import date, timedelta

import pytest

from gateway.errors import ConfigurationFault
from gateway.model.transmission import Flow, Operation
from gateway.model.verdict import Verdict
from gateway.rules.parameters import parameters_on
from gateway.rules.period import category_a_is_read_monthly, operational_result_is_fresh
from gateway.rules.plan import plan
from gateway.rules.rule import IN_FORCE, Scope
from tests.unit.rules.builders import World, period

DAY = date(2026, 11, 20)


def test_a_rule_of_one_flow_is_not_judged_in_another():
    passive = plan(Scope.LINE, Flow.PASSIVE_EXTERNAL, Operation.INITIAL, DAY)
    operational = plan(Scope.LINE, Flow.OPERATIONAL, Operation.INITIAL, DAY)
    assert category_a_is_read_monthly in passive
    assert category_a_is_read_monthly not in operational
    assert operational_result_is_fresh in operational
    assert operational_result_is_fresh not in passive


def test_no_rule_is_judged_before_the_first_rule_set_and_no_bound_exists():
    eve = IN_FORCE - timedelta(days=1)
    assert plan(Scope.LINE, Flow.PASSIVE_EXTERNAL, Operation.INITIAL, eve) == ()
    with pytest.raises(ConfigurationFault):
        parameters_on(eve)


def test_an_emergency_line_whose_wait_is_already_over_is_refused():
    world = World(attachments=())
    group = ("/monitoring/otherExposures", ["EMERGENCY_2"])
    old = world.judge(group, period("2026-06-01", "2026-07-31"))
    assert old.verdicts[0].verdict is Verdict.REJECTED
    assert old.codes >= {"R004", "R009"}
    assert old.recorded == ()
    recent = world.judge(group, period("2026-06-01", "2026-08-31"))
    assert recent.verdicts[0].verdict is Verdict.HELD
