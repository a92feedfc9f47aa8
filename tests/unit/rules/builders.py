"""Transmissions by what they have that the base has not, and judging them in a chosen world."""

import copy
from datetime import datetime

import msgspec

from gateway.rules.engine import WorkingRecord
from gateway.rules.examples import base_case, change
from tests.unit.rules.support import judge_transmission, no_facts


class World:
    """A directory, a record that lasts, and one partner."""

    def __init__(self, base="passive", *, facts=None, partner=None, **worker):
        self.case = base_case(base)
        self.partner = msgspec.structs.replace(self.case.partner, **(partner or {}))
        entry = self.case.directory[0]
        known = msgspec.structs.replace(entry.known, **worker)
        self.directory = (msgspec.structs.replace(entry, known=known),)
        self.record = WorkingRecord(no_facts() if facts is None else facts)
        self.received_at = datetime.fromisoformat(self.case.received_on)

    def form(self, *changes, lines=()):
        """The base with changes to its first line, then more lines, each as changes to the base."""
        form = copy.deepcopy(self.case.submissions[-1])
        first = copy.deepcopy(form["results"][0])
        for pointer, value in changes:
            change(form["results"][0], pointer, value)
        for place, line in enumerate(lines):
            form["results"].append(copy.deepcopy(first))
            form["results"][-1]["ref"] = f"more-{place}"
            for pointer, value in line:
                change(form["results"][-1], pointer, value)
        measurements = [m for line in form["results"] for m in line.get("measurements", ())]
        micro = sum(round(float(m["value"]) * 1000) for m in measurements if "value" in m)
        form["totals"] = {
            "results": len(form["results"]),
            "measurements": len(measurements),
            "sumMsv": f"{micro / 1000:.3f}",
        }
        return form

    def judge(self, *changes, lines=(), header=()):
        form = self.form(*changes, lines=lines)
        for pointer, value in header:
            change(form, pointer, value)
        return judge_transmission(
            form,
            partner=self.partner,
            directory=self.directory,
            record=self.record,
            received_at=self.received_at,
        )

    def codes(self, *changes, **kwargs):
        return self.judge(*changes, **kwargs).codes

    def at(self, code, *changes, **kwargs):
        """Where `code` points."""
        found = self.judge(*changes, **kwargs).all_findings
        return [finding.pointer for finding in found if finding.code == code]


def measurement(value="0.15", *, quantity="HP10", radiation="PHOTON", status="MEASURED", **more):
    form = {"quantity": quantity, "radiation": radiation, "status": status, **more}
    return form if value is None else {**form, "value": value}


def absence(quantity="HP10", radiation="TOTAL"):
    """The changes that make a line a declared absence."""
    pending = measurement(None, quantity=quantity, radiation=radiation, status="PENDING")
    return (("/operation", "ABSENCE"), ("/measurements", [pending]))


def period(start, end):
    return ("/period", {"start": start, "end": end})
