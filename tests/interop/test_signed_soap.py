"""Clients that are not ours sign what they send: zeep, the npm package `soap`, and WSS4J."""

import importlib.util
import json
import shutil
import subprocess
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from lxml import etree

from gateway.model.directory import DirectoryVersion
from gateway.model.partners import Credential, CredentialKind
from gateway.storage.partner_credentials import new_credential_id
from gateway.store import Store
from signing.keys import parse_published
from signing.wss.token import NameKind, names_of
from tests import builders
from tests.doors.reading import ACKNOWLEDGEMENT, parsed, prove, unwrapped
from tests.doors.serving import Served
from tests.enrolled import put
from tests.hostile.wss import credentials, envelopes
from tests.interop.conftest import NPM
from tests.running import a_row, config_at

ROOT = Path(__file__).parent.parent.parent
QUICKSTART = ROOT / "docs" / "quickstart"
JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in ("wss4j", "xmlsec", "commons-logging", "slf4j-api")
]
PASSWORD = "of a test"  # noqa: S105 - of a key that lives as long as the test
PLAIN = {"ACCEPTED", "ACCEPTED_WITH_RESERVATIONS"}
"""The doses are of a fixed month: by the machine's clock they may be late."""


class Signing:
    """A gateway of now, and the key files of its partner: on a curve, and an old stack's RSA."""

    def __init__(self, home):
        self.folder = home
        (home / "gateway").mkdir()
        self.served = Served(home / "gateway", is_of_now=True)
        self.address = f"http://{self.served.host}"
        self.wsdl = f"{self.address}/soap/v1?wsdl"
        self.senders = {
            "curve": self._sender("curve", ec.generate_private_key(ec.SECP256R1())),
            "rsa": self._sender("rsa", rsa.generate_private_key(65_537, 3072)),
        }
        store = Store(config_at(home / "gateway", address=self.address))
        store.directory.save([a_row(number) for number in range(1, 40)], version="all")
        store.directory.finish(DirectoryVersion(version="all", date=date(2026, 11, 2)))
        for name, sender in self.senders.items():
            put(store.credentials, _enrolled(sender, is_old=name == "rsa"))
        store.close()

    def _sender(self, name, key):
        now = datetime.now(UTC)
        sender = credentials.certify(
            key, begin=now - timedelta(days=1), end=now + timedelta(days=1_095)
        )
        self.file(name, "key").write_bytes(sender.key_pem)
        self.file(name, "certificate").write_bytes(sender.certificate_pem)
        return sender

    def file(self, name, kind):
        return self.folder / f"{name}.{kind}.pem"

    def keystore(self, name):
        sender = self.senders[name]
        file = self.folder / f"{name}.p12"
        file.write_bytes(
            pkcs12.serialize_key_and_certificates(
                *(b"sender", sender.key, sender.certificate, None),
                BestAvailableEncryption(PASSWORD.encode()),
            )
        )
        return file

    def post(self, octets, version):
        headers = builders.soap_headers(version=version, operation="Ping")
        return httpx.post(f"{self.address}/soap/v1", content=octets, headers=headers, timeout=30)

    def trust(self):
        keys = httpx.get(f"{self.address}/.well-known/siseri-signing-keys.json", timeout=30)
        return parse_published(keys.content)


def _enrolled(sender, *, is_old):
    certificate = sender.certificate
    return Credential(
        id=new_credential_id(),
        partner_id="laboratory",
        kind=CredentialKind.CERTIFICATE,
        thumbprint=names_of(certificate)[NameKind.SHA256],
        public=sender.der,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        enrolled_at=certificate.not_valid_before_utc,
        allows_rsa_pkcs1_v15=is_old,
    )


@pytest.fixture(scope="module")
def signing(tmp_path_factory):
    running = Signing(tmp_path_factory.mktemp("signing"))
    yield running
    running.served.stop()


def assert_proven(receipt, signing):
    """The receipt verifies, and says that the signature proved the request."""
    prove(receipt, signing.trust())
    root = parsed(receipt)
    name = f"{{{ACKNOWLEDGEMENT}}}"
    kind = root.findtext(f"{name}acknowledgement/{name}received/{name}credential/{name}kind")
    disposition = root.findtext(f"{name}acknowledgement/{name}disposition")
    assert kind == "MESSAGE_SIGNATURE"
    assert disposition in PLAIN


@pytest.fixture(scope="module")
def soap_zeep():
    """The quickstart, as a partner runs it."""
    spec = importlib.util.spec_from_file_location("soap_zeep", QUICKSTART / "soap_zeep.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def session():
    with requests.Session() as own:
        own.trust_env = False
        yield own


def test_zeep_submits_what_it_signed(soap_zeep, signing, session, tmp_path, monkeypatch):
    files = (signing.file("curve", "key"), signing.file("curve", "certificate"))
    client = soap_zeep.connect(signing.wsdl, *map(str, files), session=session)
    form = builders.a_transmission()
    receipt = soap_zeep.submit(client, form)
    assert_proven(receipt, signing)
    file = tmp_path / "transmission.json"
    file.write_text(json.dumps(form), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    soap_zeep.main(signing.wsdl, *map(str, files), file)  # signed again, the same receipt
    assert (tmp_path / "receipt.xml").read_bytes() == receipt


def test_zeep_signs_by_soap_1_2_too(soap_zeep, signing, session):
    files = (signing.file("curve", "key"), signing.file("curve", "certificate"))
    client = soap_zeep.connect(signing.wsdl, *map(str, files), session=session)
    pong = client.bind("GatewayService", "GatewaySoap12").Ping()
    assert pong.credential.kind == "MESSAGE_SIGNATURE"


def test_the_npm_package_soap_submits_what_it_signed(run_node, signing):
    if not (NPM / "node_modules" / "soap").is_dir():
        pytest.skip("npm packages are not installed (make interop)")
    worker = builders.a_worker(2)
    form = builders.a_transmission(results=[builders.a_line(worker=worker)])
    lines = form.pop("results")
    given = {"transmission": {**form, "results": {"result": [_wrapped(line) for line in lines]}}}
    files = (signing.file("curve", "key"), signing.file("curve", "certificate"))
    done = run_node(
        *(QUICKSTART / "soap_node.cjs", signing.wsdl, *files, "SubmitTransmission"),
        json.dumps(given),
        env={"NODE_PATH": str(NPM / "node_modules"), "NO_PROXY": "127.0.0.1"},
    )
    assert done.returncode == 0, done.stderr
    assert_proven(unwrapped(done.stdout.encode()), signing)


def _wrapped(line):
    return {**line, "measurements": {"measurement": line["measurements"]}}


KINDS = ("DirectReference", "IssuerSerial", "SKIKeyIdentifier", "Thumbprint")
ALGORITHMS = {"curve": "ecdsa-sha256", "rsa": "rsa-sha256"}
CASES = [
    (name, ALGORITHMS[name], kind, version, is_addressed)
    for name in ALGORITHMS
    for kind in KINDS
    for version in ("1.1", "1.2")
    for is_addressed in (False, True)
]
OLD_DEFAULT = ("rsa", "rsa-sha1", "IssuerSerial", "1.1", False)


@pytest.fixture(scope="module")
def by_wss4j(signing):
    """Each case as WSS4J signs it, all in one run."""
    java = shutil.which("java")
    if java is None or not all(jar.exists() for jar in JARS):
        pytest.skip("Java and WSS4J are not installed (apt-get install libwss4j-java default-jdk)")
    cases = [*CASES, OLD_DEFAULT]
    stores = {name: str(signing.keystore(name)) for name in ALGORITHMS}
    lines = [
        "\t".join(
            (
                *(stores[name], envelopes.METHODS[method], envelopes.SHA["sha256"], kind),
                b64encode(_ping(signing, version, is_addressed=is_addressed)).decode(),
            )
        )
        for name, method, kind, version, is_addressed in cases
    ]
    source = Path(__file__).parent / "java" / "SignWithWss4j.java"
    done = subprocess.run(
        [java, "-cp", ":".join(map(str, JARS)), source, PASSWORD],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(cases, map(b64decode, done.stdout.split()), strict=True))


def test_wss4j_signs_in_the_profile_by_every_name_of_a_key(signing, by_wss4j):
    told = {case: signing.post(by_wss4j[case], case[3]).status_code for case in CASES}
    assert told == dict.fromkeys(CASES, 200)


def test_a_message_of_wss4j_s_old_defaults_is_told_which_algorithm_is_not_taken(signing, by_wss4j):
    answer = signing.post(by_wss4j[OLD_DEFAULT], "1.1")
    fault = etree.fromstring(answer.content)
    assert answer.status_code == 500
    assert fault.findtext(".//faultcode") == "wsse:UnsupportedAlgorithm"


def _ping(signing, version, *, is_addressed=False):
    blocks = envelopes.to_us(To=f"{signing.address}/soap/v1") if is_addressed else {}
    written = "".join(
        f'<a:{name} xmlns:a="{envelopes.WSA}">{text}</a:{name}>' for name, text in blocks.items()
    )
    return builders.in_soap(
        "", version=version, operation="Ping", header=f"<e:Header>{written}</e:Header>"
    )
