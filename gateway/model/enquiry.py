"""What a partner asks of a worker's identity or of an establishment, and what it is told."""

from datetime import date

from gateway.identifiers import Nir, Siret
from gateway.model.directory import Fact
from gateway.model.transmission import Worker
from gateway.model.verification import Trait, VerifiedEstablishment, VerifiedIdentity


class WorkerQuestion(Fact, frozen=True, kw_only=True):
    """A worker as a partner knows him, where he works."""

    worker: Worker
    nir: Nir | None
    """None where the number cannot exist: then nobody has it."""
    employer: Siret | None
    """Likewise."""


class IdentityTold(Fact, frozen=True, kw_only=True):
    """What is told of a worker's identity: by trait names, never a value."""

    unlike_register: frozenset[Trait] = frozenset()
    """In what the partner's traits contradict the directory's: then nothing more is told."""
    verified: VerifiedIdentity | None = None
    """What Ameli says of the worker as the directory has him; None where it is not configured."""


class EstablishmentTold(Fact, frozen=True, kw_only=True):
    """What Sirene says of an establishment, for one day."""

    siret: Siret
    on: date
    verified: VerifiedEstablishment
