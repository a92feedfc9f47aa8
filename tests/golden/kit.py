"""The kit as files: the cases, what the gateway answered, the index of all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from gateway.rules.examples import base_case
from tests.fake_answers import FixedAnswers
from tests.golden.cases import Case, as_json
from tests.golden.directories import csv_of, rows_of_case, rows_of_transmissions
from tests.golden.flows import flow_cases, published
from tests.golden.further import further
from tests.golden.index import index_of, page_of
from tests.golden.judging import Bench, SetClock, expected
from tests.golden.pairs import of_catalogue, pairs
from tests.running import Running

DIRECTORY = "directory.csv"


@dataclass(frozen=True)
class Material:
    """What is put to the gateway."""

    cases: tuple[Case, ...]
    directories: dict[str, bytes]


@lru_cache(maxsize=1)
def material() -> Material:
    """Every case of the kit, in the order of its index."""
    known = [
        *rows_of_case(base_case("passive")),
        *rows_of_transmissions(published().values()),
    ]
    two_by_two, directories = pairs(sorted([*of_catalogue(), *further()]), DIRECTORY)
    return Material(
        cases=(*flow_cases(DIRECTORY), *two_by_two),
        directories={DIRECTORY: csv_of(known), **directories},
    )


@contextmanager
def bench(home: Path, portal: Any) -> Iterator[Bench]:
    """A gateway for the cases."""
    clock, answers = SetClock(), FixedAnswers()
    running = Running(home, portal=portal, clock=clock, partners=(), rows=[], verification=answers)
    try:
        yield Bench(running, clock=clock, answers=answers, files=material().directories)
    finally:
        running.close()


def kit(judge: Bench) -> dict[str, bytes]:
    """Every generated file by its path below `specs/examples/`."""
    files = dict(material().directories)
    judged = []
    for case in material().cases:
        for message in (*case.before, case.message):
            if message.path.startswith("cases/"):
                files |= {message.file(form): body for form, body in message.bodies.items()}
        answers = {form: judge.answer(case, form) for form in case.forms}
        for form, answer in answers.items():
            files[case.acknowledgement(form)] = expected(answer)
        judged.append((case, next(iter(answers.values()))))
    index = index_of(judged)
    return {**files, "index.json": as_json(index), "cases/README.md": page_of(index)}
