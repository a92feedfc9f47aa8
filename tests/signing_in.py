"""The whole sign-in over providers that believe a test, on ports in memory or given."""

from gateway.identity.signing_in import SigningIn
from gateway.model.federation import Callback, Provider, SignInWish
from tests.fake_accounts import (
    MemoryAccountLife,
    MemoryAccounts,
    MemoryAttempts,
    MemoryDirectoryPeople,
    MemorySessions,
    MemoryWaiting,
)
from tests.fake_identity import FakeIdentityProvider
from tests.fakes import FixedClock
from tests.identities import NOW

BACK = "/identite/sessions"
WISH = SignInWish()


class Portal:
    """`SigningIn` with its parts at hand; `by` stands in for some of them."""

    def __init__(self, clock=None, **by):
        self.clock = clock = clock or FixedClock(NOW)
        self.providers = {each: FakeIdentityProvider(each, clock) for each in Provider}
        self.accounts = by.get("accounts") or MemoryAccounts()
        self.sessions = by.get("sessions") or MemorySessions(self.accounts)
        self.waiting = by.get("waiting") or MemoryWaiting(clock=clock)
        self.attempts = by.get("attempts") or MemoryAttempts()
        self.people = by.get("people") or MemoryDirectoryPeople()
        self.life = by.get("life") or MemoryAccountLife(
            self.accounts, sessions=self.sessions, clock=clock
        )
        self.flow = SigningIn(
            providers=self.providers,
            attempts=self.attempts,
            accounts=self.accounts,
            sessions=self.sessions,
            waiting=self.waiting,
            people=self.people,
            establishments=by.get("establishments"),
            clock=clock,
            former_issuers=by.get("former_issuers", {}),
        )

    def depart(self, provider=Provider.FRANCECONNECT, wish=WISH):
        return self.flow.depart(provider, wish, return_to=BACK).attempt

    def callback(self, attempt, identity, subject="s-1", **changes):
        """What the provider sends back of an attempt; it will say that `identity` signed in."""
        provider = self.providers[attempt.provider]
        code = f"code-{attempt.id}"
        provider.people[code] = (subject, identity)
        stated = {"state": attempt.state, "code": code, "issuer": provider.issuer}
        return Callback(**stated | changes)

    def arrive(self, identity, subject="s-1", provider=Provider.FRANCECONNECT, replaced=None):
        """There and back."""
        attempt = self.depart(provider)
        callback = self.callback(attempt, identity, subject)
        return self.flow.arrive(provider, attempt.id, callback, replaced=replaced)
