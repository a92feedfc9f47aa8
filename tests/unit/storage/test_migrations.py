"""The revisions make the tables that the code speaks of, the same on every database."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, inspect, text

from gateway.storage import directory_tables, tables
from gateway.storage.engine import open_engine
from gateway.storage.migrations import is_current, migrate, newest
from tests.postgresql import opened

_SQLITE = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
_POSTGRESQL = """
SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
    || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'alembic%'
UNION ALL
SELECT conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%'
UNION ALL
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'
"""


@pytest.fixture
def empty(kind: str, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables."""
    with opened(kind, tmp_path, is_migrated=False) as engine:
        yield engine


def schema_of(engine: Engine) -> dict[str, str]:
    query = _SQLITE if engine.dialect.name == "sqlite" else _POSTGRESQL
    with engine.connect() as connection:
        found = connection.execute(text(query))
        return {name: " ".join(sql.split()) for name, sql in found}


def test_the_migrated_schema_is_that_of_the_tables(
    engine: Engine, kind: str, tmp_path: Path
) -> None:
    assert directory_tables.metadata is tables.metadata
    (tmp_path / "created").mkdir()
    with opened(kind, tmp_path / "created", is_migrated=False) as created:
        tables.metadata.create_all(created)
        expected, found = schema_of(created), schema_of(engine)
    assert len(expected) >= len(tables.metadata.tables)
    assert sorted(found) == sorted(expected)
    for name, sql in expected.items():
        assert _parts(found[name]) == _parts(sql), name
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []


def _parts(sql: str) -> list[str]:
    """Columns and constraints in any order; SQLite quotes the name of a table made anew."""
    return sorted(part.strip(" ()") for part in sql.replace('"', "").split(","))


def test_revisions_are_numbered_in_their_order() -> None:
    folder = Path(newest.__code__.co_filename).parent
    revisions = list(ScriptDirectory(folder).walk_revisions())
    numbers = [Path(revision.path).name[1:5] for revision in revisions]
    assert [revision.revision for revision in revisions] == numbers
    assert numbers[0] == newest() == max(numbers)


def test_a_start_does_not_import_what_migrates() -> None:
    asked = "import sys, gateway.app; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-W", "ignore", "-c", asked], check=True)


def test_migrating_twice_is_migrating_once(empty: Engine) -> None:
    assert not is_current(empty)
    migrate(empty)
    assert is_current(empty)
    before = schema_of(empty)
    migrate(empty)
    assert schema_of(empty) == before


def test_two_that_migrate_at_once_both_succeed(empty: Engine) -> None:
    other = open_engine(empty.url.render_as_string(hide_password=False))
    other.connect().close()
    faults: list[BaseException] = []

    def run(engine: Engine) -> None:
        try:
            migrate(engine)
        except Exception as fault:  # noqa: BLE001 - shown by the assertion below
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in (empty, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert is_current(empty)
    other.dispose()


def test_a_newer_or_unknown_schema_is_not_current(engine: Engine) -> None:
    assert is_current(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not is_current(engine)


SETTINGS = {
    "sqlite": (
        "PRAGMA {}",
        {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1},
    ),
    "postgresql": (
        "SHOW {}",
        {
            "synchronous_commit": "on",
            "transaction_isolation": "read committed",
            "statement_timeout": "1min",
            "lock_timeout": "20s",
            "idle_in_transaction_session_timeout": "1min",
        },
    ),
}


def test_the_database_is_set_for_durability(engine: Engine, kind: str) -> None:
    query, expected = SETTINGS[kind]
    with engine.connect() as connection:
        found = {name: connection.exec_driver_sql(query.format(name)).scalar() for name in expected}
    assert found == expected


def test_every_table_has_a_primary_key() -> None:
    assert isinstance(tables.metadata, MetaData)
    assert all(table.primary_key.columns for table in tables.metadata.tables.values())
    assert inspect(tables.lines).primary_key.columns.keys() == ["transmission", "line"]
