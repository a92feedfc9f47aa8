"""When partners' credentials end, when they last came, and the end of accounts left unused."""

import threading
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, exists, func, insert, select, update

from gateway.errors import Overloaded
from gateway.model.account_notices import Announced
from gateway.model.audit import GATEWAY, Act, Deed
from gateway.model.idle import TOLD_AHEAD
from gateway.model.partner_notices import Ending, NoticeKind, NoticeState, PartnerNotice
from gateway.model.parts import legal_day
from gateway.storage.audit_trail import enter
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.notice_tables import partner_contacts, partner_notices, partner_uses
from gateway.storage.partner_notices import insert_notices
from gateway.storage.partner_tables import partner_credentials, partner_tokens, partners
from gateway.storage.writer import Writer

_TURN: Final = "siseri partners"
_c, _p, _t, _u = partner_credentials.c, partners.c, partner_tokens.c, partner_uses.c
_n: Final = partner_notices.c


class SqlPartnerLife:
    """Implements `ports.PartnerLife` and `ports.PartnerUses`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._lock = threading.Lock()
        self._noted: dict[str, date] = {}

    def note(self, partner_id: str, on: date) -> None:
        """See ports.PartnerUses."""
        with self._lock:
            if self._noted.get(partner_id) == on:
                return
            self._noted[partner_id] = on

        def write(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)  # two processes may see its first use at once
            mine = update(partner_uses).where(_u.partner_id == partner_id)
            if not connection.execute(mine.values(last_on=on)).rowcount:
                connection.execute(insert(partner_uses).values(partner_id=partner_id, last_on=on))

        try:
            self._writer.run(write)
        except Overloaded:  # the next request notes it, and none fails for it
            with self._lock:
                self._noted.pop(partner_id, None)

    def endings(self, *, after: datetime, until: datetime) -> Sequence[Ending]:
        """Live credentials of partners that are not disabled, which end then; the first first."""
        query = (
            select(_c.partner_id, _c.thumbprint, _c.enrolled_at, _c.not_after)
            .join_from(partner_credentials, partners)
            .where(
                _c.not_after > after,
                _c.not_after <= until,
                _c.revoked_at.is_(None),
                _p.disabled_at.is_(None),
            )
            .order_by(_c.not_after, _c.id)
        )
        with self._engine.connect() as connection:
            return [
                Ending(
                    partner_id=row.partner_id,
                    thumbprint=row.thumbprint,
                    enrolled_at=row.enrolled_at,
                    not_after=row.not_after,
                )
                for row in connection.execute(query)
            ]

    def last_seen(self) -> Sequence[tuple[str, date]]:
        """Each partner that is not disabled, with the last day on which it came or was enrolled."""
        issued = select(_t.partner_id, func.max(_t.issued_at)).group_by(_t.partner_id)
        enrolled = select(
            _c.partner_id, func.max(func.coalesce(_c.last_used_at, _c.enrolled_at))
        ).group_by(_c.partner_id)
        seen: dict[str, date] = {}
        with self._engine.connect() as connection:
            live = connection.scalars(select(_p.id).where(_p.disabled_at.is_(None))).all()
            for query in (issued, enrolled):
                for partner_id, at in connection.execute(query):
                    day = legal_day(at)
                    seen[partner_id] = max(day, seen.get(partner_id, day))
            for partner_id, day in connection.execute(select(_u.partner_id, _u.last_on)):
                seen[partner_id] = max(day, seen.get(partner_id, day))
        return [(partner_id, seen[partner_id]) for partner_id in live if partner_id in seen]

    def announced(self, partner_id: str, *, since: date) -> Announced | None:
        """See ports.PartnerLife."""
        own = select(_n.day, _n.state, _n.decided_at).where(
            _n.partner_id == partner_id, _n.kind == NoticeKind.ACCOUNT_IDLE.value
        )
        contacts = select(exists().where(partner_contacts.c.partner_id == partner_id))
        with self._engine.connect() as connection:
            rows = connection.execute(own).all()
            has_contact = bool(connection.scalar(contacts))
        found = [row for row in rows if legal_day(row.decided_at) > since]
        if not found:
            return None
        last = max(found, key=lambda row: row.day)
        return Announced(
            day=max(last.day, legal_day(last.decided_at) + TOLD_AHEAD),
            is_told=last.state == NoticeState.SENT.value or not has_contact,
        )

    def disable(self, notice: PartnerNotice, *, last_seen: date) -> bool:
        """End that partner's account and put `notice` in the outbox, in one transaction.

        False where it came since `last_seen`, or is disabled already.
        """

        def end(connection: Connection) -> bool:
            wait_for_turn(connection, _TURN)
            own = _p.id == notice.partner_id
            is_live = own & _p.disabled_at.is_(None)
            came = select(_u.last_on).where(_u.partner_id == notice.partner_id)
            last = connection.scalar(came)
            if last is not None and last > last_seen:
                return False
            ended = update(partners).where(is_live).values(disabled_at=notice.decided_at)
            if not connection.execute(ended).rowcount:
                return False
            insert_notices(connection, (notice,))
            enter(
                connection,
                Deed(
                    act=Act.PARTNER_DISABLED,
                    by=GATEWAY,
                    at=notice.decided_at,
                    partner=notice.partner_id,
                    details={"lastSeen": last_seen.isoformat()},
                ),
            )
            return True

        return self._writer.run(end)
