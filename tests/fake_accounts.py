"""Accounts, sessions and people of the directory in memory, honest to `gateway/ports/accounts`."""

import hashlib
import secrets
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from gateway.identifiers import Nir
from gateway.model.account_notices import AccountNotice, AccountNoticeKind, Announced
from gateway.model.accounts import (
    IDLE_SESSION,
    MOST_EMAILS,
    REFUSED_TRIES,
    TRIES,
    TRIES_IN_ALL,
    TRIES_WINDOW,
    WAITING,
    Account,
    AccountKind,
    Candidate,
    EstablishmentContact,
    Link,
    LinkBasis,
    NewLink,
    NotLinked,
    Session,
    SessionSeen,
    Subject,
    WaitingIdentity,
)
from gateway.model.contacts import folded_email
from gateway.model.federation import Attempt, Person, Provider
from gateway.model.partner_notices import NoticeState
from gateway.ports import Clock
from gateway.rules.names import fold


class MemoryAttempts:
    """Implements ports.sign_in.Attempts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Attempt] = {}
        self.spent: dict[str, datetime] = {}

    def keep(self, attempt: Attempt) -> None:
        with self._lock:
            self._kept[attempt.id] = attempt

    def take(self, attempt_id: str) -> Attempt | None:
        with self._lock:
            return self._kept.pop(attempt_id, None)

    def spend(self, id_token_sha256: str, *, until: datetime) -> bool:
        with self._lock:
            is_new = id_token_sha256 not in self.spent
            self.spent.setdefault(id_token_sha256, until)
            return is_new


class MemoryAccounts:
    """Implements ports.accounts.Accounts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.accounts: dict[str, Account] = {}
        self.links: dict[Subject, Link] = {}
        self.emails: dict[str, str] = {}
        self.released: set[Subject] = set()
        self.bars: set[tuple[Subject, str]] = set()
        self.providers: dict[Subject, Provider] = {}

    def follow(
        self, subject: Subject, *, provider: Provider, former: Sequence[str], at: datetime
    ) -> None:
        del at
        before = [Subject(issuer=one, subject=subject.subject) for one in former]
        with self._lock:
            kept = [one for one in before if self.providers.get(one) is provider]
            self.bars |= {(subject, worker_id) for one, worker_id in self.bars if one in kept}
            if kept and subject not in self.providers:
                self.providers[subject] = provider
                if kept[0] in self.released:
                    self.released.add(subject)
                else:
                    self.links[subject] = self.links[kept[0]]
            link = self.links.get(subject)
            if link is not None and (subject, link.account.worker_id) in self.bars:
                del self.links[subject]
                self.released.add(subject)

    def linked(self, subject: Subject) -> Link | None:
        with self._lock:
            link = self.links.get(subject)
            if link is None:
                return None
            return msgspec.structs.replace(link, account=self.accounts[link.account.id])

    def get(self, account_id: str) -> Account | None:
        with self._lock:
            return self.accounts.get(account_id)

    def admit(self, link: NewLink) -> Account | None:
        with self._lock:
            known = self.links.get(link.subject)
            account = None if known is None else self.accounts[known.account.id]
            if account is not None and account.disabled_at is not None:
                return account
            email = folded_email(link.email or "")
            owner = self.emails.get(email)
            if owner is not None and (account is None or owner != account.id):
                return None
            if account is None:
                account = self._linked(link, _new(AccountKind.PROFESSIONAL, link.at))
            has_room = list(self.emails.values()).count(account.id) < MOST_EMAILS
            if email and link.claims_email and has_room:
                self.emails[email] = account.id
            return self._seen(account, link.at)

    def owns(self, account_id: str, email: str) -> bool:
        with self._lock:
            return self.emails.get(folded_email(email)) == account_id

    def was_released(self, subject: Subject) -> bool:
        with self._lock:
            return subject in self.released

    def is_barred(self, subject: Subject, *, worker_id: str) -> bool:
        with self._lock:
            return (subject, worker_id) in self.bars

    def link_worker(self, link: NewLink, *, worker_id: str) -> Account | NotLinked:
        with self._lock:
            kept_from = self._kept_from(link, worker_id)
            if kept_from is not None:
                return kept_from
            found = [one for one in self.accounts.values() if one.worker_id == worker_id]
            account = found[0] if found else _new(AccountKind.WORKER, link.at, worker_id)
            if account.disabled_at is not None:
                return account
            return self._seen(self._linked(link, account), link.at)

    def _kept_from(self, link: NewLink, worker_id: str) -> NotLinked | None:
        known = self.links.get(link.subject)
        if known is not None and known.account.worker_id != worker_id:
            return NotLinked.ANOTHERS
        if (link.subject, worker_id) in self.bars:
            return NotLinked.BARRED
        if known is not None:
            return None
        is_held = any(
            other.account.worker_id == worker_id and self.providers[subject] is link.provider
            for subject, other in self.links.items()
        )
        return NotLinked.HELD if is_held and link.basis is LinkBasis.CIVIL_STATUS else None

    def stands(self, subject: Subject, account_id: str) -> bool:
        """As SQL looks it up within the transaction of whoever begins a session."""
        with self._lock:
            link = self.links.get(subject)
            is_linked = link is not None and link.account.id == account_id
            return is_linked and self.accounts[account_id].disabled_at is None

    def came(self, account_id: str, *, email: str | None, at: datetime) -> None:
        del email
        with self._lock:
            self._seen(self.accounts[account_id], at)

    def _linked(self, link: NewLink, account: Account) -> Account:
        self.accounts.setdefault(account.id, account)
        self.released.discard(link.subject)
        self.providers[link.subject] = link.provider
        self.links[link.subject] = Link(
            account=account, basis=link.basis, pivot_sha256=link.pivot_sha256
        )
        return account

    def _seen(self, account: Account, at: datetime) -> Account:
        seen = msgspec.structs.replace(account, last_seen_at=at)
        self.accounts[account.id] = seen
        return seen


class MemoryAccountLife:
    """Implements ports.accounts.AccountLife, and disables as the operator does."""

    def __init__(
        self, accounts: MemoryAccounts, *, sessions: "MemorySessions", clock: Clock
    ) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock
        self.told: dict[str, AccountNotice] = {}
        self.settled: set[str] = set()

    def unused_since(self, at: datetime) -> Sequence[tuple[str, datetime]]:
        found = sorted(self._accounts.accounts.values(), key=lambda one: one.last_seen_at)
        return [
            (one.id, one.last_seen_at)
            for one in found
            if one.disabled_at is None and one.last_seen_at < at
        ]

    def announced(self, account_id: str, *, since: datetime) -> Announced | None:
        told = [
            one
            for one in self.told.values()
            if one.account_id == account_id
            and one.kind is AccountNoticeKind.IDLE
            and one.decided_at > since
        ]
        if not told:
            return None
        day = max(one.day for one in told)
        is_told = any(one.day == day and one.id in self.settled for one in told)
        return Announced(day=day, is_told=is_told)

    def tell(self, notice: AccountNotice) -> None:
        self.told.setdefault(notice.id, notice)

    def disable_idle(self, notice: AccountNotice, *, last_seen_at: datetime) -> bool:
        account = self._accounts.accounts[notice.account_id]
        if account.disabled_at is not None or account.last_seen_at != last_seen_at:
            return False
        self._disable(account, at=notice.decided_at)
        self.tell(notice)
        return True

    def settle(self, notice_id: str, state: NoticeState, *, at: datetime) -> None:
        """As the outbox does."""
        del at
        if state is NoticeState.SENT:
            self.settled.add(notice_id)

    def disable(self, account_id: str) -> None:
        self._disable(self._accounts.accounts[account_id], at=self._clock.now())

    def unlink(self, account_id: str) -> None:
        accounts = self._accounts
        kind = accounts.accounts[account_id].kind
        for subject, link in list(accounts.links.items()):
            if link.account.id == account_id:
                del accounts.links[subject]
                if kind is AccountKind.WORKER:
                    accounts.released.add(subject)
                    accounts.bars.add((subject, str(link.account.worker_id)))
                else:
                    del accounts.providers[subject]
        accounts.emails = {
            email: owner for email, owner in accounts.emails.items() if owner != account_id
        }
        self._sessions.end_all(account_id)

    def _disable(self, account: Account, *, at: datetime) -> None:
        ended = msgspec.structs.replace(account, disabled_at=at)
        self._accounts.accounts[account.id] = ended
        self._sessions.end_all(account.id)


class MemorySessions:
    """Implements ports.accounts.Sessions, of those accounts."""

    def __init__(self, accounts: MemoryAccounts) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._kept: dict[str, Session] = {}

    def begin(self, session: Session, *, opened_by: Subject, replaced: str | None) -> bool:
        with self._lock:
            self._kept.pop(replaced or "", None)
            for one in list(self._kept.values()):
                if session.begun_at >= min(one.ends_at, one.last_seen_at + IDLE_SESSION):
                    del self._kept[one.id]
            is_kept = self._accounts.stands(opened_by, session.account_id)
            if is_kept:
                self._kept[session.id] = session
            return is_kept

    def find(self, session_id: str) -> Session | None:
        with self._lock:
            return self._kept.get(session_id)

    def touch(self, session_id: str, *, at: datetime) -> None:
        with self._lock:
            if session_id in self._kept:
                session = msgspec.structs.replace(self._kept[session_id], last_seen_at=at)
                self._kept[session_id] = session

    def of(self, session: Session) -> Sequence[SessionSeen]:
        with self._lock:
            own = [one for one in self._kept.values() if one.account_id == session.account_id]
        return [
            SessionSeen(
                mark=_mark(one.id),
                provider=one.provider,
                begun_at=one.begun_at,
                last_seen_at=one.last_seen_at,
                ends_at=one.ends_at,
                is_this=one.id == session.id,
            )
            for one in sorted(own, key=lambda one: one.begun_at, reverse=True)
        ]

    def end(self, session_id: str) -> None:
        with self._lock:
            self._kept.pop(session_id, None)

    def find_all(self) -> list[Session]:
        """Whoever is signed in."""
        with self._lock:
            return list(self._kept.values())

    def end_all(self, account_id: str) -> None:
        with self._lock:
            for one in list(self._kept.values()):
                if one.account_id == account_id:
                    del self._kept[one.id]

    def end_marked(self, account_id: str, mark: str) -> None:
        with self._lock:
            for one in list(self._kept.values()):
                if one.account_id == account_id and _mark(one.id) == mark:
                    del self._kept[one.id]


class MemoryWaiting:
    """Implements ports.accounts.Waiting."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, WaitingIdentity] = {}
        self._tries: list[tuple[Subject, datetime]] = []

    def keep(self, identity: WaitingIdentity) -> None:
        with self._lock:
            self._kept[identity.id] = identity

    def find(self, waiting_id: str) -> WaitingIdentity | None:
        with self._lock:
            found = self._kept.get(waiting_id)
        is_over = found is None or self._clock.now() - found.since > WAITING
        return None if is_over else found

    def take(self, waiting_id: str) -> bool:
        with self._lock:
            return self._kept.pop(waiting_id, None) is not None

    def tries_left(self, subject: Subject) -> int:
        with self._lock:
            return self._left(subject)

    def draw(self, subject: Subject) -> int | None:
        with self._lock:
            left = self._left(subject)
            if not left:
                return None
            self._tries.append((subject, self._clock.now()))
            return min(left - 1, self._left(subject))

    def give_back(self, subject: Subject) -> None:
        with self._lock:
            self._tries = [one for one in self._tries if one[0] != subject]

    def _left(self, subject: Subject) -> int:
        since = self._clock.now() - TRIES_WINDOW
        own = [at for who, at in self._tries if who == subject]
        left = min(TRIES - sum(at > since for at in own), TRIES_IN_ALL - len(own))
        return max(0, min(left, REFUSED_TRIES - sum(at > since for _, at in self._tries)))


class MemoryDirectoryPeople:
    """Implements ports.accounts.DirectoryPeople, of workers and contacts that a test states."""

    def __init__(
        self,
        workers: Iterable[Candidate] = (),
        contacts: Iterable[EstablishmentContact] = (),
    ) -> None:
        self.workers = list(workers)
        self.contacts = list(contacts)

    def workers_like(self, person: Person, *, born: str | None = None) -> Sequence[Candidate]:
        pivots = (person.pivot, *(() if person.rnipp is None else (person.rnipp,)))
        sought = {(fold(pivot.birth_name), str(pivot.birth)) for pivot in pivots}
        sought.add((fold(person.pivot.birth_name), born or str(person.pivot.birth)))
        return [
            known
            for known in self.workers
            if (fold(known.worker.birth_name), known.worker.birth_date) in sought
        ]

    def worker_of(self, nir: Nir) -> Candidate | None:
        return next((known for known in self.workers if known.nir == nir), None)

    def contacts_of(self, email: str) -> Sequence[EstablishmentContact]:
        return [
            stated
            for stated in self.contacts
            if stated.contact.email and folded_email(stated.contact.email) == folded_email(email)
        ]


def _new(kind: AccountKind, at: datetime, worker_id: str | None = None) -> Account:
    account_id = secrets.token_urlsafe(16)
    return Account(id=account_id, kind=kind, worker_id=worker_id, begun_at=at, last_seen_at=at)


def _mark(session_id: str) -> str:
    return hashlib.sha256(b"mark of " + session_id.encode()).hexdigest()[:16]
