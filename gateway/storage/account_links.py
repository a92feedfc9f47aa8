"""Which identities open which account, on SQL: found, written, and followed to another issuer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, exists, insert, select

from gateway.model.accounts import Account, AccountKind, Link, LinkBasis, NewLink, Subject
from gateway.model.audit import GATEWAY, Act, Deed
from gateway.model.federation import Provider
from gateway.storage.account_bars import are_to_follow, barred_link, follow_bars, was_barred
from gateway.storage.account_holders import forget_holder
from gateway.storage.account_seals import AccountSeals, digest_of_subject
from gateway.storage.account_tables import account_links, accounts, number_tries, try_of
from gateway.storage.audit_trail import enter

_l, _t = account_links.c, number_tries.c
_LINKED: Final = select(
    accounts, _l.basis, _l.sealed_pivot, _l.key_generation.label("pivot_generation")
).join_from(account_links, accounts)
_IS_RELEASED: Final = _l.basis == LinkBasis.RELEASED.value


class AccountLinks:
    """The rows of `account_links`, within the transactions of whoever changes accounts."""

    def __init__(self, *, seals: AccountSeals) -> None:
        """`seals`: prepared by the caller where something is written."""
        self._seals = seals

    def find(self, connection: Connection, subject: Subject) -> Link | None:
        """See `ports.accounts.Accounts.linked`."""
        digest = digest_of_subject(subject)
        row = connection.execute(_LINKED.where(_l.digest == digest, ~_IS_RELEASED)).first()
        if row is None:
            return None
        pivot = self._pivot(connection, digest, row.pivot_generation, row.sealed_pivot)
        return Link(account=account_of(row), basis=LinkBasis(row.basis), pivot_sha256=pivot)

    def is_released(self, connection: Connection, subject: Subject) -> bool:
        """See `ports.accounts.Accounts.was_released`."""
        digest = digest_of_subject(subject)
        own = _l.digest == digest
        # of an erased account no link is left: its bars are
        is_left = was_barred(digest) & ~exists().where(own)
        return bool(connection.scalar(select(exists().where(own, _IS_RELEASED) | is_left)))

    def is_opened_by_another(self, connection: Connection, account_id: str, link: NewLink) -> bool:
        """Whether another identity of the same provider opens that account."""
        others = exists().where(
            _l.account_id == account_id,
            _l.provider == link.provider.value,
            _l.digest != digest_of_subject(link.subject),
            ~_IS_RELEASED,
        )
        return bool(connection.scalar(select(others)))

    def put(self, connection: Connection, link: NewLink, account_id: str) -> None:
        """That identity opens that account from now on, in the place of what was kept of it."""
        digest = digest_of_subject(link.subject)
        connection.execute(delete(account_links).where(_l.digest == digest))
        row = {
            "digest": digest,
            "account_id": account_id,
            "provider": link.provider.value,
            "basis": link.basis.value,
            "acr": link.acr,
            "linked_at": link.at,
            **self._sealed(connection, digest, link.pivot_sha256),
        }
        connection.execute(insert(account_links), row)

    def is_to_follow(
        self, connection: Connection, subject: Subject, provider: Provider, former: Sequence[str]
    ) -> bool:
        """Whether `follow` would find anything."""
        present, *before = _digests(subject, former)
        if are_to_follow(connection, present, before, provider) or _barred(connection, present):
            return True
        if _is_kept(connection, present):
            return False
        has_tries = bool(_tries_to_follow(connection, present, before))
        return has_tries or _former(connection, before, provider) is not None

    def follow(
        self,
        connection: Connection,
        subject: Subject,
        provider: Provider,
        former: Sequence[str],
        *,
        at: datetime,
    ) -> None:
        """See `ports.accounts.Accounts.follow`.

        The former link stays beside the new one: a process that is not restarted yet, and a
        provider that goes back, still find it.
        """
        present, *before = _digests(subject, former)
        # (1) whom it was taken away from, whatever it opens now
        follow_bars(connection, present, before, provider)
        # (2) what the present issuer is known by stands: two accounts never become one
        if not _is_kept(connection, present):
            self._follow_former(connection, present, before, provider)
        # (3) save to whom it is kept from: the operator's word came first, wherever it was said
        _release_barred(connection, present, at=at)

    def _follow_former(
        self, connection: Connection, present: bytes, before: list[bytes], provider: Provider
    ) -> None:
        # numbers that were refused count on
        for tried in _tries_to_follow(connection, present, before):
            connection.execute(insert(number_tries), tried)
        # a link, or that there is to be none, of the same provider alone
        found = _former(connection, before, provider)
        if found is None:
            return
        pivot = self._pivot(connection, found.digest, found.key_generation, found.sealed_pivot)
        kept = found._asdict() | {"digest": present, **self._sealed(connection, present, pivot)}
        connection.execute(insert(account_links), kept)

    def _pivot(
        self, connection: Connection, digest: bytes, generation: int, sealed: bytes | None
    ) -> str | None:
        if sealed is None:
            return None
        context = _pivot_context(digest)
        return self._seals.open(connection, generation, sealed, context=context).decode()

    def _sealed(self, connection: Connection, digest: bytes, pivot: str | None) -> dict[str, Any]:
        context = _pivot_context(digest)
        generation, sealed = self._seals.seal(connection, (pivot or "").encode(), context=context)
        return {"key_generation": generation, "sealed_pivot": None if pivot is None else sealed}


def stands(connection: Connection, subject: Subject, account_id: str) -> bool:
    """Whether that identity opens that account, and the account is not disabled."""
    own = exists().where(
        _l.digest == digest_of_subject(subject),
        _l.account_id == account_id,
        ~_IS_RELEASED,
        accounts.c.id == _l.account_id,
        accounts.c.disabled_at.is_(None),
    )
    return bool(connection.scalar(select(own)))


def account_of(row: Row[Any]) -> Account:
    """The account of a row of `accounts`."""
    return Account(
        id=row.id,
        kind=AccountKind(row.kind),
        worker_id=row.worker_id,
        begun_at=row.begun_at,
        last_seen_at=row.last_seen_at,
        disabled_at=row.disabled_at,
    )


def _digests(subject: Subject, former: Sequence[str]) -> list[bytes]:
    """Of that subject by its issuer, then by each former one, in order."""
    issuers = (subject.issuer, *former)
    return [digest_of_subject(Subject(issuer=one, subject=subject.subject)) for one in issuers]


def _tries_to_follow(
    connection: Connection, present: bytes, before: list[bytes]
) -> list[dict[str, Any]]:
    """Refused numbers that do not count on yet: copied, for they still count where they were.

    The id of a copy begins with that of the number, so that none is copied twice.
    """
    own = set(connection.scalars(select(try_of(_t.id)).where(_t.digest == present)))
    theirs = select(try_of(_t.id).label("of"), _t.at).where(_t.digest.in_(before))
    found = {row.of: row.at for row in connection.execute(theirs) if row.of not in own}
    name = present.hex()
    return [{"id": f"{of}.{name}", "digest": present, "at": at} for of, at in found.items()]


def _is_kept(connection: Connection, digest: bytes) -> bool:
    return bool(connection.scalar(select(exists().where(_l.digest == digest))))


def _barred(connection: Connection, digest: bytes) -> Row[Any] | None:
    return barred_link(connection, digest, released=LinkBasis.RELEASED.value)


def _release_barred(connection: Connection, digest: bytes, *, at: datetime) -> None:
    """Take away the link to a worker whom that identity is kept from, with its sessions."""
    link = _barred(connection, digest)
    if link is None:
        return
    released = {"basis": LinkBasis.RELEASED.value, "sealed_pivot": None}
    connection.execute(delete(account_links).where(_l.digest == digest))
    connection.execute(insert(account_links), link._asdict() | released)
    forget_holder(connection, link.account_id, at=at)
    details = {"account": link.account_id, "what": "LINKS", "count": "1"}
    enter(connection, Deed(act=Act.ACCOUNT_RELEASED, by=GATEWAY, at=at, details=details))


def _former(connection: Connection, digests: list[bytes], provider: Provider) -> Row[Any] | None:
    """What the first of these issuers that said something of it said, by that provider."""
    theirs = select(account_links).where(_l.digest.in_(digests), _l.provider == provider.value)
    rows = {bytes(row.digest): row for row in connection.execute(theirs)}
    return next((rows[digest] for digest in digests if digest in rows), None)


def _pivot_context(digest: bytes) -> str:
    return f"account_links|{digest.hex()}|sealed_pivot"
