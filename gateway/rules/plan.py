"""Which checks are judged for a flow, an operation and a day of reception, in order of code."""

from datetime import date
from functools import lru_cache

from gateway.model.transmission import Flow, Operation
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.rule import SECOND_CHECKS, Check, Rule, Scope


@lru_cache(maxsize=1024)
def plan(
    scope: Scope, flow: Flow | None, operation: Operation | None, day: date | None
) -> tuple[Check, ...]:
    """The checks of `scope`; None stands for a question that does not bear on it."""
    checks: list[Check] = []
    for rule in CATALOGUE:
        if not _applies(rule, flow, operation, day):
            continue
        if rule.scope is scope and rule.check is not None:
            checks.append(rule.check)
        checks.extend(
            check for code, other, check in SECOND_CHECKS if code == rule.code and other is scope
        )
    return tuple(checks)


def _applies(rule: Rule, flow: Flow | None, operation: Operation | None, day: date | None) -> bool:
    """Whether the rule is judged there and then."""
    if day is not None and not rule.applies_on(day):
        return False
    if rule.flows is not None and flow is not None and flow not in rule.flows:
        return False
    return rule.operations is None or operation is None or operation in rule.operations
