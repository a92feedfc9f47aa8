"""Taking rows of the directory in, inside the writer's transaction: only what differs."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, and_, delete, exists, insert, select

from gateway.directory.rows import DirectoryRow
from gateway.directory.store import Saved
from gateway.identifiers import Nir
from gateway.model.directory import Balance, DirectoryVersion
from gateway.ports import DataKey, Sealer
from gateway.storage.bulk import among, insert_rows, lists_of
from gateway.storage.directory_keys import (
    DirectoryKeys,
    Identity,
    identity_of,
    open_identity,
    seal_identity,
)
from gateway.storage.directory_stated import Establishments, Stated
from gateway.storage.directory_tables import (
    balance_of,
    balance_values,
    directory_attachments,
    directory_employments,
    directory_indexes,
    directory_versions,
    directory_workers,
)
from gateway.storage.engine import wait_for_turn
from gateway.storage.held_tables import number_change
from gateway.storage.people_indexes import name_index
from gateway.storage.sealed_rows import NIR_PURPOSE
from gateway.storage.sealing_tables import keys_in_use

TURN: Final = "siseri directory"
"""Whose turn it is to change the directory: it is read, then what differs is written."""
WORKER_ID_BYTES: Final = 12
"""96 random bits: a pseudonymous id is drawn, never derived."""

_EMPLOYMENT: Final = ("worker_id", "employer", "start_day")
_ATTACHMENT: Final = ("worker_id", "employer", "sender", "start_day")
_Values = tuple[Any, ...]


class _Worker:
    """What is known of a worker while rows are taken in."""

    __slots__ = ("balance", "has_changed", "id", "identity", "is_new", "is_renamed")

    def __init__(
        self,
        *,
        worker_id: str,
        identity: Identity | None = None,
        balance: Balance | None = None,
        is_new: bool = False,
    ) -> None:
        self.id = worker_id
        self.is_new = is_new
        self.identity = identity
        self.balance = balance
        self.has_changed = False
        self.is_renamed = False

    def learn(self, row: DirectoryRow) -> bool:
        """Take `row` over; whether that changed anything. An absent balance changes nothing."""
        identity = identity_of(row)
        balance = self.balance if row.balance is None else row.balance
        if identity == self.identity and balance == self.balance:
            return False
        self.is_renamed = self.is_renamed or _found_by(identity) != _found_by(self.identity)
        self.identity, self.balance, self.has_changed = identity, balance, True
        return True


class Intake:
    """Rows to be taken in; their workers are indexed by every index key that is written now."""

    def __init__(
        self, *, rows: Sequence[DirectoryRow], sealer: Sealer, keys: DirectoryKeys, version: str
    ) -> None:
        """`version` is that of the file which states the rows."""
        self._rows = rows
        self._sealer = sealer
        self._keys = keys
        self._version = version

    def save(self, connection: Connection) -> Saved:
        """Write what differs; what became of the rows."""
        wait_for_turn(connection, TURN)
        in_use = keys_in_use(connection)  # it stays: who changes it takes this turn
        self._sealer.follow(in_use)
        self._keys.make_first(connection)
        keys = self._keys.by_generation(connection)
        workers = self._known_workers(connection, keys, index_version=in_use.index)
        ids = [worker.id for worker in workers.values()]
        employments = Stated(connection, directory_employments, _EMPLOYMENT, ids)
        attachments = Stated(connection, directory_attachments, _ATTACHMENT, ids)
        couples = {key[:2] for key in employments.known}
        nuclear = Establishments(connection, (str(row.employer) for row in self._rows))
        added = changed = 0
        touched: set[str] = set()
        for row in self._rows:
            worker = workers.get(row.nir)
            if worker is None:
                worker = workers[row.nir] = _Worker(worker_id=_new_id(), is_new=True)
            is_new = (worker.id, str(row.employer)) not in couples
            couples.add((worker.id, str(row.employer)))
            differs = [
                worker.learn(row),
                nuclear.state(str(row.employer), is_nuclear=row.is_nuclear),
                employments.state(*_employment(worker.id, row), seen_in=self._version),
                *(
                    attachments.state(*attachment, seen_in=self._version)
                    for attachment in _attachments(worker.id, row)
                ),
            ]
            if any(differs):
                touched.add(worker.id)
            added += is_new
            changed += any(differs) and not is_new
        self._write_workers(connection, keys, [w for w in workers.values() if w.has_changed])
        self._write_indexes(connection, workers, in_use.written)
        nuclear.write(connection)
        employments.write(connection)
        attachments.write(connection)
        number_change(connection, touched)
        return Saved(added=added, changed=changed, unchanged=len(self._rows) - added - changed)

    def _known_workers(
        self, connection: Connection, keys: dict[int, DataKey], *, index_version: int
    ) -> dict[Nir, _Worker]:
        known: dict[Nir, _Worker] = {}
        by_index = {self._index(row.nir, index_version): row.nir for row in self._rows}
        query = select(directory_workers, directory_indexes.c.nir_index).join_from(
            directory_indexes, directory_workers
        )
        query = query.where(
            among(connection, directory_indexes.c.nir_index, "indexes"),
            directory_indexes.c.version == index_version,
        )
        for indexes in lists_of(by_index, connection):
            for row in connection.execute(query, {"indexes": indexes}).all():
                known[by_index[row.nir_index]] = _Worker(
                    worker_id=row.worker_id,
                    identity=open_identity(
                        keys[row.key_generation],
                        worker_id=row.worker_id,
                        sealed=row.sealed_identity,
                    ),
                    balance=balance_of(row),
                )
        return known

    def _write_indexes(
        self, connection: Connection, workers: Mapping[Nir, _Worker], versions: Iterable[int]
    ) -> None:
        for are_new in (True, False):
            found = [
                (nir, worker.id, worker.identity)
                for nir, worker in workers.items()
                if worker.is_renamed and worker.is_new is are_new and worker.identity is not None
            ]
            insert_indexes(
                connection,
                [
                    (version, self._index(nir, version), worker_id, self._name(identity, version))
                    for version in versions
                    for nir, worker_id, identity in found
                ],
                are_new=are_new,
            )

    def _name(self, identity: Identity, version: int) -> bytes:
        return name_index(self._sealer, identity.birth_name, identity.birth_date, version=version)

    def _index(self, nir: Nir, version: int) -> bytes:
        return self._sealer.blind_index(NIR_PURPOSE, nir.reveal(), version=version)

    def _write_workers(
        self, connection: Connection, keys: dict[int, DataKey], workers: Sequence[_Worker]
    ) -> None:
        generation = max(keys)
        insert_rows(
            connection,
            directory_workers,
            (
                *("worker_id", "key_generation", "sealed_identity", "balance_as_of"),
                *("balance_effective_usv", "balance_lens_usv", "balance_extremity_usv"),
            ),
            (
                (
                    worker.id,
                    generation,
                    seal_identity(keys[generation], worker_id=worker.id, identity=worker.identity),
                    *balance_values(worker.balance),
                )
                for worker in workers
                if worker.identity is not None
            ),
            replace_by=("worker_id",),
        )


def insert_indexes(
    connection: Connection, rows: Sequence[tuple[int, bytes, str, bytes]], *, are_new: bool
) -> None:
    """Write version, index of the NIR, worker and index of the name; those known are replaced."""
    insert_rows(
        connection,
        directory_indexes,
        ("version", "nir_index", "worker_id", "name_index"),
        rows,
        replace_by=() if are_new else ("version", "nir_index"),
    )


def finish_intake(connection: Connection, version: DirectoryVersion) -> int:
    """Remove what the couples stated by `version` no longer state; make it the version."""
    wait_for_turn(connection, TURN)
    stated = directory_employments.alias("stated")
    removed: list[str] = []
    for table in (directory_attachments, directory_employments):
        is_stated = exists().where(
            and_(
                stated.c.worker_id == table.c.worker_id,
                stated.c.employer == table.c.employer,
                stated.c.seen_in == version.version,
            )
        )
        gone = delete(table).where(table.c.seen_in != version.version, is_stated)
        removed += connection.scalars(gone.returning(table.c.worker_id)).all()
    number_change(connection, set(removed))
    state_version(connection, version)
    return len(removed)


def state_version(connection: Connection, version: DirectoryVersion) -> None:
    """Make it the version that the directory is in, unless it is; the turn must be held."""
    v = directory_versions.c
    last = connection.execute(select(v.number, v.version).order_by(v.number.desc())).first()
    if last is None or last.version != version.version:
        number = 1 if last is None else last.number + 1
        connection.execute(
            insert(directory_versions),
            {"number": number, "version": version.version, "date": version.date},
        )


def _employment(worker_id: str, row: DirectoryRow) -> tuple[_Values, _Values]:
    contract = row.employment
    others = ",".join(sorted(contract.other_exposures))
    undeclared = ",".join(sorted(contract.undeclared)) or None
    declared = msgspec.structs.astuple(row.declared)
    return (
        (worker_id, str(row.employer), contract.start),
        (contract.end, contract.category, others, *declared, undeclared),
    )


def _attachments(worker_id: str, row: DirectoryRow) -> list[tuple[_Values, _Values]]:
    return [
        (
            (worker_id, str(row.employer), str(attachment.sender), attachment.start),
            (attachment.end,),
        )
        for attachment in row.attachments
    ]


def _found_by(identity: Identity | None) -> tuple[str, str] | None:
    """What the index of the name is made of."""
    return None if identity is None else (identity.birth_name, identity.birth_date)


def _new_id() -> str:
    return secrets.token_urlsafe(WORKER_ID_BYTES)
