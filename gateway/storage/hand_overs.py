"""Hand-overs of identities in the audit trail: entered for ever, of whom is told for a year.

An entry cannot be taken out of the chain, and somebody's sign-ins of decades are nobody's business.
So it names the account by SHA-256 of a salt and the account's id; what opens that stands in a row
beside the chain, which is forgotten. The entry then still tells that a portal was given an
identity, when, and at which level.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Row, Select, insert, select

from gateway.model.audit import GATEWAY, Act, Deed
from gateway.model.portal import HandOver, OpenedHandOver
from gateway.ports import Clock
from gateway.storage.audit_trail import audit_entries, enter
from gateway.storage.engine import reading
from gateway.storage.portal_tables import portal_hand_overs

OPENED_FOR: Final = timedelta(days=365)
"""The longest that CNIL, délibération 2021-122 on journals of access, recommends as a rule."""
SALT_BYTES: Final = 32
ROWS_AT_ONCE: Final = 1000
_e, _h = audit_entries.c, portal_hand_overs.c
_COLUMNS: Final = select(_e.number, _e.at, _e.entry, _h.account_id, _h.salt)
_TOLD: Final = _COLUMNS.join_from(audit_entries, portal_hand_overs, isouter=True)
_OF_ACCOUNT: Final = _COLUMNS.join_from(audit_entries, portal_hand_overs)


class _Entry(msgspec.Struct):
    """What is read of an entry of the trail."""

    act: str = ""
    details: dict[str, str] = msgspec.field(default_factory=dict)


def enter_hand_over(
    connection: Connection, handed: HandOver, *, portal_id: str, at: datetime
) -> None:
    """Enter `handed`, within the transaction that does it, as its last change."""
    salt = secrets.token_bytes(SALT_BYTES)
    details = {
        "portal": portal_id,
        "accountSha256": _digest(salt, handed.account_id),
        "acr": handed.acr,
        "scope": " ".join(handed.scopes),
    }
    deed = Deed(act=Act.IDENTITY_HANDED_OVER, by=GATEWAY, at=at, details=details)
    number = enter(connection, deed)
    row = {"number": number, "account_id": handed.account_id, "salt": salt, "at": at}
    connection.execute(insert(portal_hand_overs), row)


class SqlHandOvers:
    """Tells of whom the entries of hand-overs are, while that is kept."""

    def __init__(self, *, engine: Engine, clock: Clock, rows_at_once: int = ROWS_AT_ONCE) -> None:
        """`engine` from `open_engine`, migrated; `rows_at_once` are held in memory."""
        self._engine = reading(engine)
        self._clock = clock
        self._rows_at_once = rows_at_once

    def opened(
        self,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
        account_id: str | None = None,
    ) -> Iterator[OpenedHandOver]:
        """Every hand-over of that time, oldest first; of one account, those that are not forgotten.

        Raises:
            Overloaded: the database cannot be read.
        """
        asked = _TOLD if account_id is None else _OF_ACCOUNT.where(_h.account_id == account_id)
        if since is not None:
            asked = asked.where(_e.at >= since)
        if before is not None:
            asked = asked.where(_e.at < before)
        last = 0
        while rows := self._rows(asked.where(_e.number > last)):
            for row in rows:
                entry = _read(row.entry)
                if row.salt is not None or entry.act == Act.IDENTITY_HANDED_OVER:
                    yield self._opened(row, entry.details)
            last = rows[-1].number

    def _rows(self, asked: Select[Any]) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(asked.order_by(_e.number).limit(self._rows_at_once)).all()

    def _opened(self, row: Row[Any], told: Mapping[str, str]) -> OpenedHandOver:
        if row.salt is None:
            is_true = row.at < self._clock.now() - OPENED_FOR
        else:
            is_true = told.get("accountSha256") == _digest(row.salt, row.account_id)
        return OpenedHandOver(
            number=row.number,
            at=row.at,
            portal_id=told.get("portal", ""),
            acr=told.get("acr", ""),
            scopes=told.get("scope", ""),
            account_id=row.account_id,
            salt=row.salt or b"",
            is_true=is_true,
        )


def _read(octets: bytes) -> _Entry:
    """Of an entry that somebody made unreadable, nothing: `audit verify` says more."""
    try:
        return msgspec.json.decode(octets, type=_Entry)
    except msgspec.MsgspecError:
        return _Entry()


def _digest(salt: bytes, account_id: str) -> str:
    return hashlib.sha256(salt + account_id.encode()).hexdigest()
