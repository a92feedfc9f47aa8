"""Calls that schemathesis makes of the OpenAPI document, sent to a served gateway.

Every check that it has is on: statuses, media types, headers and schemas as documented, sound data
taken and unsound refused, other methods and other credentials refused, what was made is found
again. Its stateful phase follows the document's links.
"""

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import schemathesis
from schemathesis.engine import Status, events, from_schema

from tests.conformance.document import OPERATIONS, read
from tests.doors.serving import Served

_TAKEN = ["2xx", "401", "404", "409", "429"]
_SIGNED = [*_TAKEN, "422"]
"""Sound by the schema is not yet right: control totals and versions are judged, and signed."""


def _only(operation_id, expected, **given):
    return {
        "include-operation-id": operation_id,
        "checks": {"positive_data_acceptance": {"expected-statuses": expected}},
        **given,
    }


def _configuration(served, *, examples, seed, is_whole):
    # the coverage phase makes a thousand calls of each body: every member spoilt in every way
    of_bodies = {} if is_whole else {"phases": {"coverage": {"enabled": False}}}
    return schemathesis.Config.from_dict(
        {
            "base-url": f"http://{served.host}",
            "headers": {"Authorization": f"Bearer {served.token}"},
            "continue-on-failure": True,
            "workers": 1,
            "generation": {
                "max-examples": examples,
                "deterministic": seed is None,
                "no-shrink": True,
                "database": "none",
            },
            **({} if seed is None else {"seed": seed}),
            "checks": {"positive_data_acceptance": {"expected-statuses": _TAKEN}},
            "operations": [
                _only("submitTransmission", _SIGNED, **of_bodies),
                _only("checkTransmission", _SIGNED, **of_bodies),
                # any text is a cursor by its schema; one that was never given is refused
                _only("listTransmissions", [*_TAKEN, "400"]),
                # a day by its schema may be none of the calendar
                _only("readEstablishment", [*_TAKEN, "400"]),
            ],
        }
    )


@dataclass
class Run:
    """What was met: how often each operation gave each status, and what was wrong."""

    met: Counter = field(default_factory=Counter)
    followed: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)

    @property
    def calls(self):
        return sum(self.met.values())

    def take(self, recorder):
        for case_id, interaction in recorder.interactions.items():
            if interaction.response is None:
                self.wrong.append(f"{recorder.label}: no answer")
                continue
            node = recorder.cases[case_id]
            operation = node.value.operation
            name = operation.definition.raw["operationId"]
            if node.value.method.upper() == OPERATIONS[name][0]:
                self.met[name, interaction.response.status_code] += 1
            if node.is_transition_applied:
                self.followed[node.transition.id, interaction.response.status_code] += 1
            for check in recorder.checks.get(case_id, ()):
                if check.status == Status.FAILURE:
                    status = interaction.response.status_code
                    message = check.failure_info.failure.message
                    self.wrong.append(f"{name}: {status}: {check.name}: {message}")


def run(served, *, examples, seed=None, is_whole=True):
    """Every phase, with that many examples of an operation; without a seed always the same ones."""
    schema = read(config=_configuration(served, examples=examples, seed=seed, is_whole=is_whole))
    found = Run()
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            found.take(event.recorder)
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.NonFatalError) and event.phase is not None:
            found.wrong.append(f"{event.label}: {event.info}")
    return found


def main():
    """`python -m tests.conformance.generated EXAMPLES [SEED]`: what was met, as a table."""
    examples = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as home:
        served = Served(Path(home))
        try:
            found = run(served, examples=examples, seed=seed)
        finally:
            served.stop()
    for (name, status), count in sorted(found.met.items()):
        print(f"{name:20} {status} {count:7}")
    for (link, status), count in sorted(found.followed.items()):
        print(f"{link:60} {status} {count:7}")
    print(*found.wrong, f"{found.calls} calls, {len(found.wrong)} wrong", sep="\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
