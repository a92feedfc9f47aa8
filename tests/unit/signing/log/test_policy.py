"""A verifier's policy is read as C2SP tlog-policy writes it, and nothing counts twice."""

from datetime import timedelta

import pytest

from signing.errors import KeyUnusable
from signing.log.cosignature import Cosignature
from signing.log.policy import MAX_NAMES, NO_WITNESS, Group, WitnessPolicy, parse_policy
from tests.unit.signing.log.small_log import SEEN_AT, signer, witness

LOG = signer(1).vkey
X = [witness(seed).vkey for seed in (11, 12, 13)]
Y = [witness(seed).vkey for seed in (21, 22, 23)]
EXAMPLE = f"""
# the example of the specification
log {LOG.text}

witness X1 {X[0].text}
witness X2 {X[1].text} https://temoin.example/x2
\twitness  X3\t{X[2].text}
group X-witnesses 2 X1 X2 X3

witness Y1 {Y[0].text}
witness Y2 {Y[1].text}
witness Y3 {Y[2].text}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def _seen(**after_s):
    keys = {f"X{number + 1}": key for number, key in enumerate(X)}
    keys |= {f"Y{number + 1}": key for number, key in enumerate(Y)}
    return [
        Cosignature(witness=keys[name], at=SEEN_AT + timedelta(seconds=seconds))
        for name, seconds in after_s.items()
    ]


def test_the_example_of_the_specification_is_read():
    policy = parse_policy(EXAMPLE.encode())
    assert policy.logs == (LOG,)
    assert policy.quorum == Group(2, (Group(2, tuple(X)), Group(1, tuple(Y))))
    assert policy.witnesses == (*X, *Y)


@pytest.mark.parametrize(
    ("seen", "met_after_s"),
    [
        ({}, None),
        ({"X1": 1, "X2": 2, "X3": 3}, None),
        ({"Y1": 1, "Y2": 2, "Y3": 3}, None),
        ({"X1": 1, "Y1": 1}, None),
        ({"X1": 1, "X3": 5, "Y2": 3}, 5),
        ({"X1": 1, "X3": 5, "Y2": 9}, 9),
        ({"X1": 1, "X2": 7, "X3": 5, "Y2": 3}, 5),
        ({"X1": 4, "X2": 4, "Y3": 1, "Y2": 30}, 4),
    ],
)
def test_a_quorum_is_met_when_its_last_needed_witness_has_seen_it(seen, met_after_s):
    expected = None if met_after_s is None else SEEN_AT + timedelta(seconds=met_after_s)
    assert parse_policy(EXAMPLE.encode()).met_at(_seen(**seen)) == expected


def test_fewer_witnesses_than_asked_for_cannot_make_the_time_earlier():
    policy = WitnessPolicy(quorum=Group(2, tuple(X)))
    honest = _seen(X1=100, X2=100)
    lying = _seen(X3=-(10**6))
    assert policy.met_at([*lying, *honest]) == SEEN_AT + timedelta(seconds=100)


def test_a_quorum_of_none_asks_for_nobody_and_tells_no_time():
    policy = parse_policy(b"quorum none\n")
    assert policy == NO_WITNESS
    assert policy.met_at(_seen(X1=1)) is None


def test_one_witness_is_a_quorum():
    policy = parse_policy(f"witness w {X[0].text}\nquorum w\n".encode())
    assert policy.quorum == X[0]
    assert policy.met_at(_seen(X1=1, X2=0)) == SEEN_AT + timedelta(seconds=1)


WITNESS = f"witness w {X[0].text}\n"
OTHER = f"witness v {X[1].text}\n"
SAME_KEY = f"witness v {witness(11).vkey.text}\n"
RENAMED = f"witness v {signer(11, 'another.example', X[0].type).vkey.text}\n"
WRONG = {
    "nothing": "",
    "no quorum": WITNESS,
    "two quorums": WITNESS + "quorum w\nquorum w\n",
    "an unknown quorum": WITNESS + "quorum v\n",
    "a quorum before its witness": "quorum w\n" + WITNESS,
    "a name twice": WITNESS + OTHER.replace(" v ", " w ") + "quorum w\n",
    "a witness named none": WITNESS.replace(" w ", " none ") + "quorum none\n",
    "none as a member": WITNESS + "group g any w none\nquorum g\n",
    "a key twice": WITNESS + SAME_KEY + "quorum w\n",
    "a key under two names": WITNESS + RENAMED + "group g all w v\nquorum g\n",
    "a member twice": WITNESS + OTHER + "group g 2 w w\nquorum g\n",
    "a member of two groups": WITNESS + OTHER + "group g any w\ngroup h any w v\nquorum h\n",
    "no member": WITNESS + "group g any\nquorum g\n",
    "none of one": WITNESS + "group g 0 w\nquorum g\n",
    "two of one": WITNESS + "group g 2 w\nquorum g\n",
    "a leading zero": WITNESS + "group g 01 w\nquorum g\n",
    "another word": WITNESS + "group g most w\nquorum g\n",
    "another digit": WITNESS + "group g ١ w\nquorum g\n",
    "a log as witness": f"witness w {LOG.text}\nquorum w\n",
    "a witness as log": f"log {X[0].text}\nquorum none\n",
    "a log twice": f"log {LOG.text}\nlog {LOG.text}\nquorum none\n",
    "another line": WITNESS + "trust w\nquorum w\n",
    "too many words": WITNESS + "quorum w w\n",
    "a post-quantum witness": "witness w test+5893dc2c+BtM=\nquorum w\n",
    "no newline": WITNESS + "quorum w",
    "a carriage return": WITNESS + "quorum w\r\n",
    "a null": WITNESS + "# \0\nquorum w\n",
    "a no-break space": WITNESS + "quorum\xa0w\n",
}


@pytest.mark.parametrize("defect", WRONG)
def test_a_policy_of_another_form_is_refused(defect):
    with pytest.raises(KeyUnusable):
        parse_policy(WRONG[defect].encode())


def test_a_group_asks_for_one_to_all_of_its_members():
    for threshold in (-1, 0, 4):
        with pytest.raises(KeyUnusable):
            Group(threshold, tuple(X))


def test_a_policy_made_in_code_counts_nobody_twice_and_mixes_no_kinds():
    for wrong in (
        {"quorum": Group(2, (X[0], Group(1, (X[0], X[1]))))},
        {"quorum": LOG},
        {"quorum": None, "logs": (X[0],)},
        {"quorum": None, "logs": (LOG, LOG)},
    ):
        with pytest.raises(KeyUnusable):
            WitnessPolicy(**wrong)


def test_a_policy_too_long_too_deep_or_not_utf_8_is_refused():
    names = [f"g{number}" for number in range(MAX_NAMES)]
    chain = "".join(
        f"group {name} any {former}\n" for former, name in zip(["w", *names], names, strict=False)
    )
    for octets in (
        b"#" * (256 * 1024) + b"\nquorum none\n",
        b"# \xff\nquorum none\n",
        (WITNESS + chain + "quorum w\n").encode(),
    ):
        with pytest.raises(KeyUnusable):
            parse_policy(octets)


def test_a_policy_as_deep_as_may_be_is_read():
    names = [f"g{number}" for number in range(MAX_NAMES - 1)]
    chain = "".join(
        f"group {name} any {former}\n" for former, name in zip(["w", *names], names, strict=False)
    )
    policy = parse_policy((WITNESS + chain + f"quorum {names[-1]}\n").encode())
    assert policy.witnesses == (X[0],)
    assert policy.met_at(_seen(X1=1)) == SEEN_AT + timedelta(seconds=1)
