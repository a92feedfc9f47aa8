"""Two verifiers that share no code say the same of every vector, and of receipts that nobody chose.

`docs/verifier/verify.mjs` is what laboratories take; the vectors are what its successors must pass.
"""

import json

import jsonschema_rs
import pytest
import yaml

import specs
from signing.encoding import instant_text
from signing.timestamp import MAX_REPLY_BYTES
from tests.vectors.evidence.files import ROOT, files, vectors
from tests.vectors.evidence.judging import Case, by_ours, by_the_second
from tests.vectors.evidence.made import LEAVES, first_over
from tests.vectors.evidence.many import compared
from tests.vectors.evidence.page import PAGE, page
from tests.vectors.evidence.stamps import (
    STAMPED,
    STAMPED_REGISTERS,
    accompanied,
    stamped,
    token,
    twins,
)

SLICE = 84
VERIFIER = ROOT.parents[2] / "docs" / "verifier" / "verify.mjs"
INDEX = json.loads((ROOT / "index.json").read_bytes())["vectors"]


def _case(entry):
    policy = entry.get("policy")
    return Case(
        receipt=(ROOT / entry["receipt"]).read_bytes(),
        trust=(ROOT / entry["trust"]).read_bytes(),
        policy=None if policy is None else (ROOT / policy).read_bytes(),
        needs_timestamp=entry.get("requireTimestamp", False),
    )


@pytest.fixture(scope="module")
def by_node(node):
    """What the second verifier says of each vector, by name."""
    judged = by_the_second([_case(entry) for entry in INDEX], node=node)
    return {entry["name"]: one for entry, one in zip(INDEX, judged, strict=True)}


@pytest.mark.parametrize("entry", INDEX, ids=[entry["name"] for entry in INDEX])
def test_both_verifiers_say_of_a_vector_what_it_states(entry, by_node):
    ours, second = by_ours(_case(entry)), by_node[entry["name"]]
    assert ours.outcome == entry["expected"], ours.reason
    assert second.outcome == entry["expected"], second.reason
    assert ours.acknowledgement == second.acknowledgement


def test_every_step_has_a_vector_that_fails_at_it():
    failing = {vector.failing_step for vector in vectors()} - {None}
    assert failing == set(range(1, 21))


def test_vectors_and_page_are_what_make_vectors_writes():
    made = files()
    kept = {
        str(path.relative_to(ROOT)): path.read_bytes() for path in ROOT.rglob("*") if path.is_file()
    }
    assert kept == made, "run `make vectors`"
    assert sum(map(len, made.values())) < 700_000
    written = PAGE.read_text("utf-8")
    assert page(written) == written, "run `make vectors`"


def test_what_the_vectors_acknowledge_is_of_the_contract():
    contract = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
    schema = {"$ref": "#/components/schemas/Acknowledgement", "components": contract["components"]}
    validator = jsonschema_rs.validator_for(schema)
    for leaf in LEAVES:
        validator.validate(leaf.members)


def test_both_verifiers_agree_on_receipts_that_nobody_chose_good_and_corrupted(node):
    counted = compared(SLICE, node=node)
    assert counted.wrong == []
    assert counted.proved == SLICE
    indifferent = counted.insignificant.total()
    assert counted.refused.total() + indifferent == SLICE
    assert indifferent < SLICE / 10


def test_of_a_token_altered_in_any_one_byte_both_verifiers_say_the_same(node):
    """Every byte once; some alter what no date rests on, and none gives another date."""
    text = first_over("received").signed.note.text.encode()
    at = first_over("received").seen_at
    sound = token(text, at=at)
    register = STAMPED_REGISTERS[STAMPED]
    altered = [
        sound[:place] + bytes([sound[place] ^ 1 << place % 8]) + sound[place + 1 :]
        for place in range(len(sound))
    ]
    cases = [Case(receipt=stamped("received", octets), trust=register) for octets in altered]
    judged = [by_ours(case) for case in cases]
    second = by_the_second(cases, node=node)
    assert [one.outcome for one in judged] == [one.outcome for one in second]
    dated = [_dated(one) for one in judged]
    assert set(dated) <= {None, instant_text(at)}
    assert dated.count(None) > len(cases) * 0.8


def test_authorities_that_could_all_have_issued_each_other_are_each_looked_at_once(node):
    """Between n of them there are n! paths, and none leads to a root: a receipt of a few KB."""
    stand = first_over("received")
    text, at = stand.signed.note.text.encode(), stand.seen_at
    register = STAMPED_REGISTERS[STAMPED]
    stamper, others = twins(14)
    hostile = accompanied(token(text, at=at, stamper=stamper), *others)
    case = Case(receipt=stamped("received", hostile), trust=register)
    (second,) = by_the_second([case], node=node)
    ours = by_ours(case)
    assert second.outcome == ours.outcome
    assert (ours.outcome["outcome"], ours.outcome["timestampedAt"]) == ("proved", None)
    assert 0 < second.verified <= 15 * 15


def test_more_certificates_or_bytes_than_any_stamp_has_are_refused_unread(node):
    stand = first_over("received")
    text, at = stand.signed.note.text.encode(), stand.seen_at
    register = STAMPED_REGISTERS[STAMPED]
    stamper, others = twins(180)
    sound = token(text, at=at, stamper=stamper)
    crowd, huge = accompanied(sound, *others[:15]), accompanied(sound, *others)
    assert len(huge) > MAX_REPLY_BYTES > len(crowd)
    cases = [Case(receipt=stamped("received", one), trust=register) for one in (crowd, huge)]
    for judged in ([by_ours(case) for case in cases], by_the_second(cases, node=node)):
        assert [one.outcome for one in judged] == [{"outcome": "not proved", "step": 16}] * 2
        assert {one.verified for one in judged} <= {None, 0, 1}  # that of the register's chain


def _dated(judged):
    return judged.outcome.get("timestampedAt")


def _told(run_node, name, *options):
    """The command's exit code and output for one vector."""
    entry = next(one for one in INDEX if one["name"] == name)
    policy = ["--policy", ROOT / entry["policy"]] if "policy" in entry else []
    files_of_it = [ROOT / entry["receipt"], "--trust", ROOT / entry["trust"], *policy]
    return run_node(VERIFIER, *files_of_it, *options)


def test_the_command_tells_every_step_in_both_languages_and_that_it_is_proved(run_node):
    done = _told(run_node, "received")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line[:2].strip() for line in lines[:20]] == [str(number) for number in range(1, 21)]
    assert lines[5].startswith(" 6  la signature est juste / the signature verifies : ")
    assert lines[20].startswith("Prouvé.")
    assert json.loads(lines[21])["disposition"] == "RECEIVED"


def test_the_command_names_the_step_that_fails(run_node):
    done = _told(run_node, "14-salt")
    assert done.returncode == 2, done.stderr
    french, english = done.stdout.splitlines()
    assert french.startswith("Cet accusé ne prouve rien : étape 14, ")
    assert english.startswith("This receipt proves nothing: step 14, ")


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("received", 0, {"proved": True}),
        ("14-salt", 2, {"proved": False, "step": 14}),
        ("0-no-quorum", 3, {"proved": False}),
    ],
)
def test_the_command_says_the_same_in_json(run_node, name, code, said):
    done = _told(run_node, name, "--json")
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    assert said.items() <= document.items()
    assert ("reason" in document) is (code != 0)


@pytest.mark.parametrize(
    "words",
    [
        ("--policy",),
        ("--policy", "--json"),
        ("--policy=",),
        ("--trust",),
        ("--trust", "other.json"),
        ("--json", "--json"),
        ("--require-timestamps",),
        ("another.json",),
    ],
    ids=" ".join,
)
def test_a_word_that_asks_for_nothing_clear_is_no_weaker_question_but_how_it_is_used(
    words, run_node
):
    """A policy that was left out unseen would be a proof of less than was asked for."""
    trust = ("--trust", ROOT / "trust" / "siseri-signing-keys.json")
    done = run_node(VERIFIER, ROOT / "receipts" / "received.json", *trust, *words)
    assert (done.returncode, done.stderr) == (3, "")
    assert "node verify.mjs receipt.json --trust" in done.stdout


def test_the_command_says_how_it_is_used_where_a_file_is_missing(run_node):
    assert run_node(VERIFIER).returncode == 3
    done = run_node(VERIFIER, "nowhere.json", "--trust", ROOT / "trust" / "no-log.json")
    assert done.returncode == 3
    assert "illisible" in done.stdout
