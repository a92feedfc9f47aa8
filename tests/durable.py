"""The durable engine over a new database, on SQLite and on PostgreSQL."""

import contextlib
import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.background import engine as durable
from tests.postgresql import cluster_or_skip, new_database


@contextmanager
def engine_tables(kind: str, folder: Path) -> Iterator[str]:
    """The address of a new database that holds the engine's tables."""
    if kind == "postgresql":
        with cluster_or_skip().copy_of(_template()) as found:
            yield found
        return
    with new_database(kind, folder, is_migrated=False) as found:
        durable.migrate(found)
        yield found


@functools.cache
def _template() -> str:
    """The name of a database with the engine's tables, in the cluster of this process."""
    cluster, name = cluster_or_skip(), "siseri_engine"
    cluster.do(f"CREATE DATABASE {name}")
    durable.migrate(cluster.url(name))
    return name


@contextmanager
def opener(address: str) -> Iterator[Callable[..., durable.DurableEngine]]:
    """Opens the engine of this process with some tasks; at most one at a time."""
    with contextlib.ExitStack() as ends:

        def open_with(**tasks: durable.Work) -> durable.DurableEngine:
            engine = durable.DurableEngine(
                url=address,
                process_id=uuid.uuid4().hex,
                tasks={durable.Task[name]: work for name, work in tasks.items()},
                poll_s=0.02,
            )
            engine.start()
            ends.callback(engine.close)
            return engine

        yield open_with
