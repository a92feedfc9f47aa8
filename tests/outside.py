"""A gateway whose outside registers a test holds in its hand; all between is real."""

from gateway.identifiers import Siret
from gateway.storage.verified_establishments import SqlEstablishmentStates
from gateway.storage.verified_identities import SqlIdentityStates
from gateway.verification.verifying import (
    DirectoryVerification,
    asking_establishments,
    asking_identities,
)
from tests import builders
from tests.fake_verification import (
    MemoryEstablishmentRegister,
    MemoryIdentityRegister,
    an_active_one,
)
from tests.running import NOW, Running
from tests.verified import SANITY, answered_before

EMPLOYER = Siret.parse(builders.EMPLOYER)


class _Behind:
    """Stands for what needs an open store until there is one."""

    def __init__(self):
        self.real = None

    def establishments(self, *given, **named):
        return self.real.establishments(*given, **named)

    def identities(self, *given, **named):
        return self.real.identities(*given, **named)


class Outside:
    """Sirene and Ameli in memory, their states in the database of a running gateway."""

    def __init__(self, home, *, portal, sanity=SANITY, **given):
        behind = _Behind()
        self.running = Running(home, portal=portal, verification=behind, **given)
        store = self.running.store
        parts = {"engine": store.engine, "writer": store.writer, "sanity": sanity}
        self.sirene, self.ameli = MemoryEstablishmentRegister(), MemoryIdentityRegister()
        self.ask_sirene = asking_establishments(
            self.sirene, states=SqlEstablishmentStates(**parts), clock=store.clock
        )
        self.ask_ameli = asking_identities(
            self.ameli,
            states=SqlIdentityStates(**parts, sealer=store.sealer),
            clock=store.clock,
            places=2,
        )
        behind.real = DirectoryVerification(
            establishments=self.ask_sirene, identities=self.ask_ameli
        )

    def forget(self, **given):
        """As on the first day: no record, no directory, no answer kept, the registers in order."""
        clock = self.running.clock
        clock.advance(NOW - clock.now())
        self.running.forget(**given)
        answered_before(self.running.store.writer, now=NOW)
        for register in (self.sirene, self.ameli):
            register.answers.clear()
            register.down = None
        self.sirene.answers[EMPLOYER] = an_active_one(EMPLOYER)
        self.sirene.calls.clear()
        self.ameli.asked.clear()

    def silence(self, answer):
        """Both are down in that way; None: both are back."""
        self.sirene.down = self.ameli.down = answer

    def ask_due(self):
        """What the durable engine does: all that waits and may be asked now."""
        while self.ask_sirene.ask_due(deadline_s=60.0) or self.ask_ameli.ask_due(deadline_s=60.0):
            pass
