"""The register's directory of workers on SQL: looking up, and taking rows in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, bindparam, select

from gateway.directory.rows import DirectoryRow
from gateway.directory.store import Saved
from gateway.errors import ConfigurationFault, Overloaded
from gateway.identifiers import Nir, Siret
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.directory import (
    Attachment,
    DirectoryVersion,
    Employment,
    KnownWorker,
)
from gateway.ports import Clock, DataKey, Sealer
from gateway.storage.audit_trail import enter
from gateway.storage.bulk import Among, lists_of
from gateway.storage.directory_index import is_indexed
from gateway.storage.directory_intake import Intake, finish_intake
from gateway.storage.directory_keys import DirectoryKeys, open_identity
from gateway.storage.directory_tables import (
    balance_of,
    directory_attachments,
    directory_employments,
    directory_establishments,
    directory_indexes,
    directory_versions,
    directory_workers,
)
from gateway.storage.engine import RETRY_AFTER_S, reading
from gateway.storage.import_turn import import_turn
from gateway.storage.sealed_rows import NIR_PURPOSE
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.writer import Writer

_a, _e, _v = directory_attachments.c, directory_employments.c, directory_versions.c
_VERSION: Final = select(_v.version, _v.date).order_by(_v.number.desc()).limit(1)
_WORKERS: Final = Among(
    select(directory_workers, directory_indexes.c.nir_index)
    .join_from(directory_indexes, directory_workers)
    .where(directory_indexes.c.version == bindparam("index_version")),
    indexes=directory_indexes.c.nir_index,
)
_LOOKS: Final = 3
"""Between two of them a whole rotation would have to pass."""
_EMPLOYMENTS: Final = Among(
    select(
        *(_e.worker_id, _e.employer, _e.start_day, _e.end_day, _e.category),
        *(_e.other_exposures, _e.undeclared),
    ).order_by(_e.worker_id, _e.employer, _e.start_day),
    ids=_e.worker_id,
)
_ATTACHMENTS: Final = Among(
    select(_a.worker_id, _a.employer, _a.sender, _a.start_day, _a.end_day).order_by(
        _a.worker_id, _a.employer, _a.sender, _a.start_day
    ),
    ids=_a.worker_id,
)
_NUCLEAR: Final = Among(
    select(directory_establishments.c.siret).where(directory_establishments.c.is_nuclear.is_(True)),
    sirets=directory_establishments.c.siret,
)


class SqlWorkerDirectory:
    """Implements `ports.WorkerDirectory` and `gateway.directory.store.DirectoryStore`."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who imports."""
        self._clock = clock
        self._by = by
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._keys = DirectoryKeys(sealer=sealer)
        self._is_indexed = False

    def version(self) -> DirectoryVersion | None:
        """Which state it is in, or None before the first import was finished."""
        with self._engine.connect() as connection:
            row = connection.execute(_VERSION).first()
        return None if row is None else DirectoryVersion(version=row.version, date=row.date)

    def look_up(self, nirs: Iterable[Nir]) -> Mapping[Nir, KnownWorker]:
        """The workers known among `nirs`, by blind index; the others are absent.

        An index key may be rotated meanwhile: an answer counts if, after it was read, the database
        still finds every worker by the key that was asked by.

        Raises:
            Overloaded: a sealing key is not at hand here.
        """
        asked = tuple(nirs)
        with self._engine.connect() as connection:
            for _ in range(_LOOKS):
                version = self._sealer.index_version
                found = self._found(connection, asked, version)
                in_use = keys_in_use(connection)
                if version in in_use.complete:
                    return found
                self._sealer.follow(in_use)
        raise Overloaded("index keys were rotated one after the other", retry_after_s=RETRY_AFTER_S)

    def _found(
        self, connection: Connection, nirs: Iterable[Nir], index_version: int
    ) -> dict[Nir, KnownWorker]:
        index = self._sealer.blind_index
        by_index = {index(NIR_PURPOSE, nir.reveal(), version=index_version): nir for nir in nirs}
        found: dict[Nir, KnownWorker] = {}
        keys = self._keys.by_generation(connection)
        for indexes in lists_of(by_index, connection):
            asked = {"indexes": indexes, "index_version": index_version}
            rows = connection.execute(_WORKERS.on(connection), asked).all()
            ids = [row.worker_id for row in rows]
            employments = _employments_of(connection, ids)
            attachments = _attachments_of(connection, ids)
            for row in rows:
                found[by_index[row.nir_index]] = _known(
                    row,
                    key=keys[row.key_generation],
                    employments=employments.get(row.worker_id, ()),
                    attachments=attachments.get(row.worker_id, ()),
                )
        return found

    def nuclear_establishments(self, sirets: Iterable[Siret]) -> frozenset[Siret]:
        """Those among `sirets` whose establishment is of the nuclear domain."""
        found: set[Siret] = set()
        with self._engine.connect() as connection:
            for asked in lists_of(sorted({str(siret) for siret in sirets}), connection):
                rows = connection.scalars(_NUCLEAR.on(connection), {"sirets": asked})
                found.update(map(Siret, rows))
        return frozenset(found)

    def importing(self) -> AbstractContextManager[None]:
        """See `DirectoryStore`."""
        return import_turn(self._engine)

    def save(self, rows: Sequence[DirectoryRow], *, version: str) -> Saved:
        """Bring these rows in, all or none, durable on return.

        Raises:
            ConfigurationFault: workers are indexed by another key than the one at hand.
        """
        if not self.is_indexed():
            raise ConfigurationFault(
                "l'annuaire n'est pas indexé par la clé présente : remettez les clés de "
                "scellement qui le servent",
                "the directory is not indexed by the present key: bring back the sealing keys "
                "that serve it",
            )
        intake = Intake(rows=rows, sealer=self._sealer, keys=self._keys, version=version)

        def take_in(connection: Connection) -> Saved:
            saved = intake.save(connection)
            if saved.added or saved.changed:
                counts = {"added": str(saved.added), "changed": str(saved.changed)}
                self._enter(connection, Act.DIRECTORY_WRITTEN, version=version, **counts)
            return saved

        return self._writer.run(take_in)

    def is_indexed(self) -> bool:
        """Whether the keys at hand are those of the directory: else nobody would be found."""
        if not self._is_indexed:
            with self._engine.connect() as connection:
                self._is_indexed = is_indexed(connection, keys=self._keys, sealer=self._sealer)
        return self._is_indexed

    def finish(self, version: DirectoryVersion) -> int:
        """End the import of `version`, durable on return; how many rows were removed."""

        def end(connection: Connection) -> int:
            removed = finish_intake(connection, version)
            details = {"version": version.version, "removed": str(removed)}
            self._enter(connection, Act.DIRECTORY_IMPORTED, **details)
            return removed

        return self._writer.run(end)

    def _enter(self, connection: Connection, act: Act, **details: str) -> None:
        enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=details))


def _known(
    row: Row[Any],
    *,
    key: DataKey,
    employments: Sequence[Employment],
    attachments: Sequence[Attachment],
) -> KnownWorker:
    identity = open_identity(key, worker_id=row.worker_id, sealed=row.sealed_identity)
    return KnownWorker(
        id=row.worker_id,
        birth_name=identity.birth_name,
        used_name=identity.used_name,
        first_name=identity.first_name,
        other_first_names=identity.other_first_names,
        birth_date=identity.birth_date,
        sex=identity.sex,
        employments=tuple(employments),
        attachments=tuple(attachments),
        balance=balance_of(row),
    )


def _employments_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Employment]]:
    found: dict[str, list[Employment]] = defaultdict(list)
    rows = connection.execute(_EMPLOYMENTS.on(connection), {"ids": ids}).all()
    for worker, employer, start, end, category, others, undeclared in rows:
        found[worker].append(
            Employment(
                employer=Siret(employer),
                start=start,
                end=end,
                category=category,
                other_exposures=frozenset(others.split(",")) if others else frozenset(),
                undeclared=frozenset(undeclared.split(",")) if undeclared else frozenset(),
            )
        )
    return found


def _attachments_of(connection: Connection, ids: Sequence[str]) -> dict[str, list[Attachment]]:
    found: dict[str, list[Attachment]] = defaultdict(list)
    rows = connection.execute(_ATTACHMENTS.on(connection), {"ids": ids}).all()
    for worker, employer, sender, start, end in rows:
        found[worker].append(
            Attachment(employer=Siret(employer), sender=Siret(sender), start=start, end=end)
        )
    return found
