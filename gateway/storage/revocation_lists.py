"""What authorities of our own have revoked, and the signed lists of it, on SQL."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, func, insert, select

from gateway.model.enrolment import RevocationList, Withdrawn
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.partner_tables import partner_credentials, revocation_lists
from gateway.storage.writer import Writer

_TURN: Final = "siseri revocation lists"
_c, _l = partner_credentials.c, revocation_lists.c


class SqlRevocationLists:
    """Implements `ports.RevocationLists`."""

    def __init__(self, *, engine: Engine, writer: Writer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer

    def latest(self, authority: str) -> tuple[RevocationList | None, int]:
        """See ports.RevocationLists."""
        counted = _revoked(authority, func.count())
        with self._engine.connect() as connection:
            return _latest(connection, authority), int(connection.execute(counted).scalar_one())

    def publish(
        self,
        authority: str,
        make: Callable[[RevocationList | None, Sequence[Withdrawn]], RevocationList | None],
    ) -> None:
        """See ports.RevocationLists."""
        ended = _revoked(authority, _c.serial, _c.revoked_at).order_by(_c.revoked_at, _c.serial)

        def keep(connection: Connection) -> None:
            wait_for_turn(connection, _TURN)
            revoked = [
                Withdrawn(serial=row.serial, at=row.revoked_at) for row in connection.execute(ended)
            ]
            made = make(_latest(connection, authority), revoked)
            if made is not None:
                connection.execute(
                    insert(revocation_lists).values(
                        authority=authority,
                        number=made.number,
                        issued_at=made.issued_at,
                        entries=made.entries,
                        der=made.der,
                    )
                )

        self._writer.run(keep)


def _revoked(authority: str, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        _c.authority == authority, _c.serial.is_not(None), _c.revoked_at.is_not(None)
    )


def _latest(connection: Connection, authority: str) -> RevocationList | None:
    query = select(revocation_lists).where(_l.authority == authority)
    row = connection.execute(query.order_by(_l.number.desc()).limit(1)).first()
    if row is None:
        return None
    return RevocationList(
        number=row.number, issued_at=row.issued_at, entries=row.entries, der=bytes(row.der)
    )
