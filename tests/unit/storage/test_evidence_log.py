"""The evidence log where things go wrong: rollbacks, crashes, two processes, an edited database."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, event, insert, select, update

from gateway.errors import EvidenceDamaged
from gateway.storage.evidence_log import SqlEvidenceLog
from gateway.storage.log_tables import log_checkpoints, log_hashes, log_leaves
from gateway.storage.tables import acknowledgements, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from signing.log.checkpoint import parse_checkpoint
from signing.log.signer import Ed25519Signer
from signing.log.tree import consistency_proof
from signing.log.vkey import SignatureType
from signing.log.witness import (
    AddCheckpoint,
    Cosign,
    KnownLog,
    Refusal,
    Refused,
    WitnessedTree,
    decide,
)
from tests.contract.ports.closings import a_closing
from tests.evidence import ORIGIN, SIGNER, assert_whole, growth, number_all, proved, sequencing
from tests.fakes import FakeSealer
from tests.unit.signing.log.merkle import mth
from tests.unit.storage.test_writer import Gate, queued

ROOT = Path(__file__).resolve().parents[3]
EACH = 40


ON_POSTGRESQL = pytest.mark.parametrize("kind", ["postgresql"], indirect=True)


@pytest.fixture
def evidence(engine, writer):
    return SqlEvidenceLog(engine=engine, writer=writer)


@pytest.fixture
def log(engine, writer):
    return SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())


def closed(log, evidence, count):
    """So many acknowledgements, each under its own checkpoint."""
    closings = [a_closing() for _ in range(count)]
    for closing in closings:
        log.close(closing)
        number_all(evidence)
    return closings


# ---------- rollbacks


CLOSING = ("transmissions", "transmission_bodies", "acknowledgements", "log_leaves", "renderings")


class Injected(Exception):
    """What the test breaks a statement with."""


class Broken:
    """An engine on which a statement that writes to a table fails once it was carried out."""

    def __init__(self, engine, table, *verbs):
        self._engine = engine
        every = verbs or ("INSERT INTO", "COPY", "UPDATE")
        self._starts = tuple(f"{verb} {table} " for verb in every)
        self.broke = 0

    def __enter__(self):
        event.listen(self._engine, "after_cursor_execute", self._break)
        return self

    def __exit__(self, *_):
        event.remove(self._engine, "after_cursor_execute", self._break)

    def _break(self, _connection, _cursor, statement, *_):
        if statement.startswith(self._starts):
            self.broke += 1
            raise Injected


@pytest.mark.parametrize("table", CLOSING)
def test_a_closing_that_rolls_back_leaves_no_leaf(engine, log, evidence, table):
    number_all(evidence)
    with Broken(engine, table) as broken, pytest.raises(Injected):
        log.close(a_closing())
    assert broken.broke == 1
    assert not evidence.is_waiting()
    closing = a_closing()
    log.close(closing)
    number_all(evidence)
    assert_whole(evidence, leaves=1)
    assert evidence.leaf(closing.acknowledgement_id).index == 0


@pytest.mark.parametrize("table", ["log_leaves", "log_hashes", "log_checkpoints"])
def test_a_numbering_that_rolls_back_leaves_nothing_and_is_done_again(engine, log, evidence, table):
    closed(log, evidence, 3)
    log.close(a_closing())
    with Broken(engine, table) as broken, pytest.raises(Injected):
        number_all(evidence)
    assert broken.broke == 1
    assert evidence.latest().size == 3
    number_all(evidence)
    assert_whole(evidence, leaves=4)


# ---------- with the closing


ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


class Following:
    """The log is extended by the transactions that write its leaves, and by nobody else."""

    def __init__(self, evidence):
        self._evidence, self.told = evidence, []

    def __enter__(self):
        number_all(self._evidence)
        self._evidence.follow(lambda tip: growth().of(tip).extension, self.told.append)
        return self

    def __exit__(self, *_):
        self._evidence.unfollow()


@ON_SQLITE
def test_a_leaf_alone_has_its_checkpoint_at_once_by_the_same_commit(engine, log, evidence):
    with Following(evidence) as following:
        commits = []
        event.listen(engine, "commit", commits.append)
        for number in range(3):
            closing = a_closing()
            log.close(closing)
            assert evidence.leaf(closing.acknowledgement_id).index == number
    assert len(commits) == 3
    assert [one.checkpoint.size for one in following.told] == [1, 2, 3]
    assert_whole(evidence, leaves=3)


@ON_SQLITE
def test_leaves_that_are_committed_together_have_one_checkpoint(log, evidence, writer):
    with Following(evidence) as following, ThreadPoolExecutor(16) as threads:
        gate = Gate(writer, threads)
        futures = [threads.submit(log.close, a_closing()) for _ in range(15)]
        queued(writer, 15)
        gate.open()
        for future in futures:
            future.result(20)
    assert [one.checkpoint.size for one in following.told] == [15]
    assert_whole(evidence, leaves=15)


@ON_SQLITE
@pytest.mark.parametrize("table", ["log_leaves", "log_hashes", "log_checkpoints"])
def test_a_numbering_that_fails_leaves_the_closing_to_a_round(engine, log, evidence, table):
    closed(log, evidence, 3)
    closing = a_closing()
    verb = "UPDATE" if table == "log_leaves" else "INSERT INTO"
    with Following(evidence) as following, Broken(engine, table, verb) as broken:
        log.close(closing)
    assert (broken.broke, following.told) == (1, [])
    assert evidence.leaf(closing.acknowledgement_id).index is None
    with sequencing(evidence) as proofs:
        proved(proofs.first(closing.acknowledgement_id), closing)
    assert_whole(evidence, leaves=4)


@ON_SQLITE
def test_a_commit_that_fails_takes_the_checkpoint_with_the_leaf(engine, log, evidence):
    def refuse(_connection):
        raise Injected

    closed(log, evidence, 2)
    closing = a_closing()
    with Following(evidence) as following:
        event.listen(engine, "commit", refuse)
        with pytest.raises(Injected):
            log.close(closing)
        event.remove(engine, "commit", refuse)
        assert (evidence.latest().size, following.told) == (2, [])
        assert evidence.leaf(closing.acknowledgement_id) is None
        log.close(closing)
        assert evidence.leaf(closing.acknowledgement_id).index == 2
    assert_whole(evidence, leaves=3)


@ON_SQLITE
def test_the_place_that_a_closing_made_is_given_without_a_round(log, evidence):
    is_free = threading.Event()
    with sequencing(RoundsHeld(evidence, is_free)) as proofs:
        closings = [a_closing() for _ in range(3)]
        for closing in closings:
            log.close(closing)
            proved(proofs.first(closing.acknowledgement_id, is_new=True), closing)
        is_free.set()
    assert_whole(evidence, leaves=3)


class RoundsHeld:
    """An evidence log of which no round ends until told; what follows transactions goes on."""

    def __init__(self, evidence, is_free):
        self._evidence, self._is_free = evidence, is_free

    def extend(self, grow):
        self._is_free.wait(60)
        return self._evidence.extend(grow)

    def __getattr__(self, name):
        return getattr(self._evidence, name)


# ---------- processes


def rival(address, name, *more):
    command = [sys.executable, "-m", "tests.unit.storage.log_rival", address, name, str(EACH)]
    return subprocess.Popen([*command, *more], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_what_a_process_that_died_left_is_numbered_by_the_next(address, evidence):
    process = rival(address, "dead", "dies")
    process.communicate(timeout=120)
    assert process.returncode == 9
    assert evidence.is_waiting()
    with sequencing(evidence) as proofs:
        assert proofs.first("dead-0").index == 0
    assert_whole(evidence, leaves=EACH)


@ON_POSTGRESQL  # SQLite is owned by one process
def test_two_processes_number_each_leaf_once(address, evidence):
    processes = [rival(address, name) for name in ("one", "other")]
    told = [process.communicate(timeout=200)[0].split("\n")[:-1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    places = [int(line.split()[1]) for lines in told for line in lines]
    assert sorted(places) == list(range(2 * EACH))
    assert_whole(evidence, leaves=2 * EACH)


@ON_POSTGRESQL  # SQLite has one writer and commits in the order of cursors
def test_a_leaf_of_a_lower_cursor_that_is_committed_later_is_numbered_later(engine, log, evidence):
    """No watermark: whatever has no index is left to do."""
    early, late = closed(log, evidence, 2)
    with engine.begin() as connection:  # as if the first had been committed after the second
        query = select(acknowledgements.c.cursor).where(
            acknowledgements.c.id == early.acknowledgement_id
        )
        cursor = connection.scalar(query)
        for table in (log_hashes, log_checkpoints):
            connection.execute(delete(table))
        connection.execute(update(log_leaves).values(leaf_index=None, salt=None, entry=None))
        connection.execute(delete(log_leaves).where(log_leaves.c.cursor == cursor))
    number_all(evidence)
    assert evidence.leaf(late.acknowledgement_id).index == 0
    with engine.begin() as connection:
        connection.execute(insert(log_leaves), {"cursor": cursor})
    number_all(evidence)
    assert evidence.leaf(early.acknowledgement_id).index == 1
    assert_whole(evidence, leaves=2)


# ---------- whoever edits the database


def changed(engine, *statements):
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "edit",
    [
        update(log_hashes).values(hash=bytes(32)),
        delete(log_hashes),
        update(log_checkpoints).values(root=bytes(32)),
    ],
    ids=["hashes changed", "hashes removed", "root changed"],
)
def test_nothing_is_signed_over_hashes_that_are_not_those_of_the_checkpoint(
    engine, log, evidence, edit
):
    closed(log, evidence, 3)
    changed(engine, edit)
    log.close(a_closing())
    with pytest.raises(EvidenceDamaged):
        number_all(evidence)
    assert evidence.latest().size == 3


def witnessed(evidence):
    latest = evidence.latest()
    return KnownLog(
        origin=ORIGIN,
        keys=(SIGNER.vkey,),
        tree=WitnessedTree(size=latest.size, root=latest.root),
    )


def asked(evidence, known):
    """What the witness decides about the latest checkpoint, by the best proof that there is."""
    latest = evidence.latest()

    class Stored:
        def subtree_hash(self, level, index):
            return evidence.hashes([(level, index)])[level, index]

    request = AddCheckpoint(
        old_size=known.tree.size,
        proof=consistency_proof(known.tree.size, latest.size, Stored())
        if known.tree.size <= latest.size
        else (),
        signed=parse_checkpoint(latest.note),
    )
    return decide(request, logs=[known])


def rebuilt(engine, evidence, *, without=None):
    """The log written anew by whoever has the database and the log's key."""
    statements = [
        delete(log_hashes),
        delete(log_checkpoints),
        update(log_leaves).values(leaf_index=None, salt=None, entry=None),
    ]
    if without is not None:
        cursor = select(acknowledgements.c.cursor).where(acknowledgements.c.id == without)
        statements.append(delete(log_leaves).where(log_leaves.c.cursor == cursor.scalar_subquery()))
    changed(engine, *statements)
    number_all(evidence)


def test_a_witness_follows_a_log_that_only_grows(log, evidence):
    closed(log, evidence, 5)
    known = witnessed(evidence)
    closed(log, evidence, 4)
    assert isinstance(asked(evidence, known), Cosign)


def test_a_witness_refuses_a_log_with_an_edited_leaf(engine, log, evidence):
    closings = closed(log, evidence, 5)
    known = witnessed(evidence)
    edit = update(acknowledgements).where(acknowledgements.c.id == closings[2].acknowledgement_id)
    changed(engine, edit.values(canonical_sha256="0" * 64))
    rebuilt(engine, evidence)
    closed(log, evidence, 2)
    refused = asked(evidence, known)
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.INCONSISTENT


def test_a_witness_refuses_a_log_without_a_leaf_that_it_saw(engine, log, evidence):
    closings = closed(log, evidence, 5)
    known = witnessed(evidence)
    rebuilt(engine, evidence, without=closings[1].acknowledgement_id)
    closed(log, evidence, 3)
    refused = asked(evidence, known)
    assert isinstance(refused, Refused)
    assert refused.refusal is Refusal.INCONSISTENT


def test_a_witness_refuses_a_log_that_went_on_from_an_old_backup(engine, log, evidence):
    closed(log, evidence, 5)
    known = witnessed(evidence)
    changed(  # the state of two answers ago
        engine,
        delete(log_checkpoints).where(log_checkpoints.c.size > 3),
        delete(log_hashes).where(log_hashes.c.number >= 4),
        delete(log_leaves).where(log_leaves.c.leaf_index >= 3),
    )
    shorter = asked(evidence, known)
    assert isinstance(shorter, Refused)
    closed(log, evidence, 2)
    same_size = asked(evidence, known)
    assert isinstance(same_size, Refused)
    assert same_size.is_evidence
    closed(log, evidence, 1)
    longer = asked(evidence, known)
    assert isinstance(longer, Refused)
    assert longer.refusal is Refusal.INCONSISTENT


def test_an_entry_edited_alone_is_not_what_the_root_says(engine, log, evidence):
    closed(log, evidence, 4)
    changed(engine, update(log_leaves).where(log_leaves.c.leaf_index == 1).values(entry=b"other"))
    assert mth(evidence.entries(0, 4)) != evidence.latest().root


# ---------- erasure


def test_erasing_the_key_of_a_transmission_leaves_its_proof(engine, log, evidence):
    with sequencing(evidence) as proofs:
        closing = a_closing()
        log.close(closing)
        before = proofs.first(closing.acknowledgement_id, is_new=True)
        changed(engine, update(transmissions).values(wrapped_key=None))
        assert proofs.first(closing.acknowledgement_id) == before
        proved(before, closing)


def test_erasing_a_salt_leaves_the_proofs_of_all_others(engine, log, evidence):
    one, other = closed(log, evidence, 2)
    changed(engine, update(log_leaves).where(log_leaves.c.leaf_index == 0).values(salt=None))
    with sequencing(evidence) as proofs:
        assert proofs.first(one.acknowledgement_id) is None
        proved(proofs.first(other.acknowledgement_id), other)
    assert_whole(evidence, leaves=2)


def test_a_key_that_takes_over_signs_the_next_checkpoint(log, evidence):
    closed(log, evidence, 2)
    newer = Ed25519Signer.of(Ed25519PrivateKey.generate(), name=ORIGIN, kind=SignatureType.ED25519)
    log.close(a_closing())
    evidence.extend(lambda tip: growth(signer=newer).of(tip).extension)
    signed = parse_checkpoint(evidence.latest().note)
    assert [line.key_id for line in signed.note.signatures] == [newer.vkey.key_id]
    assert_whole(evidence, leaves=3)
