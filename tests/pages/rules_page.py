"""`docs/rules.md`: the catalogue of rules, their parameters and the lists of codes."""

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import specs
from gateway.model.verdict import Level
from gateway.rules import parameters
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.example import ABSENT, Example, PartnerExample, VerifiedExample
from gateway.rules.rule import SECOND_CHECKS, Rule, Scope
from tests.golden.names import folder_of
from tests.golden.registers import answer_of
from tests.pages.markdown import cell, code, codes, link, table

FAMILIES = {
    "T": "Technical: the bytes and the parser",
    "S": "Structure: the shape of a transmission",
    "H": "Sender: rights and mandates",
    "I": "Identity of the worker, numbers of physicians",
    "E": "Establishments",
    "R": "The register: worker, establishment, monitoring",
    "P": "Periods and delays",
    "D": "Doses",
    "U": "Duplicates",
    "V": "Verification, where it gives no answer for now",
    "C": "Corrections and cancellations",
}
"""In the order in which a transmission meets them."""
SCOPES = {
    Scope.SENDER: "the header's sender, before any look-up",
    Scope.HEADER: "the header and the enrolment",
    Scope.LINE: "one line by itself",
    Scope.WHOLE: "all lines together",
    Scope.REGISTRATION: "the worker in the register's directory",
    Scope.DIRECTORY: "what the directory says of the worker",
    Scope.VERIFICATION: "what Ameli and Sirene say of the worker and the establishment",
    Scope.TARGET: "the line aimed at",
    Scope.RECORD: "what is on record for the worker",
    Scope.ELSEWHERE: "what is received, before or after the rules run",
}
UNITS = {"usv": "mSv", "days": "days", "months": "months", "age": "years", "doses": "doses"}
MAX_SHOWN = 60
TEMPLATE = Path(__file__).parent / "rules.template.md"


def rules_page() -> str:
    """The whole page."""
    families = _families()
    parts = [
        TEMPLATE.read_text("utf-8").format(version=CATALOGUE.version, digest=CATALOGUE.sha256),
        _contents(families),
        _overview(families),
        *(_family(letter, rules) for letter, rules in families),
        _parameters(),
        *_lists(),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _families() -> list[tuple[str, list[Rule]]]:
    order = list(FAMILIES)
    rules = sorted(CATALOGUE, key=lambda rule: (order.index(rule.code[0]), rule.code))
    return [(letter, list(of)) for letter, of in groupby(rules, key=lambda rule: rule.code[0])]


def _contents(families: list[tuple[str, list[Rule]]]) -> str:
    rows = [
        f"- {link(_title(letter))}: {' '.join(link(rule.code) for rule in rules)}\n"
        for letter, rules in families
    ]
    lists = [f"- {link(head)}\n" for head in ("Dated parameters", *_list_titles())]
    return "## Contents\n\n" + "- [At a glance](#at-a-glance)\n" + "".join((*rows, *lists))


def _overview(families: list[tuple[str, list[Rule]]]) -> str:
    rows = [
        (
            link(rule.code),
            rule.en.partition(". ")[0].removesuffix("."),
            rule.level.value,
            _effect(rule),
            rule.actor.value,
            rule.action.value,
        )
        for _, rules in families
        for rule in rules
    ]
    heads = ("code", "what is wrong", "level", "effect", "actor", "action")
    return "## At a glance\n\n" + table(heads, rows)


def _title(letter: str) -> str:
    return f"{letter} – {FAMILIES[letter]}"


def _family(letter: str, rules: list[Rule]) -> str:
    return f"## {_title(letter)}\n\n" + "\n".join(_rule(rule) for rule in rules)


def _effect(rule: Rule) -> str:
    if rule.level is Level.FATAL:
        return "the transmission is in CONFLICT" if rule.code == "S007" else "INADMISSIBLE"
    if rule.holds:
        return "the line is HELD"
    if rule.level is Level.ERROR:
        return "the line is REJECTED"
    return "the line is accepted with a warning" if rule.scope is not Scope.WHOLE else "a warning"


def _rule(rule: Rule) -> str:
    last = "" if rule.valid_to is None else f" to {rule.valid_to}"
    rows = [
        ("level, effect", f"{rule.level.value}: {_effect(rule)}"),
        ("actor, action", f"{rule.actor.value}, {rule.action.value}"),
        ("flows", "all" if rule.flows is None else codes(sorted(rule.flows))),
        ("operations", "all" if rule.operations is None else codes(sorted(rule.operations))),
        ("judges", f"{SCOPES[rule.scope]} (step {rule.step.value})"),
        ("checks", " ".join(_checks(rule)) or "as the text says"),
        ("source", rule.source),
        ("received", f"from {rule.valid_from}{last}"),
        ("example", _example(rule)),
    ]
    lines = "".join(f"| {name} | {cell(value)} |\n" for name, value in rows)
    return f"### {rule.code}\n\n> {rule.fr}\n>\n> *{rule.en}*\n\n| | |\n|---|---|\n{lines}"


def _checks(rule: Rule) -> Iterator[str]:
    """What its functions say that they check."""
    second = (check for code_, _, check in SECOND_CHECKS if code_ == rule.code)
    for check in (rule.check, *second):
        if check is not None and check.__doc__:
            yield inspect.cleandoc(check.__doc__).partition("\n\n")[0]


def _example(rule: Rule) -> str:
    example, folder = rule.example, folder_of(rule)
    files = f"[files](../specs/examples/cases/{folder}/)"
    if isinstance(example, Example):
        where, passes, fails = example.pointer, example.passes, example.fails
    elif isinstance(example, PartnerExample):
        where, passes, fails = f"enrolment: {example.field}", example.passes, example.fails
    elif isinstance(example, VerifiedExample):
        where = f"answer: {example.register}"
        passes, fails = (answer_of(one) for one in (example.passes, example.fails))
    else:
        return f"{example.media_type}: {example.passes} passes, {example.fails} does not; {files}"
    return f"{code(where)}: {_value(passes)} passes, {_value(fails)} does not; {files}"


def _value(value: Any) -> str:
    if value is ABSENT or value is None:
        return "its absence"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return code(text) if len(text) <= MAX_SHOWN else "a value"


def _parameters() -> str:
    meanings = _documented_fields()
    rows = []
    for parameter in parameters.TABLE:
        unit = UNITS[parameter.name.rpartition("_")[2]]
        value = f"{parameter.value / 1000:g}" if unit == "mSv" else f"{parameter.value}"
        words = parameter.name.replace("_", " ").removesuffix(" usv").capitalize()
        rows.append(
            (
                code(parameter.name),
                f"{value} {unit.removesuffix('s') if value == '1' else unit}",
                meanings.get(parameter.name) or f"{words}.",
                parameter.source,
                parameter.valid_from,
                parameter.valid_to or "",
            )
        )
    heads = ("parameter", "value", "meaning", "source", "from", "to")
    about = (
        "Bounds that rules compare with. One that changes gets a new row; earlier days keep theirs."
    )
    return f"## Dated parameters\n\n{about}\n\n{table(heads, rows)}"


def _documented_fields() -> dict[str, str]:
    """The docstring under each field of `Parameters`."""
    (tree,) = ast.parse(inspect.getsource(parameters.Parameters)).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id: said.value.value
        for field, said in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(said, ast.Expr)
        and isinstance(said.value, ast.Constant)
        and isinstance(said.value.value, str)
    }


def _code_lists() -> list[dict[str, Any]]:
    files = sorted(specs.path("codelists").glob("*.json"))
    return [json.loads(file.read_bytes()) for file in files]


def _list_titles() -> list[str]:
    return [f"List: {entry['name']}" for entry in _code_lists()]


def _lists() -> Iterator[str]:
    for listed in _code_lists():
        names = list(dict.fromkeys(name for entry in listed["codes"] for name in entry))
        rows = [
            [code(entry[name]) if name == "code" else _shown(entry.get(name)) for name in names]
            for entry in listed["codes"]
        ]
        about = "".join(
            f"> {listed[member]['fr']}\n>\n> *{listed[member]['en']}*\n\n"
            for member in ("title", "source", "standing")
            if member in listed
        )
        dated = f"Version {listed['version']} of {listed['date']}, {len(rows)} codes.\n\n"
        yield f"## List: {listed['name']}\n\n{about}{dated}{table(names, rows)}"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
