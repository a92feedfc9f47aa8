"""The pairs: each code of the catalogue by its two examples, which differ in one member."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from gateway.model.directory import Partner
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.example import Example, ExampleCase, PartnerExample, VerifiedExample
from gateway.rules.examples import base_case, example_transmissions
from gateway.rules.rule import Rule
from tests.golden.cases import Case, Message, bodies_of
from tests.golden.directories import csv_of, decisions_of_case, rows_of_case
from tests.golden.names import folder_of

SIDES = ("benign", "defect")


def pairs(rules: Iterable[tuple[str, Rule]], directory: str) -> tuple[list[Case], dict[str, bytes]]:
    """The two cases of each rule, by folder; and the directories that they have of their own."""
    common = csv_of(rows_of_case(base_case("passive")))
    cases, directories = [], {}
    for folder, rule in rules:
        for says, example in zip(SIDES, example_transmissions(rule), strict=True):
            rows, path = csv_of(rows_of_case(example)), directory
            if rows != common:
                path = f"cases/{folder}/directory.csv"
                directories[path] = rows
            decisions, stated = None, decisions_of_case(example)
            if stated is not None:
                decisions = f"cases/{folder}/decisions.csv"
                directories[decisions] = stated
            case = _case(folder, says, rule, example, path)
            cases.append(replace(case, decisions=decisions))
    return cases, directories


def of_catalogue() -> list[tuple[str, Rule]]:
    return [(folder_of(rule), rule) for rule in CATALOGUE]


def _case(folder: str, says: str, rule: Rule, example: ExampleCase, directory: str) -> Case:
    enrolled = {str(partner.siret): partner for partner in (*example.others, example.partner)}
    *earlier, judged = example.submissions
    return Case(
        name=f"{folder}/{says}",
        says="defect" if says == "defect" else "benign",
        about=rule.en if says == "defect" else f"The same without the defect ({rule.code[:4]}).",
        source=rule.source,
        message=_message(f"cases/{folder}/{says}", example, example.partner),
        before=tuple(
            Message(
                path=f"cases/{folder}/before-{place}",
                bodies=bodies_of(form),
                by=enrolled.get(form["sender"]["siret"], example.partner),
            )
            for place, form in enumerate(earlier, start=1)
        ),
        directory=directory,
        received_at=datetime.fromisoformat(example.received_on),
        verified=example.verified,
        form=judged,
        differs_at=_differs_at(rule),
    )


def _message(path: str, example: ExampleCase, by: Partner) -> Message:
    if example.raw is None:
        return Message(path=path, bodies=bodies_of(example.submissions[-1]), by=by)
    form = example.raw.media_type.removeprefix("application/")
    headers = tuple((name, value) for name, value in example.raw.headers)
    return Message(path=path, bodies={form: example.raw.body}, by=by, headers=headers)


def _differs_at(rule: Rule) -> str:
    example = rule.example
    if isinstance(example, Example):
        return example.pointer
    if isinstance(example, PartnerExample):
        return f"enrolment: {example.field}"
    if isinstance(example, VerifiedExample):
        return f"answer: {example.register}"
    return "headers" if example.fails == "other-key" else "bytes"
