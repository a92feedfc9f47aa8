"""A first verification of the directory goes through the queue, after what somebody waits for."""

from gateway.identifiers import Nir
from gateway.model.background import Turn
from tests.builders import nir_of
from tests.fake_verification import an_active_one
from tests.unit.verification.test_sanity import ALL, round_of
from tests.verified import FIRST, OPERATOR, Verified, a_row

GOING = Turn(is_stopping=lambda: False)


def seed(verified: Verified) -> int:
    queued = 0
    for states in (verified.establishments, verified.identities):
        after: str | None = ""
        while after is not None:
            after, count = states.seed(after=after, limit=7, now=verified.clock.now())
            queued += count
    return queued


def employ_many(verified: Verified) -> None:
    rows = [a_row(Nir.parse(nir_of(number)), employer=ALL[number]) for number in range(1, 31)]
    verified.employ(rows, version="july")
    verified.sirene.answers = {siret: an_active_one(siret) for siret in ALL}


def test_every_employer_and_every_worker_is_asked_once(verified_on_each: Verified) -> None:
    verified = verified_on_each
    employ_many(verified)
    assert seed(verified) == 31 + 30  # the employer of before is in the directory still
    assert seed(verified) == 0
    round_of(verified)(GOING)
    assert len(verified.sirene.asked) == len(set(verified.sirene.asked)) == 31
    assert len(verified.ameli.asked) == len({one.nir for one in verified.ameli.asked}) == 30
    assert verified.establishments.waiting() == verified.identities.waiting() == 0
    assert seed(verified) == 0


def test_what_is_fresh_is_not_asked_and_what_the_directory_has_changed_is(
    verified: Verified,
) -> None:
    verified.identity(FIRST)
    assert seed(verified) == 2  # the other worker, the employer
    round_of(verified)(GOING)
    verified.employ([a_row(FIRST, birth_name="LEFÈVRE")], version="july")
    assert seed(verified) == 1
    round_of(verified)(GOING)
    assert verified.ameli.asked[-1].birth_name == "LEFÈVRE"


def test_what_somebody_waits_for_comes_first(verified: Verified) -> None:
    employ_many(verified)
    seed(verified)
    now = verified.clock.now()
    last = max(ALL[1:31], key=str)
    verified.establishments.queue({str(last): last, str(OPERATOR): OPERATOR}, now=now)
    verified.asking_establishments._way.at_once = 2
    verified.asking_establishments.ask_due(deadline_s=60.0)
    assert set(verified.sirene.asked) == {last, OPERATOR}


def test_it_is_taken_back_without_what_somebody_waits_for(verified_on_each: Verified) -> None:
    verified = verified_on_each
    employ_many(verified)
    seed(verified)
    verified.establishments.queue({str(OPERATOR): OPERATOR}, now=verified.clock.now())
    assert verified.establishments.withdraw() == 31
    assert verified.establishments.withdraw() == 0
    round_of(verified)(GOING)
    assert verified.sirene.asked == [OPERATOR]
