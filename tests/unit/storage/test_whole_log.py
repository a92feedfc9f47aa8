"""Whoever edits, removes or adds a row of the evidence log is found, and at which entry."""

import sqlite3

import pytest
from sqlalchemy import text

from gateway.evidence.whole_log import Damaged, Defect, Whole, WholeLog
from gateway.storage.evidence_log import SqlEvidenceLog, subtree_number
from gateway.storage.log_commitments import SqlLogCommitments
from gateway.storage.transmission_log import SqlTransmissionLog
from tests.contract.ports.closings import a_closing
from tests.contract.ports.conftest import a_database
from tests.evidence import THE_LOG, number_all
from tests.fakes import FakeSealer

ENTRIES = 9
EDITED = 5


class Kept:
    """A log of nine entries under three checkpoints, and whoever may edit its rows."""

    def __init__(self, found):
        log = SqlTransmissionLog(**found.parts(), sealer=FakeSealer())
        self.evidence = SqlEvidenceLog(**found.parts())
        self._commitments = SqlLogCommitments(engine=found.engine)
        self._writer = found.writer
        for _ in range(3):
            for _ in range(ENTRIES // 3):
                log.close(a_closing())
            number_all(self.evidence)

    def look(self):
        return WholeLog(
            evidence=self.evidence, commitments=self._commitments.among, log=THE_LOG
        ).look()

    def edit(self, statement, **values):
        given = {"at": EDITED, **values}
        named = {name: value for name, value in given.items() if f":{name}" in statement}

        def run(connection):
            assert connection.execute(text(statement), named).rowcount == 1

        self._writer.run(run)


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request, tmp_path):
    with a_database(request.param, tmp_path) as found:
        yield Kept(found)


def test_a_log_that_nobody_edited_is_whole(kept):
    assert kept.look() == Whole(entries=ENTRIES, checkpoints=3, erased=0)


def test_a_salt_that_was_erased_leaves_it_whole(kept):
    kept.edit("UPDATE log_leaves SET salt = NULL WHERE leaf_index = :at")
    assert kept.look() == Whole(entries=ENTRIES, checkpoints=3, erased=1)


def test_an_entry_that_waits_for_its_place_leaves_it_whole(kept):
    kept.edit("UPDATE log_leaves SET leaf_index = NULL WHERE leaf_index = :at", at=ENTRIES - 1)
    kept.edit("DELETE FROM log_checkpoints WHERE size = :at", at=ENTRIES)
    assert isinstance(kept.look(), Damaged)  # two more stand beyond the second checkpoint
    for index in (ENTRIES - 3, ENTRIES - 2):
        kept.edit("UPDATE log_leaves SET leaf_index = NULL WHERE leaf_index = :at", at=index)
    assert kept.look() == Whole(entries=6, checkpoints=2, erased=0)


EDITS = {
    "an entry": ("UPDATE log_leaves SET entry = :octets WHERE leaf_index = :at", EDITED),
    "a salt": ("UPDATE log_leaves SET salt = :octets WHERE leaf_index = :at", EDITED),
    "an acknowledgement": (
        (
            "UPDATE acknowledgements SET canonical_sha256 = :digest"
            " WHERE cursor = (SELECT cursor FROM log_leaves WHERE leaf_index = :at)"
        ),
        EDITED,
    ),
    "an entry that is taken away": (
        "UPDATE log_leaves SET entry = NULL WHERE leaf_index = :at",
        EDITED,
    ),
    "a short salt": ("UPDATE log_leaves SET salt = :short WHERE leaf_index = :at", EDITED),
    "no digest": (
        (
            "UPDATE acknowledgements SET canonical_sha256 = 'zz'"
            " WHERE cursor = (SELECT cursor FROM log_leaves WHERE leaf_index = :at)"
        ),
        EDITED,
    ),
    "a place": ("UPDATE log_leaves SET leaf_index = 100 WHERE leaf_index = :at", 3),
    "a removed leaf": ("DELETE FROM log_leaves WHERE leaf_index = :at", 3),
    "a hash": ("UPDATE log_hashes SET hash = :octets WHERE number = :leaf", EDITED),
    "a hash above": ("UPDATE log_hashes SET hash = :octets WHERE number = :parent", 4),
    "a removed hash": ("DELETE FROM log_hashes WHERE number = :leaf", 3),
    "a root": ("UPDATE log_checkpoints SET root = :octets WHERE size = 6", EDITED),
    "a note": ("UPDATE log_checkpoints SET note = :octets WHERE size = 6", EDITED),
    "another note": (
        (
            "UPDATE log_checkpoints SET note ="
            " (SELECT o.note FROM log_checkpoints o WHERE o.size = 3) WHERE size = 6"
        ),
        EDITED,
    ),
}
"""What is done, and the entry at which it is told."""


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_row_is_found(kept, edit):
    statement, index = EDITS[edit]
    kept.edit(
        statement,
        octets=b"\1" * 32,
        short=b"\1",
        digest="01" * 32,
        leaf=subtree_number(0, EDITED),
        parent=subtree_number(1, EDITED // 2),
    )
    found = kept.look()
    assert isinstance(found, Damaged)
    assert found.index == index


def test_an_entry_beyond_the_last_checkpoint_is_found(kept):
    kept.edit("DELETE FROM log_checkpoints WHERE size = :at", at=ENTRIES)
    assert kept.look() == Damaged(index=6, what=Defect.NOT_COVERED)


def test_an_acknowledgement_that_is_gone_is_found(tmp_path):
    with a_database("sqlite", tmp_path) as found:
        kept = Kept(found)
        keys_off = sqlite3.connect(found.engine.url.database)  # which holds no foreign key
        cursor = "(SELECT cursor FROM log_leaves WHERE leaf_index = 5)"
        with keys_off:
            keys_off.execute(f"DELETE FROM acknowledgements WHERE cursor = {cursor}")  # noqa: S608
        keys_off.close()
        assert kept.look() == Damaged(index=5, what=Defect.ACKNOWLEDGEMENT_GONE)
