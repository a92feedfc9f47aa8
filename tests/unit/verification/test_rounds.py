"""The queue is worked off in rounds that may be cut short anywhere; then held lines are judged."""

from datetime import timedelta

import pytest

from gateway.model.background import Stopped, Turn
from gateway.model.verification import Cause, NotAnswered
from gateway.verification.asking import LEASE
from gateway.verification.rounds import DEADLINE_S, VerificationRound
from tests.fake_verification import an_active_one
from tests.unit.verification.test_sanity import ALL, round_of
from tests.verified import FIRST, SECOND, Verified

GOING = Turn(is_stopping=lambda: False)
DOWN = NotAnswered(cause=Cause.OUTAGE)


def queue(verified: Verified, count: int = 10) -> None:
    now = verified.clock.now()
    verified.sirene.answers = {siret: an_active_one(siret) for siret in ALL}
    verified.establishments.queue({str(siret): siret for siret in ALL[:count]}, now=now)


def test_what_is_due_is_asked_in_batches_and_held_lines_are_judged_once(
    verified: Verified,
) -> None:
    queue(verified, 10)
    verified.asking_establishments._way.at_once = 4
    judged: list[int] = []
    round_of(verified, judged)(GOING)
    assert [len(call) for call in verified.sirene.calls] == [4, 4, 2]
    assert judged == [1]
    round_of(verified, judged)(GOING)
    assert judged == [1]  # nothing has moved since


def test_a_register_that_is_away_does_not_keep_the_other_from_its_work(
    verified: Verified,
) -> None:
    verified.sirene.down = DOWN
    queue(verified)
    verified.verification.identities(verified.workers(FIRST, SECOND), within_s=1e-9)
    verified.clock.advance(LEASE)
    round_of(verified)(GOING)
    assert len(verified.sirene.calls) == 1  # then it is left alone until its pause is over
    told = verified.verification.identities(verified.workers(FIRST, SECOND), within_s=0)
    assert all(one.is_fresh for one in told.values())


def test_a_round_ends_in_time_and_the_next_one_goes_on(verified: Verified) -> None:
    queue(verified, 10)
    verified.asking_establishments._way.at_once = 1
    seconds = iter(range(100))
    VerificationRound(
        askings=(verified.asking_establishments,),
        judge_again=lambda: None,
        lasts_s=4.0,
        monotonic=lambda: float(next(seconds)),
    )(GOING)
    assert 0 < len(verified.sirene.asked) < 10
    round_of(verified)(GOING)
    assert sorted(map(str, verified.sirene.asked)) == sorted(map(str, ALL[:10]))


def test_a_process_that_is_told_to_stop_leaves_the_rest_to_another(
    verified_on_each: Verified,
) -> None:
    verified = verified_on_each
    queue(verified, 10)
    verified.asking_establishments._way.at_once = 3
    stopping = Turn(is_stopping=lambda: len(verified.sirene.calls) == 2)
    with pytest.raises(Stopped):
        round_of(verified)(stopping)
    round_of(verified)(GOING)
    assert sorted(map(str, verified.sirene.asked)) == sorted(map(str, ALL[:10]))


def test_what_a_dead_process_had_claimed_is_asked_once_its_claim_is_over(
    verified: Verified,
) -> None:
    queue(verified, 5)
    now = verified.clock.now()
    until = now + timedelta(seconds=DEADLINE_S) + LEASE
    assert len(verified.establishments.claim_due(now=now, until=until, limit=3)) == 3
    round_of(verified)(GOING)
    assert len(verified.sirene.asked) == 2
    verified.clock.advance(until - now)
    round_of(verified)(GOING)
    assert len(set(verified.sirene.asked)) == len(verified.sirene.asked) == 5
