"""The evidence log on SQL: what is numbered, hashed and signed stands there together or not at all.

Nothing in it is ever changed once it has its index: leaves, hashes and checkpoints are only added.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    select,
    union_all,
    update,
)

from gateway.model.evidence import (
    Extension,
    KeptCosignature,
    KeptTimestamp,
    LeafOnRecord,
    LogTip,
    NumberedLeaf,
    SeenCheckpoint,
    StoredCheckpoint,
    Subtree,
    WaitingLeaf,
)
from gateway.storage import audit_trail
from gateway.storage.bulk import Among, insert_rows, lists_of
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.log_tables import (
    log_checkpoints,
    log_cosignatures,
    log_hashes,
    log_leaves,
    log_timestamps,
)
from gateway.storage.tables import acknowledgements
from gateway.storage.writer import Writer

LEAVES_A_CHECKPOINT: Final = 1024
"""At most so many leaves are numbered in one transaction."""
_TURN: Final = "siseri evidence log"
_COSIGNING: Final = "siseri cosignatures"
_a, _l, _h = acknowledgements.c, log_leaves.c, log_hashes.c
_c, _s, _t = log_checkpoints.c, log_cosignatures.c, log_timestamps.c
_IS_WAITING: Final = _l.leaf_index.is_(None)
_NUMBERING: Final = (
    update(log_leaves)
    .where(_l.cursor == bindparam("numbered"), _IS_WAITING)
    .values(leaf_index=bindparam("index"), salt=bindparam("of_salt"), entry=bindparam("of_entry"))
)
_LATEST: Final = select(log_checkpoints).order_by(_c.size.desc()).limit(1)
_CHECKPOINT: Final = insert(log_checkpoints)
_WAITING: Final = (
    select(_l.cursor, _a.id.label("acknowledgement_id"), _a.canonical_sha256)
    .join_from(log_leaves, acknowledgements)
    .where(_IS_WAITING)
    .order_by(_l.cursor)
    .limit(LEAVES_A_CHECKPOINT)
)
_HASHES: Final = Among(select(_h.number, _h.hash), numbers=_h.number)


def subtree_number(level: int, position: int) -> int:
    """Where the hash of a complete subtree stands among all, in the order of their completion.

    A parent follows its right child. The layout of Go's `golang.org/x/mod/sumdb/tlog`.
    """
    last_leaf = ((position + 1) << level) - 1
    earlier = 0
    while last_leaf:
        earlier += last_leaf
        last_leaf >>= 1
    return earlier + level


class SqlEvidenceLog:
    """Implements `ports.EvidenceLog`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer

    def extend(self, grow: Callable[[LogTip], Extension]) -> Extension | None:
        """Number what waits, in one transaction, durable (fsync'd) on return."""
        return self._writer.run(partial(_extend, grow=grow))

    def follow(
        self, grow: Callable[[LogTip], Extension], told: Callable[[Extension], None]
    ) -> None:
        """Number what each transaction wrote within it, on SQLite; see `sequencer.Followed`."""
        self._writer.follow(partial(_extend, grow=grow), told)

    def unfollow(self) -> None:
        """Leave it to `extend` again."""
        self._writer.unfollow()

    def is_waiting(self) -> bool:
        """Whether a committed leaf has no index yet, or the log no checkpoint."""
        with self._engine.connect() as connection:
            if connection.execute(select(_l.cursor).where(_IS_WAITING).limit(1)).first():
                return True
            if audit_trail.is_waiting(connection):
                return True
            return connection.execute(select(_c.size).limit(1)).first() is None

    def leaf(self, acknowledgement_id: str) -> LeafOnRecord | None:
        """The leaf of that acknowledgement."""
        query = (
            select(_a.decided_at, _l.leaf_index.label("index"), _l.salt)
            .join_from(log_leaves, acknowledgements)
            .where(_a.id == acknowledgement_id)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else LeafOnRecord(**row._mapping)  # noqa: SLF001

    def latest(self) -> StoredCheckpoint | None:
        """The largest checkpoint."""
        with self._engine.connect() as connection:
            return _latest(connection)

    def checkpoint_over(
        self, index: int, *, since: datetime | None = None
    ) -> StoredCheckpoint | None:
        """The first checkpoint that covers the leaf of that index, of those signed since then."""
        over = select(log_checkpoints).where(_c.size > index).order_by(_c.size).limit(1)
        return self._one(over if since is None else over.where(_c.signed_at >= since))

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        """The checkpoint of exactly that size."""
        return self._one(select(log_checkpoints).where(_c.size == size))

    def hashes(self, places: Iterable[Subtree]) -> Mapping[Subtree, bytes]:
        """The stored hashes of complete subtrees."""
        with self._engine.connect() as connection:
            return _hashes(connection, places)

    def entries(self, first: int, count: int) -> Sequence[bytes]:
        """The entries from index `first` on, at most `count`, in order."""
        audited = audit_trail.audit_entries.c
        parts = (
            select(index.label("at"), entry.label("entry")).where(
                index >= first, index < first + count
            )
            for index, entry in (
                (_l.leaf_index, _l.entry),
                (audited.leaf_index, audited.leaf),
            )
        )
        with self._engine.connect() as connection:
            rows = connection.execute(union_all(*parts).order_by("at")).all()
        return [bytes(row.entry or b"") for row in rows]  # one that was taken away hashes so too

    def cosign(self, size: int, cosignatures: Iterable[KeptCosignature]) -> None:
        """Keep what witnesses signed; one of theirs that is there already stays."""
        rows = [{"size": size, **msgspec.structs.asdict(kept)} for kept in cosignatures]

        def write(connection: Connection) -> None:
            wait_for_turn(connection, _COSIGNING)  # two processes may ask one witness
            known = set(connection.scalars(select(_s.witness).where(_s.size == size)))
            new = [row for row in rows if row["witness"] not in known]
            if new:
                connection.execute(insert(log_cosignatures), new)

        self._writer.run(write)

    def cosignatures(self, size: int) -> Sequence[KeptCosignature]:
        """What witnesses signed under the checkpoint of that size, earliest first."""
        query = (
            select(_s.witness, _s.line, _s.at).where(_s.size == size).order_by(_s.at, _s.witness)
        )
        with self._engine.connect() as connection:
            return [KeptCosignature(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001

    def witnessed(self, witnesses: Iterable[str]) -> Mapping[str, int]:
        """The size of the largest checkpoint that each of these cosigned, where there is one."""
        query = select(func.max(_s.size)).where(_s.witness == bindparam("of"))
        with self._engine.connect() as connection:
            found = {one: connection.scalar(query, {"of": one}) for one in witnesses}
        return {witness: size for witness, size in found.items() if size is not None}

    def cosigned_over(self, index: int, *, by: datetime, within: int) -> Sequence[SeenCheckpoint]:
        """Of the first `within` cosigned checkpoints over a leaf, those cosigned by then."""
        # by size first: each witness signs them in that order, and a day's end is found at once
        sizes = select(_s.size).distinct().where(_s.size > index).order_by(_s.size).limit(within)
        return [one for one in self._seen(sizes, by=by) if one.witnesses]

    def timestamp(self, size: int) -> KeptTimestamp | None:
        """The earliest time-stamp over the checkpoint of that size."""
        query = select(_t.token, _t.at).where(_t.size == size).order_by(_t.at, _t.authority)
        with self._engine.connect() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else KeptTimestamp(**row._mapping)  # noqa: SLF001

    def stamped_over(self, index: int, *, by: datetime, within: int) -> Sequence[SeenCheckpoint]:
        """The first `within` checkpoints over a leaf stamped by then, with who cosigned by then."""
        stamped = select(_t.size).distinct().where(_t.size > index, _t.at <= by)
        return self._seen(stamped.order_by(_t.size).limit(within), by=by)

    def _seen(self, sizes: Select[tuple[int]], *, by: datetime) -> Sequence[SeenCheckpoint]:
        """The checkpoints of these sizes, in that order, with who had cosigned each by then."""
        of = sizes.subquery().c.size
        cosigned = and_(_s.size == of, _s.at <= by)
        query = select(of, _s.witness).outerjoin(log_cosignatures, cosigned)
        found: dict[int, set[str]] = {}
        with self._engine.connect() as connection:
            for size, witness in connection.execute(query.order_by(of)):
                found.setdefault(size, set()).update([] if witness is None else [witness])
        return [
            SeenCheckpoint(size=size, witnesses=frozenset(names)) for size, names in found.items()
        ]

    def _one(self, query: Select[Any]) -> StoredCheckpoint | None:
        with self._engine.connect() as connection:
            return _stored(connection.execute(query).first())


def _extend(connection: Connection, grow: Callable[[LogTip], Extension]) -> Extension | None:
    wait_for_turn(connection, _TURN)
    checkpoint = _latest(connection)
    waiting = _waiting(connection)
    audit = audit_trail.waiting(connection)
    if checkpoint is not None and not waiting and not audit:
        return None
    tip = LogTip(
        checkpoint=checkpoint,
        waiting=waiting,
        read_hashes=partial(_hashes, connection),
        audit=audit,
    )
    extension = grow(tip)
    _number(connection, extension.leaves)
    audit_trail.place(connection, extension.audit)
    insert_rows(
        connection,
        log_hashes,
        ("number", "hash"),
        ((subtree_number(level, at), value) for level, at, value in extension.hashes),
    )
    connection.execute(_CHECKPOINT, msgspec.structs.asdict(extension.checkpoint))
    return extension


def _latest(connection: Connection) -> StoredCheckpoint | None:
    return _stored(connection.execute(_LATEST).first())


def _stored(row: Row[Any] | None) -> StoredCheckpoint | None:
    return None if row is None else StoredCheckpoint(**row._mapping)  # noqa: SLF001


def _waiting(connection: Connection) -> list[WaitingLeaf]:
    return [WaitingLeaf(**row._mapping) for row in connection.execute(_WAITING)]  # noqa: SLF001


def _number(connection: Connection, leaves: Sequence[NumberedLeaf]) -> None:
    if not leaves:
        return
    connection.execute(
        _NUMBERING,
        [
            {
                "numbered": leaf.cursor,
                "index": leaf.index,
                "of_salt": leaf.salt,
                "of_entry": leaf.entry,
            }
            for leaf in leaves
        ],
    )


def _hashes(connection: Connection, places: Iterable[Subtree]) -> dict[Subtree, bytes]:
    numbers = {subtree_number(*place): place for place in places}
    found: dict[Subtree, bytes] = {}
    query = _HASHES.on(connection)
    for some in lists_of(numbers, connection):
        for number, value in connection.execute(query, {"numbers": some}):
            found[numbers[number]] = value
    if len(found) != len(numbers):
        raise LookupError("a hash of the log is missing")
    return found
