"""A witness that is killed at any moment never cosigns a second past."""

import signal
import subprocess
import sys
import threading
from contextlib import suppress

import requests
from requests.exceptions import ChunkedEncodingError

from gateway.commands.demonstration.installation import Process, free_port
from gateway.commands.demonstration.witnessing import NAME
from signing.log.witness_folder import new_witness
from tests.witnessed import ROOT, is_listening, until
from tests.witnesses import ALog, a_witness

KILLED = """
import os, signal, sys
from pathlib import Path
from gateway.commands.opening import WallClock
from gateway.evidence.cosigning import CosigningWitness
from signing.log.vkey import parse_vkey
from signing.log.witness_folder import WitnessFolder

class Dying:
    # what the witness signs with, which kills it before the signature is made
    def __init__(self, signer):
        self.vkey = signer.vkey
    def sign(self, message):
        os.kill(os.getpid(), signal.SIGKILL)

folder = WitnessFolder(Path(sys.argv[1]))
folder.signer = Dying(folder.signer)
witness = CosigningWitness(memory=folder, keys=[parse_vkey(sys.argv[2])], clock=WallClock())
witness.add_checkpoint(sys.stdin.buffer.read())
"""


def test_killed_between_its_state_and_its_answer_it_never_cosigns_another_past(tmp_path):
    log, forked = ALog(30), ALog(30, rewritten=[2])
    folder = tmp_path / "w"
    new_witness(folder, name=NAME)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder), log.key.vkey.text],
        cwd=ROOT,
        input=log.request(0, 9).octets,
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with a_witness(folder) as witness:
        for old, size, status in ((0, 9, 409), (9, 9, 409), (9, 20, 422)):
            assert witness.add_checkpoint(forked.request(old, size).octets).status == status
        assert witness.add_checkpoint(log.request(0, 9).octets).content == b"9\n"
        assert witness.add_checkpoint(log.request(9, 9).octets).status == 200
        assert witness.add_checkpoint(log.request(9, 20).octets).status == 200


def test_killed_again_and_again_while_it_is_asked_it_cosigns_one_past(tmp_path):
    log, forked = ALog(400), ALog(400, rewritten=[2])
    folder, port = tmp_path / "w", free_port()
    new_witness(folder, name=NAME)
    last = 3

    def post(request):
        url = f"http://127.0.0.1:{port}/add-checkpoint"
        return requests.post(url, data=request.octets, timeout=30)

    for turn in range(2):
        process = Process(
            *("witness", f"--folder={folder}", f"--port={port}", f"--log={log.key.vkey.text}"),
            log=tmp_path / "witness.log",
        )
        until(lambda: is_listening(port), what="it did not start")
        known = post(log.request(0, 3))
        size = int(known.content) if known.status_code == 409 else 3
        assert last <= size <= last + 1  # what was answered is known; one more may have been kept
        assert post(forked.request(size, size)).status_code == 409
        assert post(forked.request(size, 400)).status_code == 422
        last = size
        assert post(log.request(last, last + 1)).status_code == 200
        last += 1
        timer = threading.Timer(0.2 + turn / 10, process.kill)
        timer.start()
        with suppress(requests.ConnectionError, ChunkedEncodingError):  # killed within an answer
            while last < (190, 380)[turn]:
                assert post(log.request(last, last + 1)).status_code == 200
                last += 1
        timer.join()
        process.stop()
    assert last > 3
