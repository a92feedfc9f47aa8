"""A verifier's policy (C2SP tlog-policy): which logs, which witnesses, and how many are enough.

    witness W1 <vkey of type 0x04>
    witness W2 <vkey>
    witness W3 <vkey>
    group two-of-three 2 W1 W2 W3
    quorum two-of-three

It is the verifier's own: a log that chose its witnesses for its readers would prove nothing. Where
k of n are asked for, the time that they establish is the k-th earliest: fewer than k who lie
cannot make it earlier than every honest one's.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from signing.errors import KeyUnusable
from signing.log.cosignature import Cosignature
from signing.log.vkey import SignatureType, VerifierKey, parse_vkey

MAX_POLICY_BYTES = 256 * 1024
MAX_NAMES = 256
"""Witnesses and groups; the specification asks for 32 of each."""
NONE = "none"
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_BLANKS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these witnesses or groups."""

    threshold: int
    members: "tuple[VerifierKey | Group, ...]"

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` a number that says nothing, or asks the impossible."""
        if not 1 <= self.threshold <= len(self.members):
            raise KeyUnusable("a group asks for 1 to all of its members")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedWitness:
    """A line `witness` of a policy file."""

    name: str
    """How the file calls it; nobody else does."""
    key: VerifierKey
    url: str | None = None
    """Prefix under which it takes checkpoints (C2SP tlog-witness, "submission prefix")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPolicy:
    """What a checkpoint needs to be believed, beside its log's signature."""

    quorum: VerifierKey | Group | None
    """`None` asks for no witness: then nothing but a timestamp tells a time."""
    logs: tuple[VerifierKey, ...] = ()
    """When not empty, the only keys of logs that are accepted."""
    listed: tuple[ListedWitness, ...] = ()
    """Every line `witness`, whether the quorum counts it or not: whom a log may ask."""

    def __post_init__(self) -> None:
        """Refuse with `KeyUnusable` a witness that could count twice, or is no witness."""
        witnesses = self.witnesses
        if len({key.public_key for key in witnesses}) != len(witnesses):
            raise KeyUnusable("a witness could count twice")
        named = (*witnesses, *(one.key for one in self.listed))
        if any(key.type is not SignatureType.COSIGNATURE for key in named):
            raise KeyUnusable("the key of a witness has type 0x04")
        if any(key.type is not SignatureType.ED25519 for key in self.logs):
            raise KeyUnusable("the key of a log has type 0x01")
        if len({key.public_key for key in self.logs}) != len(self.logs):
            raise KeyUnusable("a log is given twice")

    @property
    def witnesses(self) -> tuple[VerifierKey, ...]:
        """Every witness that the quorum can count."""
        return () if self.quorum is None else _witnesses(self.quorum)

    def met_at(self, cosignatures: Sequence[Cosignature]) -> datetime | None:
        """Give when enough witnesses had seen the checkpoint; `None` when they are not enough.

        Always `None` without quorum: no witness tells a time then.
        """
        if self.quorum is None:
            return None
        return _met_at(self.quorum, {one.witness: one.at for one in cosignatures})

    def is_met_by(self, witnesses: Collection[VerifierKey]) -> bool:
        """Tell whether these are enough; always, where no witness is asked for."""
        seen = dict.fromkeys(witnesses, _ANY_TIME)
        return self.quorum is None or _met_at(self.quorum, seen) is not None


NO_WITNESS = WitnessPolicy(quorum=None)
"""Asks for the log's word alone: it may show everyone another log, and nobody would know."""


def parse_policy(octets: bytes) -> WitnessPolicy:
    """Read a policy file; raise `KeyUnusable` on any defect, or a key of a type unknown here."""
    lines = _lines(octets)
    known: dict[str, VerifierKey | Group] = {}
    members: list[str] = []
    listed: list[ListedWitness] = []
    logs: list[VerifierKey] = []
    quorums: list[VerifierKey | Group | None] = []
    for words in lines:
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                logs.append(parse_vkey(vkey))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                witness = parse_vkey(vkey)
                _define(known, name, witness)
                listed.append(ListedWitness(name=name, key=witness, url=next(iter(url), None)))
            case ["group", name, threshold, *named]:
                members += named
                _demand(len(set(members)) == len(members), "a name is a member twice")
                _define(known, name, _group(known, threshold, named))
            case ["quorum", name]:
                quorums.append(None if name == NONE else _defined(known, name))
            case _:
                raise KeyUnusable("not a line of a policy")
    _demand(len(quorums) == 1, "a policy has one quorum")
    distinct = {one.key.public_key for one in listed}
    _demand(len(distinct) == len(listed), "a witness is given twice")
    return WitnessPolicy(quorum=quorums[0], logs=tuple(logs), listed=tuple(listed))


def _demand(condition: object, reason: str) -> None:
    if not condition:
        raise KeyUnusable(reason)


def _lines(octets: bytes) -> list[list[str]]:
    _demand(len(octets) <= MAX_POLICY_BYTES, "longer than any policy")
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise KeyUnusable("a policy is UTF-8") from error
    control = any((one < " " and one not in "\t\n") or one == "\x7f" for one in set(text))
    _demand(not control, "a policy has no control character but tabs and newlines")
    _demand(text.endswith("\n"), "the last line does not end")
    stripped = [line.strip(" \t") for line in text.split("\n")]
    return [_BLANKS.split(line) for line in stripped if line and not line.startswith("#")]


def _define(known: dict[str, VerifierKey | Group], name: str, defined: VerifierKey | Group) -> None:
    _demand(name != NONE and name not in known, "a name is defined twice")
    _demand(len(known) < MAX_NAMES, "more names than any policy needs")
    known[name] = defined


def _defined(known: Mapping[str, VerifierKey | Group], name: str) -> VerifierKey | Group:
    _demand(name in known, "a name is used before it is defined")
    return known[name]


def _group(
    known: Mapping[str, VerifierKey | Group], threshold: str, members: Sequence[str]
) -> Group:
    asked = {"all": len(members), "any": 1}.get(threshold)
    if asked is None:
        number = re.fullmatch(r"[1-9][0-9]{0,3}", threshold, re.ASCII)
        _demand(number, "a group asks for all, any or a number of its members")
        asked = int(threshold)
    return Group(asked, tuple(_defined(known, name) for name in members))


def _witnesses(node: VerifierKey | Group) -> tuple[VerifierKey, ...]:
    if isinstance(node, VerifierKey):
        return (node,)
    return tuple(key for member in node.members for key in _witnesses(member))


def _met_at(node: VerifierKey | Group, seen_at: Mapping[VerifierKey, datetime]) -> datetime | None:
    if isinstance(node, VerifierKey):
        return seen_at.get(node)
    times = sorted(at for member in node.members if (at := _met_at(member, seen_at)) is not None)
    return times[node.threshold - 1] if len(times) >= node.threshold else None
