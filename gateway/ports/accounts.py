"""Accounts, sessions and what the directory says of who signs in, as contracts of `gateway.ports`.

Of what a browser holds, digests are kept; of a person, nothing stands open.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.identifiers import Nir
from gateway.model.account_notices import AccountNotice, Announced
from gateway.model.accounts import (
    Account,
    Candidate,
    DisabledAccount,
    EstablishmentContact,
    Link,
    NewLink,
    NotLinked,
    Session,
    SessionSeen,
    Subject,
    WaitingIdentity,
)
from gateway.model.federation import Person, Provider


class Accounts(Protocol):
    """The users of the portal, and which identities open which account.

    A link never moves from one account to another: the operator takes it away first.

    Raises:
        Overloaded: the database cannot be read, or cannot write.
    """

    def linked(self, subject: Subject) -> Link | None:
        """The account that this identity opens; None of one that never came."""
        ...

    def follow(
        self, subject: Subject, *, provider: Provider, former: Sequence[str], at: datetime
    ) -> None:
        """What is kept of the same subject by a former issuer of `provider` holds of this one too.

        That is from whom the operator took it away, its link, and the numbers refused; in one
        durable transaction. `former`: the latest first; the first of which something is kept tells.
        From whom it was taken away always follows: a link of `subject` to that worker is taken away
        with it at `at`, and the account's sessions end. Of the rest nothing follows where `subject`
        has a link itself, or had one that was taken away: no account is ever joined to another. Nor
        does anything that is another provider's.
        """
        ...

    def get(self, account_id: str) -> Account | None:
        """That account, enabled or not."""
        ...

    def admit(self, link: NewLink) -> Account | None:
        """The professional's account, made at the first sign-in; durable on return.

        `link.email` is the account's from then on where `link.claims_email`, unless it has
        `MOST_EMAILS` already. None where it is another account's: nothing is written. An account
        that is disabled is given as it is, and learns nothing.
        """
        ...

    def owns(self, account_id: str, email: str) -> bool:
        """Whether that address, whatever its capitals, is that account's."""
        ...

    def was_released(self, subject: Subject) -> bool:
        """Whether the operator took this identity's link to a worker away, and none is since.

        Whether it was lifted or not: civil status alone links it no more.
        """
        ...

    def is_barred(self, subject: Subject, *, worker_id: str) -> bool:
        """Whether the operator took this identity away from that worker, and did not lift it."""
        ...

    def link_worker(self, link: NewLink, *, worker_id: str) -> Account | NotLinked:
        """The worker's account, made where there is none, opened by this identity from now on.

        Durable on return. Several identities may open it; a further one of the same provider not
        by civil status. What was kept of the civil status is replaced. An account that is disabled
        is given as it is, and learns nothing; of what is `NotLinked`, nothing is written.
        """
        ...

    def came(self, account_id: str, *, email: str | None, at: datetime) -> None:
        """Its holder signed in; durable on return. Without an e-mail address the former is kept."""
        ...


class Sessions(Protocol):
    """Browsers that are signed in. When one has lasted too long is for the caller to say.

    Raises:
        Overloaded: the database cannot be read, or cannot write.
    """

    def begin(self, session: Session, *, opened_by: Subject, replaced: str | None) -> bool:
        """Keep it, and end the one of the id `replaced`, together; durable on return.

        Those that ended by themselves before `session.begun_at` are forgotten. False where
        `opened_by` does not open its account, or the account is disabled: nothing is kept then.
        """
        ...

    def find(self, session_id: str) -> Session | None:
        """It, unless it was ended."""
        ...

    def touch(self, session_id: str, *, at: datetime) -> None:
        """It was used then; nothing of one that was ended."""
        ...

    def of(self, session: Session) -> Sequence[SessionSeen]:
        """Those of the same account, the latest first; `session` is marked among them."""
        ...

    def end(self, session_id: str) -> None:
        """From now on it opens nothing, durably; nothing happens of one that is not there."""
        ...

    def end_marked(self, account_id: str, mark: str) -> None:
        """End the one of that account which bears this mark, if there is one."""
        ...


class Waiting(Protocol):
    """Persons who are to type their number, and how often they may.

    Raises:
        Overloaded: the database cannot be read, or cannot write.
    """

    def keep(self, identity: WaitingIdentity) -> None:
        """Keep it for ten minutes from `since`; durable on return."""
        ...

    def find(self, waiting_id: str) -> WaitingIdentity | None:
        """It, while it waits."""
        ...

    def take(self, waiting_id: str) -> bool:
        """Take it out; of several at once, one is told that it was there."""
        ...

    def tries_left(self, subject: Subject) -> int:
        """How many numbers this identity may still type within the day.

        Zero once `TRIES_IN_ALL` of its own were refused, until the operator lets it again.
        """
        ...

    def draw(self, subject: Subject) -> int | None:
        """Take one try of the day's, durably, before the number is looked at: how many are left.

        None where there was none, of its own (of the day's or of all) or of those that everybody
        has together.
        """
        ...

    def give_back(self, subject: Subject) -> None:
        """The number was right: the tries of this identity count no more."""
        ...


class DirectoryPeople(Protocol):
    """What the register's directory says of people, by what identity providers say of them.

    Raises:
        Overloaded: not everybody is found just now, or the database cannot be read.
    """

    def workers_like(self, person: Person, *, born: str | None = None) -> Sequence[Candidate]:
        """The workers of the same name at birth and date of birth, by either spelling.

        `born`: a further date `YYYY-MM-DD`, of a worker who may be that person.
        """
        ...

    def worker_of(self, nir: Nir) -> Candidate | None:
        """The worker of that number."""
        ...

    def contacts_of(self, email: str) -> Sequence[EstablishmentContact]:
        """Whom the directory names with that address, whatever the capitals."""
        ...


class AccountLife(Protocol):
    """Accounts that nobody uses, what their holders were told, and the end of these.

    Raises:
        Overloaded: the database cannot be read, or cannot write.
    """

    def unused_since(self, at: datetime) -> Sequence[tuple[str, datetime]]:
        """Accounts that are enabled and were last used before `at`, and when that was."""
        ...

    def announced(self, account_id: str, *, since: datetime) -> Announced | None:
        """For which day its end was announced since then, the last one, if it was."""
        ...

    def tell(self, notice: AccountNotice) -> None:
        """Put it in the outbox, durably; once, however often it is said.

        What was announced for another day and not sent yet is moot.
        """
        ...

    def disable_idle(self, notice: AccountNotice, *, last_seen_at: datetime) -> bool:
        """End the account and its sessions, and tell so, in one durable transaction.

        False where it was used since `last_seen_at`, or is disabled already.
        """
        ...


class AccountErasure(Protocol):
    """The erasing of accounts that are disabled.

    Raises:
        Overloaded: the database cannot be read, or cannot write.
    """

    def disabled_before(self, at: datetime) -> Sequence[DisabledAccount]:
        """Accounts that were disabled before `at` and are not erased, the first disabled first."""
        ...

    def erase(self, account: DisabledAccount, *, at: datetime) -> bool:
        """Take away what is of the person: links, addresses, notices, sessions, portals' subjects.

        One durable transaction. Of an account that the operator disabled stays what keeps it
        closed; of an identity that was unlinked, that it was. False where it was enabled since
        `account.disabled_at`, or is erased.
        """
        ...
