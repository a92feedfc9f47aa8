"""Single questions: of one's own worker to Ameli, of an establishment to Sirene. No value is told.

The registers are in memory; the states and all that is before them are real.
"""

import json
from datetime import date

import pytest

from gateway.identifiers import Nir, Siret
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    IdentityOutcome,
    NotAnswered,
    Period,
    Trait,
)
from tests import builders
from tests.builders import a_worker
from tests.doors.test_no_oracle import (
    KNOWN,
    NOT_ATTACHED,
    OF_ANOTHER_EMPLOYER,
    STRANGERS,
    known_workers,
    statements,
)
from tests.fake_verification import a_closed_one
from tests.outside import EMPLOYER, Outside
from tests.running import THE_LABORATORY, THE_OPERATOR

PATH = "/v1/workers/verifications"
PLACE = f"/v1/establishments/{EMPLOYER}"
DOWN = NotAnswered(cause=Cause.OUTAGE)
SUCCESSOR = Siret.parse(builders.STRANGER)


@pytest.fixture(scope="module")
def opened(tmp_path_factory, portal):
    made = Outside(tmp_path_factory.mktemp("home"), portal=portal)
    yield made
    made.running.close()


@pytest.fixture
def outside(opened):
    opened.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    return opened


def ask(outside, number=KNOWN, *, by="laboratory", employer=builders.EMPLOYER, **changes):
    form = {"worker": a_worker(number, **changes), "employer": {"siret": employer}}
    return post(outside, json.dumps(form).encode(), by=by)


def post(outside, body, *, by="laboratory"):
    headers = {"content-type": "application/json"}
    return outside.running.request("POST", PATH, by=by, headers=headers, content=body)


def say(outside, outcome, *differences):
    outside.ameli.answers[Nir.parse(builders.nir_of(KNOWN))] = ComparedIdentity(
        outcome=outcome, differences=frozenset(differences)
    )


# ---------- workers


def test_a_worker_whom_ameli_confirms(outside):
    answer = ask(outside)
    assert answer.status_code == 200
    assert answer.json() == {
        "comparedWith": "AMELI",
        "outcome": "VERIFIED",
        "source": "ONLINE",
        "checkedAt": "2026-11-20T09:00:00.000Z",
        "fresh": True,
    }


@pytest.mark.parametrize(
    ("outcome", "traits", "code"),
    [
        (IdentityOutcome.VERIFIED_WITH_DIFFERENCE, [Trait.BIRTHPLACE], "I021"),
        (IdentityOutcome.FORMER_NUMBER, [Trait.NUMBER], "I022"),
        (IdentityOutcome.DISCORDANT, [Trait.BIRTH_NAME, Trait.SEX], "I023"),
        (IdentityOutcome.NOT_FOUND, [], "I024"),
        (IdentityOutcome.AMBIGUOUS, [], "I024"),
    ],
)
def test_what_differs_is_told_by_its_name_with_the_code_of_a_line(outside, outcome, traits, code):
    say(outside, outcome, *traits)
    answer = ask(outside)
    told = answer.json()
    assert (told["outcome"], told["code"]) == (outcome.value, code)
    assert told.get("differences", []) == [trait.value for trait in traits]
    for value in (builders.nir_of(KNOWN), "Lefebvre", "LEFEBVRE", "1990-06-15"):
        assert value not in answer.text


def test_traits_that_are_not_the_worker_s_are_named_and_nothing_more_is_told(outside):
    answer = ask(outside, birthName="Quatremère", birthDate="1990-06-16")
    assert answer.json() == {
        "comparedWith": "REGISTER",
        "outcome": "DISCORDANT",
        "differences": ["BIRTH_DATE", "BIRTH_NAME"],
        "code": "I011",
    }
    assert outside.ameli.asked == []
    assert outside.running.counted("verification_failures") == 1


def test_silence_is_said_to_be_silence_and_asked_again(outside):
    outside.silence(DOWN)
    told = ask(outside).json()
    assert (told["outcome"], told["code"]) == ("WAITING", "V001")
    assert "source" not in told


@pytest.mark.parametrize("number", STRANGERS.values(), ids=STRANGERS)
def test_number_couple_or_attachment_unknown_is_one_answer_by_one_path(outside, number):
    assert number in {OF_ANOTHER_EMPLOYER, NOT_ATTACHED, 9}
    ask(outside)
    paths, answers = {}, {}
    for name, each in STRANGERS.items():
        with statements(outside.running) as paths[name]:
            answers[name] = ask(outside, each)
    assert {one.status_code for one in answers.values()} == {404}
    assert len({one.content for one in answers.values()}) == 1
    assert paths["unknown"] == paths["elsewhere"] == paths["not-attached"]
    assert len(outside.ameli.asked) == 1
    assert outside.running.counted("verification_failures") == 3


def test_who_guesses_too_often_is_told_to_wait_whomever_he_names(outside):
    outside.running.store.failure_budget.release("laboratory", budget=2)
    assert [ask(outside, number).status_code for number in (9, 10)] == [404, 404]
    refused = ask(outside, 11)
    assert refused.status_code == 429
    assert refused.headers["retry-after"]
    assert ask(outside, KNOWN).status_code == 429
    assert ask(outside, KNOWN, by="operator").status_code == 200


def test_a_number_or_an_establishment_that_cannot_exist_is_nobody_s(outside):
    assert ask(outside, nir="123").status_code == 404
    assert ask(outside, employer="1").status_code == 404
    assert outside.running.counted("verification_failures") == 0


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"worker":{},"employer":{}}', b"\xff",
        b'{"worker":1,"worker":2}',
        json.dumps({"worker": a_worker(1), "employer": {"siret": "9" * 33}}).encode(),
        json.dumps({"worker": a_worker(1), "employer": {"siret": "1\n"}}).encode(),
        json.dumps({"worker": a_worker(1, sex="X"), "employer": {"siret": "1"}}).encode(),
        json.dumps({"worker": a_worker(1, usedName=None), "employer": {"siret": "1"}}).encode(),
        json.dumps({"worker": a_worker(1, extra="x"), "employer": {"siret": "1"}}).encode(),
        json.dumps({"worker": a_worker(1, sex=""), "employer": {"siret": "1"}}).encode(),
    ],
)  # fmt: skip
def test_a_body_of_another_form_is_refused_without_an_echo(outside, body):
    answer = post(outside, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "B001")
    assert builders.nir_of(1) not in answer.text
    assert outside.ameli.asked == []


def test_a_body_beyond_a_question_is_too_large(outside):
    assert post(outside, b" " * 20_000).status_code == 413


# ---------- establishments


def read(outside, path=PLACE, **given):
    return outside.running.request("GET", path, by="laboratory", **given)


def test_an_establishment_is_told_by_its_state_on_the_day_that_is_asked(outside):
    outside.sirene.answers[EMPLOYER] = a_closed_one(EMPLOYER, date(2026, 6, 1), SUCCESSOR)
    now = read(outside).json()
    assert (now["state"], now["date"], now["code"]) == ("CLOSED", "2026-11-20", "E004")
    assert now["proposed"] == str(SUCCESSOR)
    assert (now["source"], now["fresh"]) == ("ONLINE", True)
    then = read(outside, f"{PLACE}?date=2026-05-31").json()
    assert then["state"] == "ACTIVE"
    assert "proposed" not in then
    assert len(outside.sirene.calls) == 1, "one state serves every day"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (HiddenEstablishment(siret=EMPLOYER), {"state": "HIDDEN"}),
        (
            DuplicateEstablishment(siret=EMPLOYER, kept=SUCCESSOR),
            {"state": "DUPLICATE", "proposed": str(SUCCESSOR), "code": "E004"},
        ),
        (a_closed_one(EMPLOYER, date(2026, 6, 1)), {"state": "CLOSED", "code": "E003"}),
        (
            ExistingEstablishment(
                siret=EMPLOYER,
                periods=(Period(start=date(2026, 12, 1), is_active=True),),
                name="MARTIN Paul",
                commune="Saclay",
                is_public=False,
            ),
            {"state": "UNTOLD", "commune": "Saclay"},
        ),
    ],
)
def test_what_sirene_says_is_told_and_what_it_hides_is_not(outside, said, told):
    outside.sirene.answers[EMPLOYER] = said
    answer = read(outside).json()
    beside = {"siret", "date", "fresh", "source", "checkedAt"}
    assert {name: answer[name] for name in answer.keys() - beside} == told


def test_what_sirene_does_not_know_or_cannot_be_is_not_found_and_silence_is_to_ask_again(outside):
    assert read(outside, "/v1/establishments/90000009200016").status_code == 404
    assert read(outside, "/v1/establishments/00000000000000").status_code == 404
    outside.silence(DOWN)
    answer = read(outside)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 60


def test_a_day_that_the_calendar_has_not_is_refused(outside):
    assert read(outside, f"{PLACE}?date=2026-02-30").status_code == 400


def test_without_a_register_nothing_is_verified(gateway):
    form = {"worker": a_worker(1), "employer": {"siret": builders.EMPLOYER}}
    headers = {"content-type": "application/json"}
    answer = gateway.request(
        "POST", PATH, by="laboratory", headers=headers, content=json.dumps(form).encode()
    )
    assert answer.json() == {"comparedWith": "AMELI", "outcome": "NOT_VERIFIED"}
    assert gateway.request("GET", PLACE, by="laboratory").status_code == 404
