"""What is said of each code, and which codes an offline check leaves unjudged."""

from datetime import date
from functools import lru_cache
from typing import Final

from gateway.api.problems import REFUSALS
from gateway.commands.checking.findings import Entry, NotJudged
from gateway.model.transmission import Flow
from gateway.model.verdict import Action, Actor, Level, Verdict
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.rule import SECOND_CHECKS, Scope

TOO_LARGE: Final = "T002"
_OFFLINE: Final = frozenset({Scope.SENDER, Scope.HEADER, Scope.LINE, Scope.WHOLE, Scope.ELSEWHERE})
"""What the message alone tells; every other scope asks the register."""
_OF_ENROLMENT: Final = ("H001", "H002")
_OF_SENDER: Final = "H003"
_OF_RECEPTION: Final = ("R009", "S007", "S011")
"""Raised where a transmission is received: time that passes, the record of ids, a header."""


@lru_cache(maxsize=256)
def entry_of(code: str) -> Entry:
    """The entry of a code, in the catalogue or among the unsigned refusals."""
    if code in CATALOGUE:
        rule = CATALOGUE.rule(code)
        return Entry(
            code=code, level=rule.level, actor=rule.actor, action=rule.action,
            fr=rule.fr, en=rule.en, source=rule.source,
        )  # fmt: skip
    said = REFUSALS[code]
    return Entry(
        code=code, level=Level.FATAL, actor=Actor.SENDER, action=Action.CORRECT,
        fr=said.fr, en=said.en,
    )  # fmt: skip


def verdict_on(codes: frozenset[str]) -> Verdict:
    """The verdict of a line of whose codes the register has no say yet."""
    rules = [CATALOGUE.rule(code) for code in codes]
    if any(rule.refuses for rule in rules):
        return Verdict.REJECTED
    if any(rule.holds for rule in rules):
        return Verdict.HELD
    if any(rule.level is Level.WARNING for rule in rules):
        return Verdict.ACCEPTED_WITH_WARNINGS
    return Verdict.ACCEPTED


def not_judged(*, flow: Flow | None, day: date, knows_sender: bool) -> NotJudged:
    """The codes that need more than the file; `flow` is None where it could not be read."""
    asked = {rule.code for rule in CATALOGUE if rule.scope not in _OFFLINE}
    asked |= {code for code, scope, _ in SECOND_CHECKS if scope not in _OFFLINE}
    register = [rule for rule in CATALOGUE if rule.code in asked and rule.applies_on(day)]
    return NotJudged(
        register=tuple(
            rule.code
            for rule in register
            if flow is None or rule.flows is None or flow in rule.flows
        ),
        enrolment=_OF_ENROLMENT if knows_sender else (*_OF_ENROLMENT, _OF_SENDER),
        reception=_OF_RECEPTION,
    )
