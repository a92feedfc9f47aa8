"""Workers and contacts of the directory, found by what identity providers say of people.

An index key may be rotated meanwhile: an answer counts if, after it was read, the database still
finds everybody by the keys that were asked by.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, Row, bindparam, select

from gateway.errors import Overloaded
from gateway.identifiers import Nir, Siret
from gateway.model.accounts import Candidate, EstablishmentContact
from gateway.model.directory import KnownWorker
from gateway.model.federation import Person
from gateway.model.sealing import KeysInUse
from gateway.ports import Sealer
from gateway.storage.bulk import Among
from gateway.storage.directory_contacts import opened_contact
from gateway.storage.directory_keys import DirectoryKeys, open_identity
from gateway.storage.directory_tables import (
    directory_contacts,
    directory_indexes,
    directory_workers,
)
from gateway.storage.engine import RETRY_AFTER_S, reading
from gateway.storage.people_indexes import (
    are_contacts_indexed,
    email_index,
    is_named,
    name_index,
    not_yet,
)
from gateway.storage.sealed_rows import NIR_PURPOSE
from gateway.storage.sealing_tables import keys_in_use

_LOOKS: Final = 3
"""Between two of them a whole rotation would have to pass."""
_Found = TypeVar("_Found")
_i, _w, _c = directory_indexes.c, directory_workers.c, directory_contacts.c
_WORKERS: Final = (
    select(_w.worker_id, _w.key_generation, _w.sealed_identity)
    .join_from(directory_indexes, directory_workers)
    .where(_i.version == bindparam("index_version"))
    .order_by(_w.worker_id)
)
_BY_NAME: Final = Among(_WORKERS, indexes=_i.name_index)
_BY_NIR: Final = Among(_WORKERS, indexes=_i.nir_index)
_CONTACTS: Final = Among(
    select(directory_contacts).order_by(_c.employer, _c.contact_id), indexes=_c.email_index
)


class SqlDirectoryPeople:
    """Implements `ports.accounts.DirectoryPeople`."""

    def __init__(self, *, engine: Engine, sealer: Sealer) -> None:
        """`engine` from `open_engine`, migrated."""
        self._engine = reading(engine)
        self._sealer = sealer
        self._keys = DirectoryKeys(sealer=sealer)

    def workers_like(self, person: Person, *, born: str | None = None) -> Sequence[Candidate]:
        """See the port."""
        pivots = [person.pivot] if person.rnipp is None else [person.pivot, person.rnipp]
        named = {(pivot.birth_name, str(pivot.birth)) for pivot in pivots if pivot.birth}
        if born is not None:
            named.add((person.pivot.birth_name, born))

        def look(connection: Connection, in_use: KeysInUse) -> Sequence[Candidate]:
            if not is_named(connection, version=in_use.index):
                raise not_yet()
            version = in_use.index
            indexes = {name_index(self._sealer, *name, version=version) for name in named}
            return self._workers(connection, _BY_NAME, indexes, version)

        return self._looked(look) if named else []

    def worker_of(self, nir: Nir) -> Candidate | None:
        """See the port."""

        def look(connection: Connection, in_use: KeysInUse) -> Sequence[Candidate]:
            version = in_use.index
            index = self._sealer.blind_index(NIR_PURPOSE, nir.reveal(), version=version)
            return self._workers(connection, _BY_NIR, [index], version)

        found = self._looked(look)
        return found[0] if found else None

    def contacts_of(self, email: str) -> Sequence[EstablishmentContact]:
        """See the port."""

        def look(connection: Connection, in_use: KeysInUse) -> Sequence[EstablishmentContact]:
            if not are_contacts_indexed(connection):
                raise not_yet()
            indexes = [email_index(self._sealer, email, version=each) for each in in_use.written]
            keys = self._keys.by_generation(connection)
            rows = connection.execute(_CONTACTS.on(connection), {"indexes": indexes}).all()
            return [
                EstablishmentContact(
                    employer=Siret(row.employer),
                    contact=opened_contact(keys[row.key_generation], row),
                )
                for row in rows
            ]

        return self._looked(look)

    def _looked(self, look: Callable[[Connection, KeysInUse], _Found]) -> _Found:
        with self._engine.connect() as connection:
            in_use = keys_in_use(connection)
            for _ in range(_LOOKS):
                self._sealer.follow(in_use)
                found = look(connection, in_use)
                now = keys_in_use(connection)
                if in_use.index in now.complete and now.index in in_use.written:
                    return found
                in_use = now
        raise Overloaded("index keys were rotated one after the other", retry_after_s=RETRY_AFTER_S)

    def _workers(
        self, connection: Connection, query: Among, indexes: Iterable[bytes], version: int
    ) -> Sequence[Candidate]:
        asked = {"indexes": list(indexes), "index_version": version}
        keys = self._keys.by_generation(connection)
        rows = connection.execute(query.on(connection), asked).all()
        return [_candidate(row, keys[row.key_generation]) for row in rows]


def _candidate(row: Row[Any], key: Any) -> Candidate:
    identity = open_identity(key, worker_id=row.worker_id, sealed=row.sealed_identity)
    return Candidate(
        worker=KnownWorker(
            id=row.worker_id,
            birth_name=identity.birth_name,
            used_name=identity.used_name,
            first_name=identity.first_name,
            other_first_names=identity.other_first_names,
            birth_date=identity.birth_date,
            sex=identity.sex,
        ),
        nir=Nir(identity.nir),
    )
