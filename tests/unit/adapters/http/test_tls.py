"""Who is not proved is not asked, and is told as a fault of ours: somebody must act."""

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from adapters.http import Answer, CallLimits, Request, State, TlsFiles
from gateway.errors import ConfigurationFault
from gateway.model.verification import Cause, NotAnswered, Urgency
from tests.authority import BEGIN, Authority
from tests.unit.adapters.http.scripted import (
    HOST,
    OK,
    PATIENCE_S,
    Scripted,
    an_upstream,
    by_status,
    dripping,
    saying,
    silent,
)

SERVERS, CLIENTS, OTHERS = (Authority(name) for name in ("serveurs", "clients", "autres"))
MARKED = "1 85 05 75 123 456 44"


class Files:
    """What a server and its client have on their disks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def root(self, authority: Authority) -> Path:
        path = self._folder / f"root-{id(authority)}.pem"
        path.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        return path

    def chain(self, name: str, authority: Authority, *, host: str = HOST, **issued: Any) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        found = authority.issue(key.public_key(), name=name, more=((names, False),), **issued)
        path = self._folder / f"{name}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(found.public_bytes(Encoding.PEM) + secret)
        return path

    def context(self, chain: Path, *, clients: Authority | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        if clients is not None:
            context.load_verify_locations(self.root(clients))
            context.verify_mode = ssl.CERT_REQUIRED
        return context


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def asked(server: Scripted, tls: TlsFiles | None, **changes: Any) -> tuple[Any, State]:
    upstream = an_upstream(server.url, tls=tls, **changes)
    outcome = upstream.call(
        Request(method="POST", path="/lps", content=MARKED.encode()),
        urgency=Urgency.BACKGROUND,
        deadline_s=PATIENCE_S,
        assess=by_status,
    )
    upstream.close()
    return outcome, upstream.breaker.state


def refused(server: Scripted, tls: TlsFiles | None) -> None:
    """Nothing of the question was told, and nobody is asked again before somebody acted."""
    outcome, state = asked(server, tls)
    assert isinstance(outcome, NotAnswered)
    assert outcome.cause is Cause.MISCONFIGURED
    assert state is State.OPEN


def test_both_sides_prove_themselves_by_the_named_authorities(files: Files) -> None:
    context = files.context(files.chain("server", SERVERS), clients=CLIENTS)
    tls = TlsFiles(authorities=files.root(SERVERS), certificate=files.chain("client", CLIENTS))
    with Scripted(saying(OK), tls=context) as server:
        assert isinstance(asked(server, tls)[0], Answer)
        assert MARKED.encode() in server.requests[0]


@pytest.mark.parametrize("believed", [OTHERS, None], ids=["another", "public"])
def test_a_server_of_another_authority_is_told_nothing(
    files: Files, believed: Authority | None
) -> None:
    tls = None if believed is None else TlsFiles(authorities=files.root(believed))
    with Scripted(saying(OK), tls=files.context(files.chain("server", SERVERS))) as server:
        refused(server, tls)
        assert server.requests == []


@pytest.mark.parametrize(
    "defect",
    [{"host": "127.0.0.1"}, {"end": BEGIN + timedelta(days=1)}],
    ids=["of another address", "that is over"],
)
def test_a_certificate_that_proves_nothing_is_told_nothing(
    files: Files, defect: dict[str, Any]
) -> None:
    context = files.context(files.chain("server", SERVERS, **defect))
    with Scripted(saying(OK), tls=context) as server:
        refused(server, TlsFiles(authorities=files.root(SERVERS)))
        assert server.requests == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("presents", [None, OTHERS], ids=["none", "another's"])
def test_a_client_without_the_certificate_that_is_asked_for_is_misconfigured(
    files: Files, presents: Authority | None, version: ssl.TLSVersion
) -> None:
    context = files.context(files.chain("server", SERVERS), clients=CLIENTS)
    context.minimum_version = context.maximum_version = version
    certificate = None if presents is None else files.chain("client", presents)
    with Scripted(saying(OK), tls=context) as server:
        refused(server, TlsFiles(authorities=files.root(SERVERS), certificate=certificate))
        assert server.requests == []


@pytest.mark.parametrize(
    "script",
    [silent, dripping(b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb\x03\x03", b"\x00", every_s=0.02)],
    ids=["silent", "by drips"],
)
def test_a_handshake_that_does_not_end_is_given_up(files: Files, script: Any) -> None:
    limits = CallLimits(connect_s=0.4, attempt_s=PATIENCE_S, max_bytes=1024, attempts=1)
    with Scripted(script, scheme="https") as server:
        tls = TlsFiles(authorities=files.root(SERVERS))
        outcome, state = asked(server, tls, limits=limits)
    assert outcome == NotAnswered(cause=Cause.TIMEOUT)
    assert state is State.CLOSED


def test_a_connection_that_ends_in_the_handshake_is_an_outage(files: Files) -> None:
    with Scripted(lambda connection: connection.close(), scheme="https") as server:
        outcome, _ = asked(server, TlsFiles(authorities=files.root(SERVERS)))
    assert outcome == NotAnswered(cause=Cause.OUTAGE)


def broken(files: Files, folder: Path) -> list[TlsFiles]:
    encrypted = folder / "encrypted.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    locked = BestAvailableEncryption(b"secret")
    encrypted.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    own, other = files.chain("own", CLIENTS), files.chain("other", CLIENTS)
    return [
        TlsFiles(authorities=folder / "nowhere.pem"),
        TlsFiles(authorities=encrypted),
        TlsFiles(certificate=folder / "nowhere.pem"),
        TlsFiles(certificate=own, key=other),
        TlsFiles(certificate=own, key=encrypted),
    ]


@pytest.mark.parametrize("number", range(5))
def test_files_that_prove_nobody_are_refused_at_once_and_no_password_is_asked_for(
    files: Files, tmp_path: Path, number: int
) -> None:
    with pytest.raises(ConfigurationFault):
        an_upstream("https://127.0.0.1:9", tls=broken(files, tmp_path)[number])
