"""One register for all threads of a process: no answer comes to another's question."""

from concurrent.futures import ThreadPoolExecutor

from gateway.model.verification import ComparedIdentity, IdentityOutcome
from tests.asking_ameli import ask, traits_of
from tests.partners.services_ps_ameli_fr.answers import Slip
from tests.partners.services_ps_ameli_fr.register import generated

VERIFIED = ComparedIdentity(outcome=IdentityOutcome.VERIFIED, id_type="NIR")
NOT_FOUND = ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)


def test_sixteen_threads_get_their_own_answers(register, double):
    """Every fourth person is one whom nobody knows: an answer of a neighbour would find him."""
    people = [generated(place) for place in range(0, 128 * 700, 700)]
    asked = [
        traits_of(person, birth_date="1900-01-01") if place % 4 == 0 else traits_of(person)
        for place, person in enumerate(people)
    ]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda traits: ask(register, traits), asked))
    expected = [NOT_FOUND if place % 4 == 0 else VERIFIED for place in range(len(people))]
    assert answers == expected
    assert len({question.message_id for question in double.questions}) == len(double.questions)
    assert double.counts.get("connections", 0) <= 16  # those of tests before are kept


def test_threads_share_the_schema_while_answers_are_not_by_it(register, double):
    double.plan(behaviour=Slip.WRONG_ORDER)
    people = [traits_of(generated(place)) for place in range(64)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda traits: ask(register, traits), people))
    assert answers == [VERIFIED] * len(people)
