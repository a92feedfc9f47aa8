"""Signing in: to a provider and back, whose account it is, what they may do, and out again."""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from gateway.errors import Overloaded, SignInRefused
from gateway.identifiers import Siren
from gateway.identity.rights import rights_of_professional, rights_of_worker
from gateway.identity.settling import Settling
from gateway.model.accounts import (
    IDLE_SESSION,
    Arrival,
    Rights,
    Session,
    SessionSeen,
)
from gateway.model.federation import (
    CLOCK_SKEW,
    Callback,
    Departure,
    Professional,
    Provider,
    SignInFailure,
    SignInWish,
)
from gateway.model.parts import legal_day
from gateway.model.verification import ExistingEstablishment, UnknownEstablishment
from gateway.ports import Clock
from gateway.ports.accounts import Accounts, DirectoryPeople, Sessions, Waiting
from gateway.ports.sign_in import Attempts, IdentityProvider
from gateway.ports.verification import Verification

SIRENE_WITHIN_S: Final = 1.0
"""What somebody who opens a page waits for Sirene, where it is not known yet."""
_TOUCHED_EVERY: Final = timedelta(minutes=1)


class SigningIn:
    """The one flow of those who sign in, for every page and for the portal."""

    def __init__(
        self,
        *,
        providers: Mapping[Provider, IdentityProvider],
        attempts: Attempts,
        accounts: Accounts,
        sessions: Sessions,
        waiting: Waiting,
        people: DirectoryPeople,
        establishments: Verification | None,
        clock: Clock,
        former_issuers: Mapping[Provider, Sequence[str]],
    ) -> None:
        """`providers`: those configured, in the order in which they are offered.

        `establishments`: Sirene, as verified; None where it is not configured. `former_issuers`: by
        which a provider named itself before, the latest first.
        """
        self._providers = providers
        self._attempts = attempts
        self._accounts = accounts
        self._sessions = sessions
        self._people = people
        self._establishments = establishments
        self._clock = clock
        self._settling = Settling(
            accounts=accounts,
            sessions=sessions,
            waiting=waiting,
            people=people,
            clock=clock,
            former_issuers=former_issuers,
        )

    @property
    def offered(self) -> tuple[Provider, ...]:
        """The providers by which one can sign in here, in order."""
        return tuple(self._providers)

    def depart(self, provider: Provider, wish: SignInWish, *, return_to: str) -> Departure:
        """Where to send the browser; the way there is kept.

        Raises:
            SignInRefused: the provider is away, misconfigured, or not one of ours.
            Overloaded: the database cannot write.
        """
        departure = self._provider(provider).begin(wish, return_to=return_to)
        self._attempts.keep(departure.attempt)
        return departure

    def arrive(
        self,
        provider: Provider,
        attempt_id: str | None,
        callback: Callback,
        *,
        replaced: str | None,
    ) -> Arrival:
        """What became of the way to `provider` that this browser began.

        `replaced`: the id of the session that it held; it is ended, whoever signed in (session
        fixation: RFC 9700 §4.7, OWASP ASVS 7.2.4).

        Raises:
            SignInRefused: with its family and the step that failed.
            Overloaded: the database cannot be read or cannot write.
        """
        # (1) the way was begun in this browser, to this provider, and nobody came back by it
        attempt = self._attempts.take(attempt_id) if attempt_id else None
        if attempt is None:
            raise SignInRefused(SignInFailure.NOT_OURS, step="attempt")
        if attempt.provider is not provider:
            raise SignInRefused(SignInFailure.NOT_OURS, step="attempt-provider")
        # (2) what came back is proven
        signed_in = self._provider(provider).complete(attempt, callback)
        # (3) its token comes for the first time in all the time in which it would be believed
        until = signed_in.expires_at + CLOCK_SKEW
        if not self._attempts.spend(signed_in.id_token_sha256, until=until):
            raise SignInRefused(SignInFailure.NOT_BELIEVED, step="id-token-spent")
        return self._settling.settle(signed_in, return_to=attempt.return_to, replaced=replaced)

    def type_nir(self, waiting_id: str, typed: str, *, replaced: str | None) -> Arrival:
        """The number that a person typed whom civil status alone does not tell.

        Raises:
            Overloaded: the database cannot be read or cannot write.
        """
        return self._settling.type_nir(waiting_id, typed, replaced=replaced)

    def session(self, session_id: str) -> Session | None:
        """The session of a browser: None once over, left idle, or of an account that is disabled.

        Raises:
            Overloaded: the database cannot be read.
        """
        now = self._clock.now()
        session = self._sessions.find(session_id)
        if session is None or not _is_live(session, now=now):
            return None
        account = self._accounts.get(session.account_id)
        if account is None or account.disabled_at is not None:
            return None
        if now - session.last_seen_at >= _TOUCHED_EVERY:
            with contextlib.suppress(Overloaded):  # it ends the sooner: nobody is kept out now
                self._sessions.touch(session_id, at=now)
        return session

    def rights(self, session: Session) -> Rights:
        """What its holder may do now, by the directory; Sirene can only take away from it.

        An address gives something to the one account that it is of.

        Raises:
            Overloaded: the directory cannot be read.
        """
        if session.worker_id is not None:
            return rights_of_worker(session.worker_id, session.authentication)
        professional = session.professional
        if professional is None:
            return Rights()
        found = rights_of_professional(
            professional,
            session.authentication,
            self._people.contacts_of(professional.email),
            employer=self._employer(professional),
        )
        if found.given and not self._accounts.owns(session.account_id, professional.email):
            # named since they signed in: the next sign-in makes the address theirs, or another's
            return msgspec.structs.replace(found, given=())
        return found

    def sessions_of(self, session: Session) -> Sequence[SessionSeen]:
        """Every session of the same account that is not over, the latest first."""
        now = self._clock.now()
        return [seen for seen in self._sessions.of(session) if _is_live(seen, now=now)]

    def end(self, session: Session, *, mark: str) -> None:
        """End one of one's own sessions; nothing of a mark that none of them bears."""
        self._sessions.end_marked(session.account_id, mark)

    def leave(self, session: Session, *, state: str) -> str | None:
        """End the session here; then where to send the browser to end the provider's, if anywhere.

        Raises:
            Overloaded: the database cannot write: the session still stands.
        """
        self._sessions.end(session.id)
        provider = self._providers.get(session.provider)
        return None if provider is None else provider.sign_out(session.sign_out, state=state)

    def _provider(self, provider: Provider) -> IdentityProvider:
        found = self._providers.get(provider)
        if found is None:
            raise SignInRefused(SignInFailure.MISCONFIGURED, step="not-offered")
        return found

    def _employer(self, professional: Professional) -> Siren | None:
        """The legal unit that the provider says, unless Sirene speaks against the establishment.

        Where Sirene does not answer, the directory's own word stands.
        """
        siret = professional.siret
        if siret is None or self._establishments is None:
            return None if siret is None else siret.siren
        day = legal_day(self._clock.now())
        try:
            found = self._establishments.establishments([siret], on=day, within_s=SIRENE_WITHIN_S)
        except Overloaded:
            return siret.siren
        answer = found[siret].answer if siret in found else None
        is_closed = isinstance(answer, ExistingEstablishment) and answer.is_active_on(day) is False
        is_contradicted = is_closed or isinstance(answer, UnknownEstablishment)
        return None if is_contradicted else siret.siren


def _is_live(session: Session | SessionSeen, *, now: datetime) -> bool:
    return now < min(session.ends_at, session.last_seen_at + IDLE_SESSION)
