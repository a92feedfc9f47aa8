"""The fresh is told, the stale told and asked again, the missing asked for within the budget."""

import threading
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    IdentityOutcome,
    NotAnswered,
    Period,
    Source,
    UnknownEstablishment,
)
from tests.fake_verification import MemoryEstablishmentStock, a_closed_one, an_active_one
from tests.verified import EMPLOYER, FIRST, OPERATOR, SECOND, STRANGER, Verified, a_row

DOWN = NotAnswered(cause=Cause.OUTAGE)
DAY = timedelta(days=1)
DISCORDANT = ComparedIdentity(outcome=IdentityOutcome.DISCORDANT)


def closed_in_june(siret: Any) -> ExistingEstablishment:
    return a_closed_one(siret, date(2026, 6, 1))


def due(verified: Verified) -> set[str]:
    """What of the queue may be asked now, by whoever comes."""
    now = verified.clock.now()
    return {
        *verified.establishments.claim_due(now=now, until=now, limit=100),
        *verified.identities.claim_due(now=now, until=now, limit=100),
    }


def test_what_is_missing_is_asked_for_once_then_told_from_the_directory(
    verified_on_each: Verified,
) -> None:
    verified = verified_on_each
    verified.sirene.answers = {EMPLOYER: an_active_one(EMPLOYER)}
    for _ in range(3):
        told = verified.establishment(EMPLOYER)
        assert told.answer == an_active_one(EMPLOYER)
        assert (told.source, told.is_fresh) == (Source.ONLINE, True)
        assert told.checked_at == verified.clock.now()
    assert verified.sirene.asked == [EMPLOYER]
    assert due(verified) == set()


@pytest.mark.parametrize(
    "answer",
    [
        closed_in_june(EMPLOYER),
        DuplicateEstablishment(siret=EMPLOYER, kept=OPERATOR),
        HiddenEstablishment(siret=EMPLOYER),
        UnknownEstablishment(siret=EMPLOYER),
        msgspec.structs.replace(an_active_one(EMPLOYER), name="Clinique", successor=OPERATOR),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_every_answer_is_kept_as_it_was_given(verified: Verified, answer: Any) -> None:
    verified.sirene.answers = {EMPLOYER: answer}
    assert verified.establishment(EMPLOYER).answer == answer
    assert verified.establishment(EMPLOYER, within_s=0).answer == answer


def test_later_has_what_is_not_known_asked_for_in_the_background_alone(verified: Verified) -> None:
    today, workers = date(2026, 11, 2), verified.workers(FIRST)
    for _ in range(2):
        told = verified.verification.establishments([EMPLOYER], on=today, within_s=0, later=True)
        assert told[EMPLOYER].answer == NotAnswered(cause=Cause.NOT_ASKED)
        verified.verification.identities(workers, within_s=0, later=True)
    assert verified.sirene.calls == verified.ameli.asked == []
    assert due(verified) == {str(EMPLOYER), workers[FIRST].id}
    verified.sirene.down = DOWN
    verified.asking_establishments.ask_due(deadline_s=60.0)
    verified.verification.establishments([EMPLOYER], on=today, within_s=0, later=True)
    assert due(verified) == {workers[FIRST].id}, "what waits already keeps its pause"


def test_what_is_stale_is_told_and_asked_again_in_the_background(
    verified_on_each: Verified,
) -> None:
    verified = verified_on_each
    verified.sirene.answers = {EMPLOYER: an_active_one(EMPLOYER)}
    verified.establishment(EMPLOYER)
    verified.clock.advance(31 * DAY)
    verified.sirene.down = DOWN
    told = verified.establishment(EMPLOYER)
    assert told.answer == an_active_one(EMPLOYER)
    assert not told.is_fresh
    assert len(verified.sirene.calls) == 1
    assert due(verified) == {str(EMPLOYER)}
    verified.sirene.down = None
    verified.asking_establishments.ask_due(deadline_s=60.0)
    assert verified.establishment(EMPLOYER).is_fresh
    assert due(verified) == set()


def test_what_speaks_against_somebody_is_never_told_stale(verified: Verified) -> None:
    verified.sirene.answers = {EMPLOYER: closed_in_june(EMPLOYER)}
    verified.ameli.answers = {FIRST: DISCORDANT}
    assert not verified.establishment(EMPLOYER).answer.is_active_on(date(2026, 7, 1))
    assert verified.identity(FIRST).answer == DISCORDANT
    verified.clock.advance(8 * DAY)
    verified.sirene.down = verified.ameli.down = DOWN
    assert verified.establishment(EMPLOYER).answer == DOWN
    assert verified.identity(FIRST).answer == DOWN
    before = verified.verification.establishments([EMPLOYER], on=date(2026, 5, 31), within_s=0)
    assert isinstance(before[EMPLOYER].answer, ExistingEstablishment)  # it was open that day


def test_who_is_not_found_is_believed_while_the_register_is_away(verified: Verified) -> None:
    not_found = ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)
    verified.ameli.answers = {FIRST: not_found}
    verified.identity(FIRST)
    verified.clock.advance(2 * DAY)
    verified.ameli.down = DOWN
    told = verified.identity(FIRST)
    assert (told.answer, told.is_fresh) == (not_found, False)


def test_an_unknown_establishment_is_asked_again_after_the_daily_update(
    verified: Verified,
) -> None:
    verified.establishment(EMPLOYER)
    verified.clock.advance(timedelta(hours=12))
    verified.establishment(EMPLOYER)
    assert len(verified.sirene.calls) == 1
    verified.sirene.answers = {EMPLOYER: an_active_one(EMPLOYER)}
    verified.clock.advance(timedelta(hours=12))
    assert verified.establishment(EMPLOYER).answer == an_active_one(EMPLOYER)


def test_other_traits_are_another_question(verified_on_each: Verified) -> None:
    verified = verified_on_each
    verified.ameli.answers = {FIRST: DISCORDANT}
    assert verified.identity(FIRST).answer == DISCORDANT
    assert verified.identity(FIRST).answer == DISCORDANT
    assert len(verified.ameli.asked) == 1
    verified.employ([a_row(FIRST, birth_name="LEFÈVRE"), a_row(SECOND)], version="july")
    verified.ameli.answers = {}
    assert verified.identity(FIRST, within_s=0).answer == NotAnswered(cause=Cause.NOT_ASKED)
    assert verified.identity(FIRST).answer.outcome is IdentityOutcome.VERIFIED
    assert [traits.birth_name for traits in verified.ameli.asked] == ["LEFEBVRE", "LEFÈVRE"]


def test_the_register_is_asked_with_the_directorys_traits(verified: Verified) -> None:
    verified.employ([a_row(FIRST, other_first_names="Anne, Marie-Lou  Zoé")], version="july")
    verified.identity(FIRST)
    (traits,) = verified.ameli.asked
    assert traits.nir == FIRST
    assert traits.first_names == ("Hélène", "Anne", "Marie-Lou", "Zoé")
    assert (traits.birth_date, traits.sex) == ("1990-06-15", "F")


def test_an_outage_delays_and_the_question_waits(verified_on_each: Verified) -> None:
    verified = verified_on_each
    verified.sirene.down = DOWN
    assert verified.establishment(EMPLOYER).answer == DOWN
    assert due(verified) == set()
    verified.clock.advance(timedelta(minutes=2))
    assert due(verified) == {str(EMPLOYER)}


def test_the_pauses_between_attempts_grow_and_keep_to_what_the_register_asked(
    verified: Verified,
) -> None:
    verified.sirene.down = DOWN
    verified.establishment(EMPLOYER)
    waits = []
    for _ in range(6):
        before = verified.clock.now()
        while not verified.asking_establishments.ask_due(deadline_s=60.0):
            verified.clock.advance(timedelta(seconds=15))
        waits.append((verified.clock.now() - before) / timedelta(minutes=1))
    assert waits == sorted(waits)
    assert waits[0] < 2
    assert 30 < waits[-1] <= 60
    verified.sirene.down = NotAnswered(cause=Cause.QUOTA, retry_after_s=7200)
    verified.clock.advance(timedelta(hours=1))
    verified.asking_establishments.ask_due(deadline_s=60.0)
    verified.clock.advance(timedelta(hours=1, minutes=59))
    assert verified.asking_establishments.ask_due(deadline_s=60.0) == {}


@pytest.mark.parametrize(
    "cause",
    [Cause.OUTAGE, Cause.TIMEOUT, Cause.UNREADABLE, Cause.BREAKER_OPEN, Cause.MISCONFIGURED],
)
def test_once_a_silent_register_answers_what_waits_for_it_is_asked_now(
    verified_on_each: Verified, cause: Cause
) -> None:
    verified = verified_on_each
    verified.sirene.answers[OPERATOR] = an_active_one(OPERATOR)
    verified.sirene.down = NotAnswered(cause=cause, retry_after_s=3_000)
    verified.establishment(EMPLOYER)
    verified.clock.advance(timedelta(minutes=7))
    assert due(verified) == set()
    verified.sirene.down = None
    verified.establishment(OPERATOR)
    assert due(verified) == {str(EMPLOYER)}


def test_what_alone_is_never_answered_keeps_its_pace_while_the_register_answers(
    verified: Verified,
) -> None:
    verified.sirene.answers = {siret: an_active_one(siret) for siret in (OPERATOR, STRANGER)}
    verified.establishment(OPERATOR)
    verified.sirene.down = NotAnswered(cause=Cause.UNREADABLE, retry_after_s=3_000)
    verified.establishment(EMPLOYER)
    verified.sirene.down = None
    verified.clock.advance(timedelta(minutes=4))
    verified.establishment(STRANGER)
    assert due(verified) == set()


def test_a_quota_is_kept_to_though_the_register_answers(verified: Verified) -> None:
    verified.sirene.answers[OPERATOR] = an_active_one(OPERATOR)
    verified.sirene.down = NotAnswered(cause=Cause.QUOTA, retry_after_s=3_000)
    verified.establishment(EMPLOYER)
    verified.clock.advance(timedelta(minutes=7))
    verified.sirene.down = None
    verified.establishment(OPERATOR)
    assert due(verified) == set()


def test_when_sirene_is_away_the_monthly_file_is_asked_for_those_that_it_holds(
    verified: Verified,
) -> None:
    stock = MemoryEstablishmentStock("2026-10", {EMPLOYER: an_active_one(EMPLOYER)})
    verified.sirene.down = DOWN
    verified.verification._stock = stock
    told = verified.establishment(EMPLOYER)
    assert (told.source, told.stock_month, told.is_fresh) == (Source.STOCK, "2026-10", False)
    assert verified.establishment(OPERATOR).answer == DOWN  # it may be younger than the file
    verified.sirene.down = None
    verified.sirene.answers = {EMPLOYER: closed_in_june(EMPLOYER)}
    verified.clock.advance(timedelta(minutes=2))
    verified.asking_establishments.ask_due(deadline_s=60.0)
    assert verified.establishment(EMPLOYER).source is Source.ONLINE


@pytest.mark.parametrize("day", [date(2026, 6, 10), date(2026, 11, 2)])
def test_while_sirene_is_away_the_monthly_file_speaks_against_nobody(
    verified: Verified, day: date
) -> None:
    """It knows no successor, and may be a month old: an outage would refuse what Sirene accepts."""
    closed = ExistingEstablishment(
        siret=EMPLOYER, periods=(Period(start=date(2026, 6, 1), is_active=False),)
    )
    verified.verification._stock = MemoryEstablishmentStock("2026-10", {EMPLOYER: closed})
    verified.sirene.down = NotAnswered(cause=Cause.OUTAGE)
    for within_s in (5.0, 0.0):
        told = verified.verification.establishments([EMPLOYER], on=day, within_s=within_s)[EMPLOYER]
        assert (told.answer, told.source) == (verified.sirene.down, None)


def test_one_that_was_closed_for_a_while_is_not_told_stale(verified: Verified) -> None:
    """A message has lines of several days: one of them may be of the days when it was closed."""
    reopened = ExistingEstablishment(
        siret=EMPLOYER,
        periods=(
            Period(start=date(2026, 7, 1), is_active=True),
            Period(start=date(2026, 6, 1), end=date(2026, 6, 30), is_active=False),
            Period(start=date(2010, 1, 1), end=date(2026, 5, 31), is_active=True),
        ),
    )
    verified.sirene.answers = {EMPLOYER: reopened}
    assert verified.establishment(EMPLOYER).answer == reopened
    verified.clock.advance(timedelta(days=40))
    verified.sirene.down = NotAnswered(cause=Cause.OUTAGE)
    assert verified.establishment(EMPLOYER).answer == verified.sirene.down
    before = verified.verification.establishments([EMPLOYER], on=date(2026, 5, 1), within_s=60.0)
    assert before[EMPLOYER].answer == reopened


def test_the_sirets_of_a_message_are_asked_for_together(verified: Verified) -> None:
    sirets = [EMPLOYER, OPERATOR, STRANGER]
    verified.verification.establishments(sirets, on=date(2026, 11, 2), within_s=60.0)
    assert [set(call) for call in verified.sirene.calls] == [set(sirets)]


def test_what_does_not_fit_in_one_question_waits_in_the_queue(verified: Verified) -> None:
    verified.sirene.batch = verified.asking_establishments._way.at_once = 2
    sirets = [EMPLOYER, OPERATOR, STRANGER]
    found = verified.verification.establishments(sirets, on=date(2026, 11, 2), within_s=60.0)
    assert found[STRANGER].answer == NotAnswered(cause=Cause.NOT_ASKED)
    assert due(verified) == {str(STRANGER)}


def test_two_who_need_the_same_answer_at_once_make_one_question(verified: Verified) -> None:
    asking, answer = threading.Event(), threading.Event()

    def wait() -> None:
        asking.set()
        assert answer.wait(30)

    verified.ameli.before = wait
    told: list[Any] = []
    first = threading.Thread(target=lambda: told.append(verified.identity(FIRST)))
    first.start()
    assert asking.wait(30)
    second = threading.Thread(target=lambda: told.append(verified.identity(FIRST, within_s=30.0)))
    second.start()
    answer.set()
    first.join(30)
    second.join(30)
    assert [one.answer.outcome for one in told] == [IdentityOutcome.VERIFIED] * 2
    assert len(verified.ameli.asked) == 1


def test_a_defect_of_an_adapter_refuses_nobody(verified: Verified) -> None:
    def fail() -> None:
        raise RuntimeError

    verified.sirene.before = verified.ameli.before = fail
    unreadable = NotAnswered(cause=Cause.UNREADABLE)
    assert verified.establishment(EMPLOYER).answer == unreadable
    assert verified.identity(FIRST).answer == unreadable


def test_a_process_that_dies_while_it_asks_leaves_the_question_to_another(
    verified_on_each: Verified,
) -> None:
    verified = verified_on_each
    now = verified.clock.now()
    until = now + timedelta(seconds=30)
    assert verified.establishments.claim({str(EMPLOYER): EMPLOYER}, now=now, until=until)
    assert verified.establishments.claim({str(EMPLOYER): EMPLOYER}, now=now, until=until) == set()
    assert due(verified) == set()
    verified.clock.advance(timedelta(seconds=31))
    assert due(verified) == {str(EMPLOYER)}
