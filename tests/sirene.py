"""`adapters.sirene` over real HTTP against the double of `api.insee.fr`, as tests compose it."""

import time
from datetime import date

from adapters.http import Breaker, Bulkhead, CallLimits, Upstream
from adapters.sirene import PrivatePlan, PublicPlan, SireneRegister, probe
from gateway.identifiers import Siret
from gateway.model.verification import Period, Urgency
from tests.partners.api_insee_fr.establishments import fictitious
from tests.partners.api_insee_fr.server import API_KEY, Double
from tests.partners.api_insee_fr.tokens import GRANT

MAX_BYTES = 16 << 20


class Ticks:
    """Seconds that pass when a test says so; sleeping passes them."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def an_upstream(base_url, *, attempts=2, attempt_s=20.0, clock=None, **parts) -> Upstream:
    """Without a pause between attempts; of a `clock`, every second passes by sleeping alone."""
    parts.setdefault("breaker", Breaker(failures=50, clock=clock or time.monotonic))
    return Upstream(
        name="sirene",
        base_url=base_url,
        limits=CallLimits(attempt_s=attempt_s, max_bytes=MAX_BYTES, attempts=attempts),
        bulkhead=Bulkhead(places=4, reserve=1),
        chance=lambda: 0.0,
        sleep=clock.sleep if clock else time.sleep,
        clock=clock or time.monotonic,
        **parts,
    )


def a_register(
    double: Double, *, key=API_KEY, base=None, monotonic=time.monotonic, **parts
) -> SireneRegister:
    """By the public plan; `monotonic` is its own clock, `clock` that of its upstream."""
    plan = PublicPlan(api_key=key)
    upstream = an_upstream(base or double.url, probe=probe(plan), **parts)
    return SireneRegister(upstream=upstream, plan=plan, monotonic=monotonic)


def a_private_plan(double: Double, *, clock=time.monotonic, **changed) -> PrivatePlan:
    given = {name: value for name, value in GRANT.items() if name != "grant_type"} | changed
    return PrivatePlan(tokens=an_upstream(double.token_url), monotonic=clock, **given)


def a_private_register(double: Double, *, plan=None, **parts) -> SireneRegister:
    upstream = an_upstream(double.private_url, **parts)
    return SireneRegister(upstream=upstream, plan=plan or a_private_plan(double))


def ask(register, *sirets, deadline_s=30.0, urgency=Urgency.INTERACTIVE):
    """The answers, by SIRET as text."""
    asked = [Siret.parse(siret) for siret in sirets]
    found = register.look_up(asked, urgency=urgency, deadline_s=deadline_s)
    return {str(siret): answer for siret, answer in found.items()}


def ask_one(register, siret, **more):
    return ask(register, siret, **more)[siret]


def some(kind_number: int, count: int, *, start: int = 0) -> list[str]:
    """Fictitious SIRETs of the kind at that place of every twenty."""
    return [fictitious(start + kind_number + 20 * place) for place in range(count)]


def since(year: int, month: int = 1, day: int = 1, *, active: bool = True) -> Period:
    return Period(start=date(year, month, day), is_active=active)
