"""`check` offline beside the server: the same findings and verdicts, but for what no file tells.

What is exempt is stated here a second time, not read off the command (docs/differential.md).
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from gateway.commands.check import inspector
from tests.differential import people

OF_REGISTER = {
    *(
        "I011",
        "I012",
        "R001",
        "V002",
        "R004",
        "R006",
        "R007",
        "D020",
        "D021",
        "D022",
        "U001",
        "U002",
        "U003",
    ),
    *("P004", "P010", "C001", "C002", "C003", "C005", "C006", "C007"),
}
OF_OUTSIDE_REGISTERS = {"V001", "E002", "E003", "E004", "I021", "I022", "I023", "I024"}
OF_ENROLMENT = {"H001", "H002"}
OF_RECEPTION = {"S007", "S011", "R009"}
EXEMPT = OF_REGISTER | OF_OUTSIDE_REGISTERS | OF_ENROLMENT | OF_RECEPTION
_OF_DIRECTORY = re.compile(r"/results/\d+/monitoring")
"""Where R003 is the directory's word; the sender's own is at `/monitoring/type`."""
_SEVERITY = ("ACCEPTED", "ACCEPTED_WITH_WARNINGS", "HELD", "REJECTED")


class Offline:
    """The engine of the command, for each sender."""

    def __init__(self, received_at):
        self._inspectors = {
            party.id: inspector(received_at, sender=party.siret) for party in people.PARTIES
        }

    def inspect(self, step, request):
        is_json = request.door == "json"
        file = Path("lot.json" if is_json else "lot.xml")
        return self._inspectors[step.by].inspect(file, request.body, is_json=is_json)


def compare(checked, shown, tally):
    """Hold a check to what the server `shown` said of the same bytes; count what was compared."""
    tally["files"] += 1
    offline = {(found.entry.code, found.pointer) for found in checked.found if found.index is None}
    online = _findings(shown)
    if "counts" not in shown:
        tally["files refused as a whole"] += 1
        _compare_refused(checked, offline, online, tally)
        return
    assert not checked.is_inadmissible
    _hold(offline, online)
    assert checked.line_count == shown["counts"]["results"]
    by_line = {}
    for found in checked.found:
        if found.index is not None:
            by_line.setdefault(found.index, set()).add((found.entry.code, found.pointer))
    told = {line["index"]: line for line in shown.get("lines", ())}
    for index in range(1, checked.line_count + 1):
        line = told.get(index, {"verdict": "ACCEPTED", "ref": checked.refs[index - 1]})
        assert line.get("ref") == checked.refs[index - 1]
        mine = checked.verdicts.get(index, "ACCEPTED")
        tally[_compare_line(by_line.get(index, set()), _findings(line), mine, line["verdict"])] += 1


def _findings(shown):
    return {(found["code"], found.get("pointer")) for found in shown.get("findings", ())}


def _hold(offline, online):
    """The server says all that the check says, and beside it only what a file cannot tell."""
    assert offline <= online, offline - online
    beyond = {
        (code, pointer) for code, pointer in online - offline if not _is_exempt(code, pointer)
    }
    assert not beyond, beyond


def _is_exempt(code, pointer):
    """`--sender` states a number, hence no type: H003 of the type is the enrolment's word."""
    if (code, pointer) == ("H003", "/sender/type"):
        return True
    return code in EXEMPT or (code == "R003" and _OF_DIRECTORY.fullmatch(pointer))


def _compare_refused(checked, offline, online, tally):
    if {code for code, _ in online} <= {"S007", "S011"} or online == {("H003", "/sender/type")}:
        tally["files refused for what no file tells"] += 1
        return
    assert checked.is_inadmissible or all(_is_exempt(*found) for found in online), (offline, online)
    if "H003" in {code for code, _ in online}:
        assert online <= offline, online - offline  # the server stops there, the check goes on
    else:
        _hold(offline, online)


def _compare_line(offline, online, mine, verdict):
    _hold(offline, online)
    if online == offline:
        assert mine == verdict, (mine, verdict)
        return "lines with the same findings and verdict"
    assert _SEVERITY.index(mine) <= _SEVERITY.index(verdict), (mine, verdict)
    if mine == verdict:
        return "lines with the same verdict, and more found by the server"
    return "lines on which the register had the last word"


def by_command(folder, by, day):
    """What the command itself says of every file of a folder: (findings, exit code) by name."""
    files = sorted(folder.iterdir())
    command = [sys.executable, "-m", "gateway", "check", "--json", "--day", day]
    done = subprocess.run(
        [*command, "--sender", people.PARTY[by].siret, *map(str, files)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if not name.startswith("SISERI_")},
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert done.returncode == max(entry["exitCode"] for entry in report["files"]), done.stderr
    return {
        Path(entry["file"]).name: (
            Counter((f["code"], f.get("pointer"), f.get("index")) for f in entry["findings"]),
            entry["exitCode"],
            entry["lines"],
        )
        for entry in report["files"]
    }


def as_by_command(checked):
    """The same of a check in this process."""
    counts = Counter(str(verdict) for verdict in checked.verdicts.values())
    return (
        Counter((found.entry.code, found.pointer, found.index) for found in checked.found),
        int(checked.exit_code),
        {
            "total": checked.line_count,
            "accepted": checked.line_count - len(checked.verdicts),
            "acceptedWithWarnings": counts["ACCEPTED_WITH_WARNINGS"],
            "rejected": counts["REJECTED"],
            "held": counts["HELD"],
        },
    )
