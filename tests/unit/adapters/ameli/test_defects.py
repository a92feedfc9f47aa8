"""What the service does wrong, through real HTTPS: a verdict is delayed, never made of it."""

import logging
import re
import time
import tracemalloc

import pytest
from structlog.testing import capture_logs

from adapters.http import Breaker, State, TlsFiles
from gateway.model.verification import Cause, ComparedIdentity, IdentityOutcome, NotAnswered
from tests.asking_ameli import MAX_BYTES, a_register, an_upstream, ask, traits_of
from tests.partners.services_ps_ameli_fr.answers import FAULTS, Slip
from tests.partners.services_ps_ameli_fr.behaviours import HUGE_BYTES, Behaviour
from tests.partners.services_ps_ameli_fr.register import CNDA, generated

ZOE = CNDA[0]
VERIFIED = ComparedIdentity(outcome=IdentityOutcome.VERIFIED, id_type="NIR")
NEVER_ENDS = {Behaviour.SILENT, Behaviour.DRIPS}
GIVES = {
    Behaviour.TRUNCATED: Cause.UNREADABLE,
    Behaviour.CUT: Cause.OUTAGE,
    Behaviour.HTML_200: Cause.UNREADABLE,
    Behaviour.HTML_400: Cause.MISCONFIGURED,
    Behaviour.REQUEST_TIMEOUT: Cause.OUTAGE,
    Behaviour.HTML_503: Cause.OUTAGE,
    Behaviour.HTML_AS_SOAP: Cause.UNREADABLE,
    Behaviour.PLAIN_502: Cause.OUTAGE,
    Behaviour.EMPTY_202: Cause.UNREADABLE,
    Behaviour.UNAUTHORISED: Cause.MISCONFIGURED,
    Behaviour.FORBIDDEN: Cause.MISCONFIGURED,
    Behaviour.NOT_THERE: Cause.MISCONFIGURED,
    Behaviour.TOO_MANY: Cause.QUOTA,
    Behaviour.REDIRECTS: Cause.UNREADABLE,
    Behaviour.SOAP_11: Cause.UNREADABLE,
    Behaviour.EMPTY_BODY: Cause.UNREADABLE,
    Behaviour.TWO_ANSWERS: Cause.UNREADABLE,
    Behaviour.DTD: Cause.UNREADABLE,
    Behaviour.BOMB: Cause.UNREADABLE,
    Behaviour.HUGE: Cause.UNREADABLE,
    Behaviour.CROWDED: Cause.UNREADABLE,
    Behaviour.DEEP: Cause.UNREADABLE,
    Behaviour.GZIP_BOMB: Cause.UNREADABLE,
    Behaviour.RESETS: Cause.OUTAGE,
    Behaviour.SILENT: Cause.TIMEOUT,
    Behaviour.DRIPS: Cause.TIMEOUT,
    "siram_100": Cause.MISCONFIGURED,
    "siram_40": Cause.OUTAGE,
    "desir_560": Cause.MISCONFIGURED,
    "unknown receiver fault": Cause.OUTAGE,
    "unknown sender fault": Cause.MISCONFIGURED,
    Slip.NO_INDIVIDUAL: Cause.UNREADABLE,
    Slip.NO_TRAITS: Cause.UNREADABLE,
    Slip.UNKNOWN_CODE: Cause.UNREADABLE,
    Slip.ANOTHER_PERSON: Cause.UNREADABLE,
    Slip.OTHER_MESSAGE: Cause.UNREADABLE,
    Slip.BAD_NUMBER: Cause.UNREADABLE,
}
OF_TRAITS = {Slip.NO_TRAITS, Slip.ANOTHER_PERSON, Slip.BAD_NUMBER, Behaviour.TWO_ANSWERS}
"""A verification tells nobody's traits."""
BORNE = {
    Slip.OTHER_PREFIXES: [],
    Slip.WRONG_ORDER: ["ameli.zeep-cannot-read", "ameli.not-by-schema"],
    Slip.UNKNOWN_ELEMENT: ["ameli.zeep-cannot-read", "ameli.not-by-schema"],
    Slip.WRONG_KEY: ["ameli.number-does-not-hold"],
}
"""What is read all the same, and what the log says of it."""
OUTCOMES = {
    *(Slip.NONE, Slip.OTHER_NAME, Slip.OTHER_FIRST_NAMES, Slip.OTHER_SEX),
    *(Slip.OTHER_DATE, Slip.VAGUE_DATE),
    *(Behaviour.ANSWERS, Behaviour.LENIENT, Behaviour.FINDS_NOBODY, Behaviour.FINDS_SEVERAL),
}
"""Their place is among the outcomes."""


def test_each_behaviour_of_the_double_has_its_row():
    assert {*GIVES, *BORNE, *OUTCOMES} == {*Behaviour, *Slip, *FAULTS}


ROWS = [("register", behaviour) for behaviour in GIVES] + [
    ("verifying", behaviour) for behaviour in GIVES if behaviour not in OF_TRAITS
]


@pytest.mark.parametrize(("mode", "behaviour"), ROWS, ids=str)
def test_what_is_no_answer_delays_the_verdict(double, mode, behaviour, request):
    register = request.getfixturevalue(mode)
    double.plan(behaviour=behaviour)
    deadline_s = 1.0 if behaviour in NEVER_ENDS else 20.0
    answer = ask(register, traits_of(ZOE), deadline_s=deadline_s)
    assert isinstance(answer, NotAnswered)
    assert answer.cause is GIVES[behaviour]
    double.plan()
    assert ask(register, traits_of(ZOE)) == VERIFIED


@pytest.mark.parametrize("behaviour", BORNE, ids=str)
def test_what_is_slightly_wrong_is_read_and_logged_never_silently(register, double, behaviour):
    double.plan(behaviour=behaviour)
    with capture_logs() as said:
        assert ask(register, traits_of(ZOE)) == VERIFIED
    assert [entry["event"] for entry in said] == BORNE[behaviour]


def test_a_wait_that_is_asked_for_is_told(register, double):
    double.plan(behaviour=Behaviour.TOO_MANY)
    assert ask(register, traits_of(ZOE)) == NotAnswered(cause=Cause.QUOTA, retry_after_s=7.0)


def test_a_failure_that_passes_is_asked_again(double):
    upstream = an_upstream(double, attempts=3, sleep=lambda _: None)
    register = a_register(double, upstream=upstream)
    for behaviour in ("siram_40", Behaviour.TRUNCATED, Slip.OTHER_MESSAGE):
        double.plan(behaviour=behaviour, times=2)
        assert ask(register, traits_of(ZOE)) == VERIFIED
    assert double.counts["requests"] == 9


@pytest.mark.parametrize("behaviour", ["siram_100", "desir_560", Behaviour.FORBIDDEN])
def test_who_is_refused_asks_no_more(double, behaviour):
    upstream = an_upstream(double, attempts=3, breaker=Breaker())
    register = a_register(double, upstream=upstream)
    double.plan(behaviour=behaviour)
    first, second = (ask(register, traits_of(ZOE)) for _ in range(2))
    assert {first.cause, second.cause} == {Cause.MISCONFIGURED}
    assert double.counts["requests"] == 1
    assert upstream.breaker.state is State.OPEN


def test_one_question_that_is_refused_closes_the_service_to_nobody(double):
    upstream = an_upstream(double, attempts=3, breaker=Breaker())
    register = a_register(double, upstream=upstream)
    double.plan(behaviour="unknown sender fault", times=1)
    assert ask(register, traits_of(ZOE)) == NotAnswered(cause=Cause.MISCONFIGURED)
    assert ask(register, traits_of(ZOE)) == VERIFIED


def test_an_authorisation_number_that_is_unknown_is_ours_to_mend(double):
    register = a_register(double, idam="SI00999999")
    assert ask(register, traits_of(ZOE)) == NotAnswered(cause=Cause.MISCONFIGURED)


@pytest.mark.parametrize("kind", ["auto", "manual"])
def test_both_kinds_of_certificates_are_taken(double, kind):
    assert ask(_with(double, *getattr(double.credentials, kind)), traits_of(ZOE)) == VERIFIED


def test_a_certificate_of_another_name_has_another_level_of_access(double):
    register = _with(double, *double.credentials.other)
    assert ask(register, traits_of(ZOE)) == NotAnswered(cause=Cause.MISCONFIGURED)


@pytest.mark.parametrize("kind", ["none", "ended"])
def test_without_a_certificate_that_is_valid_nobody_answers(double, kind):
    files = double.credentials.ended if kind == "ended" else (None, None)
    assert ask(_with(double, *files), traits_of(ZOE)).cause is Cause.MISCONFIGURED
    assert "requests" not in double.counts


def test_a_server_that_others_certify_is_told_nothing(double, tmp_path_factory):
    other = type(double.credentials)(tmp_path_factory.mktemp("other"))
    certificate, key = double.credentials.auto
    tls = TlsFiles(authorities=other.authorities, certificate=certificate, key=key)
    register = a_register(double, upstream=an_upstream(double, tls=tls))
    assert ask(register, traits_of(ZOE)).cause is Cause.MISCONFIGURED
    assert "requests" not in double.counts


def _with(double, certificate, key):
    tls = TlsFiles(authorities=double.credentials.authorities, certificate=certificate, key=key)
    return a_register(double, upstream=an_upstream(double, tls=tls))


def test_the_deadline_is_for_all_questions_together(register, double):
    double.plan(behaviour=Behaviour.FINDS_NOBODY, delay_s=0.3)
    names = ("ANNE", "BERTHE", "CLAIRE", "DENISE")
    answer = ask(register, traits_of(ZOE, first_names=names), deadline_s=0.75)
    assert isinstance(answer, NotAnswered)
    assert answer.cause in {Cause.TIMEOUT, Cause.NOT_ASKED}
    assert len(double.questions) < len(names)


@pytest.mark.parametrize("behaviour", sorted(NEVER_ENDS))
def test_a_server_that_never_ends_does_not_outlast_the_deadline(register, double, behaviour):
    double.plan(behaviour=behaviour)  # a drip takes a minute, silence an hour
    begun = time.monotonic()
    ask(register, traits_of(ZOE), deadline_s=0.3)
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("behaviour", [Behaviour.HUGE, Behaviour.GZIP_BOMB, Behaviour.BOMB])
def test_a_hostile_answer_takes_no_memory(register, double, behaviour):
    double.plan(behaviour=behaviour, times=1)
    ask(register, traits_of(ZOE))  # what is made once is made
    double.plan(behaviour=behaviour)
    tracemalloc.start()
    try:
        assert ask(register, traits_of(ZOE)).cause is Cause.UNREADABLE
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * MAX_BYTES < HUGE_BYTES / 10


@pytest.mark.parametrize("mode", ["register", "verifying"])
def test_no_log_tells_who_was_asked_for(double, mode, request, caplog):
    caplog.set_level(logging.DEBUG)
    register = request.getfixturevalue(mode)
    person = generated(54_321)
    traits = traits_of(person, birthplace="99921")
    with capture_logs() as said:
        for behaviour in sorted({*Behaviour, *Slip, *FAULTS} - NEVER_ENDS):
            double.plan(behaviour=behaviour)
            ask(register, traits)
    told = caplog.text + repr(said)
    assert "ameli.unreadable" in told
    marked = (person.active.number, person.birth_name, person.first_names.split()[0])
    for value in (*marked, person.birth_date, person.birthplace, "99921"):
        # by itself: any five digits may stand in the address of an object that a library tells
        assert re.search(rf"(?<![0-9a-f]){re.escape(value)}(?![0-9a-f])", told) is None
