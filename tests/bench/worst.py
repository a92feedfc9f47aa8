"""`make worst`: what bad messages cost beside good ones, and what the largest ones cost.

Each bad message alternates with a good one of as many lines; the ratio is the median of the pairs.
Memory is the growth of the process while it answers (`tests.hostile.observed`).
"""

import asyncio
import copy
import re
import statistics
import sys
import tempfile
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.bench import material
from tests.bench.case import TYPES
from tests.bench.installation import gateway
from tests.hostile.observed import Memory

LINES = 5_000
PAIRS = 3
MAX_BODY_BYTES = 5 * 1024 * 1024
QUANTITIES = ("HP10", "HP007", "HP3", "E")
RADIATIONS = ("PHOTON", "BETA", "NEUTRON", "TOTAL", "COSMIC", "RADON", "ALPHA")


def unreadable(line):
    """Fails its schema in several members."""
    line["measurements"][0]["value"] = "x"
    line["worker"]["sex"] = "X"
    line["dosimeter"]["location"] = "NOWHERE"


def refused(line):
    """Can be read, and is refused by rules of several families."""
    line["worker"]["nir"] = line["worker"]["nir"][:-2] + "00"
    line["employer"]["siret"] = "90000003500016"
    line["measurements"][0] |= {"value": "99999.999", "status": "MEASURED"}
    line["period"] = {"start": line["period"]["end"], "end": "2020-01-01"}


def unknown(line):
    """Of nobody whom the directory knows: held."""
    root = f"29006999{line['ref'][1:]}"
    line["worker"]["nir"] = f"{root}{97 - int(root) % 97:02d}"


BAD = {"unreadable": unreadable, "refused": refused, "unknown to the directory": unknown}


def crowded(line):
    """Every quantity with every radiation."""
    line["measurements"] = [
        {"quantity": q, "radiation": r, "status": "MEASURED", "value": "0.1"}
        for q in QUANTITIES
        for r in RADIATIONS
    ]


def repeated(line):
    """Sixty-four times the same measurement."""
    line["measurements"] = [dict(line["measurements"][0]) for _ in range(64)]


def wrong(line):
    """Sixty-four measurements, each with findings of four rules."""
    line["measurements"] = [
        {"quantity": "HP3", "radiation": "PHOTON", "status": "MEASURED", "value": "99999.999"}
        for _ in range(64)
    ]


def spoilt(form, spoil):
    form = copy.deepcopy(form)
    for line in form["results"]:
        spoil(line)
    return totalled(form)


def totalled(form):
    values = [m for line in form["results"] for m in line["measurements"]]
    total = sum(round(float(m["value"]) * 1000) for m in values if m["value"] != "x")
    form["totals"] = {
        "results": len(form["results"]),
        "measurements": len(values),
        "sumMsv": f"{total / 1000:.3f}",
    }
    form["id"] = str(uuid.uuid4())
    return form


def written(form, door):
    xml = material.as_xml(form)
    return {"json": material.as_json(form), "xml": xml, "soap": material.as_soap(xml)}[door]


def full(form, door):
    """The form with as many of its lines as 5 MiB hold."""
    line = len(written({**form, "results": form["results"][:20]}, door)) / 20
    form = copy.deepcopy(form)
    form["results"] = form["results"][: int(MAX_BODY_BYTES / line)]
    while len(body := written(totalled(form), door)) > MAX_BODY_BYTES:
        form["results"] = form["results"][:-50]
    return body, len(form["results"])


class Asked:
    """A gateway that knows the workers, and what an answer costs."""

    def __init__(self, home, people):
        self._open = ExitStack()
        self._served, token = self._open.enter_context(gateway(home, people, database="sqlite"))
        self._loop, self._memory = asyncio.new_event_loop(), Memory()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self._served.asgi), base_url="http://bench"
        )
        self._token = token

    def __call__(self, body, door):
        """CPU in s, growth in MiB, and the answer."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": TYPES[door]}
        address = "/soap/v1" if door == "soap" else "/v1/transmissions"
        self._memory.begin()
        started = time.process_time()
        answer = self._loop.run_until_complete(
            self._client.post(address, content=body, headers=headers, timeout=None)
        )
        return time.process_time() - started, self._memory.growth(), answer

    def close(self):
        self._loop.run_until_complete(self._client.aclose())
        self._open.close()


def disposition(answer):
    found = re.search(r"disposition(?:\":\"|>)([A-Z_]+)", answer.text)
    return found[1] if found else "-"


def beside_good(asked, people):
    print(
        "| door | 5,000 lines, all | disposition | CPU s | good CPU s | ratio |\n"
        + "|---" * 6
        + "|"
    )
    for door in TYPES:
        for name, spoil in BAD.items():
            pairs = []
            for number in range(PAIRS):
                good = material.transmission(people, month=number, seed=number)
                bad_s, _, answer = asked(written(spoilt(good, spoil), door), door)
                good_s, _, _ = asked(written(totalled(good), door), door)
                pairs.append((bad_s, good_s))
            bad_s, good_s = (statistics.median(side) for side in zip(*pairs, strict=True))
            ratio = statistics.median(bad / good for bad, good in pairs)
            row = (door, name, disposition(answer), f"{bad_s:.2f}", f"{good_s:.2f}", f"{ratio:.2f}")
            print("|", " | ".join(row), "|", flush=True)


def largest(asked, people):
    print(
        "\n| message of 5 MiB | door | lines | disposition | CPU s | growth MiB | answer MiB |\n"
        + "|---" * 7
        + "|"
    )
    good = material.transmission(people, month=11, seed=11)
    kinds = {
        "good lines": good,
        "28 measurements a line": spoilt(good, crowded),
        "64 times one measurement a line": spoilt(good, repeated),
        "64 bad measurements a line": spoilt(good, wrong),
    }
    for name, form in kinds.items():
        for door in TYPES:
            body, lines = full(form, door)
            if door != "json":
                indented = body.replace(b"><", b">\n<")
                body = indented if len(indented) <= MAX_BODY_BYTES else body
            cpu_s, growth_mib, answer = asked(body, door)
            row = (name, door, str(lines), f"{answer.status_code} {disposition(answer)}")
            size_mib = len(answer.content) / 2**20
            figures = (f"{cpu_s:.2f}", f"{growth_mib:.0f}", f"{size_mib:.2f}")
            print("|", " | ".join((*row, *figures)), "|", flush=True)


def main():
    people = material.workers(LINES)
    with tempfile.TemporaryDirectory() as folder:
        asked = Asked(Path(folder), people)
        asked(written(material.transmission(people[:50], month=0, seed=99), "json"), "json")
        beside_good(asked, people)
        largest(asked, people)
        asked.close()


if __name__ == "__main__":
    sys.exit(main())
