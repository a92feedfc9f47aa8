"""What asks outside registers, composed once for a process: for doors, background and commands.

One breaker, one set of places and one budget for each register: whoever asks shares them. A
register that is not configured is not there.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

import specs
from adapters.http import Breaker, Bulkhead, CallLimits, Probe, TlsFiles, Upstream
from adapters.sirene import (
    PRIVATE_ADDRESS,
    PUBLIC_ADDRESS,
    TOKEN_ADDRESS,
    Plan,
    PrivatePlan,
    PublicPlan,
    SireneRegister,
    SireneStock,
    probe,
)
from adapters.sirene.stock import NAME
from gateway.config import Config
from gateway.model.verification_plan import AmeliPlan, Doubt, PrivateAccess, SirenePlan
from gateway.ports.identities import IdentityRegister
from gateway.ports.verification import Verification
from gateway.storage.rate_budgets import SqlRateBudget
from gateway.storage.verified_establishments import SqlEstablishmentStates
from gateway.storage.verified_identities import SqlIdentityStates
from gateway.store import Store
from gateway.verification.figures import CallFigures, QueueFigures
from gateway.verification.outcomes import Register
from gateway.verification.rounds import AnyAsking
from gateway.verification.sanity import Sanity
from gateway.verification.verifying import (
    DirectoryVerification,
    EstablishmentAsking,
    IdentityAsking,
    asking_establishments,
    asking_identities,
)

AnyStates: TypeAlias = SqlEstablishmentStates | SqlIdentityStates
_SIRENE: Final = CallLimits(attempt_s=10.0, max_bytes=16 << 20, attempts=3)
"""A thousand records are 2 to 4 MB."""
_TOKENS: Final = CallLimits(attempt_s=5.0, max_bytes=64 << 10, attempts=2)
_AMELI: Final = CallLimits(connect_s=2.0, attempt_s=10.0, max_bytes=256 << 10, attempts=3)
_RESERVED: Final = 5
"""One call in so many, and one place, are kept for those who wait."""
_WINDOW: Final = timedelta(hours=1)
_TRUST: Final = timedelta(minutes=30)


class Verifying:
    """The registers of an installation, with what is kept of them. To be closed."""

    def __init__(self, config: Config, store: Store) -> None:
        """Over an open store; nobody is asked yet.

        Raises:
            ConfigurationFault: a certificate or a key cannot be used.
        """
        self._store = store
        self._ends = ExitStack()
        self._calls: list[tuple[Upstream, SqlRateBudget | None]] = []
        self.states: dict[Register, AnyStates] = {}
        """Of the registers that are configured."""
        self.askings: dict[Register, AnyAsking] = {}
        sirene, ameli = config.verification.sirene, config.verification.ameli
        self._stock = stock = None if sirene is None else SireneStock(path=config.home / NAME)
        if stock is not None:
            self._ends.callback(stock.close)
        verification = DirectoryVerification(
            establishments=None if sirene is None else self._establishments(sirene),
            identities=None if ameli is None else self._identities(ameli),
            stock=stock,
        )
        self.verification: Verification | None = verification if self.askings else None

    @property
    def warnings(self) -> Mapping[str, Callable[[], bool]]:
        """What readiness is to warn of, by name: nothing where no register is configured."""
        found: dict[str, Callable[[], bool]] = {}
        for register, states in self.states.items():
            name = register.value.lower()
            found[f"{name}-late"] = partial(_now, self._store, states.is_late)
            found[f"{name}-not-believed"] = partial(_now, self._store, states.is_paused)
            found[f"{name}-refuses-us"] = states.is_refused
        return found

    def figures(self) -> tuple[list[QueueFigures], list[CallFigures]]:
        """Of each register's queue, and of the calls to it; `Overloaded` without the database."""
        now = self._store.clock.now()
        queues = [states.figures(now) for states in self.states.values()]
        calls = [
            CallFigures(
                upstream=upstream.name,
                breaker=upstream.breaker.state.value,
                under_way=upstream.bulkhead.taken,
                left=None if budget is None else budget.left(),
            )
            for upstream, budget in self._calls
        ]
        return queues, calls

    def basis(self) -> str:
        """By what it verifies beside the states: who is configured, of which month the stock is."""
        month = None if self._stock is None else self._stock.month
        return " ".join([*sorted(self.askings), *filter(None, [month])])

    def close(self) -> None:
        """Ask nothing more; close connections and files."""
        self._ends.close()

    def _establishments(self, plan: SirenePlan) -> EstablishmentAsking:
        states = SqlEstablishmentStates(
            engine=self._store.engine, writer=self._store.writer, sanity=_sanity(plan.doubt)
        )
        self.states[Register.SIRENE] = states
        asking = asking_establishments(self._sirene(plan), states=states, clock=self._store.clock)
        self.askings[Register.SIRENE] = asking
        return asking

    def _identities(self, plan: AmeliPlan) -> IdentityAsking:
        states = SqlIdentityStates(
            engine=self._store.engine,
            writer=self._store.writer,
            sealer=self._store.sealer,
            sanity=_sanity(plan.doubt),
        )
        self.states[Register.AMELI] = states
        asking = asking_identities(
            self._ameli(plan), states=states, clock=self._store.clock, places=plan.places
        )
        self.askings[Register.AMELI] = asking
        self._ends.callback(asking.close)
        return asking

    def _sirene(self, plan: SirenePlan) -> SireneRegister:
        tls = TlsFiles(authorities=plan.authorities)
        public = PublicPlan(api_key=plan.api_key)
        right: Plan = public
        asked_first: Probe | None = probe(public)
        base_url = PUBLIC_ADDRESS
        if plan.private is not None:
            # no probe: its token may have ended when the breaker asks
            base_url, asked_first = PRIVATE_ADDRESS, None
            right = self._private(plan.private, tls)
        upstream = Upstream(
            name="sirene",
            base_url=plan.url or base_url,
            limits=_SIRENE,
            breaker=Breaker(),
            bulkhead=Bulkhead(places=plan.places, reserve=1),
            budget=(budget := self._budget("sirene", plan.calls_per_minute)),
            tls=tls,
            probe=asked_first,
        )
        self._keep(upstream, budget)
        return SireneRegister(upstream=upstream, plan=right)

    def _private(self, access: PrivateAccess, tls: TlsFiles) -> PrivatePlan:
        tokens = Upstream(
            name="sirene-tokens",
            base_url=access.token_url or TOKEN_ADDRESS,
            limits=_TOKENS,
            breaker=Breaker(),
            bulkhead=Bulkhead(places=2),
            tls=tls,
        )
        self._keep(tokens, None)
        return PrivatePlan(
            tokens=tokens,
            client_id=access.client_id,
            client_secret=access.client_secret,
            username=access.username,
            password=access.password,
            monotonic=time.monotonic,
        )

    def _ameli(self, plan: AmeliPlan) -> IdentityRegister:
        # zeep is slow to import, and of no use where Ameli is not asked
        from adapters.ameli import AmeliRegister, Caller, Contract, Mode  # noqa: PLC0415

        upstream = Upstream(
            name="ameli",
            base_url=plan.url,
            limits=_AMELI,
            breaker=Breaker(),
            bulkhead=Bulkhead(places=plan.places, reserve=1),
            budget=(budget := self._budget("ameli", plan.calls_per_minute)),
            tls=TlsFiles(authorities=plan.authorities, certificate=plan.certificate, key=plan.key),
        )
        self._keep(upstream, budget)
        return AmeliRegister(
            upstream=upstream,
            contract=Contract(
                wsdl=plan.wsdl or specs.path("ameli/insi.wsdl"),
                messages=plan.messages or specs.path("ameli/messages.xsd"),
            ),
            caller=Caller(
                idam=plan.idam,
                emitter=plan.emitter,
                software=plan.software,
                version=plan.version,
                instance=plan.instance,
            ),
            clock=self._store.clock,
            mode=Mode(plan.mode),
        )

    def _budget(self, name: str, calls: int) -> SqlRateBudget:
        return SqlRateBudget(
            engine=self._store.engine,
            writer=self._store.writer,
            name=name,
            calls=calls,
            reserve=max(1, calls // _RESERVED),
        )

    def _keep(self, upstream: Upstream, budget: SqlRateBudget | None) -> None:
        self._ends.callback(upstream.close)
        self._calls.append((upstream, budget))


def _sanity(doubt: Doubt) -> Sanity:
    return Sanity(percent=doubt.percent, minimum=doubt.minimum, window=_WINDOW, trust=_TRUST)


def _now(store: Store, is_so: Callable[[datetime], bool]) -> bool:
    return is_so(store.clock.now())
