"""A chapter in the making: transmissions in order, drawn from one seed."""

import random
import re
from datetime import date, timedelta
from decimal import Decimal

from tests.differential import people, said
from tests.differential.lines import About, Pen
from tests.differential.steps import Step

TODAY = date(2026, 11, 20)
_MSV = re.compile(r"(0|[1-9]\d{0,6})(\.\d{1,3})?", re.ASCII)


class Story:
    """What was told so far, and what it takes to go on without contradicting it by chance."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.pen = Pen(self.dice)
        self.steps = []
        self._used = set()

    # ---------- whom and when

    def about(self, person=None, *, employer=None):
        """A person at work and days of which nothing was told yet, read within twenty days."""
        person = person or self.dice.choice(people.PLAIN)
        contract = (
            self.dice.choice(person.contracts) if person in people.PLAIN else person.contracts[0]
        )
        if employer is not None:
            contract = next(one for one in person.contracts if one.employer == employer)
        while True:
            end = TODAY - timedelta(days=self.dice.randrange(7))
            start = end - timedelta(days=self.dice.randrange(28))
            if (person.nir, start, end) not in self._used:
                self._used.add((person.nir, start, end))
                break
        return About(
            person=person, employer=contract.employer, category=contract.category,
            other_exposures=contract.other_exposures, start=start, end=end,
        )  # fmt: skip

    def flow(self, flows=people.FLOWS):
        return self.dice.choice(flows)

    # ---------- what is told

    def result(self, flow, operation="INITIAL", about=None):
        """One right line."""
        about = about or self.about()
        ref = f"{self.dice.choice(('P-', 'L/', 'a.', ''))}{self.dice.randrange(10**6)}"
        return self.pen.result(flow, operation, about, ref=ref)

    def transmission(self, flow, lines, by, **changes):
        """Lines under a header that is right, totals included."""
        party = people.PARTY[by]
        chance = self.dice.random
        behalf = None
        employers = {line.employer.siret for line in lines if line.employer is not None}
        if len(employers) == 1 and chance() < 0.15:
            behalf = said.Establishment(siret=employers.pop())
        members = {
            "version": "1.0",
            "id": self.pen.uuid(),
            "flow": flow,
            "test": self.dice.choice((None, None, None, None, False, True)),
            "sender": said.Sender(
                type=party.type,
                siret=party.siret,
                accreditation=self.pen.maybe(party.accreditation or "Ré n° 1"),
                on_behalf_of=behalf,
            ),
            "issued_at": f"2026-11-20T{self.dice.randrange(24):02d}:00:00.5+01:00",
            "totals": self.totals(lines),
            "results": tuple(lines),
        }
        return said.Transmission(**{**members, **changes})

    def totals(self, lines):
        measured = [m for line in lines for m in line.measurements or ()]
        doses = [m.value for m in measured if m.value is not None and _MSV.fullmatch(m.value)]
        total = f"{sum(map(Decimal, doses), Decimal()):f}"
        zeros = self.dice.choice(("", "", "0", "00"))
        if "." in total and len(total.partition(".")[2]) + len(zeros) <= 3:
            total += zeros
        elif "." not in total:
            total += self.dice.choice(("", ".0", ".000"))
        return said.Totals(results=len(lines), measurements=len(measured), sum_msv=total)

    def sender_of(self, flow):
        return self.dice.choice(people.SENDERS[flow])

    def tell(self, flow, lines, *, by=None, brings=(), header=None, **given):
        """Append a step; its transmission."""
        by = by or self.sender_of(flow)
        transmission = self.transmission(flow, lines, by, **(header or {}))
        return self.tell_as_it_is(transmission, by=by, brings=brings, **given)

    def tell_as_it_is(self, transmission, *, by, brings=(), **given):
        codes = frozenset((brings,) if isinstance(brings, str) else brings)
        seed = self.dice.getrandbits(48)
        self.steps.append(Step(transmission=transmission, by=by, seed=seed, brings=codes, **given))
        return transmission

    def accepted(self, flow, about=None, *, by=None, line=None):
        """A line that is told and taken, not as a test; its transmission."""
        by = by or self.sender_of(flow)
        line = line or self.result(flow, about=about)
        return self.tell(flow, [line], by=by, header={"test": None})
