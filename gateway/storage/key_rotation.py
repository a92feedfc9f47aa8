"""Rotating the sealing keys while the gateway serves: step by step, each durable, any cut short.

Master: a new version wraps what is new; every data key is wrapped anew; the former is retired.
Index: every worker gets an index of the new version beside that of the former; then the new one is
looked up; held lines follow; the former is retired, and its indexes are deleted.

What is in use is changed under the locks of those that write by it (the directory's turn, the
counter of closings), so that none of them commits by a key that was left before.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    func,
    insert,
    select,
    update,
)

from gateway.errors import Overloaded
from gateway.model.audit import GATEWAY, Act, Actor, Deed
from gateway.model.sealing import KeyKind, KeyState, KeyVersion
from gateway.ports import Clock, Sealer
from gateway.storage import tables
from gateway.storage.account_tables import account_keys
from gateway.storage.accounts import index_emails
from gateway.storage.answers import wait_for_closings
from gateway.storage.audit_trail import enter
from gateway.storage.directory_index import drop_some, fill_some, is_complete
from gateway.storage.directory_intake import TURN
from gateway.storage.directory_keys import DirectoryKeys
from gateway.storage.directory_tables import directory_keys
from gateway.storage.engine import RETRY_AFTER_S, reading, wait_for_turn
from gateway.storage.held_index import index_some
from gateway.storage.people_filling import index_contacts
from gateway.storage.sealing_tables import MASTER_VERSION_BYTES, key_versions, keys_in_use
from gateway.storage.verified_identities import digest_some

STEP: Final = 500
"""Rows a transaction: some milliseconds, for the one writer of SQLite serves partners too."""
WRAPPED: Final = (
    (tables.transmissions, tables.transmissions.c.number),
    (directory_keys, directory_keys.c.generation),
    (account_keys, account_keys.c.generation),
)
"""Every table of wrapped keys, with the integer by which its rows are passed through."""
_ATTEMPTS: Final = 5
_LONGEST_REST_S: Final = 1.0
_k = key_versions.c
_Place = TypeVar("_Place")
_Result = TypeVar("_Result")


class Writing(Protocol):
    """Whoever writes: see `writer.Writer`."""

    def run(self, work: Callable[[Connection], _Result]) -> _Result:
        """What `work` returns, once its changes are durable."""
        ...


class KeyRotation:
    """What the database has to do of a rotation; the keys themselves are the caller's."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writing,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
        step: int = STEP,
    ) -> None:
        """`engine` from `open_engine`, migrated; `step`: how many rows a transaction touches.

        `by` is entered in the audit trail as who rotates.
        """
        self._clock = clock
        self._by = by
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._keys = DirectoryKeys(sealer=sealer)
        self._rows = step

    def versions(self, kind: KeyKind) -> Sequence[KeyVersion]:
        """Every version of a kind there ever was, oldest first."""
        query = select(_k.version, _k.state).where(_k.kind == kind.value).order_by(_k.version)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [KeyVersion(kind, row.version, KeyState(row.state)) for row in rows]

    def begin(self, kind: KeyKind, version: int) -> None:
        """Take a new version into use: a master key serves at once, an index key is filled first.

        Nothing happens where another has begun it meanwhile.
        """

        def take(connection: Connection) -> None:
            if _begin(connection, kind=kind, version=version):
                self._enter(connection, Act.KEY_TAKEN_INTO_USE, kind, version)

        self._change(take)

    def wrap_anew(self) -> None:
        """Wrap every data key by the master key that serves; retire those that did before."""
        for table, number in WRAPPED:
            self._pass(partial(self._wrap_some, table=table, number=number), -1)
        with self._engine.connect() as connection:
            former = _versions_in(connection, KeyKind.MASTER, KeyState.FORMER)
            for table, number in WRAPPED:
                if connection.execute(_wrapped_by(table, number, former).limit(1)).first():
                    raise Overloaded("not every key is wrapped anew", retry_after_s=RETRY_AFTER_S)
        self._retire(KeyKind.MASTER)

    def fill(self) -> None:
        """Index every worker by the key that is being filled, if one is; then look up by it."""
        for key in self.versions(KeyKind.INDEX):
            if key.state is KeyState.FILLING:
                some = partial(
                    fill_some,
                    version=key.version,
                    limit=self._rows,
                    keys=self._keys,
                    sealer=self._sealer,
                )
                self._pass(some, "")
                with self._engine.connect() as connection:
                    if not is_complete(connection, version=key.version):
                        raise Overloaded("not every worker is indexed", retry_after_s=RETRY_AFTER_S)
                self._change(_flip)

    def leave(self) -> None:
        """Index by the key that is looked up what the former has indexed alone, and retire it.

        Held lines, verified identities, contacts, addresses of accounts. What it made is deleted.
        """
        while self._step(partial(index_some, limit=self._rows, sealer=self._sealer)):
            pass
        emails = partial(index_emails, limit=self._rows, sealer=self._sealer)
        while self._step(emails):
            pass
        for of_directory in (digest_some, index_contacts):
            some = partial(of_directory, limit=self._rows, keys=self._keys, sealer=self._sealer)
            while self._step(some):
                pass
        self._retire(KeyKind.INDEX)
        for key in self.versions(KeyKind.INDEX):
            if key.state is KeyState.RETIRED:
                while self._step(partial(drop_some, version=key.version, limit=self._rows)):
                    pass

    def _retire(self, kind: KeyKind) -> None:
        def retire(connection: Connection) -> None:
            former = _versions_in(connection, kind, KeyState.FORMER)
            _move(connection, kind=kind, before=KeyState.FORMER, after=KeyState.RETIRED)
            for version in former:
                self._enter(connection, Act.KEY_RETIRED, kind, version)

        self._change(retire)

    def _enter(self, connection: Connection, act: Act, kind: KeyKind, version: int) -> None:
        details = {"use": kind.value, "version": str(version)}
        enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=details))

    def _wrap_some(
        self, connection: Connection, *, table: Table, number: Column[int], after: int
    ) -> int | None:
        """Wrap the next data keys of a table anew; the last one's number, or None at the end.

        One that is erased meanwhile stays erased.
        """
        self._sealer.follow(keys_in_use(connection))
        former = _versions_in(connection, KeyKind.MASTER, KeyState.FORMER)
        query = _wrapped_by(table, number, former).where(number > after)
        rows = connection.execute(query.order_by(number).limit(self._rows)).all()
        if not rows:
            return None
        wrapping = (
            update(table)
            .where(number == bindparam("at"), table.c.wrapped_key == bindparam("former"))
            .values(wrapped_key=bindparam("anew"))
        )
        anew = [{"at": at, "former": w, "anew": self._sealer.rewrap(w)} for at, w in rows]
        connection.execute(wrapping, anew)
        return int(rows[-1][0])

    def _pass(self, some: Callable[..., _Place | None], start: _Place) -> None:
        """Go through a table in steps, each beginning `after` the place where the last ended."""
        after: _Place | None = start
        while after is not None:
            after = self._step(partial(some, after=after))

    def _step(self, work: Callable[[Connection], _Result]) -> _Result:
        """One transaction; then as long a rest, for those who wait to write."""
        started = time.monotonic()
        result = self._attempt(work)
        time.sleep(min(time.monotonic() - started, _LONGEST_REST_S))
        return result

    def _change(self, change: Callable[[Connection], None]) -> None:
        """Change what is in use, alone with whoever writes by it."""

        def alone(connection: Connection) -> None:
            wait_for_turn(connection, TURN)
            wait_for_closings(connection)
            change(connection)

        self._attempt(alone)
        with self._engine.connect() as connection:
            self._sealer.follow(keys_in_use(connection))

    def _attempt(self, work: Callable[[Connection], _Result]) -> _Result:
        """Write, again where the database was taken by others for too long."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._writer.run(work)
            except Overloaded:
                continue
        return self._writer.run(work)


def _begin(connection: Connection, *, kind: KeyKind, version: int) -> bool:
    """Write it; False where another has."""
    known = select(_k.state).where(_k.kind == kind.value, _k.version == version)
    if connection.execute(known).first() is not None:
        return False
    state = KeyState.FILLING
    if kind is KeyKind.MASTER:
        _move(connection, kind=kind, before=KeyState.SERVING, after=KeyState.FORMER)
        state = KeyState.SERVING
    row = {"kind": kind.value, "version": version, "state": state.value}
    connection.execute(insert(key_versions), row)
    return True


def _flip(connection: Connection) -> None:
    """Look up by the key that was filled, if another did not flip meanwhile."""
    if _versions_in(connection, KeyKind.INDEX, KeyState.FILLING):
        _move(connection, kind=KeyKind.INDEX, before=KeyState.SERVING, after=KeyState.FORMER)
        _move(connection, kind=KeyKind.INDEX, before=KeyState.FILLING, after=KeyState.SERVING)


def _move(connection: Connection, *, kind: KeyKind, before: KeyState, after: KeyState) -> None:
    moved = update(key_versions).where(_k.kind == kind.value, _k.state == before.value)
    connection.execute(moved.values(state=after.value))


def _versions_in(connection: Connection, kind: KeyKind, state: KeyState) -> Sequence[int]:
    query = select(_k.version).where(_k.kind == kind.value, _k.state == state.value)
    return connection.scalars(query).all()


def _wrapped_by(table: Table, number: Column[int], versions: Sequence[int]) -> Select[Any]:
    """The keys of a table that one of these versions wrapped."""
    prefixes = [version.to_bytes(MASTER_VERSION_BYTES, "big") for version in versions]
    prefix = func.substr(table.c.wrapped_key, 1, MASTER_VERSION_BYTES, type_=tables.WrappedKey())
    return select(number, table.c.wrapped_key).where(prefix.in_(prefixes))
