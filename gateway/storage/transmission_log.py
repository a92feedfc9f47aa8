"""The record on SQL: what was answered, for ever, and which doses are in force."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Engine, Select, and_, bindparam, select

from gateway.model.internal import LineReference
from gateway.model.record import LineId, RecordFacts, RecordKey, Standing, Target
from gateway.model.transmission import Flow
from gateway.ports import (
    Closing,
    HeldTransmission,
    JudgedAgain,
    ListedAcknowledgement,
    Rendering,
    Sealer,
    StandingAnswer,
    StoredAcknowledgement,
)
from gateway.storage import closing as closings
from gateway.storage.engine import reading
from gateway.storage.facts import read_facts
from gateway.storage.held import entries_of, read_answer, read_due, read_held, read_key
from gateway.storage.tables import acknowledgements, renderings, transmissions
from gateway.storage.targets import read_targets
from gateway.storage.writer import Writer

_a, _t, _r = acknowledgements.c, transmissions.c, renderings.c
_later = acknowledgements.alias("later").c
_UNDER_KEY: Final = and_(
    _t.scope == bindparam("scope"),
    _t.is_test == bindparam("is_test"),
    _t.id == bindparam("key_id"),
    _t.is_readable == bindparam("is_readable"),
)
_STANDING: Final = (
    select(_t.content_sha256, _t.has_line_verdicts, _a.id, _a.canonical_sha256)
    .join_from(transmissions, acknowledgements)
    .where(_UNDER_KEY, (_t.content_sha256 == bindparam("content")) | _t.has_line_verdicts)
    .order_by(_a.cursor)
)
_STORED = select(
    _a.id,
    _a.disposition,
    _a.canonical,
    _a.canonical_sha256,
    _a.decided_at,
    _a.sender_siret,
    _t.submitter_id,
    _t.id.label("transmission_id"),
    _t.is_test.label("test"),
    select(_later.id)
    .where(_later.transmission == _a.transmission)
    .order_by(_later.cursor.desc())
    .limit(1)
    .scalar_subquery()
    .label("latest"),
).join_from(acknowledgements, transmissions)
_LISTED = select(
    _a.cursor,
    _a.id,
    _a.disposition,
    _t.id.label("transmission_id"),
    _t.is_test.label("test"),
    _a.decided_at,
    _a.canonical_sha256,
).join_from(acknowledgements, transmissions)


class SqlTransmissionLog:
    """Implements `ports.TransmissionLog`. Readers use their own connections, writes one thread."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer

    def standing(self, key: RecordKey, content_sha256: str) -> Standing:
        """What already stands under `key`.

        `latest` answers the transmission whose verdicts stand, or this content where none do.
        """
        same: str | None = None
        other: tuple[str, str] | None = None
        latest: dict[bool, str] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(_STANDING, {**_under(key), "content": content_sha256}):
                if row.content_sha256 == content_sha256:
                    same = same or row.id
                else:
                    other = (row.id, row.canonical_sha256)
                latest[row.has_line_verdicts] = row.id
        return Standing(
            same_content=same,
            verdicts=other[0] if other else None,
            verdicts_canonical_sha256=other[1] if other else None,
            latest=latest.get(True) or latest.get(False),
        )

    def facts(
        self, worker_ids: Iterable[str], *, flow: Flow, first_day: date, last_day: date
    ) -> RecordFacts:
        """Doses in force on those days, and the months within a year around that have a dose."""
        return read_facts(
            self._engine, worker_ids, flow=flow, first_day=first_day, last_day=last_day
        )

    def targets(
        self, references: Iterable[LineReference], places: Iterable[LineId]
    ) -> Sequence[Target]:
        """The recorded lines of these names, whoever sent them, and those of these places."""
        return read_targets(self._engine, references, places, sealer=self._sealer)

    def close(self, closing: Closing) -> None:
        """Write `closing` in one transaction, durable (fsync'd) on return."""
        prepared = closings.prepare(closing, sealer=self._sealer)
        self._writer.run(
            partial(closings.write, prepared=prepared, sealer=self._sealer),
            is_written=partial(closings.is_written, acknowledgement_id=closing.acknowledgement_id),
        )

    def answer(self, transmission: int) -> StandingAnswer:
        """The acknowledgement that stands for the transmission of that row.

        Raises:
            LookupError: there is no such transmission.
        """
        return read_answer(self._engine, transmission)

    def due(self, at: datetime) -> Sequence[int]:
        """The transmissions of which a held line may get another verdict, by reception."""
        return read_due(self._engine, at=at)

    def held(self, transmission: int) -> HeldTransmission | None:
        """The transmission of that row, if a line of it is held."""
        return read_held(self._engine, transmission, sealer=self._sealer)

    def supersede(self, judged: JudgedAgain) -> None:
        """Write `judged` in one transaction, durable (fsync'd) on return."""
        answer = judged.answer
        key, first = read_key(self._engine, answer.transmission, sealer=self._sealer)
        prepared = closings.prepare_again(
            judged, key=key, sealer=self._sealer, acknowledgement_id=first
        )
        self._writer.run(
            partial(closings.write_again, prepared=prepared, sealer=self._sealer),
            is_written=partial(closings.is_written, acknowledgement_id=answer.acknowledgement_id),
        )

    def acknowledgement(self, acknowledgement_id: str) -> StoredAcknowledgement | None:
        """The acknowledgement of that id, whoever's it is."""
        with self._engine.connect() as connection:
            row = connection.execute(_STORED.where(_a.id == acknowledgement_id)).first()
        return None if row is None else StoredAcknowledgement(**row._mapping)  # noqa: SLF001

    def rendering(self, acknowledgement_id: str, representation: str) -> Rendering | None:
        """The rendering that was signed when the acknowledgement was closed."""
        query = select(_r.representation, _r.content, _r.kid).where(
            _r.acknowledgement_id == acknowledgement_id, _r.representation == representation
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return Rendering(representation=row.representation, content=row.content, kid=row.kid)

    def line_entries(self, acknowledgement_id: str) -> Sequence[bytes]:
        """JCS bytes of every line of that acknowledgement that was not plainly accepted."""
        with self._engine.connect() as connection:
            return entries_of(connection, acknowledgement_id)

    def acknowledgements_of(self, key: RecordKey) -> Sequence[ListedAcknowledgement]:
        """Every acknowledgement given under a key, oldest first."""
        return self._listed(_LISTED.where(_UNDER_KEY).order_by(_a.cursor), _under(key))

    def list_after(
        self, sender_siret: str, *, after: int, limit: int
    ) -> Sequence[ListedAcknowledgement]:
        """That sender's acknowledgements in commit order, strictly after the cursor, gap-free."""
        own = _LISTED.where(_a.sender_siret == sender_siret, _a.cursor > after)
        return self._listed(own.order_by(_a.cursor).limit(limit))

    def _listed(
        self, query: Select[Any], asked: Mapping[str, object] | None = None
    ) -> Sequence[ListedAcknowledgement]:
        with self._engine.connect() as connection:
            rows = connection.execute(query, asked).all()
        return [ListedAcknowledgement(**row._mapping) for row in rows]  # noqa: SLF001


def _under(key: RecordKey) -> dict[str, object]:
    """The values of `_UNDER_KEY`."""
    return {
        "scope": key.scope,
        "is_test": key.test,
        "key_id": key.id,
        "is_readable": key.is_readable,
    }
