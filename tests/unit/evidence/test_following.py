"""Whoever follows a log by its tiles proves its consistency alone, and keeps what shows its lie."""

import json

import pytest
from structlog.testing import capture_logs

from gateway.errors import LogUnavailable
from gateway.evidence.following import Follower
from gateway.model.witnessing import Sight
from signing.log.checkpoint import parse_checkpoint
from signing.log.cosignature import cosignatures
from signing.log.tiles import parse_path
from signing.log.witness import KnownLog
from signing.log.witness_folder import EVIDENCE, Finding
from tests.unit.signing.log.small_log import ORIGIN, signer
from tests.witnesses import KEY, ALog, Shown, a_witness

LOG = ALog(1200)


@pytest.fixture
def witness(tmp_path):
    with a_witness(tmp_path) as opened:
        yield opened


def following(witness, shown):
    known = KnownLog(origin=ORIGIN, keys=(KEY.vkey,))
    return Follower(shown=shown, witness=witness, known=known)


def evidence_in(folder, finding=Finding.FORK):
    forms = [json.loads(path.read_bytes()) for path in (folder / EVIDENCE).glob("*.json")]
    return [form for form in forms if form["finding"] == finding]


def test_a_log_that_grows_is_cosigned_at_each_look(witness):
    shown = Shown(LOG, 0)
    follower = following(witness, shown)
    for size in (0, 1, 1, 7, 256, 257, 700, 1200):
        shown.size = size
        looked = follower.look()
        assert (looked.sight, looked.size) == (Sight.CONSISTENT, size)
        (found,) = cosignatures(
            parse_checkpoint(looked.note), witnesses=[witness.memory.signer.vkey]
        )
        assert found.witness == witness.memory.signer.vkey


def test_few_tiles_are_read_for_a_large_log(witness):
    shown = Shown(LOG, 1000)
    follower = following(witness, shown)
    follower.look()
    shown.size = 1200
    shown.read_paths.clear()
    follower.look()
    assert len(shown.read_paths) <= 6


class WithoutPartial(Shown):
    """A log that has thrown away partial tiles where the full one is there (tlog-tiles)."""

    def read(self, path):
        if path != "checkpoint" and ".p/" in path:
            tile = parse_path(path)
            if tile.level == 0 and (tile.index + 1) * 256 <= 1200:
                raise LogUnavailable("status 404")
        return super().read(path)


def test_a_full_tile_stands_for_a_partial_one_that_is_gone(witness):
    assert following(witness, WithoutPartial(LOG, 700)).look().sight is Sight.CONSISTENT


@pytest.mark.parametrize("size", [9, 10, 200, 1200])
def test_a_log_that_rewrote_its_past_is_found_and_both_notes_are_kept(witness, tmp_path, size):
    follower = following(witness, Shown(LOG, 9))
    follower.look()
    forked = ALog(1200, rewritten=[4])
    assert following(witness, Shown(forked, size)).look().sight is Sight.REWRITTEN
    (form,) = evidence_in(tmp_path)
    assert form["seen"] == LOG.signed(9).note.octets.decode()
    assert form["shown"] == forked.signed(size).note.octets.decode()
    assert witness.memory.seen(ORIGIN) == LOG.signed(9)
    assert follower.look().sight is Sight.CONSISTENT


class WithoutTiles(Shown):
    """Shows its checkpoint, and nothing that it is made of."""

    def read(self, path):
        if path != "checkpoint":
            raise LogUnavailable("not found")
        return super().read(path)


def test_two_roots_of_one_size_are_found_though_no_tile_is_shown(witness, tmp_path):
    following(witness, Shown(LOG, 9)).look()
    forked = ALog(1200, rewritten=[4])
    assert following(witness, WithoutTiles(forked, 9)).look().sight is Sight.REWRITTEN
    (form,) = evidence_in(tmp_path)
    assert form["shown"] == forked.signed(9).note.octets.decode()
    assert following(witness, WithoutTiles(LOG, 9)).look().sight is Sight.CONSISTENT


def test_a_log_that_took_a_leaf_out_is_found(witness, tmp_path):
    following(witness, Shown(LOG, 9)).look()
    without = ALog(1200, without=[4])
    assert following(witness, Shown(without, 8)).look().sight is Sight.SHRUNK
    assert evidence_in(tmp_path) == []  # an old copy would look the same
    assert len(evidence_in(tmp_path, Finding.SHRUNK)) == 1
    assert following(witness, Shown(without, 9)).look().sight is Sight.REWRITTEN
    assert len(evidence_in(tmp_path)) == 1


def test_a_log_that_shows_less_is_cosigned_nothing_named_aloud_and_kept_and_forgets_nothing(
    witness, tmp_path
):
    following(witness, Shown(LOG, 9)).look()
    with capture_logs() as events:
        for _ in range(2):
            looked = following(witness, Shown(LOG, 8)).look()
            assert (looked.sight, looked.size, looked.note) == (Sight.SHRUNK, 8, b"")
    (form,) = evidence_in(tmp_path, Finding.SHRUNK)  # kept once, and told at each look
    assert form["seen"] == LOG.signed(9).note.octets.decode()
    assert form["shown"] == LOG.signed(8).note.octets.decode()
    told = [(one["event"], one["log_level"], one["seen"], one["shown"]) for one in events]
    assert told == [("witness.shrunk", "error", 9, 8)] * 2
    assert events[0]["evidence"].startswith("shrunk-")
    assert witness.memory.seen(ORIGIN) == LOG.signed(9)
    assert following(witness, Shown(LOG, 10)).look().sight is Sight.CONSISTENT


class Spoilt(Shown):
    """A log of which one resource is not what it should be."""

    def __init__(self, log, size, spoil):
        super().__init__(log, size)
        self._spoil = spoil

    def read(self, path):
        return self._spoil(path, super().read(path))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path, octets: octets if path == "checkpoint" else octets[:-1],
        lambda path, octets: octets if path == "checkpoint" else octets + bytes(32),
        lambda path, octets: octets if path == "checkpoint" else bytes(len(octets)),
        lambda path, octets: octets[:-1] if path == "checkpoint" else octets,
        lambda path, octets: (
            octets.replace(b"\n20\n", b"\n21\n") if path == "checkpoint" else octets
        ),
        lambda path, octets: b"" if path == "checkpoint" else octets,
    ],
    ids=["cut tile", "longer tile", "another tile", "cut note", "another size", "nothing"],
)
def test_what_a_spoilt_mirror_shows_is_no_evidence_and_is_not_cosigned(witness, tmp_path, spoil):
    following(witness, Shown(LOG, 9)).look()
    with pytest.raises(LogUnavailable):
        following(witness, Spoilt(LOG, 20, spoil)).look()
    assert evidence_in(tmp_path) == []
    assert witness.memory.seen(ORIGIN) == LOG.signed(9)


def test_lower_tiles_that_a_mirror_spoilt_accuse_nobody(witness, tmp_path):
    following(witness, Shown(LOG, 300)).look()

    def spoil(path, octets):
        return bytes(one ^ 1 for one in octets) if path.startswith("tile/0/") else octets

    with pytest.raises(LogUnavailable, match="not those of its checkpoint"):
        following(witness, Spoilt(LOG, 1024, spoil)).look()
    assert evidence_in(tmp_path) == []
    assert following(witness, Shown(LOG, 1024)).look().sight is Sight.CONSISTENT


def test_a_log_of_many_tiles_that_rewrote_its_past_is_found(witness, tmp_path):
    following(witness, Shown(LOG, 300)).look()
    forked = ALog(1200, rewritten=[4])
    assert following(witness, Shown(forked, 1024)).look().sight is Sight.REWRITTEN
    (form,) = evidence_in(tmp_path)
    assert form["shown"] == forked.signed(1024).note.octets.decode()


def test_a_checkpoint_of_another_log_or_key_is_not_followed(witness, tmp_path):
    for other in (signer(2), signer(1, "other.example/log")):
        with pytest.raises(LogUnavailable, match="no checkpoint of this log"):
            following(witness, Shown(ALog(20, key=other), 9)).look()
    assert evidence_in(tmp_path) == []
