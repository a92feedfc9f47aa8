"""What was seen, chapter by chapter: JSON lines by seed, which a later run resumes."""

import json
from collections import Counter
from datetime import UTC, datetime


class Ledger:
    """One file for each kind of chaos in a folder."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def seeds(self, kind):
        """Those that were played to their end, in order."""
        return [entry["seed"] for entry in self.entries(kind)]

    def entries(self, kind):
        path = self._folder / f"{kind}.jsonl"
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def add(self, kind, seed, told):
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        with (self._folder / f"{kind}.jsonl").open("a") as file:
            file.write(json.dumps({"seed": seed, "at": at, **told}) + "\n")

    def summary(self, kind):
        """One line of the sums of a kind, for the page; the medians and worst of lists."""
        entries = self.entries(kind)
        sums, lists = Counter(), {}
        for entry in entries:
            for name, value in entry.items():
                if isinstance(value, list):
                    lists.setdefault(name, []).extend(value)
                elif isinstance(value, int) and name != "seed":
                    sums[name] += value
        parts = [f"{name} {value:,}" for name, value in sums.items()]
        for name, values in lists.items():
            ordered = sorted(values)
            middle = ordered[len(ordered) // 2]
            parts.append(f"{name} median {middle}, worst {ordered[-1]}")
        days = sorted({entry["at"][:10] for entry in entries})
        return f"{kind}: {len(entries)} chapters ({', '.join(days)}); " + "; ".join(parts)
