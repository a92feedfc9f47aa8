"""The schema's revisions, each applied whole or not at all."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, column, inspect, select, table

from gateway.storage.engine import WRITES, is_postgresql, wait_for_turn
from gateway.storage.postgresql import without_limits

if TYPE_CHECKING:
    from alembic.config import Config

_ALEMBIC = threading.Lock()
"""Alembic keeps what it is doing in the module `context`: one thread at a time."""
_HERE: Final = Path(__file__).parent
_REVISIONS: Final = "r[0-9][0-9][0-9][0-9]_*.py"
_APPLIED: Final = "alembic_version"


def migrate(engine: Engine, *, then: Callable[[Connection], None] = lambda _: None) -> None:
    """Bring the schema to the newest revision, in one transaction; nothing if it is there.

    Two may call it at once, threads or processes: one waits for the other. `then` is run at the
    end of the transaction, where it changed something.
    """
    from alembic import command  # noqa: PLC0415 - a tenth of a start, which does not migrate

    with _ALEMBIC, engine.execution_options(**{WRITES: True}).connect() as connection:
        if is_postgresql(connection):
            without_limits(connection)
            wait_for_turn(connection, "siseri migration")
        config = _config()
        config.attributes["connection"] = connection
        is_changing = not _is_current(connection)
        command.upgrade(config, "head")
        if is_changing:
            then(connection)
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the schema is at the newest revision that this code knows."""
    with engine.connect() as connection:
        return _is_current(connection)


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table(_APPLIED):
        return False
    applied = connection.scalars(select(table(_APPLIED, column("version_num")).c.version_num))
    return list(applied) == [newest()]


def newest() -> str:
    """The newest revision, by the files: their order is that of their numbers."""
    return max(file.name[1:5] for file in (_HERE / "versions").glob(_REVISIONS))


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as in `migrate`

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
