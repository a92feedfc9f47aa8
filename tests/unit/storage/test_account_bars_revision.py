"""Who was unlinked before it was kept from whom; names with a letter apostrophe of before."""

import pytest
from sqlalchemy import text

from gateway.storage.migrations import migrate
from tests.doors.test_migrated_record import brought_to
from tests.postgresql import KINDS, opened

BEFORE = """
INSERT INTO directory_keys (generation, wrapped_key) VALUES (1, :key);
INSERT INTO account_keys (generation, wrapped_key) VALUES (1, :key);
INSERT INTO directory_workers (worker_id, key_generation, sealed_identity) VALUES ('w', 1, :key);
INSERT INTO directory_indexes (version, nir_index, worker_id, name_index)
VALUES (1, :key, 'w', :key);
INSERT INTO accounts (id, kind, worker_id, begun_at, last_seen_at, key_generation)
VALUES ('a', 'WORKER', 'w', 0, 0, 1)
"""
LINK = """
INSERT INTO account_links (digest, account_id, provider, basis, acr, linked_at, key_generation)
VALUES (:digest, :account, 'FRANCECONNECT', :basis, 'eidas2', 7, 1)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_who_was_unlinked_is_kept_from_that_worker_and_names_are_indexed_anew(kind, tmp_path):
    with opened(kind, tmp_path, is_migrated=False) as engine:
        brought_to("0034", engine)
        with engine.connect() as connection:
            for statement in BEFORE.split(";"):
                values = {"key": b"key"} if ":key" in statement else {}
                connection.execute(text(statement), values)
            for digest, account, basis in (
                (b"unlinked", "a", "RELEASED"),
                (b"erased", None, "RELEASED"),
                (b"linked", "a", "NIR_TYPED"),
            ):
                values = {"digest": digest, "account": account, "basis": basis}
                connection.execute(text(LINK), values)
            connection.commit()
        migrate(engine)
        with engine.connect() as connection:
            (bar,) = connection.execute(text("SELECT * FROM account_bars")).all()
            assert (bytes(bar.digest), bar.worker_id, bar.linked_at) == (b"unlinked", "w", 7)
            indexed = connection.execute(
                text("SELECT nir_index, name_index FROM directory_indexes")
            )
            assert [(bytes(row.nir_index), row.name_index) for row in indexed] == [(b"key", None)]
