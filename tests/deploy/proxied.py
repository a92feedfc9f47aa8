"""The shipped nginx configuration, run as it is but for names, before a served gateway."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.commands.demonstration.installation import free_port
from gateway.model.directory import DirectoryVersion
from gateway.store import Store, SystemClock
from signing.authority import new_authority
from tests.authority import Authority
from tests.enrolled import put
from tests.machines import CertifiedMachine, Machine, p256
from tests.running import THE_LABORATORY, THE_OPERATOR, a_row, install

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ROOT / "deploy" / "nginx"
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
SERVERS = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
ANSWER_S = 30.0
"""How long an answer may take on a loaded machine."""
NAMES = x509.SubjectAlternativeName([x509.DNSName("localhost")])


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Proxied:
    """nginx, the gateway behind it, and the laboratory's machines before it."""

    def __init__(self, home):
        self.home, self.port, behind = home, free_port(), free_port()
        self.host = f"localhost:{self.port}"
        self.address = f"https://{self.host}"
        self.authority = Authority("AC d'essai")
        self._tls_files()
        self.config = config = install(home / "gateway", address=self.address)
        self._own_authority(config)
        clock = SystemClock()
        given = {"issuer": self.address, "clock": clock}
        self.machine = Machine("laboratory", **given)
        self.certified = CertifiedMachine("laboratory", authority=self.authority, **given)
        self.uncertified = CertifiedMachine("laboratory", authority=self.authority, **given)
        self.of_another_authority = CertifiedMachine("laboratory", **given)
        store = Store(config)
        for partner in (THE_LABORATORY, THE_OPERATOR):
            store.register.add(partner)
        for credential in (self.machine.credential(), self.certified.certificate_credential()):
            put(store.credentials, credential)
        store.directory.save([a_row(number) for number in range(1, 10)], version="test-1")
        store.directory.finish(DirectoryVersion(version="test-1", date=date(2026, 11, 1)))
        store.close()
        for machine in ("machine", "certified", "uncertified", "of_another_authority"):
            self._write(machine, getattr(self, machine))
        self._processes = [self._serve(behind), self._proxy(behind)]
        self._wait()

    def _own_authority(self, config):
        """The gateway certifies, and the proxy knows its authority, as deploy/nginx says."""
        made = new_authority(
            config.authority_keys, common_name="Essai", organisation="Essai", now=datetime.now(UTC)
        )
        with (self.home / "client-authorities.pem").open("ab") as known:
            known.write((config.authority_keys / f"{made}.cert.pem").read_bytes())

    def _tls_files(self):
        key = p256()
        more = ((SERVERS, False), (NAMES, False))
        certificate = self.authority.issue(key.public_key(), name="localhost", more=more)
        for name, octets in (
            ("server.pem", certificate.public_bytes(Encoding.PEM)),
            ("server.key", pem(key)),
            ("server-authority.pem", self.authority.certificate.public_bytes(Encoding.PEM)),
            ("client-authorities.pem", self.authority.certificate.public_bytes(Encoding.PEM)),
        ):
            (self.home / name).write_bytes(octets)

    def _write(self, name, machine):
        (self.home / f"{name}.key").write_bytes(pem(machine.key))
        if isinstance(machine, CertifiedMachine):
            certificate = machine.certificate.public_bytes(Encoding.PEM)
            (self.home / f"{name}.pem").write_bytes(certificate)

    def _serve(self, port):
        settings = {
            "HOME": self.home / "gateway", "PUBLIC_ADDRESS": self.address, "LISTEN_PORT": port,
            "TRUSTED_PROXIES": "127.0.0.1",
            "PROCONNECT_ISSUER": "https://proconnect.invalid/api/v2",
            "PROCONNECT_METADATA": "standard", "PROCONNECT_CLIENT_ID": "essai",
            "PROCONNECT_CLIENT_SECRET": "s" * 64,
        }  # fmt: skip
        named = {f"SISERI_{name}": str(value) for name, value in settings.items()}
        with (self.home / "gateway.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "gateway", "serve"],
                cwd=ROOT, env={**os.environ, **named}, stdout=log, stderr=log,
            )  # fmt: skip

    def _proxy(self, behind):
        shutil.copy(SHIPPED / "client-certificate.conf", self.home)
        shipped = (SHIPPED / "siseri-gateway.conf").read_text("utf-8")
        for said, here in (
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
            ("127.0.0.1:8480", f"127.0.0.1:{behind}"),
            ("gateway.example", "localhost"),
            ("/etc/siseri/tls/", f"{self.home}/"),
            ("/var/log/nginx/", f"{self.home}/"),
        ):
            assert said in shipped, said
            shipped = shipped.replace(said, here)
        (self.home / "siseri-gateway.conf").write_text(shipped, "utf-8")
        temporary = "".join(
            f"{kind}_temp_path {self.home}/of-{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.getuid() == 0 else ""
        (self.home / "nginx.conf").write_text(
            f"{user} pid {self.home}/nginx.pid; error_log {self.home}/error.log warn; daemon off;"
            f"events {{}} http {{ {temporary} include siseri-gateway.conf; }}"
        )
        return subprocess.Popen(
            [NGINX, "-p", str(self.home), "-c", "nginx.conf", "-e", str(self.home / "error.log")]
        )

    def _wait(self, until=b" 200 "):
        deadline = time.monotonic() + 60
        request = f"GET /health/ready HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
        while time.monotonic() < deadline:
            try:
                if until in self.answered(request.encode())[:16]:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        logs = (self.home / name for name in ("error.log", "gateway.log"))
        raise AssertionError([log.read_text() for log in logs if log.exists()])

    def context(self, machine=None):
        context = ssl.create_default_context(cafile=str(self.home / "server-authority.pem"))
        if machine is not None:
            context.load_cert_chain(self.home / f"{machine}.pem", self.home / f"{machine}.key")
        return context

    def answered(self, octets, *, machine=None, quiet_s=5.0, context=None, peer="127.0.0.1"):
        """What comes back for these very octets, until the proxy closes or falls silent.

        It is waited for longer than a loaded machine takes; once it came, for `quiet_s` more.
        """
        to, by = ("127.0.0.1", self.port), (peer, 0)
        with (
            socket.create_connection(to, timeout=ANSWER_S, source_address=by) as raw,
            (context or self.context(machine)).wrap_socket(raw, server_hostname="localhost") as tls,
        ):
            content = b""
            with suppress(OSError):  # it answers before all was sent, and closes
                tls.sendall(octets)
            with suppress(OSError):
                while chunk := tls.recv(65_536):
                    content += chunk
                    tls.settimeout(quiet_s)
            return content

    def close(self):
        for process in reversed(self._processes):
            process.terminate()
            process.wait(timeout=20)


class Unattended(Proxied):
    """The same nginx, and no gateway behind it."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self.host = f"localhost:{self.port}"
        self.authority = Authority("AC d'essai")
        self._tls_files()
        self._processes = [self._proxy(free_port())]
        self._wait(until=b" 503 ")
