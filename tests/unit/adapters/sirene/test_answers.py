"""What each answer of API Sirene becomes, over real HTTP (docs/sirene.md has the table)."""

import itertools
from datetime import UTC, date, datetime

import pytest

from gateway.identifiers import Siret
from gateway.model.verification import (
    Cause,
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    NotAnswered,
    Period,
    UnknownEstablishment,
)
from tests.partners.api_insee_fr.behaviours import Behaviour
from tests.partners.api_insee_fr.establishments import (
    A_DAY,
    CEASED,
    DUPLICATE,
    HIDDEN,
    KEPT,
    LA_POSTE,
    LA_POSTE_OFFICE,
    MASKED_PERSON,
    NEW_ORANO,
    OLD_ORANO,
    OLD_TRICASTIN,
    TRICASTIN,
    fictitious,
    period,
    record,
    states,
)
from tests.sirene import a_register, ask, ask_one

BUGEY = "55208131715412"
UNKNOWN = fictitious(99_000)
BEHAVIOURS = {
    Behaviour.HTML_200: Cause.UNREADABLE,
    Behaviour.HTML_503: Cause.OUTAGE,
    Behaviour.PLAIN_500: Cause.OUTAGE,
    Behaviour.JSON_500: Cause.OUTAGE,
    Behaviour.QUOTA_SIRENE: Cause.QUOTA,
    Behaviour.QUOTA_PORTAL: Cause.QUOTA,
    Behaviour.NO_RIGHT: Cause.MISCONFIGURED,
    Behaviour.FORBIDDEN_BY_PORTAL: Cause.MISCONFIGURED,
    Behaviour.NOT_THERE: Cause.MISCONFIGURED,
    Behaviour.BAD_SYNTAX: Cause.MISCONFIGURED,
    Behaviour.NOT_ACCEPTABLE: Cause.MISCONFIGURED,
    Behaviour.TOO_LONG: Cause.MISCONFIGURED,
    Behaviour.TEAPOT: Cause.UNREADABLE,
    Behaviour.NO_CONTENT: Cause.UNREADABLE,
    Behaviour.REDIRECTS: Cause.MISCONFIGURED,
    Behaviour.MOVED_BY_PORTAL: Cause.MISCONFIGURED,
    Behaviour.ANOTHER: Cause.UNREADABLE,
    Behaviour.WRONG_STATUS: Cause.UNREADABLE,
    Behaviour.CUT: Cause.UNREADABLE,
    Behaviour.DEEP: Cause.UNREADABLE,
    Behaviour.TRUNCATES: Cause.OUTAGE,
    Behaviour.BAD_GZIP: Cause.UNREADABLE,
    Behaviour.HUGE: Cause.UNREADABLE,
    Behaviour.RESETS: Cause.OUTAGE,
}
"""Those that are never an answer, however it is asked."""
OF_ONE_ALONE = {
    Behaviour.ITSELF: Cause.UNREADABLE,
    Behaviour.FOREIGN_TARGET: Cause.UNREADABLE,
    Behaviour.NO_LOCATION: Cause.UNREADABLE,
}
WITHOUT_END = (Behaviour.SILENT, Behaviour.DRIPS_HEADERS, Behaviour.DRIPS_CONTENT)


def test_every_behaviour_of_the_double_is_judged_here():
    said = {Behaviour.ANSWERS, Behaviour.NOTHING_FOUND}
    assert set(Behaviour) == {*BEHAVIOURS, *OF_ONE_ALONE, *WITHOUT_END, *said}


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("asked", [[BUGEY], [BUGEY, TRICASTIN]], ids=["one", "several"])
def test_a_failure_is_never_a_verdict(double, behaviour, asked):
    double.behaviour = behaviour
    answers = ask(a_register(double), *asked)
    assert [type(answer) for answer in answers.values()] == [NotAnswered] * len(asked)
    assert {answer.cause for answer in answers.values()} == {BEHAVIOURS[behaviour]}


@pytest.mark.parametrize("behaviour", OF_ONE_ALONE)
def test_a_redirection_that_leads_to_no_establishment_is_none(double, behaviour):
    double.behaviour = behaviour
    answer = ask_one(a_register(double), BUGEY)
    assert answer.cause is OF_ONE_ALONE[behaviour]
    assert len(double.calls) == 1


@pytest.mark.parametrize("behaviour", WITHOUT_END)
def test_an_answer_without_end_is_given_up(double, behaviour):
    double.behaviour = behaviour
    answer = ask_one(a_register(double, attempts=1, attempt_s=0.3), BUGEY)
    assert answer.cause is Cause.TIMEOUT


@pytest.mark.parametrize("behaviour", [Behaviour.HTML_503, Behaviour.HTML_200, Behaviour.RESETS])
def test_what_passes_is_asked_again(double, behaviour):
    double.next.append(behaviour)
    assert isinstance(ask_one(a_register(double), BUGEY), ExistingEstablishment)
    assert len(double.calls) == 2


@pytest.mark.parametrize(
    "behaviour", [Behaviour.BAD_SYNTAX, Behaviour.NOT_ACCEPTABLE, Behaviour.TOO_LONG]
)
def test_a_question_that_is_wrong_is_not_asked_again_and_the_register_stays_open(double, behaviour):
    register = a_register(double)
    double.next.append(behaviour)
    assert ask_one(register, BUGEY).cause is Cause.MISCONFIGURED
    assert len(double.calls) == 1
    assert isinstance(ask_one(register, BUGEY), ExistingEstablishment)


@pytest.mark.parametrize("behaviour", [Behaviour.NO_RIGHT, Behaviour.NOT_THERE])
def test_a_register_that_refuses_us_is_not_asked_until_somebody_has_acted(double, behaviour):
    register = a_register(double)
    double.next.append(behaviour)
    ask_one(register, BUGEY)
    assert ask_one(register, BUGEY).cause is Cause.MISCONFIGURED
    assert len(double.calls) == 1


def test_a_wrong_base_is_our_fault_and_no_unknown_employer(double):
    register = a_register(double, base=f"{double.origin}/entreprises/sirene/V3.11")
    assert ask_one(register, BUGEY).cause is Cause.MISCONFIGURED


def test_a_wrong_key_is_our_fault(double):
    assert ask_one(a_register(double, key="autre"), BUGEY).cause is Cause.MISCONFIGURED


def test_retry_after_is_told_on(double):
    double.behaviour, double.retry_after = Behaviour.QUOTA_SIRENE, "47"
    assert ask_one(a_register(double), BUGEY).retry_after_s == 47


def test_an_active_establishment_is_told_with_what_may_be_shown(double):
    assert ask_one(a_register(double), BUGEY) == ExistingEstablishment(
        siret=Siret.parse(BUGEY),
        created_on=date(2008, 1, 1),
        periods=(Period(start=A_DAY, is_active=True),),
        name="EDF BUGEY",
        commune="PARIS 1",
        processed_at=datetime(2025, 6, 10, 7, 14, 27, tzinfo=UTC),
    )
    assert double.paths() == [f"GET /siret/{BUGEY}"]


@pytest.mark.parametrize("siret", [LA_POSTE, LA_POSTE_OFFICE])
def test_la_poste_is_asked_for_like_any_other(double, siret):
    assert ask_one(a_register(double), siret).name == "LA POSTE"


@pytest.mark.parametrize(
    ("day", "is_active"),
    [
        (date(2007, 12, 31), None),
        (A_DAY, True),
        (date(2015, 1, 31), True),
        (date(2015, 2, 1), False),
        (date(2018, 8, 31), False),
        (date(2018, 9, 1), True),
        (date(2026, 11, 20), True),
    ],
)
def test_a_state_is_that_of_the_day_whatever_came_after(double, day, is_active):
    reopened = (("A", A_DAY), ("F", date(2015, 2, 1)), ("A", date(2018, 9, 1)))
    told = states(*reopened)
    double.register.records[BUGEY] = record(BUGEY, periods=told[1:] + told[:1])
    answer = ask_one(a_register(double), BUGEY)
    assert answer.is_active_on(day) is is_active


def test_a_closed_one_is_told_with_who_took_over(double):
    answers = ask(a_register(double), OLD_ORANO, OLD_TRICASTIN, BUGEY)
    assert answers[OLD_ORANO].successor == Siret.parse(NEW_ORANO)
    assert answers[OLD_TRICASTIN].successor == Siret.parse(TRICASTIN)
    assert answers[BUGEY].successor is None
    assert double.paths() == ["POST /siret", "GET /siret/liensSuccession"]


def test_of_several_successors_the_newest_that_carries_the_activity_on_is_told(double):
    double.register.link(OLD_ORANO, BUGEY, on="2024-01-01", continues=False)
    double.register.link(OLD_ORANO, TRICASTIN, on="2022-01-01")
    double.register.link(OLD_ORANO, OLD_ORANO, on="2025-01-01")
    answer = ask_one(a_register(double), OLD_ORANO)
    assert answer.successor == Siret.parse(TRICASTIN)


def test_a_closed_unit_without_a_successor_is_told_so(double):
    answer = ask_one(a_register(double), CEASED)
    assert not answer.legal_unit_is_active
    assert answer.is_active_on(date(2011, 9, 4)) is True
    assert answer.is_active_on(date(2011, 9, 5)) is False
    assert answer.successor is None
    assert double.paths()[-1] == "GET /siret/liensSuccession"


@pytest.mark.parametrize(
    ("behaviour", "cause"),
    [
        (Behaviour.HTML_503, Cause.OUTAGE),
        (Behaviour.QUOTA_PORTAL, Cause.QUOTA),
        (Behaviour.FORBIDDEN_BY_PORTAL, Cause.MISCONFIGURED),
        (Behaviour.CUT, Cause.UNREADABLE),
    ],
)
def test_without_its_successor_a_closed_one_is_not_told_for_an_outage_refuses_nobody(
    double, behaviour, cause
):
    double.next.extend([Behaviour.ANSWERS, behaviour, behaviour])
    answers = ask(a_register(double), OLD_ORANO, BUGEY)
    assert answers[OLD_ORANO].cause is cause
    assert isinstance(answers[BUGEY], ExistingEstablishment)


def test_a_masked_person_is_never_named(double):
    answer = ask_one(a_register(double), MASKED_PERSON)
    assert (answer.name, answer.is_public) == (None, False)
    assert answer.commune == "PARIS 1"


def test_a_natural_person_is_never_named_even_by_a_sign(double):
    signed = period("A", A_DAY, enseigne1Etablissement="CABINET DUPONT")
    unit = {"categorieJuridiqueUniteLegale": "1000", "nomUniteLegale": "DUPONT"}
    double.register.records[BUGEY] = record(BUGEY, name="DUPONT", periods=[signed], unit=unit)
    assert ask_one(a_register(double), BUGEY).name is None


def test_the_name_of_a_masked_company_is_not_told(double):
    masked = record(BUGEY, unit={"denominationUniteLegale": "[ND]"})
    masked["statutDiffusionEtablissement"] = "P"
    double.register.records[BUGEY] = masked
    answer = ask_one(a_register(double), BUGEY)
    assert (answer.name, answer.is_public) == (None, False)


@pytest.mark.parametrize("number", range(9))
def test_each_kind_is_told_alike_alone_and_among_others(double, number):
    siret = fictitious(20 + number)
    register = a_register(double)
    assert ask_one(register, siret) == ask(register, siret, BUGEY)[siret]


def test_new_classifications_and_missing_members_change_nothing(double):
    for siret in (fictitious(5), fictitious(6)):
        answer = ask_one(a_register(double), siret)
        assert answer.is_active_on(date(2026, 11, 20)) is True


@pytest.mark.parametrize(
    "told",
    [
        {"siret": BUGEY},
        {"siret": BUGEY, "periodesEtablissement": []},
        {"siret": BUGEY, "periodesEtablissement": [{"etatAdministratifEtablissement": "X"}]},
        {"siret": BUGEY, "periodesEtablissement": [{"dateDebut": "2008-01-01"}]},
        {"siret": BUGEY, "periodesEtablissement": [period("A", A_DAY) | {"dateDebut": "[ND]"}]},
        {"siret": BUGEY, "periodesEtablissement": "A"},
        {"siret": BUGEY, "periodesEtablissement": [7]},
    ],
)
def test_a_record_that_tells_no_state_spoils_no_other(double, told):
    double.register.records[BUGEY] = told
    answers = ask(a_register(double), BUGEY, TRICASTIN)
    assert answers[BUGEY].cause is Cause.UNREADABLE
    assert isinstance(answers[TRICASTIN], ExistingEstablishment)
    double.defects.clear()  # the register told what its contract has not


@pytest.mark.parametrize("hops", [1, 2])
def test_a_duplicate_is_told_with_the_one_that_is_kept(double, hops):
    if hops == 2:
        double.register.duplicates[BUGEY] = DUPLICATE
    asked = DUPLICATE if hops == 1 else BUGEY
    answer = ask_one(a_register(double), asked)
    assert answer == DuplicateEstablishment(siret=Siret.parse(asked), kept=Siret.parse(KEPT))
    assert len(double.calls) == hops + 1
    assert all(call.path.startswith("/api-sirene/3.11/siret/") for call in double.calls)


def test_a_redirection_is_followed_twice_and_no_further(double):
    chain = [BUGEY, TRICASTIN, LA_POSTE, KEPT]
    for former, newer in itertools.pairwise(chain):
        double.register.duplicates[former] = newer
    assert ask_one(a_register(double), BUGEY).cause is Cause.UNREADABLE
    assert len(double.calls) == 3


def test_a_loop_of_duplicates_ends(double):
    double.register.duplicates |= {BUGEY: TRICASTIN, TRICASTIN: BUGEY}
    assert ask_one(a_register(double), BUGEY).cause is Cause.UNREADABLE
    assert len(double.calls) == 2


def test_a_duplicate_of_one_that_is_unknown_is_believed_in_nothing(double):
    double.register.duplicates[DUPLICATE] = UNKNOWN
    assert ask_one(a_register(double), DUPLICATE).cause is Cause.UNREADABLE


def test_an_outage_on_the_way_to_the_one_that_is_kept_is_an_outage(double):
    double.next.extend([Behaviour.ANSWERS, Behaviour.HTML_503, Behaviour.HTML_503])
    assert ask_one(a_register(double), DUPLICATE).cause is Cause.OUTAGE


def test_one_that_is_not_diffused_exists(double):
    assert ask_one(a_register(double), HIDDEN) == HiddenEstablishment(siret=Siret.parse(HIDDEN))


def test_one_that_sirene_does_not_know_is_unknown(double):
    answer = ask_one(a_register(double), UNKNOWN)
    assert answer == UnknownEstablishment(siret=Siret.parse(UNKNOWN))


def test_among_several_those_left_out_are_asked_for_one_by_one(double):
    answers = ask(a_register(double), BUGEY, UNKNOWN, HIDDEN, DUPLICATE, TRICASTIN)
    assert [type(answer) for answer in answers.values()] == [
        *(ExistingEstablishment, UnknownEstablishment, HiddenEstablishment),
        *(DuplicateEstablishment, ExistingEstablishment),
    ]
    assert double.paths() == [
        "POST /siret",
        *(f"GET /siret/{siret}" for siret in (UNKNOWN, HIDDEN, DUPLICATE, KEPT)),
    ]


def test_when_none_of_several_is_known_each_is_asked_for(double):
    answers = ask(a_register(double), UNKNOWN, HIDDEN)
    assert [type(a) for a in answers.values()] == [UnknownEstablishment, HiddenEstablishment]


def test_a_register_that_lost_its_data_says_that_each_is_unknown(double):
    """To be told from true absence by their share alone: who asks pauses (`Cause.PAUSED`)."""
    double.behaviour = Behaviour.NOTHING_FOUND
    answers = ask(a_register(double), BUGEY, TRICASTIN)
    assert {type(answer) for answer in answers.values()} == {UnknownEstablishment}


def test_one_asked_for_twice_is_asked_for_once(double):
    assert list(ask(a_register(double), BUGEY, BUGEY)) == [BUGEY]
    assert double.paths() == [f"GET /siret/{BUGEY}"]


def test_nobody_asked_for_is_nothing_asked(double):
    assert ask(a_register(double)) == {}
    assert double.calls == []
