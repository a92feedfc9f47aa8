"""A process that answers every hostile input, and says what each cost; `tracing` watches it.

It is a process of its own so that its memory is its own. Freed memory is given back before each
input (`PYTHONMALLOC=malloc`, `malloc_trim`), so that the peak tells what that input took.
"""

import ctypes
import gc
import json
import os
import re
import subprocess
import sys
import time
import xml.sax
from pathlib import Path

from lxml import etree

from tests.hostile.corpus import ATTACKS, BENIGN
from tests.hostile.tracing import MARK
from tests.running import DOORS, Running, a_row, builders, loop
from tests.vectors.hostile import NAME, marked

CPU_S = 0.25
GROWTH_MIB = 64.0
TRIES = 3
_PEAK, _PRESENT = "VmHWM", "VmRSS"


class Memory:
    """Of this process, in MiB. Its files are opened once: to look is not to open."""

    def __init__(self):
        self._status = Path("/proc/self/status").open(encoding="ascii")  # noqa: SIM115
        self._clear = Path("/proc/self/clear_refs").open("w", encoding="ascii")  # noqa: SIM115
        self._trim = ctypes.CDLL(None).malloc_trim
        self._idle = float("inf")

    def _read(self, name):
        self._status.seek(0)
        return int(re.search(rf"{name}:\s+(\d+) kB", self._status.read())[1]) / 1024

    def begin(self):
        """Give back what is free, and forget the peak (proc(5), clear_refs 5)."""
        gc.collect()
        self._trim(0)
        self._clear.write("5")
        self._clear.flush()
        self._idle = min(self._idle, self._read(_PRESENT))

    def growth(self):
        """The peak beyond what the process took when it had done nothing: no memory is free."""
        return self._read(_PEAK) - self._idle


def measured(memory, work, *, settle=lambda: None, tries=TRIES):
    """The least CPU and the least growth of at most three tries: a bound holds in the best one.

    `settle` makes threads let go of what they did last: they keep it until they do something else.
    """
    cpu_s = growth_mib = float("inf")
    for _ in range(tries):
        settle()
        memory.begin()
        started = time.process_time()
        status = work()
        cpu_s = min(cpu_s, time.process_time() - started)
        growth_mib = min(growth_mib, memory.growth())
        if cpu_s <= CPU_S and growth_mib <= GROWTH_MIB:
            break
    return {"cpu_s": cpu_s, "growth_mib": growth_mib, "status": status}


def requests(gateway):
    """Each attack as something to do, by its name."""

    def of(attack):
        body = attack.spoil(marked())
        return lambda: (
            gateway.request(
                attack.method, attack.path, by="laboratory", headers=attack.headers, content=body
            ).status_code
        )

    return ((attack.name, of(attack)) for attack in ATTACKS)


def _read_by_sax(body):
    reader = xml.sax.make_parser()  # noqa: S317 - careless on purpose
    reader.setFeature(xml.sax.handler.feature_external_ges, True)  # noqa: FBT003
    reader.setContentHandler(xml.sax.ContentHandler())
    try:
        reader.feed(body)
        reader.close()
    except OSError:
        return "refused"
    return "read"


def _entity(address):
    return f'<!DOCTYPE t [<!ENTITY x SYSTEM "{address}">]><t>&x;</t>'.encode()


def _read_by_lxml(body, **given):
    return etree.tostring(etree.fromstring(body, etree.XMLParser(**given)), method="text").decode()


def permissive(home):
    """What careless readers make of such input: each must be caught by what watches ours."""
    outside = home / "outside.txt"
    siblings = b"<a>" + b"<b/>" * 1_000_000 + b"</a>"
    crowded = b"<a %b>" % b" ".join(b'xmlns:n%d="u:%d"' % (n, n) for n in range(700))
    crowded += b"<b/>" * 500 + b"</a>"
    return {
        "file-by-sax": lambda: _read_by_sax(_entity(outside.as_uri())),
        "file-by-libxml2": lambda: _read_by_lxml(
            _entity(outside.as_uri()), resolve_entities=True, load_dtd=True
        ),
        "network-by-sax": lambda: _read_by_sax(_entity("http://127.0.0.1:9/x.dtd")),
        "process": lambda: subprocess.run(["true"], check=True).returncode,
        "memory": lambda: etree.fromstring(siblings).tag,
        "cpu": lambda: len(etree.tostring(etree.fromstring(crowded), method="c14n")),
    }


def main(home, report):
    memory, costs = Memory(), {}
    (home / "outside.txt").write_text("x", "ascii")
    (home / "home").mkdir()
    with loop() as portal:
        gateway = Running(home / "home", portal=portal)
        gateway.know([a_row(birth_name=NAME)], version="test-2")
        for door in DOORS:
            gateway.submit(builders.a_transmission(), door=door)
        for attack in BENIGN:  # whatever is imported late is imported now
            gateway.request(
                attack.method,
                attack.path,
                by="laboratory",
                headers=attack.headers,
                content=attack.spoil(marked()),
            )
        gc.freeze()
        memory.begin()
        for name, work in requests(gateway):
            costs[name] = measured(memory, work, settle=lambda: gateway.get("/v1/me"))
        for name, work in requests(gateway):
            os.access(f"{MARK}{name}", os.R_OK)
            work()
        for name, work in permissive(home).items():
            os.access(f"{MARK}permissive-{name}", os.R_OK)
            costs[f"permissive-{name}"] = measured(memory, work, tries=1)
        os.access(MARK, os.R_OK)
        gateway.close()
    report.write_text(json.dumps(costs), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
