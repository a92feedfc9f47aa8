"""Whose account a proven identity opens, and the session that begins by it.

A professional has an account from the first sign-in on: it holds nothing but what the directory
says of them, and no address but those by which the directory gave it something. A worker is linked
to one of the directory: by civil status where it leaves no doubt and nobody else came by it, else
by the number that the person types. Afterwards (issuer, subject) tells; where the civil status is
not what it was, the person is compared anew, and never becomes another.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from gateway.identifiers import InvalidIdentifier, Nir
from gateway.identity.civil_status import digest_of
from gateway.identity.reconciliation import confirms, is_outdone, reconcile
from gateway.identity.rights import rights_of_professional
from gateway.model.accounts import (
    LONGEST_SESSION,
    Account,
    Arrival,
    Candidate,
    Entered,
    Link,
    LinkBasis,
    MustTypeNir,
    NewLink,
    NoAccount,
    NotLinked,
    Session,
    Subject,
    WaitingIdentity,
)
from gateway.model.directory import KnownWorker
from gateway.model.federation import Authentication, Person, Professional, Provider, SignedIn
from gateway.ports import Clock
from gateway.ports.accounts import Accounts, DirectoryPeople, Sessions, Waiting

ID_BYTES: Final = 32
NOBODY: Final = Candidate(
    worker=KnownWorker(
        id="", birth_name="PERSONNE", first_name="AUCUNE", birth_date="1800-01-01", sex="F"
    ),
    nir=Nir.parse("200019999999930"),
)
"""In the place of a number that is nobody's, so that it is looked up and compared all the same."""
log = structlog.get_logger(__name__)


class Settling:
    """From a proven identity to a session, or to why there is none."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        sessions: Sessions,
        waiting: Waiting,
        people: DirectoryPeople,
        clock: Clock,
        former_issuers: Mapping[Provider, Sequence[str]],
    ) -> None:
        """`former_issuers`: by which a provider named itself before, the latest first."""
        self._accounts = accounts
        self._sessions = sessions
        self._waiting = waiting
        self._people = people
        self._clock = clock
        self._former_issuers = former_issuers

    def settle(self, signed_in: SignedIn, *, return_to: str, replaced: str | None) -> Arrival:
        """What becomes of a sign-in whose proof held; what the browser held before is ended."""
        provider = signed_in.provider
        former = self._former_issuers.get(provider, ())
        self._accounts.follow(
            _subject(signed_in), provider=provider, former=former, at=self._clock.now()
        )
        found: Account | NoAccount | None
        if isinstance(signed_in.identity, Professional):
            found = self._professional(signed_in, signed_in.identity)
        else:
            found = self._person(signed_in, signed_in.identity)
        if isinstance(found, Account):
            return self._enter(found, signed_in, return_to=return_to, replaced=replaced)
        if replaced is not None:
            self._sessions.end(replaced)
        return found if isinstance(found, NoAccount) else self._wait(signed_in, return_to)

    def type_nir(self, waiting_id: str, typed: str, *, replaced: str | None) -> Arrival:
        """The second path: the number opens the account where it is the person's own.

        The try is counted before the number is looked at. What is no number, nobody's or another's
        is answered alike.
        """
        waiting = self._waiting.find(waiting_id)
        person = None if waiting is None else waiting.signed_in.identity
        if waiting is None or not isinstance(person, Person):
            return NoAccount.WAITED_TOO_LONG
        left = self._waiting.draw(_subject(waiting.signed_in))
        if left is None:
            return NoAccount.TOO_MANY_NUMBERS
        worker_id = self._owned(waiting.signed_in, person, typed)
        if worker_id is not None:
            return self._open(worker_id, waiting, person, replaced=replaced)
        log.info("sign_in.number_refused", tries_left=left)
        if not left:
            return NoAccount.TOO_MANY_NUMBERS
        return MustTypeNir(waiting_id=waiting_id, is_refused=True, tries_left=left)

    def _professional(self, signed_in: SignedIn, identity: Professional) -> Account | NoAccount:
        """Their account; the address becomes its own where it opens something to them.

        Whoever comes with an address that opens nothing to them takes it from nobody.
        """
        account = self._accounts.admit(
            NewLink(
                subject=_subject(signed_in),
                provider=signed_in.provider,
                basis=LinkBasis.FIRST_SIGN_IN,
                acr=signed_in.authentication.acr,
                email=identity.email,
                claims_email=self._opens(identity, signed_in.authentication),
                at=self._clock.now(),
            )
        )
        return NoAccount.EMAIL_TAKEN if account is None else _enabled(account)

    def _opens(self, identity: Professional, authentication: Authentication) -> bool:
        """Whether the directory gives something by that address to who proved as much."""
        contacts = self._people.contacts_of(identity.email)
        employer = None if identity.siret is None else identity.siret.siren
        found = rights_of_professional(identity, authentication, contacts, employer=employer)
        return bool(found.given)

    def _person(self, signed_in: SignedIn, person: Person) -> Account | NoAccount | None:
        """The worker's account, why there is none, or None: the number is to be typed."""
        link = self._accounts.linked(_subject(signed_in))
        if link is not None and link.account.disabled_at is not None:
            return NoAccount.DISABLED
        if link is not None and link.pivot_sha256 == digest_of(person.pivot):
            self._accounts.came(link.account.id, email=person.email, at=self._clock.now())
            return link.account
        if link is None and self._accounts.was_released(_subject(signed_in)):
            return None  # civil status linked it wrongly once
        worker_id = reconcile(person, self._people.workers_like(person)).worker_id
        if worker_id is None or _is_anothers(link, worker_id):
            return None
        found = self._linked_to(worker_id, signed_in, person, LinkBasis.CIVIL_STATUS)
        if found is NotLinked.HELD:
            # a homonym, or one person by two means of identification: the number tells
            log.warning("sign_in.worker_has_another_identity", provider=signed_in.provider.value)
        return None if isinstance(found, NotLinked) else _enabled(found)

    def _linked_to(
        self, worker_id: str, signed_in: SignedIn, person: Person, basis: LinkBasis
    ) -> Account | NotLinked:
        link = NewLink(
            subject=_subject(signed_in),
            provider=signed_in.provider,
            basis=basis,
            acr=signed_in.authentication.acr,
            email=person.email,
            pivot_sha256=digest_of(person.pivot),
            at=self._clock.now(),
        )
        return self._accounts.link_worker(link, worker_id=worker_id)

    def _owned(self, signed_in: SignedIn, person: Person, typed: str) -> str | None:
        """The worker of the number that was typed, where it is the person's own."""
        try:
            nir = Nir.parse("".join(typed.split()))
        except InvalidIdentifier:
            nir = NOBODY.nir
        found = self._people.worker_of(nir)
        candidate = found or NOBODY
        alike = self._people.workers_like(person, born=candidate.worker.birth_date)
        is_confirmed = confirms(person, candidate) and not is_outdone(person, candidate, alike)
        subject, worker_id = _subject(signed_in), candidate.worker.id
        link = self._accounts.linked(subject)
        is_kept_from = self._accounts.is_barred(subject, worker_id=worker_id)
        if found is None or not is_confirmed or is_kept_from or _is_anothers(link, worker_id):
            return None
        return worker_id

    def _open(
        self, worker_id: str, waiting: WaitingIdentity, person: Person, *, replaced: str | None
    ) -> Entered | NoAccount:
        """Open the worker's account to who waited: once, whoever types at the same time."""
        signed_in = waiting.signed_in
        if not self._waiting.take(waiting.id):
            return NoAccount.WAITED_TOO_LONG
        linked = self._linked_to(worker_id, signed_in, person, LinkBasis.NIR_TYPED)
        if isinstance(linked, NotLinked):  # decided meanwhile, by the operator or another browser
            return NoAccount.WAITED_TOO_LONG
        found = _enabled(linked)
        if isinstance(found, NoAccount):
            return found
        self._waiting.give_back(_subject(signed_in))
        return self._enter(found, signed_in, return_to=waiting.return_to, replaced=replaced)

    def _wait(self, signed_in: SignedIn, return_to: str) -> MustTypeNir | NoAccount:
        left = self._waiting.tries_left(_subject(signed_in))
        if not left:
            return NoAccount.TOO_MANY_NUMBERS
        waiting_id = secrets.token_urlsafe(ID_BYTES)
        self._waiting.keep(
            WaitingIdentity(
                id=waiting_id, signed_in=signed_in, return_to=return_to, since=self._clock.now()
            )
        )
        return MustTypeNir(waiting_id=waiting_id, tries_left=left)

    def _enter(
        self, account: Account, signed_in: SignedIn, *, return_to: str, replaced: str | None
    ) -> Entered | NoAccount:
        """The session, unless what opens the account was taken away meanwhile."""
        now = self._clock.now()
        identity = signed_in.identity
        session = Session(
            id=secrets.token_urlsafe(ID_BYTES),
            account_id=account.id,
            kind=account.kind,
            worker_id=account.worker_id,
            provider=signed_in.provider,
            authentication=signed_in.authentication,
            professional=identity if isinstance(identity, Professional) else None,
            sign_out=signed_in.sign_out,
            begun_at=now,
            last_seen_at=now,
            ends_at=now + LONGEST_SESSION,
        )
        opened_by = _subject(signed_in)
        if not self._sessions.begin(session, opened_by=opened_by, replaced=replaced):
            return NoAccount.WAITED_TOO_LONG
        return Entered(session=session, return_to=return_to)


def _subject(signed_in: SignedIn) -> Subject:
    return Subject(issuer=signed_in.issuer, subject=signed_in.subject)


def _enabled(account: Account) -> Account | NoAccount:
    return account if account.disabled_at is None else NoAccount.DISABLED


def _is_anothers(link: Link | None, worker_id: str) -> bool:
    return link is not None and link.account.worker_id != worker_id
