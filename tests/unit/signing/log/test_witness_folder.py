"""What a witness keeps: key and memory together, durable, and held by one process."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import replace

import pytest

from signing.errors import KeyUnusable
from signing.log.vkey import SignatureType
from signing.log.witness_folder import (
    KEY,
    MAX_EVIDENCE,
    MEMORY,
    Evidence,
    Finding,
    WitnessFolder,
    new_witness,
    witness_key,
)
from tests.unit.signing.log.small_log import ORIGIN
from tests.witnesses import NAME, NOW, ALog

LOG = ALog(20)
FORKED = ALog(20, rewritten=[3])


@pytest.fixture
def folder(tmp_path):
    new_witness(tmp_path / "witness", name=NAME)
    return tmp_path / "witness"


def reopened(folder):
    memory = WitnessFolder(folder)
    memory.close()
    return memory


def test_a_new_witness_has_a_private_key_of_its_type_and_has_seen_nothing(folder):
    memory = reopened(folder)
    assert memory.signer.vkey == witness_key(folder)
    assert (memory.signer.vkey.name, memory.signer.vkey.type) == (NAME, SignatureType.COSIGNATURE)
    assert memory.seen(ORIGIN) is None
    for name in (KEY, MEMORY):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_folder_has_one_witness_for_ever(folder):
    before = witness_key(folder)
    with pytest.raises(KeyUnusable, match="already"):
        new_witness(folder, name=NAME)
    assert witness_key(folder) == before


@pytest.mark.parametrize("name", ["", "two words", "plus+plus", "line\n", "x" * 256])
def test_what_is_no_name_of_a_key_names_no_witness(tmp_path, name):
    with pytest.raises(KeyUnusable):
        new_witness(tmp_path / "witness", name=name)
    assert not (tmp_path / "witness" / MEMORY).exists()


def test_what_is_kept_is_there_after_reopening_each_log_apart(folder):
    memory = WitnessFolder(folder)
    for size in (4, 9):
        memory.keep(LOG.signed(size))
    memory.close()
    assert reopened(folder).seen(ORIGIN) == LOG.signed(9)
    assert reopened(folder).seen("other.example/log") is None


def test_one_process_at_a_time_holds_a_folder(folder):
    held = WitnessFolder(folder)
    with pytest.raises(KeyUnusable, match="another process"):
        WitnessFolder(folder)
    script = f"from signing.log.witness_folder import *; WitnessFolder(Path({str(folder)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert "another process holds" in done.stderr
    held.close()
    assert reopened(folder)


@pytest.mark.parametrize("lost", [KEY, MEMORY])
def test_neither_key_nor_memory_opens_without_the_other(folder, lost):
    (folder / lost).unlink()
    with pytest.raises(KeyUnusable):
        WitnessFolder(folder)


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"vkey": "x", "logs": {}}',
        b'{"vkey": 1, "logs": {}}',
        b'{"vkey": "x", "logs": []}',
        b'{"vkey": "x", "logs": {"a": "b"}}',
        b'{"vkey": "x", "logs": {"a": 1}}',
    ],
)
def test_a_memory_that_cannot_be_read_is_never_taken_for_an_empty_one(folder, spoilt):
    (folder / MEMORY).write_bytes(spoilt)
    with pytest.raises(KeyUnusable, match="memory"):
        WitnessFolder(folder)


def test_a_checkpoint_under_another_origin_is_no_memory(folder):
    form = json.loads((folder / MEMORY).read_bytes())
    form["logs"]["other.example/log"] = LOG.signed(4).note.octets.decode()
    (folder / MEMORY).write_text(json.dumps(form))
    with pytest.raises(KeyUnusable, match="memory"):
        WitnessFolder(folder)


def test_the_key_of_another_witness_opens_no_memory(folder, tmp_path):
    new_witness(tmp_path / "other", name=NAME)
    (tmp_path / "other" / KEY).replace(folder / KEY)
    with pytest.raises(KeyUnusable, match="not that of"):
        WitnessFolder(folder)


@pytest.mark.parametrize(
    "octets", [b"", b"-----BEGIN PRIVATE KEY-----\n", b"not a key at all\n" * 9]
)
def test_what_is_no_key_opens_nothing(folder, octets):
    (folder / KEY).write_bytes(octets)
    with pytest.raises(KeyUnusable):
        WitnessFolder(folder)


def test_a_key_open_to_others_is_not_used(folder):
    (folder / KEY).chmod(0o640)
    with pytest.raises(KeyUnusable, match="600"):
        WitnessFolder(folder)


def test_what_cannot_be_written_leaves_what_stood(folder):
    memory = WitnessFolder(folder)
    memory.keep(LOG.signed(4))
    blocker = folder / f".{MEMORY}.{os.getpid()}.new"
    blocker.mkdir()  # what is written before it replaces the memory cannot be made
    with pytest.raises(OSError):
        memory.keep(LOG.signed(9))
    assert memory.seen(ORIGIN) == LOG.signed(4)
    memory.close()
    blocker.rmdir()
    assert reopened(folder).seen(ORIGIN) == LOG.signed(4)


def test_evidence_is_both_notes_whole_kept_once_and_not_without_end(folder):
    memory = WitnessFolder(folder)
    fork = Evidence(finding=Finding.FORK, seen=LOG.signed(9), shown=FORKED.signed(9), found_at=NOW)
    path = memory.keep_evidence(fork)
    form = json.loads(path.read_bytes())
    assert form == {
        "finding": "fork",
        "origin": ORIGIN,
        "foundAt": "2026-11-20T09:00:00.000Z",
        "seen": LOG.signed(9).note.octets.decode(),
        "shown": FORKED.signed(9).note.octets.decode(),
    }
    assert memory.keep_evidence(fork) is None
    for number in range(MAX_EVIDENCE - 1):
        (path.parent / f"fork-{number}").touch()
    assert memory.keep_evidence(replace(fork, shown=FORKED.signed(8))) is None
    shrunk = replace(fork, finding=Finding.SHRUNK, shown=LOG.signed(8))
    assert memory.keep_evidence(shrunk) is not None  # the one leaves room for the other
    memory.close()
