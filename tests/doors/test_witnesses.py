"""Witnesses that are away, slow or hostile: no answer is delayed, and readiness warns, no more."""

import json
import time
import uuid
from contextlib import ExitStack
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.model.witnessing import WitnessAnswer
from tests import builders
from tests.authority import Authority
from tests.doors.witnessed import LATE_S, Witnessed, submit
from tests.partners.tsa_example.server import Double as StampingDouble
from tests.partners.witness_example.server import Behaviour
from tests.running import NOW
from tests.tls import certified

SUBMISSIONS = 4
DEADLINE_S = 5.0
"""So long would each of them take, if it waited for a silent witness."""


def saying(status, content=b"", media_type="text/plain"):
    return lambda _: WitnessAnswer(status=status, media_type=media_type, content=content)


def test_a_receipt_is_cosigned_once_the_witness_has_seen_it_and_its_answer_never_changes(witnessed):
    form = builders.a_transmission(id=str(uuid.uuid4()))
    answer = witnessed.gateway.submit(form)
    assert witnessed.until(lambda: witnessed.cosigned(answer))
    assert witnessed.gateway.submit(form).content == answer.content


def test_a_witness_and_an_authority_behind_a_private_one_complete_a_receipt(tmp_path, start):
    chain, root = certified(tmp_path, Authority("Racine privée"))
    roots = tmp_path / "roots.pem"
    with ExitStack() as stack:
        stamping = stack.enter_context(StampingDouble(chain=chain, now=lambda: NOW))
        roots.write_bytes(stamping.stamper.root.certificate.public_bytes(Encoding.PEM))
        witnessed = Witnessed(
            tmp_path,
            stack,
            start,
            chain=chain,
            witness_authorities=root,
            tsa="PRIVEE",
            tsa_privee_url=stamping.url,
            tsa_privee_roots=roots,
            tsa_privee_authorities=root,
        )
        answer = submit(witnessed.gateway)
        assert witnessed.until(lambda: witnessed.cosigned(answer))
        witnessed.clock.advance(timedelta(minutes=2))  # now a stamp is due
        witnessed.gateway.gateway.proving.stamping.round()
        assert "timestamp" in witnessed.gateway.get(answer.http.headers["location"]).form["proof"]


HOSTILE = {
    "away": (Behaviour.HANGS_UP, saying(200)),
    "silent": (Behaviour.SILENT, saying(200)),
    "endless": (Behaviour.ANSWERS, saying(200, b"a" * 200_000)),
    "babbling": (Behaviour.ANSWERS, saying(200, b"\xe2\x80\x94 w AAAA\n")),
    "lying about sizes": (Behaviour.ANSWERS, saying(409, b"7\n", "text/x.tlog.size")),
}


def asked(double):
    """Whether it is asked within the time of a loaded machine."""
    end = time.monotonic() + 60
    while not double.requests and time.monotonic() < end:
        time.sleep(0.02)
    return bool(double.requests)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_answer_waits_for_a_witness_whatever_it_does_and_closing_neither(asking, name):
    asking.double.behaviour, answers = HOSTILE[name]
    asking.answer_by = answers
    first = submit(asking.gateway)
    assert asked(asking.double)  # it is being asked
    begun = time.monotonic()
    answers = [submit(asking.gateway) for _ in range(SUBMISSIONS)]
    assert time.monotonic() - begun < SUBMISSIONS * DEADLINE_S
    assert all("proof" in json.loads(answer.content) for answer in answers)
    assert asking.cosigned(first) == ()
    assert asking.state() == (200, [])
    asking.clock.advance(timedelta(seconds=LATE_S + 1))
    assert asking.state() == (200, ["witness-late"])


def test_a_witness_that_comes_back_ends_the_warning(witnessed):
    witnessed.answer_by = saying(500)
    answer = submit(witnessed.gateway)
    witnessed.clock.advance(timedelta(seconds=LATE_S + 1))
    assert witnessed.state() == (200, ["witness-late"])
    witnessed.answer_by = witnessed.witness.add_checkpoint
    assert witnessed.until(lambda: witnessed.cosigned(answer))
    assert witnessed.state() == (200, [])
