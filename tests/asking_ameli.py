"""Ameli's adapter before its double: what a test asks, and how."""

from adapters.ameli import AmeliRegister, Caller, Contract, Mode
from adapters.http import Breaker, Bulkhead, CallLimits, TlsFiles, Upstream
from gateway.identifiers import Nir
from gateway.model.verification import IdentityTraits, Urgency
from specs import path
from tests.fakes import FixedClock
from tests.partners.services_ps_ameli_fr.certificates import EMITTER
from tests.partners.services_ps_ameli_fr.register import Person, key_of
from tests.partners.services_ps_ameli_fr.server import IDAM, Double

CONTRACT = Contract(wsdl=path("ameli/insi.wsdl"), messages=path("ameli/messages.xsd"))
CALLER = Caller(
    idam=IDAM,
    emitter=EMITTER,
    software="passerelle",
    version="1.0",
    instance="6f6b7f3e-2f0e-4a86-9c58-5d5a3b7a9a10",
)
MAX_BYTES = 256 * 1024
DEADLINE_S = 20.0


def an_upstream(double: Double, *, attempts=1, attempt_s=DEADLINE_S, failures=1000, **changes):
    """A way to the double with the certificate INSI-AUTO."""
    certificate, key = double.credentials.auto
    stated = {
        "name": "ameli",
        "base_url": double.url,
        "limits": CallLimits(attempt_s=attempt_s, max_bytes=MAX_BYTES, attempts=attempts),
        "breaker": Breaker(failures=failures),
        "bulkhead": Bulkhead(16),
        "tls": TlsFiles(
            authorities=double.credentials.authorities, certificate=certificate, key=key
        ),
    }
    return Upstream(**(stated | changes))


def a_register(double: Double, *, upstream=None, mode=Mode.SEARCH, contract=CONTRACT, **changes):
    """The adapter over it; `changes` are of who asks."""
    stated = {name: getattr(CALLER, name) for name in CALLER.__dataclass_fields__}
    return AmeliRegister(
        upstream=upstream or an_upstream(double),
        contract=contract,
        caller=Caller(**(stated | changes)),
        clock=FixedClock(),
        mode=mode,
    )


def traits_of(person: Person, **changes) -> IdentityTraits:
    """What the directory would hold of a person whom the double knows."""
    number = person.active.number
    stated = {
        "nir": Nir.parse(number + key_of(number)),
        "birth_name": person.birth_name,
        "first_names": tuple(person.first_names.split()),
        "sex": person.sex,
        "birth_date": person.birth_date,
    }
    return IdentityTraits(**(stated | changes))


def ask(register, traits, *, deadline_s=DEADLINE_S, urgency=Urgency.INTERACTIVE):
    return register.verify(traits, urgency=urgency, deadline_s=deadline_s)
