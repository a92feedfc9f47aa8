"""The schema's revisions, each applied whole or not at all."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from gateway.storage.engine import WRITES, is_postgresql, wait_for_turn
from gateway.storage.postgresql import without_limits

_ALEMBIC = threading.Lock()
"""Alembic keeps what it is doing in the module `context`: one thread at a time."""


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision, in one transaction; nothing if it is there.

    Two may call it at once, threads or processes: one waits for the other.
    """
    with _ALEMBIC, engine.execution_options(**{WRITES: True}).connect() as connection:
        if is_postgresql(connection):
            without_limits(connection)
            wait_for_turn(connection, "siseri migration")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the schema is at the newest revision that this code knows."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == heads


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
