"""The revisions make the tables that the code speaks of."""

import threading
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, inspect

from gateway.storage import directory_tables, tables
from gateway.storage.engine import open_engine
from gateway.storage.migrations import is_current, migrate


def opened(folder: Path, name: str) -> Engine:
    return open_engine(f"sqlite:///{folder / name}")


def schema_of(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
        )
        return {name: " ".join(sql.split()) for name, sql in found}


def test_the_migrated_schema_is_that_of_the_tables(tmp_path: Path) -> None:
    assert directory_tables.metadata is tables.metadata
    migrated, created = opened(tmp_path, "migrated.db"), opened(tmp_path, "created.db")
    migrate(migrated)
    tables.metadata.create_all(created)
    expected, found = schema_of(created), schema_of(migrated)
    assert sorted(found) == sorted(expected)
    for name, sql in expected.items():
        assert _parts(found[name]) == _parts(sql), name
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []
    migrated.dispose()
    created.dispose()


def _parts(sql: str) -> list[str]:
    """Columns and constraints in any order."""
    return sorted(part.strip(" ()") for part in sql.split(","))


def test_migrating_twice_is_migrating_once(tmp_path: Path) -> None:
    engine = opened(tmp_path, "gateway.db")
    assert not is_current(engine)
    migrate(engine)
    assert is_current(engine)
    before = schema_of(engine)
    migrate(engine)
    assert schema_of(engine) == before
    engine.dispose()


def test_two_that_migrate_at_once_both_succeed(tmp_path: Path) -> None:
    engines = [opened(tmp_path, "gateway.db") for _ in range(2)]
    engines[0].connect().close()
    faults: list[BaseException] = []

    def run(engine: Engine) -> None:
        try:
            migrate(engine)
        except Exception as fault:  # noqa: BLE001 - shown by the assertion below
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert is_current(engines[0])
    for engine in engines:
        engine.dispose()


def test_a_newer_or_unknown_schema_is_not_current(tmp_path: Path) -> None:
    engine = opened(tmp_path, "gateway.db")
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not is_current(engine)
    engine.dispose()


def test_sqlite_is_set_for_durability(tmp_path: Path) -> None:
    engine = opened(tmp_path, "gateway.db")
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert found == ["wal", 2, 1, 1]
    engine.dispose()


def test_every_table_has_a_primary_key() -> None:
    assert isinstance(tables.metadata, MetaData)
    assert all(table.primary_key.columns for table in tables.metadata.tables.values())
    assert inspect(tables.lines).primary_key.columns.keys() == ["transmission", "line"]
