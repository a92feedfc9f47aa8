"""The outage drill: what is sent while Ameli and Sirene are away is judged by itself, later.

    python -m tests.drills --lines 5000

The gateway is whole, with its adapters over HTTP and TLS; the doubles misbehave. A fifth of the
lines is sent in each phase, one after the other; the rounds of the durable engine are run between
them. The clock of the gateway is moved on, that pauses and lifetimes end; breakers go by the wall.
"""

import argparse
import contextlib
import sys
import tempfile
import time
import uuid
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import msgspec

from gateway.commands.background_work import judge_again_task
from gateway.identifiers import Siret
from gateway.model.background import Turn
from gateway.model.directory import Attachment
from gateway.verification.rounds import VerificationRound
from tests import builders
from tests.fakes import FixedClock
from tests.partners.api_insee_fr.behaviours import Behaviour as OfSirene
from tests.partners.api_insee_fr.establishments import the_register
from tests.partners.api_insee_fr.server import Double as Sirene
from tests.partners.services_ps_ameli_fr.behaviours import Behaviour as OfAmeli
from tests.partners.services_ps_ameli_fr.server import Double as Ameli
from tests.registers import a_row, active_sirets, settings_of_ameli, settings_of_sirene
from tests.running import NOW, THE_LABORATORY, Running, loop

PHASES = {
    "down": (OfSirene.RESETS, OfAmeli.RESETS),
    "slow": (OfSirene.SILENT, OfAmeli.SILENT),
    "HTML with 200": (OfSirene.HTML_200, OfAmeli.HTML_200),
    "nothing is found": (OfSirene.NOTHING_FOUND, OfAmeli.FINDS_NOBODY),
    "back": (OfSirene.ANSWERS, OfAmeli.ANSWERS),
}
LINES_A_MESSAGE = 100
EMPLOYERS = 40
ROUNDS = 200
REST_S = 31.0
"""Until an open breaker lets a call through again, so that each phase is felt."""


class Drill:
    """One gateway, its two doubles, and what was sent."""

    def __init__(self, running, sirene, ameli):
        self.running, self._sirene, self._ameli = running, sirene, ameli
        self.sent = []
        """(phase, id of the transmission, its first acknowledgement)."""

    def behave(self, phase):
        of_sirene, of_ameli = PHASES[phase]
        self._sirene.behaviour = of_sirene
        self._ameli.plan(behaviour=of_ameli)

    def send(self, phase, rows):
        """One message; the receipt is proved as it is read."""
        lines = [_line(place, row) for place, row in enumerate(rows)]
        form = builders.a_transmission(results=lines, id=str(uuid.uuid4()))
        self.sent.append((phase, form["id"], self.running.submit(form).acknowledgement))

    def round(self):
        """A round of the engine: what is due is asked, then held lines are judged again."""
        gateway = self.running.gateway
        began = time.monotonic()
        VerificationRound(
            askings=tuple(gateway.verifying.askings.values()), judge_again=lambda: None
        )(Turn(is_stopping=lambda: False))
        asked, cpu = time.monotonic(), time.thread_time()
        judge_again_task(gateway)(Turn(is_stopping=lambda: False))
        held = self.running.counted("lines WHERE verdict = 'HELD'")
        _tell(
            f"  asked for {asked - began:.1f} s; judged again in {time.monotonic() - asked:.1f} s"
            f" ({time.thread_time() - cpu:.2f} s of CPU); {held} lines wait"
        )
        return held

    def settle(self):
        """Rounds until nothing waits; how many lines wait at the end."""
        held = 1
        for _ in range(ROUNDS):
            held = self.round()
            if not held:
                break
            self.running.clock.advance(timedelta(minutes=20))
            time.sleep(1.0)  # a breaker that is open lets one call through after a while
        return held

    def chain(self, transmission):
        """Every acknowledgement of a transmission, the first first, each proved and in the log."""
        status = self.running.get(f"/v1/transmissions/{transmission}").form
        above = {"id": status["receipt"]["acknowledgement"]["id"]}
        chain = []
        while above is not None:
            receipt = self.running.get(f"/v1/receipts/{above['id']}").form
            assert receipt["canonicalSha256"] == above.get(
                "canonicalSha256", status["receipt"]["canonicalSha256"]
            )
            assert "proof" in receipt
            chain.insert(0, receipt["acknowledgement"])
            above = chain[0].get("supersedes")
        assert [one["id"] for one in chain] == [
            one["acknowledgement"]["id"] for one in status["receipts"]
        ]
        return chain


def _tell(what):
    print(what, flush=True)


def _line(place, row):
    worker = {
        "nir": row.nir.reveal(),
        "birthName": row.birth_name,
        "firstName": row.first_name,
        "birthDate": row.birth_date,
        "sex": row.sex,
    }
    return builders.a_line(
        ref=f"P-{place}",
        worker=worker,
        employer={"siret": str(row.employer)},
        monitoring={"type": "SDI"},
    )


def _rows(count):
    employers = active_sirets(EMPLOYERS)
    laboratory = Siret.parse(builders.LABORATORY)
    for place in range(count):
        row = a_row(place, employers[place % EMPLOYERS])
        contract = msgspec.structs.replace(row.employment, category="A")
        to = Attachment(employer=row.employer, sender=laboratory, start=date(2025, 1, 1))
        yield msgspec.structs.replace(row, employment=contract, attachments=(to,))


def _told(drill):
    """Dispositions, refusals and lengths of chains, by phase."""
    table = []
    for phase in PHASES:
        counts, lengths = Counter(), Counter()
        for _, transmission, first in (one for one in drill.sent if one[0] == phase):
            chain = drill.chain(transmission)
            assert chain[0] == first
            for acknowledgement in chain:
                counts["refused"] += acknowledgement["counts"]["rejected"]
            counts["lines"] += chain[-1]["counts"]["results"]
            counts["held first"] += first["counts"]["held"]
            counts["held at last"] += chain[-1]["counts"]["held"]
            counts["accepted at last"] += chain[-1]["counts"]["accepted"]
            counts["with a warning"] += chain[-1]["counts"]["withWarnings"]
            for entry in chain[-1].get("codes", ()):
                counts[f"messages with {entry['code']}"] += 1
            lengths[len(chain)] += 1
        table.append((phase, counts, lengths))
    return table


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=5_000)
    count = parser.parse_args().lines
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="drill-")))
        (home / "ameli").mkdir()
        sirene = stack.enter_context(Sirene(the_register(count=2_000), quota=None))
        ameli = stack.enter_context(Ameli(home / "ameli"))
        told = {**settings_of_sirene(sirene), **settings_of_ameli(ameli)}
        named = {name.removeprefix("SISERI_").lower(): value for name, value in told.items()}
        named |= {"sirene_calls_per_minute": "6000", "ameli_calls_per_minute": "6000"}
        rows = list(_rows(count))
        running = Running(
            home / "gateway", portal=stack.enter_context(loop()), clock=FixedClock(NOW),
            partners=(THE_LABORATORY,), rows=rows, **named,
        )  # fmt: skip
        stack.callback(running.close)
        drill = Drill(running, sirene, ameli)
        share = count // len(PHASES)
        for place, phase in enumerate(PHASES):
            if place:
                time.sleep(REST_S)
            drill.behave(phase)
            _tell(f"{time.monotonic() - began:.0f} s: {phase}")
            of_phase = rows[place * share : (place + 1) * share]
            for first in range(0, len(of_phase), LINES_A_MESSAGE):
                drill.send(phase, of_phase[first : first + LINES_A_MESSAGE])
            drill.round()
            running.clock.advance(timedelta(hours=1))
        _tell(f"{time.monotonic() - began:.0f} s: everything is sent")
        left = drill.settle()
        _tell(f"{time.monotonic() - began:.0f} s: settled")
        table = _told(drill)
        for phase, counts, lengths in table:
            print(phase, dict(counts), "acknowledgements a message:", dict(lengths))
        print(f"{left} lines wait still, {time.monotonic() - began:.0f} s")
        return 1 if left or any(counts["refused"] for _, counts, _ in table) else 0


if __name__ == "__main__":
    sys.exit(main())
