"""Every entry of the catalogue: its texts, its digest, and its two examples."""

import re
import statistics
import time
from datetime import date

import msgspec
import pytest

from gateway.model.verdict import Action, Level, Verdict
from gateway.rules import parameters
from gateway.rules.catalogue import CATALOGUE, VERSION, Catalogue
from gateway.rules.engine import check_line
from gateway.rules.example import Example, PartnerExample, RawExample, VerifiedExample
from gateway.rules.examplebases import BASES
from gateway.rules.examples import base_case, example_transmissions
from gateway.rules.parameters import parameters_on
from gateway.rules.rule import REGISTERED, Scope
from tests.unit.rules.support import judge_case, occasion_of, read

CODES = [rule.code for rule in CATALOGUE]
JUDGED = [rule.code for rule in CATALOGUE if rule.scope is not Scope.ELSEWHERE] + ["R009"]
ACCEPTED = {Verdict.ACCEPTED, Verdict.ACCEPTED_WITH_WARNINGS}
EXPECTED = {
    *("C001", "C002", "C003", "C004", "C005", "C006", "C007"),
    *("D001", "D003", "D004", "D005", "D006", "D007", "D008", "D009", "D010"),
    *("D020", "D021", "D022", "D023"),
    *("E001", "E002", "E003", "E004", "H001", "H002", "H003", "H004"),
    *("I001", "I002", "I003", "I004", "I011", "I012", "I013"),
    *("I021", "I022", "I023", "I024"),
    *("P001", "P002", "P003", "P004", "P005", "P010", "P011"),
    *("R001", "R003", "R004", "R006", "R007", "R009"),
    *("V001", "V002"),
    *("S001", "S002", "S003", "S006", "S007", "S008", "S009", "S010", "S011"),
    *("T003", "T004", "T005", "T006", "T007", "T008", "T010", "U001", "U002", "U003"),
}


def differences(left, right, at=""):
    """Pointers of the members in which two JSON values differ."""
    if isinstance(left, dict) and isinstance(right, dict):
        names = sorted(set(left) | set(right))
        return [
            pointer
            for name in names
            for pointer in (
                differences(left[name], right[name], f"{at}/{name}")
                if name in left and name in right
                else [f"{at}/{name}"]
            )
        ]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [
            pointer
            for place, (one, other) in enumerate(zip(left, right, strict=True))
            for pointer in differences(one, other, f"{at}/{place}")
        ]
    return [] if left == right else [at]


def test_the_catalogue_holds_each_code_once_and_no_reserved_one():
    assert set(CODES) == EXPECTED
    assert len(REGISTERED) == len(CATALOGUE) == len(CODES)
    assert sorted(CODES) == CODES
    assert not set(CODES) & {"T001", "D002", "R002", "I010", "R005"}


@pytest.mark.parametrize("base", BASES)
def test_base_transmissions_are_plainly_accepted(base):
    assert judge_case(base_case(base))[1].is_plain


@pytest.mark.parametrize("code", JUDGED)
def test_the_failing_example_raises_its_code_and_the_passing_one_does_not(code):
    for case in example_transmissions(CATALOGUE.rule(code)):
        earlier, judged = judge_case(case)
        assert all(outcome.verdicts[0].verdict in ACCEPTED for outcome in earlier)
        assert (code in judged.codes) is case.raises


@pytest.mark.parametrize("code", [code for code in JUDGED if code not in {"R009", "D020"}])
def test_the_passing_example_is_plainly_accepted(code):
    passing, _ = example_transmissions(CATALOGUE.rule(code))
    outcome = judge_case(passing)[1]
    assert outcome.is_plain or outcome.codes <= {"P005", "D021", "D020", "D023"}, outcome.codes


@pytest.mark.parametrize("code", JUDGED)
def test_a_failing_example_has_the_verdict_that_its_rule_gives(code):
    rule = CATALOGUE.rule(code)
    _, failing = example_transmissions(rule)
    outcome = judge_case(failing)[1]
    if rule.level is Level.FATAL:
        assert code in {finding.code for finding in outcome.findings}
        return
    if rule.scope is Scope.WHOLE and rule.level is Level.WARNING:
        assert outcome.findings
        return
    expected = (
        Verdict.HELD
        if rule.holds
        else Verdict.REJECTED
        if rule.level is Level.ERROR
        else Verdict.ACCEPTED_WITH_WARNINGS
    )
    assert outcome.verdicts[0].verdict is expected


@pytest.mark.parametrize("code", CODES)
def test_the_two_examples_differ_in_one_member(code):
    rule = CATALOGUE.rule(code)
    passing, failing = example_transmissions(rule)
    left, right = passing.submissions[-1], failing.submissions[-1]
    assert passing.submissions[:-1] == failing.submissions[:-1]
    assert passing.directory == failing.directory
    example = rule.example
    follow = {"/id"} | ({"/totals/sumMsv"} if code != "S006" else set())
    different = [pointer for pointer in differences(left, right) if pointer not in follow]
    if isinstance(example, PartnerExample):
        one, other = (
            msgspec.structs.asdict(passing.partner),
            msgspec.structs.asdict(failing.partner),
        )
        assert [name for name in one if one[name] != other[name]] == [example.field]
        assert not different
    elif isinstance(example, VerifiedExample):
        assert not different
        others = {"Ameli": "establishment", "Sirene": "identity"}[example.register]
        assert getattr(passing.verified, others) == getattr(failing.verified, others)
        assert passing.verified != failing.verified
    elif isinstance(example, RawExample):
        assert left == right
        assert passing.raw != failing.raw
    else:
        assert isinstance(example, Example)
        assert different == [example.pointer] or example.pointer in follow


@pytest.mark.parametrize("code", CODES)
def test_texts_say_what_is_wrong_and_what_to_do_in_both_languages(code):
    rule = CATALOGUE.rule(code)
    for text in (rule.fr, rule.en):
        assert 40 <= len(text) <= 300
        assert text.endswith(".")
        assert len(re.findall(r"[.;] ", text)) >= 1
        assert not re.search(r"\d{3}|mSv", text)
    assert rule.source
    assert rule.check is None or rule.check.__doc__
    if rule.holds:
        assert rule.action is Action.WAIT


def catalogue(rules=None, table=parameters.TABLE):
    return Catalogue(CATALOGUE if rules is None else rules, version=VERSION, parameter_table=table)


def test_the_digest_is_reproducible_and_moves_with_any_parameter():
    assert catalogue().sha256 == CATALOGUE.sha256
    for place, parameter in enumerate(parameters.TABLE):
        changed = list(parameters.TABLE)
        changed[place] = msgspec.structs.replace(parameter, value=parameter.value + 1)
        assert catalogue(table=changed).sha256 != CATALOGUE.sha256


def test_the_digest_moves_when_a_rule_goes():
    assert catalogue(rules=list(CATALOGUE)[1:]).sha256 != CATALOGUE.sha256


def test_every_parameter_names_the_text_it_comes_from_and_is_in_force():
    assert all(parameter.source for parameter in parameters.TABLE)
    names = [parameter.name for parameter in parameters.TABLE]
    assert len(names) == len(set(names))
    assert parameters_on(date(2026, 11, 20)).delayed_reading_max_months == 3


def test_a_rule_is_selected_by_the_day_of_reception():
    rule = CATALOGUE.rule("P003")
    assert rule.applies_on(date(2026, 11, 20))
    assert not rule.applies_on(date(2020, 1, 1))


@pytest.mark.parametrize("base", BASES)
def test_speed_of_a_plain_line(base):
    case = base_case(base)
    transmission = read(case.submissions[0])
    occasion, line = occasion_of(transmission, case.partner), transmission.lines[0]
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(2000):
            check_line(line, occasion)
        rounds.append((time.perf_counter() - start) / 2000)
    print(f"\n{base}: check_line {statistics.median(rounds) * 1e6:.1f} µs")
