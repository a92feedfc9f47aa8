"""How often Sirene is asked, and what becomes of those for whom there was no time."""

from collections import Counter

import pytest

from gateway.model.verification import (
    Cause,
    ExistingEstablishment,
    NotAnswered,
    Urgency,
)
from tests.partners.api_insee_fr.behaviours import Behaviour
from tests.partners.api_insee_fr.establishments import fictitious, the_register
from tests.partners.api_insee_fr.server import Double, asked_at_once
from tests.sirene import Ticks, a_register, ask, ask_one, some

BUGEY, TRICASTIN = "55208131715412", "55208131721063"
PLAIN = 19
"""Place of an active establishment among twenty."""


def test_more_than_a_batch_is_asked_for_in_as_many_calls_as_it_takes():
    sirets = some(PLAIN, 600) + some(18, 600)
    with Double(the_register(count=12_000)) as double:
        answers = ask(a_register(double), *sirets, urgency=Urgency.BACKGROUND)
        assert Counter(map(type, answers.values())) == {ExistingEstablishment: 1_200}
        assert [asked_at_once(call) for call in double.calls] == [1_000, 200]
        assert double.defects == []


@pytest.mark.parametrize("says", [Behaviour.QUOTA_SIRENE, Behaviour.QUOTA_PORTAL])
def test_over_the_quota_nobody_is_judged_and_nobody_asked_for_in_vain(says):
    sirets = some(PLAIN, 2) + some(7, 40)
    with Double(the_register(count=900), quota=30) as double:
        double.quota_says = says
        answers = ask(a_register(double, attempts=1), *sirets)
        assert Counter(type(answer).__name__ for answer in answers.values()) == {
            "ExistingEstablishment": 2,
            "HiddenEstablishment": 29,
            "NotAnswered": 11,
        }
        assert len(double.calls) == 31
    waiting = [answer for answer in answers.values() if isinstance(answer, NotAnswered)]
    assert {answer.cause for answer in waiting} == {Cause.QUOTA}


def test_the_window_of_the_double_is_fixed():
    clock = Ticks()
    with Double(quota=2, monotonic=clock) as double:
        register = a_register(double, attempts=1)
        told = []
        for _ in range(5):
            told.append(isinstance(ask_one(register, BUGEY), ExistingEstablishment))
            clock.now_s += 20
        assert told == [True, True, False, True, True]


class _Slow:
    """An upstream of which every call takes so long."""

    def __init__(self, upstream, clock, *, call_s):
        self._upstream, self._clock, self._call_s = upstream, clock, call_s

    def call(self, request, **more):
        self._clock.now_s += self._call_s
        return self._upstream.call(request, **more)


def test_those_for_whom_no_time_is_left_wait(double):
    clock = Ticks()
    register = a_register(double, monotonic=clock)
    register._upstream = _Slow(register._upstream, clock, call_s=1.0)
    hidden = [fictitious(7), fictitious(27)]
    unknown = [fictitious(99_000 + number) for number in range(4)]
    answers = ask(register, *hidden, *unknown, deadline_s=3.5)
    assert [type(answer).__name__ for answer in answers.values()] == [
        *("HiddenEstablishment", "HiddenEstablishment", "UnknownEstablishment"),
        *("NotAnswered", "NotAnswered", "NotAnswered"),
    ]
    assert answers[unknown[3]] == NotAnswered(cause=Cause.NOT_ASKED)


def test_once_it_does_not_answer_it_is_not_asked_for_the_others(double):
    double.next.extend([Behaviour.ANSWERS, *[Behaviour.HTML_503] * 2])
    sirets = [*some(7, 2), BUGEY]
    answers = ask(a_register(double), *sirets)
    assert [answers[siret].cause for siret in sirets[:2]] == [Cause.OUTAGE] * 2
    assert isinstance(answers[BUGEY], ExistingEstablishment)
    assert len(double.calls) == 3


def test_one_that_cannot_be_read_keeps_nobody_from_being_asked_for(double):
    double.next.extend([Behaviour.ANSWERS, *[Behaviour.CUT] * 2])
    sirets = [*some(7, 2), BUGEY]
    answers = ask(a_register(double), *sirets)
    assert answers[sirets[0]].cause is Cause.UNREADABLE
    assert type(answers[sirets[1]]).__name__ == "HiddenEstablishment"


def test_the_urgency_of_who_waits_reaches_the_budget(double):
    taken = []

    class _Budget:
        def take(self, urgency):
            taken.append(urgency)
            return 0.0

        def exhausted(self, retry_after_s):
            taken.append(retry_after_s)

    register = a_register(double, budget=_Budget())
    ask_one(register, BUGEY, urgency=Urgency.BACKGROUND)
    double.behaviour, double.retry_after = Behaviour.QUOTA_SIRENE, "12"
    ask_one(register, BUGEY, deadline_s=5)
    assert taken == [Urgency.BACKGROUND, Urgency.INTERACTIVE, 12.0]
