"""The roles of docs/postgresql.md: who serves can do all that serving needs, and no more."""

import dataclasses
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from gateway.background import engine as durable
from gateway.storage.engine import open_engine
from gateway.storage.migrations import migrate
from gateway.storage.tables import metadata
from gateway.store import Store
from tests.fakes import FixedClock
from tests.postgresql import cluster_or_skip
from tests.running import NOW, Running, loop
from tests.unit.storage.serving_writes import Serving, Writes

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "postgresql.md"
ROLES, GRANTS = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
OWNER, GATEWAY = "siseri_owner", "siseri_gateway"
GRANTED = """
SELECT privilege_type, table_name FROM information_schema.role_table_grants
WHERE grantee = 'siseri_gateway' AND table_schema = 'public'
"""
GRANTED_COLUMNS = """
SELECT privilege_type, table_name, column_name FROM information_schema.column_privileges
WHERE grantee = 'siseri_gateway' AND table_schema = 'public' AND privilege_type <> 'SELECT'
"""
NEVER = (
    "UPDATE acknowledgements SET disposition = 'ACCEPTED'",
    "DELETE FROM acknowledgements",
    "UPDATE renderings SET kid = ''",
    "UPDATE transmissions SET id = ''",
    "DELETE FROM transmission_bodies",
    "DELETE FROM lines",
    "DELETE FROM measurements",
    "DELETE FROM log_leaves",
    "UPDATE log_leaves SET cursor = 0",
    "UPDATE log_hashes SET hash = ''",
    "UPDATE log_checkpoints SET note = ''",
    "DELETE FROM log_cosignatures",
    "DELETE FROM log_timestamps",
    "UPDATE audit_entries SET entry = ''",
    "DELETE FROM audit_entries",
    "INSERT INTO partners (id) VALUES ('another')",
    "UPDATE partners SET failure_budget = 0",
    "UPDATE partner_credentials SET public = ''",
    "UPDATE partner_credentials SET allows_rsa_pkcs1_v15 = true",
    "INSERT INTO partner_invitations (partner_id) VALUES ('laboratory')",
    "INSERT INTO partner_tokens (partner_id) VALUES ('laboratory')",
    "INSERT INTO partner_mandates (agent) VALUES ('laboratory')",
    "INSERT INTO register_tokens (digest) VALUES ('')",
    "UPDATE key_versions SET state = ''",
    "INSERT INTO portals (id) VALUES ('another')",
    "UPDATE pairwise_subjects SET subject = ''",
    "UPDATE account_emails SET account_id = ''",
    "UPDATE account_links SET account_id = ''",
    "DELETE FROM account_bars",
    "UPDATE account_bars SET lifted_at = 0",
    "DROP TABLE lines",
    "TRUNCATE log_leaves",
    "CREATE TABLE mine ()",
    "INSERT INTO alembic_version VALUES ('9999')",
)
BY_COMMANDS = {
    *(("INSERT", "partners"), ("INSERT", "partner_invitations")),
    *(("INSERT", "partner_tokens"), ("UPDATE", "partner_tokens")),
    *(("INSERT", "partner_contacts"), ("DELETE", "partner_contacts")),
    *(("INSERT", "partner_successions"), ("UPDATE", "partner_successions")),
    *(("INSERT", "partner_mandates"), ("UPDATE", "partner_mandates")),
    ("DELETE", "partner_mandates"),
    *(("INSERT", "register_tokens"), ("UPDATE", "register_tokens")),
    *(("UPDATE", "account_emails"), ("UPDATE", "account_links")),
    *(("UPDATE", "account_bars"), ("DELETE", "account_bars")),
    *(("INSERT", "portals"), ("UPDATE", "portals")),
    *(("INSERT", "key_versions"), ("UPDATE", "key_versions"), ("DELETE", "directory_indexes")),
}
"""What the code writes and serving does not: enrolling, releasing, the register's token, and
rotation of keys."""
_WRITE = re.compile(r"\b(insert|update|delete)\(\s*(?:tables\.)?(\w+)\)")
_RIGHTS = re.compile(r"GRANT (SELECT[A-Z, ]*|UPDATE) (?:\([^)]*\) )?ON ([^;]*) TO")


@pytest.fixture(scope="module")
def granted():
    """The cluster, with a database and its roles as the page has them."""
    cluster = cluster_or_skip()
    for statement in ROLES.split(";"):
        if statement.strip():
            cluster.do(statement)
    try:
        owner = open_engine(cluster.url("siseri", user=OWNER))
        migrate(owner)
        owner.dispose()
        durable.migrate(cluster.url("siseri", user=OWNER))
        for _ in range(2):  # after each migration
            cluster.do(GRANTS, database="siseri")
        yield cluster
    finally:
        cluster.do("DROP DATABASE siseri WITH (FORCE)")
        cluster.do(f"DROP ROLE {OWNER}, {GATEWAY}")


def rights_on_the_page():
    """(right, table), once for each time that it is given."""
    return [
        (right, table)
        for rights, tables in _RIGHTS.findall(GRANTS)
        if "SCHEMA" not in tables
        for right in rights.split(", ")
        for table in re.findall(r"\w+", tables)
    ]


def test_every_table_is_named_once_where_rights_are_given():
    named = [table for right, table in rights_on_the_page() if right == "SELECT"]
    assert sorted(named) == sorted({*metadata.tables, "alembic_version"})


def test_each_write_of_the_code_is_granted_or_a_commands_alone():
    written = {
        (right.upper(), table)
        for file in (ROOT / "gateway" / "storage").glob("*.py")
        for right, table in _WRITE.findall(file.read_text("utf-8"))
        if table in metadata.tables
    }
    assert written - set(rights_on_the_page()) == BY_COMMANDS


def test_who_serves_does_all_that_is_granted_and_nothing_else(granted, tmp_path):
    with loop() as portal, Writes(GATEWAY) as writes:
        running = Running(
            tmp_path,
            portal=portal,
            clock=FixedClock(NOW),
            partners=(),
            rows=(),
            database_url=granted.url("siseri", user=GATEWAY),
            admin_bind="127.0.0.1:9480",
        )
        of_owner = granted.url("siseri", user=OWNER)
        config = dataclasses.replace(running.config, database_url=of_owner)
        owner = Store(config, clock=running.clock)
        try:
            Serving(running, owner).write_all()
        finally:
            owner.close()
            running.close()
    rights = {one for one in granted.do(GRANTED, database="siseri") if one[0] != "SELECT"}
    columns = {
        one for one in granted.do(GRANTED_COLUMNS, database="siseri") if one[:2] not in rights
    }
    in_part = {one[:2] for one in columns}
    assert rights == {one for one in writes.seen if len(one) == 2} - in_part
    assert columns == {one for one in writes.seen if len(one) == 3 and one[:2] in in_part}


def test_who_serves_cannot_change_what_was_answered_nor_who_is_enrolled(granted):
    engine = open_engine(granted.url("siseri", user=GATEWAY))
    for statement in NEVER:
        with pytest.raises(ProgrammingError, match="42501"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    engine.dispose()
