"""Nobody learns who is monitored, nor where (T35): not by what is said, nor by what is asked.

Three lines that the register cannot place, for three reasons, are answered by one code, and the
database is asked the same statements, over as many values, in the same order.
"""

import re
from contextlib import contextmanager
from datetime import date

import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Attachment, Employment
from tests import builders
from tests.builders import a_line, a_transmission
from tests.running import DOORS, THE_LABORATORY, THE_OPERATOR, a_row
from tests.statements import asked_of

ELSEWHERE = Siret.parse("90000004300019")
HERE = Siret.parse(builders.EMPLOYER)
LONG_AGO = date(2020, 1, 1)
KNOWN, OF_ANOTHER_EMPLOYER, NOT_ATTACHED, UNKNOWN = 1, 2, 3, 9
OF_PERSONS = re.compile(r"directory_(workers|indexes|employments|attachments)")
STRANGERS = {"unknown": UNKNOWN, "elsewhere": OF_ANOTHER_EMPLOYER, "not-attached": NOT_ATTACHED}


def attached(employer, sender):
    return Attachment(employer=employer, sender=Siret.parse(sender), start=LONG_AGO)


def known_workers():
    """One that is registered here, one elsewhere, one here for another sender."""
    elsewhere = a_row(
        OF_ANOTHER_EMPLOYER,
        employer=ELSEWHERE,
        employment=Employment(employer=ELSEWHERE, start=LONG_AGO, category="A"),
        attachments=(
            attached(ELSEWHERE, builders.LABORATORY),
            attached(ELSEWHERE, builders.OPERATOR),
        ),
    )
    not_attached = a_row(NOT_ATTACHED, attachments=(attached(HERE, builders.OPERATOR),))
    return [a_row(KNOWN), elsewhere, not_attached]


@pytest.fixture
def asked(long_running):
    long_running.forget(partners=(THE_LABORATORY, THE_OPERATOR), rows=known_workers())
    for number in (OF_ANOTHER_EMPLOYER, NOT_ATTACHED):  # they have a history, that must not show
        employer = {OF_ANOTHER_EMPLOYER: ELSEWHERE}.get(number, HERE)
        line = builders.an_operational_line(
            worker=builders.a_worker(number), employer__siret=str(employer)
        )
        history = builders.an_operational_transmission(results=[line])
        assert long_running.submit(history, by="operator").disposition == "ACCEPTED"
    return long_running


@contextmanager
def statements(running):
    """What the database is asked meanwhile: statements and the number of their values.

    How many hashes a leaf completes depends on the size of the log, which is public.
    """
    seen = []
    with asked_of(running.store.engine) as asked:
        yield seen
    for statement, rows in asked:
        counts = [] if " log_hashes " in statement else [len(row) for row in rows]
        seen.append((re.sub(r"\s+", " ", statement), counts))


def naming(*numbers, **changes):
    lines = [a_line(ref=f"P-{n}", worker=builders.a_worker(n)) for n in numbers]
    return a_transmission(results=lines, **changes)


def told(answer):
    said = answer.acknowledgement
    return said["disposition"], [
        (line["verdict"], [finding["code"] for finding in line["findings"]])
        for line in said["lines"]
    ]


@pytest.mark.parametrize("door", DOORS)
def test_one_code_and_one_path_whichever_of_the_three_is_unknown(asked, door):
    asked.submit(naming(KNOWN), door=door)  # what a first request alone asks is over
    paths = {}
    for name, number in STRANGERS.items():
        with statements(asked) as paths[name]:
            answer = asked.submit(naming(number), door=door)
        assert told(answer) == ("HELD", [("HELD", ["R001"])])
        assert [said for said, _ in paths[name] if OF_PERSONS.search(said)]
    assert paths["unknown"] == paths["elsewhere"] == paths["not-attached"]
    assert len(paths["unknown"]) > 10


def test_a_check_asks_alike_as_well(asked):
    def check(number):
        body = builders.in_json(naming(number))
        headers = {"content-type": "application/json"}
        return asked.post(body, headers=headers, path="/v1/checks").form

    check(KNOWN)
    paths = {}
    for name, number in STRANGERS.items():
        with statements(asked) as paths[name]:
            report = check(number)
        assert report["lines"][0]["findings"][0]["code"] == "R001"
    assert paths["unknown"] == paths["elsewhere"] == paths["not-attached"]


def test_among_right_lines_they_are_asked_for_alike(asked):
    asked.submit(naming(KNOWN))
    paths = {}
    for month, (name, number) in enumerate(STRANGERS.items(), 7):
        period = {"start": f"2026-{month:02}-01", "end": f"2026-{month:02}-28"}
        lines = [
            a_line(ref=f"P-{n}", worker=builders.a_worker(n), period=period)
            for n in (KNOWN, number)
        ]
        with statements(asked) as paths[name]:
            answer = asked.submit(a_transmission(results=lines))
        assert answer.acknowledgement["counts"]["held"] == 1
    assert paths["unknown"] == paths["elsewhere"] == paths["not-attached"]


def test_beyond_the_budget_the_directory_is_not_asked_for_anybody(asked):
    """A guess that is told nothing must not be answered by time either, however often repeated."""
    asked.store.failure_budget.release("laboratory", budget=1)
    asked.submit(naming(KNOWN, UNKNOWN, 10))
    paths = {}
    for name, number in {"known": KNOWN, **STRANGERS}.items():
        with statements(asked) as paths[name]:
            answer = asked.submit(naming(number))
        assert told(answer) == ("HELD", [("HELD", ["V002"])])
        assert not [said for said, _ in paths[name] if OF_PERSONS.search(said)]
    assert paths["known"] == paths["unknown"] == paths["elsewhere"] == paths["not-attached"]


def test_the_path_of_a_worker_who_is_known_is_another_so_that_this_test_can_fail(asked):
    asked.submit(naming(KNOWN))
    with statements(asked) as known:
        asked.submit(a_transmission(results=[a_line(
            worker=builders.a_worker(KNOWN), period={"start": "2026-08-01", "end": "2026-08-31"}
        )]))  # fmt: skip
    with statements(asked) as unknown:
        asked.submit(naming(UNKNOWN))
    assert known != unknown
