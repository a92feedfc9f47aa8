"""Who speaks of the evidence log beside its gateway: a witness, and an authority of time-stamps.

Each is a process of its own, and may be killed; the witness comes back at the same address, with
the same folder.
"""

import subprocess
import sys
import time

from cryptography import x509

from gateway.commands.demonstration.installation import free_port
from gateway.commands.demonstration.witnessing import NAME
from gateway.config import environment_of_child
from signing.log.witness_folder import EVIDENCE, WitnessFolder, new_witness
from signing.register import load_register
from tests.witnessed import ROOT, is_listening, until

_DYING = ("setpriv", "--pdeathsig", "KILL", "--")  # with the tests, however they end
_ATTEMPTS = 50
"""Of a start: a client's socket may hold the port for a moment."""


class Outsiders:
    """A witness that nobody has started yet, and an authority that stamps."""

    def __init__(self, folder):
        folder.mkdir()
        self._folder, self._memory = folder, folder / "witness"
        self._port = free_port()
        self._witness = None
        self.policy = folder / "witnesses.policy"
        key = new_witness(self._memory, name=NAME)
        url = f"http://127.0.0.1:{self._port}"
        self.policy.write_text(f"witness temoin {key.text} {url}\nquorum temoin\n")
        self._roots = folder / "roots.pem"
        self._stamped_at = free_port()
        self._authority = self._process(
            "tests.partners.tsa_example.server",
            *("--port", str(self._stamped_at), "--root", str(self._roots)),
        )
        until(self._has_roots, what="no authority of time-stamps")

    def settings(self, *, every_s):
        """Of the gateway, by name without its prefix: it asks both so often."""
        return {
            "WITNESSES": str(self.policy),
            "WITNESS_EVERY_S": str(every_s),
            "TSA": "EXEMPLE",
            "TSA_EXEMPLE_URL": f"http://127.0.0.1:{self._stamped_at}/tsr",
            "TSA_EXEMPLE_ROOTS": str(self._roots),
            "TSA_EVERY_S": str(every_s),
            "TSA_WARN_S": "7200",
        }

    def start_witness(self, signing_keys):
        """Start it, or start it again, for the log whose keys are in that folder."""
        known = [f"--log={one.vkey.text}" for one in load_register(signing_keys).log.keys]
        stated = ("witness", f"--folder={self._memory}", f"--port={self._port}", *known)
        for _ in range(_ATTEMPTS):
            self._witness = self._process("gateway", *stated)
            until(self._is_settled, what="the witness neither listens nor ends")
            if self._witness.poll() is None:
                return
            time.sleep(0.1)
        raise AssertionError((self._folder / "log").read_text()[-2000:])

    def kill_witness(self):
        """As the kernel does that is out of memory; one that is dead stays so."""
        self._witness.kill()
        self._witness.wait()

    def seen(self, origin):
        """The largest checkpoint of that log that the witness, which is killed, remembers."""
        memory = WitnessFolder(self._memory)
        try:
            return memory.seen(origin)
        finally:
            memory.close()

    @property
    def accusations(self):
        """What it keeps of logs that rewrote their past."""
        return sorted((self._memory / EVIDENCE).glob("*"))

    def stop(self):
        for process in (self._witness, self._authority):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()

    def _is_settled(self):
        return self._witness.poll() is not None or is_listening(self._port)

    def _has_roots(self):
        try:
            return x509.load_pem_x509_certificates(self._roots.read_bytes())
        except (OSError, ValueError):  # not there yet, or half of it
            return None

    def _process(self, *arguments):
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*_DYING, sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=environment_of_child({}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
