import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from gateway.commands.demonstration.installation import STOP_S, Installation, Server, free_port
from gateway.commands.demonstration.witnessing import NAME
from gateway.commands.keys_making import make_keys
from gateway.commands.migrate import migrate_database
from gateway.commands.partner import enrol
from gateway.commands.receipts import acknowledgement_of
from gateway.config import environment_of_child
from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from tests.partners.identity_beside import node
from tests.witnessed import until

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Named(Installation):
    """An installation with settings of its own."""

    named: dict

    @property
    def settings(self):
        return self.named


@pytest.fixture
def installation(tmp_path):
    installation = Installation(folder=tmp_path, port=free_port())
    make_keys(installation.config)
    migrate_database(installation.config)
    return installation


def test_it_stops_cleanly_on_a_signal_and_leaves_no_write_behind(installation):
    server = Server(installation)
    try:
        server.wait_ready()
    finally:
        code, seconds = server.stop()
    assert code == 0
    assert seconds < STOP_S
    assert not (installation.config.home / "gateway.sqlite3-wal").exists()


def test_a_client_that_never_ends_its_body_does_not_keep_it(installation):
    partner = Partner(
        id="operator",
        name="Exploitant",
        siret=Siret.parse("55208131721071"),
        type=SenderType.OPERATOR,
        flows=frozenset({Flow.OPERATIONAL}),
    )
    token = enrol(installation.config, partner)
    head = (
        f"POST /v1/transmissions HTTP/1.1\r\nHost: 127.0.0.1:{installation.port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        "Content-Length: 90000\r\n\r\n{"
    )
    server = Server(installation)
    try:
        server.wait_ready()
        client = socket.create_connection(("127.0.0.1", installation.port))
        client.sendall(head.encode())
        time.sleep(0.5)
    finally:
        code, seconds = server.stop()
    client.close()
    assert code == 0
    assert seconds < STOP_S


def test_its_log_is_json_and_holds_no_path_or_query(installation):
    server = Server(installation)
    try:
        server.wait_ready()
        with requests.Session() as session:
            session.trust_env = False
            session.get(f"{installation.url}/290069912345619?nir=290069912345619", timeout=30)
    finally:
        server.stop()
    text = server.log.read_text()
    assert all(line.startswith("{") and line.endswith("}") for line in text.splitlines())
    assert '"door": "other"' in text
    assert "290069912345619" not in text


def test_a_port_that_is_taken_is_one_message(installation):
    server = Server(installation)
    try:
        server.wait_ready()
        second = Server(Installation(folder=installation.folder, port=installation.port))
        assert second._process.wait(30) == 3
    finally:
        server.stop()
    text = second.log.read_text()
    assert "--port" in text
    assert "Traceback" not in text


def test_make_run_asks_registers_shows_stamp_and_cosignature_and_leaves_nothing_behind(tmp_path):
    port, mark = free_port(), f"OF_THIS_TEST={uuid.uuid4()}"
    process = subprocess.Popen(
        [*_what_make_runs(), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | dict([mark.split("=")]),
    )
    with process:
        shown = []
        for line in process.stdout:
            shown.append(line)
            if "siseri-gateway verify" in line:
                try:
                    running = _processes_with(mark)
                    verified = _verified_as_shown(shown, tmp_path / "accuse.json")
                finally:
                    process.send_signal(signal.SIGTERM)
                break
        rest, told = process.stdout.read(), process.stderr.read()
    assert verified["proved"]
    assert verified["seenAt"] <= verified["timestampedAt"]
    read = acknowledgement_of((tmp_path / "accuse.json").read_bytes())
    stated = {one.name: one.version for one in read.references}
    assert {"Sirene": "online", "Ameli": "online"}.items() <= stated.items()
    assert "✓ chaque employeur et chaque travailleur est vérifié" in "".join(shown)
    assert "✗" not in "".join(shown)
    assert process.returncode == 0
    assert "arrêt propre" in rest
    assert len(running) >= len(("registers", "tsa", "demo", "server", "witness"))
    until(lambda: not _processes_with(mark), what="it left something behind")
    signs_in = ("proconnect (double)", "franceconnect (double)", "Portail (double)")
    assert [line.partition(":")[0].strip() for line in told.split("\n") if line] == [
        "api.insee.fr (double)",
        "INSi (double)",
        *(("ProConnect, FranceConnect+",) if node() is None else signs_in),
    ]
    assert node() is None or f"http://127.0.0.1:{port}/identite" in "".join(shown)


def _what_make_runs():
    """The command of `make run`."""
    recipe = re.search(r"^run:.*\n\t-@.*\n\t(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[
        1
    ]
    return shlex.split(recipe.replace("$(BIN)", str(Path(sys.executable).parent)))


def _processes_with(mark):
    """The processes that have inherited this variable of the environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if mark.encode() in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
    return found


def _verified_as_shown(lines, file):
    """Fetch the receipt as the demonstration says until it is complete, and verify it so."""
    token, address = re.search(r"Bearer (\S+)' (\S+/v1/receipts/\S+)", "".join(lines)).groups()
    asked = lines[-1].partition("accuse.json")[2].split()
    assert {"--trust", "--policy", "--require-timestamp"} <= {*asked}
    with requests.Session() as session:
        session.trust_env = False
        session.headers["authorization"] = f"Bearer {token}"
        for _ in range(600):
            file.write_bytes(session.get(address, timeout=30).content)
            if all(sign in file.read_bytes() for sign in (b'"timestamp"', NAME.encode())):
                break
            time.sleep(0.1)
    command = [sys.executable, "-m", "gateway", "verify", file, *asked, "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    return json.loads(done.stdout)


def test_the_operator_s_listener_is_apart_and_off_unless_it_is_named(installation):
    port = free_port()
    with requests.Session() as session:
        session.trust_env = False
        for bind, is_there in (("", False), (f"127.0.0.1:{port}", True)):
            settings = {**installation.settings, "ADMIN_BIND": bind}
            server = Server(
                Named(folder=installation.folder, port=installation.port, named=settings)
            )
            try:
                server.wait_ready()
                public = session.get(f"{installation.url}/metrics", timeout=30)
                assert public.status_code == 404
                try:
                    found = session.get(f"http://127.0.0.1:{port}/metrics", timeout=30)
                    assert is_there
                    assert 'siseri_requests_total{door="/health",status="200"}' in found.text
                except requests.ConnectionError:
                    assert not is_there
            finally:
                code, seconds = server.stop()
            assert (code, seconds < STOP_S) == (0, True)


def test_an_address_of_the_operator_that_is_taken_is_told(installation):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "serve"],
            env=environment_of_child({**installation.settings, "ADMIN_BIND": bind}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 3
    assert "SISERI_ADMIN_BIND" in done.stderr
