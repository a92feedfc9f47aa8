"""Witnesses that are away, slow or hostile: no answer is delayed, and readiness warns, no more."""

import json
import time
import uuid
from datetime import timedelta

import pytest

from gateway.app import Gateway
from gateway.errors import ConfigurationFault
from gateway.model.witnessing import WitnessAnswer
from tests import builders
from tests.doors.witnessed import LATE_S, submit, until
from tests.fakes import FixedClock
from tests.partners.witness_example.server import Behaviour
from tests.running import HOST, NOW, config_at, install
from tests.witnesses import a_witness

SUBMISSIONS = 4
DEADLINE_S = 5.0
"""So long would each of them take, if it waited for a silent witness."""


def saying(status, content=b"", media_type="text/plain"):
    return lambda _: WitnessAnswer(status=status, media_type=media_type, content=content)


def test_a_receipt_is_cosigned_once_the_witness_has_seen_it_and_its_answer_never_changes(witnessed):
    form = builders.a_transmission(id=str(uuid.uuid4()))
    answer = witnessed.gateway.submit(form)
    assert until(lambda: witnessed.cosigned(answer))
    assert witnessed.gateway.submit(form).content == answer.content


HOSTILE = {
    "away": (Behaviour.HANGS_UP, saying(200)),
    "silent": (Behaviour.SILENT, saying(200)),
    "dripping": (Behaviour.DRIPS_HEADERS, saying(200)),
    "redirecting": (Behaviour.REDIRECTS, saying(200)),
    "endless": (Behaviour.ANSWERS, saying(200, b"a" * 200_000)),
    "babbling": (Behaviour.ANSWERS, saying(200, b"\xe2\x80\x94 w AAAA\n")),
    "lying about sizes": (Behaviour.ANSWERS, saying(409, b"7\n", "text/x.tlog.size")),
    "refusing": (Behaviour.ANSWERS, saying(404)),
    "failing": (Behaviour.ANSWERS, saying(500)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_answer_waits_for_a_witness_whatever_it_does_and_closing_neither(witnessed, name):
    witnessed.double.behaviour, answers = HOSTILE[name]
    witnessed.answer_by = answers
    first = submit(witnessed.gateway)
    assert until(lambda: witnessed.double.requests)  # it is being asked
    begun = time.monotonic()
    answers = [submit(witnessed.gateway) for _ in range(SUBMISSIONS)]
    assert time.monotonic() - begun < SUBMISSIONS * DEADLINE_S
    assert all("proof" in json.loads(answer.content) for answer in answers)
    assert witnessed.cosigned(first) == ()
    assert witnessed.state() == (200, [])
    witnessed.clock.advance(timedelta(seconds=LATE_S + 1))
    assert witnessed.state() == (200, ["witness-late"])


def test_a_witness_that_comes_back_ends_the_warning(witnessed):
    witnessed.answer_by = saying(500)
    answer = submit(witnessed.gateway)
    witnessed.clock.advance(timedelta(seconds=LATE_S + 1))
    assert witnessed.state() == (200, ["witness-late"])
    witnessed.answer_by = witnessed.witness.add_checkpoint
    assert until(lambda: witnessed.cosigned(answer))
    assert witnessed.state() == (200, [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum w\n",
        "witness w KEY\nquorum w\n",
        "witness w KEY ftp://w\nquorum w\n",
        "witness w KEY http://w?x\nquorum none\n",
        "witness w KEY http://user:password@w\nquorum w\n",
    ],
)
def test_a_list_of_witnesses_that_cannot_be_asked_stops_the_start(tmp_path, text):
    install(tmp_path / "home")
    with a_witness(tmp_path / "w") as witness:
        key = witness.memory.signer.vkey.text
    policy = tmp_path / "policy"
    policy.write_text(text.replace("KEY", key))
    config = config_at(tmp_path / "home", witnesses=policy)
    with pytest.raises(ConfigurationFault) as fault:
        Gateway(config, clock=FixedClock(NOW))
    assert "SISERI_WITNESSES" in fault.value.fr
    assert "SISERI_WITNESSES" in fault.value.en
    assert HOST in config.public_address
