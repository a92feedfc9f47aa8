"""Where the time of the whole flow goes: a sampled profile of one case, all threads, own time.

python -m tests.bench.profile xml 5000
"""

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

WAITING = ("Condition.wait ", "GroupCommit.run ", "GroupCommit._next_group ")
"""Frames that wait for another thread: no work."""


def main(door: str, lines: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "stacks.txt"
        spy = [str(Path(sys.executable).parent / "py-spy"), "record", "-r", "400", "-f", "raw"]
        pairs = "8" if int(lines) > 1_000 else "400"
        case = ["-m", "tests.bench.case", "--door", door, "--lines", lines, "--pairs", pairs]
        command = [*spy, "-o", str(out), "--", sys.executable, *case]
        subprocess.run(command, check=True, capture_output=True)
        own: Counter[str] = Counter()
        steps: Counter[str] = Counter()
        for stack in out.read_text().splitlines():
            frames, _, count = stack.rpartition(" ")
            calls = frames.split(";")
            if not any(
                "receive (gateway" in call or "_commit (gateway/storage" in call for call in calls
            ):
                continue
            if calls[-1].startswith(WAITING):
                continue
            own[calls[-1]] += int(count)
            for call in {c.rpartition(":")[0] for c in calls if "(gateway/" in c}:
                steps[call] += int(count)
    total = sum(own.values())
    print(f"{door}, {lines} lines: {total} samples in the flow\n\nown time")
    for call, count in own.most_common(25):
        print(f"  {100 * count / total:5.1f} %  {call}")
    print("\nwith what it calls")
    for call, count in steps.most_common(30):
        print(f"  {100 * count / total:5.1f} %  {call})")


if __name__ == "__main__":
    main(*sys.argv[1:3])
