"""Accounts that were disabled before it was kept why: what their holders were told says it."""

import pytest
from sqlalchemy import text

from gateway.storage.migrations import migrate
from tests.doors.test_migrated_record import brought_to
from tests.postgresql import KINDS, opened

AT = 1_793_000_000_000
_ACCOUNT = """
INSERT INTO accounts (id, kind, begun_at, last_seen_at, disabled_at, key_generation)
VALUES (:id, 'PROFESSIONAL', 0, 0, :at, 1)
"""
_NOTICE = """
INSERT INTO account_notices
(id, account_id, kind, day, days, decided_at, state, attempts, next_attempt_at)
VALUES (:id, :id, :kind, '2026-11-02', 0, :at, 'SENT', 1, 0)
"""
_LINK = """
INSERT INTO account_links (digest, account_id, provider, basis, acr, linked_at, key_generation)
VALUES (:digest, 'open', 'PROCONNECT', 'FIRST_SIGN_IN', 'eidas1', 0, 1)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_what_time_disabled_and_what_the_operator_did_are_told_apart(kind, tmp_path):
    with opened(kind, tmp_path, is_migrated=False) as engine:
        brought_to("0033", engine)
        with engine.connect() as connection:
            key = "INSERT INTO account_keys (generation, wrapped_key) VALUES (1, :key)"
            connection.execute(text(key), {"key": b"key"})
            for one, at in (("open", None), ("idle", AT), ("closed", AT), ("closed-again", AT)):
                connection.execute(text(_ACCOUNT), {"id": one, "at": at})
            told = (
                ("idle", "DISABLED", AT),
                ("closed", "IDLE", AT),
                ("closed-again", "DISABLED", 1),
            )
            for one, what, at in told:
                connection.execute(text(_NOTICE), {"id": one, "kind": what, "at": at})
            connection.execute(text(_LINK), {"digest": b"digest"})
            connection.commit()
        migrate(engine)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT id, disabled_for, erased_at FROM accounts"))
            assert {row.id: (row.disabled_for, row.erased_at) for row in rows} == {
                "open": (None, None),
                "idle": ("IDLE", None),
                "closed": ("OPERATOR", None),
                "closed-again": ("OPERATOR", None),
            }
            kept = connection.execute(text("SELECT digest, account_id FROM account_links")).one()
            assert (bytes(kept.digest), kept.account_id) == (b"digest", "open")
