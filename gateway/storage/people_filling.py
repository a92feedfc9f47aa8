"""Indexing people who were in the directory before there were indexes of them, while others serve.

Rows of contacts are indexed anew by the same steps when the index key is rotated.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from gateway.model.background import Turn
from gateway.ports import Sealer
from gateway.storage.directory_contacts import opened_contact
from gateway.storage.directory_index import fill_some
from gateway.storage.directory_intake import TURN
from gateway.storage.directory_keys import DirectoryKeys
from gateway.storage.directory_tables import directory_contacts
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.people_indexes import are_contacts_indexed, email_index, is_named
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.writer import Writer

STEP: Final = 500
"""Rows a transaction, so that who sends waits for some milliseconds."""
_c = directory_contacts.c
_BY_ANOTHER: Final = select(directory_contacts).where(
    func.coalesce(_c.email_index_version, 0) != bindparam("index_version")
)
_INDEX: Final = (
    update(directory_contacts)
    .where(_c.contact_id == bindparam("of_contact"))
    .values(email_index=bindparam("anew"), email_index_version=bindparam("version"))
)


class PeopleFilling:
    """A round of the durable engine: cheap once everybody is indexed, and safe to be cut short."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer, step: int = STEP) -> None:
        """`engine` from `open_engine`, migrated; `step`: how many rows a transaction touches."""
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._keys = DirectoryKeys(sealer=sealer)
        self._rows = step

    def __call__(self, turn: Turn) -> None:
        """Index whoever is not."""
        with self._engine.connect() as connection:
            in_use = keys_in_use(connection)
            unnamed = [each for each in in_use.written if not is_named(connection, version=each)]
            is_indexed = are_contacts_indexed(connection)
        for version in unnamed:
            self._name(turn, version)
        while not is_indexed:
            turn.go_on()
            some = partial(index_contacts, limit=self._rows, keys=self._keys, sealer=self._sealer)
            is_indexed = not self._writer.run(some)

    def _name(self, turn: Turn, version: int) -> None:
        after: str | None = ""
        while after is not None:
            turn.go_on()
            some: Callable[[Connection], str | None] = partial(
                fill_some,
                version=version,
                after=after,
                limit=self._rows,
                keys=self._keys,
                sealer=self._sealer,
            )
            after = self._writer.run(some)


def index_contacts(
    connection: Connection, *, limit: int, keys: DirectoryKeys, sealer: Sealer
) -> int:
    """Index some of the contacts that the key in use has not; how many there were."""
    wait_for_turn(connection, TURN)
    in_use = keys_in_use(connection)
    sealer.follow(in_use)
    rows = connection.execute(_BY_ANOTHER.limit(limit), {"index_version": in_use.index}).all()
    by_generation = keys.by_generation(connection)
    anew = [
        {
            "of_contact": row.contact_id,
            "anew": email_index(
                sealer,
                opened_contact(by_generation[row.key_generation], row).email,
                version=in_use.index,
            ),
            "version": in_use.index,
        }
        for row in rows
    ]
    if anew:
        connection.execute(_INDEX, anew)
    return len(anew)
