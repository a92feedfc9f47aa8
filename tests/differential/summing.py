"""The chapters of a ledger added up: what they covered, and what is missing."""

from collections import Counter

from tests.differential.coverage import (
    CODES,
    UNTELLABLE,
    missing_codes,
    optional_members,
    unexpected_codes,
)
from tests.differential.kinds import scalar_members
from tests.differential.mutants import DIGITLESS
from tests.differential.steps import DOORS

LEAST = 20
"""How often each code must be told at each door that can be told it."""
LEAST_TRANSMISSIONS, LEAST_FILES = 5_000, 10_000


class Sum:
    """The entries of a ledger, added up."""

    def __init__(self, entries):
        self._counted = {
            name: Counter()
            for name in (
                *("codes", "dispositions", "told", "present", "absent", "operations", "mutants"),
            )
        }
        self._chapters = 0
        for entry in entries:
            self._chapters += 1
            for name, counted in self._counted.items():
                counted.update(entry[name])
        self._codes = Counter(
            {tuple(name.split()): count for name, count in self._counted["codes"].items()}
        )

    def faults(self):
        """What a full run must not leave."""
        told, present, absent = (self._counted[name] for name in ("told", "present", "absent"))
        faults = [
            f"{code} at {door}: {count} times"
            for (code, door), count in missing_codes(self._codes, least=LEAST).items()
        ]
        faults += [f"{pair} was said to be untellable" for pair in unexpected_codes(self._codes)]
        for member in sorted(optional_members()):
            if not present[member] or not absent[member]:
                faults.append(f"{member}: {present[member]} there, {absent[member]} not")
        for least, name in ((LEAST_TRANSMISSIONS, "transmissions"), (LEAST_FILES, "files")):
            if told[name] < least:
                faults.append(f"{told[name]} {name} of {least}")
        never = mutable_members() - self._counted["mutants"].keys()
        if never:
            faults.append(f"no mutant of {', '.join(sorted(never))}")
        return faults

    def _least_told(self):
        for door in DOORS:
            counts = {c: self._codes[c, door] for c in CODES if (c, door) not in UNTELLABLE}
            code = min(counts, key=counts.get)
            yield f"at {door} | {code}, {counts[code]:,} times"

    def report(self):
        """For docs/differential.md."""
        told = self._counted["told"]
        lines = [f"{self._chapters} chapters", "", "| | |", "|---|---|"]
        lines += [f"| {name} | {count:,} |" for name, count in sorted(told.items())]
        mutants = self._counted["mutants"]
        lines += [f"| mutants, all seen | {mutants.total():,}, of {len(mutants)} members |"]
        lines += [f"| {name} | {n:,} |" for name, n in self._counted["dispositions"].most_common()]
        lines += [f"| least told code {told} |" for told in self._least_told()]
        lines += ["", f"| code | {' | '.join(DOORS)} |", f"|---{'|---' * len(DOORS)}|"]
        for code in CODES:
            counts = [
                "–" if (code, door) in UNTELLABLE else f"{self._codes[code, door]:,}"
                for door in DOORS
            ]
            lines.append(f"| {code} | {' | '.join(counts)} |")
        lines += ["", "| optional member | there | not there |", "|---|---|---|"]
        present, absent = self._counted["present"], self._counted["absent"]
        for member in sorted(optional_members()):
            lines.append(f"| {member} | {present[member]:,} | {absent[member]:,} |")
        lines += ["", "| flow and operation | lines |", "|---|---|"]
        lines += [f"| {n} | {c:,} |" for n, c in sorted(self._counted["operations"].items())]
        return "\n".join(lines)


def mutable_members():
    """The members whose values have digits, as `mutants` names them."""
    return {
        f"{owner.__name__}.{member}"
        for owner, member in scalar_members()
        if (owner, member) not in DIGITLESS
    }
