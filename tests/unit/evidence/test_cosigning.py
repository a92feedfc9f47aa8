"""A witness keeps what it saw before it cosigns: neither crash nor race makes it cosign a fork."""

import json
from datetime import timedelta

import pytest

from signing.log.checkpoint import SignedCheckpoint
from signing.log.cosignature import cosignatures
from signing.log.note import NoteSignature, parse_signature_lines
from signing.log.tree import leaf_hash
from signing.log.witness import AddCheckpoint, Refused
from signing.log.witness_folder import EVIDENCE, MEMORY
from tests.evidence import in_threads
from tests.fakes import FixedClock
from tests.unit.signing.log.small_log import ORIGIN, signer
from tests.witnesses import KEY, NOW, ALog, a_witness

LOG = ALog(300)
FORKED = ALog(300, rewritten=[2])


def cosigned_at(answer, signed, witness):
    """The time of the verified cosignature in an answer."""
    assert answer.status == 200, answer
    (line,) = parse_signature_lines(answer.content.decode())
    shown = SignedCheckpoint(checkpoint=signed.checkpoint, note=signed.note.with_signatures(line))
    (found,) = cosignatures(shown, witnesses=[witness.memory.signer.vkey])
    return found.at


def evidence_in(folder):
    return [json.loads(path.read_bytes()) for path in (folder / EVIDENCE).glob("*.json")]


def test_what_continues_is_cosigned_by_its_clock_and_remembered(tmp_path):
    clock = FixedClock(NOW)
    with a_witness(tmp_path, clock=clock) as witness:
        for old, size in ((0, 5), (5, 5), (5, 17), (17, 300)):
            request = LOG.request(old, size)
            answer = witness.add_checkpoint(request.octets)
            assert cosigned_at(answer, request.signed, witness) == clock.now()
            assert witness.memory.seen(ORIGIN).checkpoint.size == size
            clock.advance(timedelta(seconds=7))


def test_after_a_restart_it_goes_on_from_where_it_was(tmp_path):
    with a_witness(tmp_path) as witness:
        witness.add_checkpoint(LOG.request(0, 9).octets)
    with a_witness(tmp_path) as witness:
        assert witness.add_checkpoint(FORKED.request(9, 20).octets).status == 422
        assert witness.add_checkpoint(LOG.request(0, 20).octets).content == b"9\n"
        assert witness.add_checkpoint(LOG.request(9, 20).octets).status == 200


class Watched:
    """A memory that notes in which order it is written and signs."""

    def __init__(self, memory, *, fails=False):
        self._memory, self._fails = memory, fails
        self.done = []

    @property
    def signer(self):
        self.done.append("sign")
        return self._memory.signer

    def seen(self, origin):
        return self._memory.seen(origin)

    def keep(self, signed):
        if self._fails:
            raise OSError(28, "no space")
        self._memory.keep(signed)
        self.done.append(f"keep {signed.checkpoint.size}")


def test_the_state_is_durable_before_there_is_a_cosignature(tmp_path):
    with a_witness(tmp_path) as witness:
        witness._memory = watched = Watched(witness.memory)
        witness.add_checkpoint(LOG.request(0, 5).octets)
        assert watched.done == ["keep 5", "sign"]


def test_where_the_state_cannot_be_kept_nothing_is_cosigned_and_nothing_is_lost(tmp_path):
    with a_witness(tmp_path) as witness:
        witness.add_checkpoint(LOG.request(0, 5).octets)
        memory = witness.memory
        witness._memory = watched = Watched(memory, fails=True)
        with pytest.raises(OSError):
            witness.add_checkpoint(LOG.request(5, 9).octets)
        assert watched.done == []
        witness._memory = memory
        assert witness.add_checkpoint(LOG.request(5, 9).octets).status == 200


def test_the_same_tree_again_writes_nothing(tmp_path):
    with a_witness(tmp_path) as witness:
        witness.add_checkpoint(LOG.request(0, 5).octets)
        written = (tmp_path / MEMORY).stat().st_ino
        assert witness.add_checkpoint(LOG.request(5, 5).octets).status == 200
        assert (tmp_path / MEMORY).stat().st_ino == written


def test_two_roots_of_one_size_leave_both_notes_as_evidence(tmp_path):
    with a_witness(tmp_path) as witness:
        witness.add_checkpoint(LOG.request(0, 9).octets)
        answer = witness.add_checkpoint(FORKED.request(9, 9).octets)
        assert (answer.status, answer.media_type) == (409, "text/x.tlog.size")
    (form,) = evidence_in(tmp_path)
    assert form["seen"] == LOG.signed(9).note.octets.decode()
    assert form["shown"] == FORKED.signed(9).note.octets.decode()


def test_a_false_proof_is_no_evidence_for_anyone_may_send_it(tmp_path):
    with a_witness(tmp_path) as witness:
        witness.add_checkpoint(LOG.request(0, 9).octets)
        spoilt = LOG.request(9, 20, proof=(leaf_hash(b""),))
        assert witness.add_checkpoint(spoilt.octets).status == 422
    assert evidence_in(tmp_path) == []


def test_of_requests_at_once_that_fork_one_past_alone_is_cosigned(tmp_path):
    requests = [
        (FORKED if number % 2 else LOG).request(5, 6 + number).octets for number in range(16)
    ]
    with a_witness(tmp_path) as witness:
        witness.add_checkpoint(LOG.request(0, 5).octets)
        # FORKED differs at 2: none of its checkpoints continues what was seen
        answers = in_threads(16, lambda number: witness.add_checkpoint(requests[number]))
    statuses = [answer.status for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 409, 422}
    assert statuses.index(200) % 2 == 0


def test_of_two_pasts_shown_at_once_to_a_new_witness_one_alone_is_cosigned(tmp_path):
    for turn in range(5):
        with a_witness(tmp_path / str(turn)) as witness:
            shown = [LOG.request(0, 9).octets, FORKED.request(0, 9).octets] * 4
            answers = in_threads(8, lambda at: witness.add_checkpoint(shown[at]))  # noqa: B023
            cosigned = {at % 2 for at, answer in enumerate(answers) if answer.status == 200}
            assert len(cosigned) == 1


def test_logs_are_apart(tmp_path):
    other = ALog(40, key=signer(2, "other.example/log"))
    with a_witness(tmp_path, keys=(KEY.vkey, other.key.vkey)) as witness:
        for log, old, size in ((LOG, 0, 9), (other, 0, 40), (LOG, 9, 20), (other, 40, 40)):
            assert witness.add_checkpoint(log.request(old, size).octets).status == 200


def test_the_key_that_takes_over_is_trusted_beside_the_former(tmp_path):
    newer = signer(3)
    with a_witness(tmp_path, keys=(KEY.vkey, newer.vkey)) as witness:
        assert witness.add_checkpoint(LOG.request(0, 9).octets).status == 200
        taken_over = ALog(300, key=newer)
        assert witness.add_checkpoint(taken_over.request(9, 20).octets).status == 200


def test_lines_of_strangers_are_cosigned_under_and_not_remembered(tmp_path):
    request = LOG.request(0, 9)
    strange = NoteSignature(name="stranger", key_id=bytes(4), value=bytes(9000))
    note = request.signed.note.with_signatures(strange)
    longer = AddCheckpoint(
        old_size=0,
        proof=(),
        signed=SignedCheckpoint(checkpoint=request.signed.checkpoint, note=note),
    )
    with a_witness(tmp_path) as witness:
        assert not isinstance(witness.cosigned(longer), Refused)
        assert witness.memory.seen(ORIGIN) == LOG.signed(9)
