"""A register that contradicts much more than it should is not believed until it is tried."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from gateway.identifiers import Nir, Siret
from gateway.model.background import Turn
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    ExistingEstablishment,
    IdentityOutcome,
    NotAnswered,
    UnknownEstablishment,
)
from gateway.verification.outcomes import Register
from gateway.verification.rounds import VerificationRound
from gateway.verification.sanity import Pause
from tests.builders import nir_of
from tests.fake_verification import an_active_one
from tests.verified import EMPLOYER, SANITY, Verified, a_row, a_verified_directory

PAUSED = NotAnswered(cause=Cause.PAUSED)
MINUTE = timedelta(minutes=1)
TODAY = date(2026, 11, 2)


def sirets(count: int, unit: int = 900_000_100) -> list[Siret]:
    """Establishments of nobody."""
    found: list[Siret] = []
    while len(found) < count:
        unit += 1
        for nic in range(100):
            try:
                found.append(Siret.parse(f"{unit:09d}{nic:05d}"))
            except ValueError:
                continue
            break
    return found


ALL = sirets(120)
GOOD, BAD, MORE = ALL[:20], ALL[20:60], ALL[60:]


def look(verified: Verified, asked: list[Siret]) -> dict[Siret, object]:
    found = verified.verification.establishments(asked, on=TODAY, within_s=60.0)
    return {siret: one.answer for siret, one in found.items()}


def round_of(verified: Verified, judged: list[int] | None = None) -> VerificationRound:
    return VerificationRound(
        askings=(verified.asking_establishments, verified.asking_identities),
        judge_again=lambda: None if judged is None else judged.append(1),
    )


def work(verified: Verified) -> None:
    round_of(verified)(Turn(is_stopping=lambda: False))


@pytest.fixture
def knowing(verified: Verified) -> Verified:
    """One that has found the good in order, an hour and more ago."""
    verified.sirene.answers = {siret: an_active_one(siret) for siret in GOOD}
    look(verified, GOOD)
    verified.clock.advance(61 * MINUTE)
    return verified


@pytest.mark.parametrize(
    ("counts", "is_lost"),
    [
        ({"UNKNOWN": 19}, False),
        ({"UNKNOWN": 20}, True),
        ({"UNKNOWN": 20, "ACTIVE": 20}, True),
        ({"UNKNOWN": 20, "ACTIVE": 21}, False),
        ({"UNKNOWN": 12, "CLOSED": 8, "DUPLICATE": 20}, True),
        ({"ACTIVE": 1000}, False),
        ({}, False),
    ],
)
def test_it_is_lost_from_the_share_on_and_from_the_number_on(
    counts: dict[str, int], *, is_lost: bool
) -> None:
    assert SANITY.is_lost(Register.SIRENE, counts) is is_lost


def test_a_pause_that_nobody_could_try_is_over_after_a_window(knowing: Verified) -> None:
    now = knowing.clock.now()
    pause = Pause(since=now)
    assert SANITY.is_paused(pause, now + SANITY.window - timedelta(milliseconds=1))
    assert not SANITY.is_paused(pause, now + SANITY.window)
    tried = msgspec.structs.replace(pause, counted_from=now + MINUTE)
    assert SANITY.is_paused(tried, now + SANITY.window)
    assert not SANITY.is_paused(Pause(), now)


def test_a_few_contradictions_among_many_answers_are_believed(knowing: Verified) -> None:
    knowing.sirene.answers |= {siret: an_active_one(siret) for siret in MORE}
    look(knowing, MORE)
    assert set(map(type, look(knowing, BAD[:30]).values())) == {UnknownEstablishment}


def test_one_contradiction_alone_is_believed_once_another_is_found_in_order(
    knowing: Verified,
) -> None:
    """The first whom a lost register contradicts is refused no more than the hundredth."""
    asked = len(knowing.sirene.calls)
    assert set(map(type, look(knowing, BAD[:1]).values())) == {UnknownEstablishment}
    beside = knowing.sirene.calls[asked + 1 :]
    assert len(beside) == 1
    assert set(beside[0]) < set(GOOD)
    knowing.sirene.answers = {}  # Sirene has lost everything
    assert look(knowing, BAD[1:2]) == {BAD[1]: PAUSED}
    assert set(look(knowing, BAD[1:4]).values()) == {PAUSED}


def test_who_is_found_in_order_in_the_same_answer_is_proof_enough(knowing: Verified) -> None:
    knowing.sirene.answers[MORE[0]] = an_active_one(MORE[0])
    asked = len(knowing.sirene.calls)
    told = look(knowing, [BAD[0], MORE[0]])
    assert told[BAD[0]] == UnknownEstablishment(siret=BAD[0])
    assert len(knowing.sirene.calls) == asked + 1


def test_what_waited_for_a_register_that_had_lost_everything_is_judged_once_it_is_back(
    knowing: Verified,
) -> None:
    knowing.sirene.answers = {}
    assert look(knowing, BAD[:1]) == {BAD[0]: PAUSED}
    knowing.sirene.answers = {siret: an_active_one(siret) for siret in (*GOOD, BAD[0])}
    knowing.clock.advance(11 * MINUTE)
    judged: list[int] = []
    round_of(knowing, judged)(Turn(is_stopping=lambda: False))
    assert judged
    assert look(knowing, BAD[:1]) == {BAD[0]: an_active_one(BAD[0])}


def test_before_anybody_was_found_in_order_several_at_once_are_not_believed(
    verified: Verified,
) -> None:
    assert set(look(verified, BAD[:2]).values()) == {PAUSED}


def test_a_register_never_heard_before_is_not_believed_alone_until_it_has_answered_for_long(
    tmp_path: Path,
) -> None:
    """A new installation refuses nobody by its first word; nor does it hold him for ever."""
    with a_verified_directory("sqlite", tmp_path, is_new=True) as new:
        for _ in range(SANITY.minimum):
            assert look(new, BAD[:1]) == {BAD[0]: PAUSED}
            new.clock.advance(6 * MINUTE)
        assert look(new, BAD[:1]) == {BAD[0]: UnknownEstablishment(siret=BAD[0])}


def test_a_register_never_heard_before_is_believed_by_one_whom_it_finds_in_order(
    tmp_path: Path,
) -> None:
    with a_verified_directory("sqlite", tmp_path, is_new=True) as new:
        assert look(new, BAD[:1]) == {BAD[0]: PAUSED}
        new.sirene.answers[EMPLOYER] = an_active_one(EMPLOYER)
        look(new, [EMPLOYER])
        assert look(new, BAD[:1]) == {BAD[0]: UnknownEstablishment(siret=BAD[0])}


def test_a_wave_of_contradictions_waits_and_what_confirms_is_believed(knowing: Verified) -> None:
    knowing.sirene.answers[EMPLOYER] = an_active_one(EMPLOYER)
    assert set(look(knowing, BAD).values()) == {PAUSED}
    assert look(knowing, [EMPLOYER]) == {EMPLOYER: an_active_one(EMPLOYER)}
    assert look(knowing, MORE[:1]) == {MORE[0]: PAUSED}


def test_what_was_believed_while_the_register_was_being_lost_is_asked_again(
    knowing: Verified,
) -> None:
    assert set(map(type, look(knowing, BAD[:19]).values())) == {UnknownEstablishment}
    assert set(look(knowing, BAD[19:20]).values()) == {PAUSED}
    knowing.sirene.down = NotAnswered(cause=Cause.OUTAGE)
    assert set(look(knowing, BAD[:19]).values()) == {knowing.sirene.down}


def test_what_was_believed_of_a_register_being_lost_is_asked_again_though_nobody_sends_anything(
    knowing: Verified,
) -> None:
    look(knowing, BAD[:19])
    look(knowing, BAD[19:20])
    for siret in BAD[:20]:
        knowing.sirene.answers[siret] = an_active_one(siret)
    before = len(knowing.sirene.asked)
    work(knowing)  # the good are found in order: the register is believed again
    assert set(BAD[:20]) <= set(knowing.sirene.asked[before:])
    knowing.sirene.down = NotAnswered(cause=Cause.OUTAGE)
    assert set(map(type, look(knowing, BAD[:20]).values())) == {ExistingEstablishment}


def test_what_was_known_before_stands_while_the_register_is_not_believed(
    knowing: Verified,
) -> None:
    knowing.clock.advance(timedelta(days=31))
    knowing.sirene.answers = {}
    look(knowing, BAD)
    assert set(map(type, look(knowing, GOOD).values())) == {ExistingEstablishment}


def test_it_is_believed_again_once_it_finds_in_order_who_was(knowing: Verified) -> None:
    look(knowing, BAD)
    asked = len(knowing.sirene.calls)
    knowing.clock.advance(6 * MINUTE)
    work(knowing)  # the good are found, all at once: the bad are asked again, and believed
    assert set(knowing.sirene.calls[asked]) <= set(GOOD)
    assert set(map(type, look(knowing, BAD).values())) == {UnknownEstablishment}
    assert set(map(type, look(knowing, MORE).values())) == {UnknownEstablishment}  # trusted


def test_after_its_time_of_trust_it_is_watched_as_before(knowing: Verified) -> None:
    look(knowing, BAD)
    work(knowing)
    knowing.clock.advance(SANITY.trust + 61 * MINUTE)
    assert set(look(knowing, MORE).values()) == {PAUSED}


def test_it_stays_paused_while_it_contradicts_who_was_in_order(knowing: Verified) -> None:
    look(knowing, BAD)
    knowing.sirene.answers = {}
    for _ in range(3):
        knowing.clock.advance(40 * MINUTE)
        asked = len(knowing.sirene.asked)
        work(knowing)
        assert set(knowing.sirene.asked[asked:]) <= set(GOOD)  # of the others none is asked
        assert set(look(knowing, BAD[:1]).values()) == {PAUSED}


def test_while_it_does_not_answer_nothing_is_learnt_of_its_mind(knowing: Verified) -> None:
    look(knowing, BAD)
    knowing.sirene.down = NotAnswered(cause=Cause.OUTAGE)
    work(knowing)
    knowing.sirene.down = None
    assert look(knowing, BAD[:1]) == {BAD[0]: PAUSED}


def test_identities_are_watched_by_themselves(verified_on_each: Verified) -> None:
    verified = verified_on_each
    nirs = [Nir.parse(nir_of(number)) for number in range(10, 40)]
    verified.employ([a_row(nir) for nir in nirs], version="july")
    good, bad = nirs[:5], nirs[5:]
    first = verified.verification.identities(verified.workers(*good), within_s=60.0)
    assert {one.answer.outcome for one in first.values()} == {IdentityOutcome.VERIFIED}
    verified.clock.advance(61 * MINUTE)
    red = ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)
    verified.ameli.answers = dict.fromkeys(bad, red)
    for _ in range(4):  # eight are asked for at once
        verified.verification.identities(verified.workers(*bad), within_s=60.0)
    now = verified.clock.now()
    assert verified.identities.is_paused(now)
    assert not verified.establishments.is_paused(now)
    verified.clock.advance(6 * MINUTE)
    work(verified)
    told = verified.verification.identities(verified.workers(*bad), within_s=0)
    assert {one.answer for one in told.values()} == {red}
