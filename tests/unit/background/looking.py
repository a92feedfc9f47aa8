"""Looks into the engine's own database, without the engine."""

import base64
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from gateway.background.engine import SCHEMA

PATIENCE_S = 240.0
"""For a machine that does other things; nothing waits that long when all is well."""


def until(is_so: Callable[[], Any]) -> Any:
    """What `is_so` says, once it is true."""
    ends_at = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert time.monotonic() < ends_at, "it never was so"
        time.sleep(0.01)
    return found


def everything(address: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the engine, by table."""
    engine = sa.create_engine(address)
    schema = SCHEMA if address.startswith("postgresql") else None
    metadata = sa.MetaData(schema=schema)
    metadata.reflect(engine)
    with engine.connect() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in metadata.tables.values()
        }
    engine.dispose()
    return found


def execute(address: str, statement: str, **values: Any) -> None:
    """Change a row behind the engine's back."""
    named = f"{SCHEMA}." if address.startswith("postgresql") else ""
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(sa.text(statement.replace("{schema}", named)), values)
    engine.dispose()


def states(address: str) -> dict[str, str]:
    """What became of each piece of work, by key."""
    return {row["workflow_uuid"]: row["status"] for row in everything(address)["workflow_status"]}


def is_pickled(value: object) -> bool:
    """Whether it is what pickle writes, plain or in base64 (a pickle of protocol 2 or newer)."""
    if isinstance(value, bytes):
        return value[:1] == b"\x80"
    if not isinstance(value, str):
        return False
    try:
        return base64.b64decode(value, validate=True)[:1] == b"\x80"
    except ValueError:
        return False
