"""Accounts on SQL, and which identities open which. Nothing of a person stands open.

An address is found by its blind index, under whichever version of the index key made it: an account
that came with it first keeps it while keys are rotated.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from gateway.model.accounts import (
    MOST_EMAILS,
    Account,
    AccountKind,
    Link,
    LinkBasis,
    NewLink,
    NotLinked,
    Subject,
)
from gateway.model.contacts import folded_email
from gateway.model.federation import Provider
from gateway.model.sealing import KeysInUse
from gateway.ports import Sealer
from gateway.storage.account_bars import is_barred
from gateway.storage.account_links import AccountLinks, account_of
from gateway.storage.account_notices import overtake
from gateway.storage.account_seals import TURN, AccountSeals, email_context
from gateway.storage.account_tables import account_emails, accounts
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.writer import Writer

ID_BYTES: Final = 16
"""128 random bits: an id is drawn, never derived."""
_EMAIL_PURPOSE: Final = "account-email"
_a, _e = accounts.c, account_emails.c


class SqlAccounts:
    """Implements `ports.accounts.Accounts`."""

    def __init__(self, *, engine: Engine, writer: Writer, sealer: Sealer) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._seals = AccountSeals(sealer=sealer)
        self._links = AccountLinks(seals=self._seals)

    def linked(self, subject: Subject) -> Link | None:
        """See the port."""
        with self._engine.connect() as connection:
            return self._links.find(connection, subject)

    def follow(
        self, subject: Subject, *, provider: Provider, former: Sequence[str], at: datetime
    ) -> None:
        """See the port. Where nothing is to be followed, nothing is written."""
        if not former:
            return
        with self._engine.connect() as connection:
            if not self._links.is_to_follow(connection, subject, provider, former):
                return

        def write(connection: Connection) -> None:
            self._begin(connection)
            self._links.follow(connection, subject, provider, former, at=at)

        self._writer.run(write)

    def get(self, account_id: str) -> Account | None:
        """See the port."""
        with self._engine.connect() as connection:
            row = connection.execute(select(accounts).where(_a.id == account_id)).first()
        return None if row is None else account_of(row)

    def admit(self, link: NewLink) -> Account | None:
        """See the port."""

        def write(connection: Connection) -> Account | None:
            in_use = self._begin(connection)
            known = self._links.find(connection, link.subject)
            if known is not None and known.account.disabled_at is not None:
                return known.account
            email = None if link.email is None else folded_email(link.email)
            owner = email and self._owner(connection, email, in_use)
            if owner is not None and (known is None or owner != known.account.id):
                return None
            account_id = known.account.id if known else self._open(connection, link)
            if email and owner is None and link.claims_email:
                self._claim(connection, account_id, email, in_use)
            return self._seen(connection, account_id, email=link.email, at=link.at)

        return self._writer.run(write)

    def owns(self, account_id: str, email: str) -> bool:
        """See the port."""
        with self._engine.connect() as connection:
            indexes = indexes_of_email(connection, folded_email(email), sealer=self._sealer)
            own = select(_e.account_id).where(_e.email_index.in_(indexes))
            return connection.scalar(own) == account_id

    def was_released(self, subject: Subject) -> bool:
        """See the port."""
        with self._engine.connect() as connection:
            return self._links.is_released(connection, subject)

    def is_barred(self, subject: Subject, *, worker_id: str) -> bool:
        """See the port."""
        with self._engine.connect() as connection:
            return is_barred(connection, subject, worker_id=worker_id)

    def link_worker(self, link: NewLink, *, worker_id: str) -> Account | NotLinked:
        """See the port."""

        def write(connection: Connection) -> Account | NotLinked:
            self._begin(connection)
            own = select(accounts).where(_a.worker_id == worker_id)
            row = connection.execute(own).first()
            kept_from = self._kept_from(connection, link, worker_id, row)
            if kept_from is not None:
                return kept_from
            if row is not None and row.disabled_at is not None:
                return account_of(row)
            if row is None:
                self._open(connection, link, worker_id=worker_id)
            else:
                self._links.put(connection, link, row.id)
            account_id = connection.execute(own).one().id
            return self._seen(connection, account_id, email=link.email, at=link.at)

        return self._writer.run(write)

    def _kept_from(
        self, connection: Connection, link: NewLink, worker_id: str, row: Row[Any] | None
    ) -> NotLinked | None:
        """Why that identity is not to open the worker's account, which `row` is."""
        known = self._links.find(connection, link.subject)
        if known is not None and known.account.worker_id != worker_id:
            return NotLinked.ANOTHERS
        if is_barred(connection, link.subject, worker_id=worker_id):
            return NotLinked.BARRED
        if known is not None or row is None or link.basis is not LinkBasis.CIVIL_STATUS:
            return None
        is_held = self._links.is_opened_by_another(connection, row.id, link)
        return NotLinked.HELD if is_held else None

    def came(self, account_id: str, *, email: str | None, at: datetime) -> None:
        """See the port."""

        def write(connection: Connection) -> None:
            self._begin(connection)
            self._seen(connection, account_id, email=email, at=at)

        self._writer.run(write)

    def _begin(self, connection: Connection) -> KeysInUse:
        """The keys in use, which whoever rotates them leaves to this transaction."""
        wait_for_turn(connection, TURN)
        in_use = keys_in_use(connection)
        self._sealer.follow(in_use)
        self._seals.prepare(connection)
        return in_use

    def _open(self, connection: Connection, link: NewLink, *, worker_id: str | None = None) -> str:
        account_id = secrets.token_urlsafe(ID_BYTES)
        kind = AccountKind.PROFESSIONAL if worker_id is None else AccountKind.WORKER
        row = {
            "id": account_id,
            "kind": kind.value,
            "worker_id": worker_id,
            "begun_at": link.at,
            "last_seen_at": link.at,
            "key_generation": self._seals.newest(connection),
        }
        connection.execute(insert(accounts), row)
        self._links.put(connection, link, account_id)
        return account_id

    def _owner(self, connection: Connection, email: str, in_use: KeysInUse) -> str | None:
        indexes = _indexes(email, in_use, sealer=self._sealer)
        query = select(_e.account_id).where(_e.email_index.in_(indexes))
        owner: str | None = connection.scalar(query)
        return owner

    def _claim(
        self, connection: Connection, account_id: str, email: str, in_use: KeysInUse
    ) -> None:
        kept = select(func.count()).where(_e.account_id == account_id)
        if connection.execute(kept).scalar_one() >= MOST_EMAILS:
            return
        context = claim_context(account_id)
        generation, sealed = self._seals.seal(connection, email.encode(), context=context)
        row = {
            "email_index": self._index(email, in_use.index),
            "version": in_use.index,
            "account_id": account_id,
            "key_generation": generation,
            "sealed_email": sealed,
        }
        connection.execute(insert(account_emails), row)

    def _index(self, email: str, version: int) -> bytes:
        return self._sealer.blind_index(_EMAIL_PURPOSE, email, version=version)

    def _seen(
        self, connection: Connection, account_id: str, *, email: str | None, at: datetime
    ) -> Account:
        values: dict[str, Any] = {"last_seen_at": at}
        if email is not None:
            context = email_context(account_id)
            sealed = self._seals.seal(connection, email.encode(), context=context)
            values["key_generation"], values["sealed_email"] = sealed
        own = _a.id == account_id
        connection.execute(update(accounts).where(own).values(**values))
        overtake(connection, account_id, at=at)
        return account_of(connection.execute(select(accounts).where(own)).one())


def indexes_of_email(connection: Connection, email: str, *, sealer: Sealer) -> list[bytes]:
    """By which an address that is folded is found now."""
    in_use = keys_in_use(connection)
    sealer.follow(in_use)
    return _indexes(email, in_use, sealer=sealer)


def _indexes(email: str, in_use: KeysInUse, *, sealer: Sealer) -> list[bytes]:
    return [sealer.blind_index(_EMAIL_PURPOSE, email, version=each) for each in in_use.written]


def index_emails(connection: Connection, *, limit: int, sealer: Sealer) -> int:
    """Index some of the addresses anew that another key has indexed; how many there were."""
    wait_for_turn(connection, TURN)
    in_use = keys_in_use(connection)
    sealer.follow(in_use)
    seals = AccountSeals(sealer=sealer)
    others = select(account_emails).where(_e.version != in_use.index).limit(limit)
    rows = connection.execute(others).all()
    for row in rows:
        email = seals.open(
            connection,
            row.key_generation,
            row.sealed_email,
            context=claim_context(row.account_id),
        ).decode()
        index = sealer.blind_index(_EMAIL_PURPOSE, email, version=in_use.index)
        anew = update(account_emails).where(_e.email_index == row.email_index)
        connection.execute(anew.values(email_index=index, version=in_use.index))
    return len(rows)


def claim_context(account_id: str) -> str:
    """Of an address that is an account's."""
    return f"account_emails|{account_id}|sealed_email"
