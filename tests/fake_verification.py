"""Outside registers that answer from memory, and what is verified, stated by a test."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from gateway.identifiers import Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    EstablishmentAnswer,
    ExistingEstablishment,
    IdentityAnswer,
    IdentityOutcome,
    IdentityTraits,
    NotAnswered,
    Period,
    UnknownEstablishment,
    Urgency,
    VerifiedEstablishment,
    VerifiedIdentity,
)

CREATED = date(2010, 1, 1)
VERIFIED = ComparedIdentity(outcome=IdentityOutcome.VERIFIED, id_type="NIR")
NOT_ASKED = NotAnswered(cause=Cause.NOT_ASKED)


def an_active_one(siret: Siret) -> ExistingEstablishment:
    """An establishment that is open since 2010."""
    period = Period(start=CREATED, is_active=True)
    return ExistingEstablishment(siret=siret, created_on=CREATED, periods=(period,))


def a_closed_one(siret: Siret, on: date, successor: Siret | None = None) -> ExistingEstablishment:
    """One that was open until the day before `on`."""
    periods = (
        Period(start=on, is_active=False),
        Period(start=CREATED, end=date.fromordinal(on.toordinal() - 1), is_active=True),
    )
    return ExistingEstablishment(
        siret=siret, created_on=CREATED, periods=periods, successor=successor
    )


class MemoryEstablishmentRegister:
    """Knows the establishments given; every other one is unknown, unless it is down."""

    def __init__(
        self, answers: Mapping[Siret, EstablishmentAnswer] | None = None, *, batch: int = 1000
    ) -> None:
        self.answers = dict(answers or {})
        self.batch = batch
        self.down: NotAnswered | None = None
        self.calls: list[tuple[Siret, ...]] = []
        self.before: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    @property
    def asked(self) -> list[Siret]:
        return [siret for call in self.calls for siret in call]

    def look_up(
        self, sirets: Sequence[Siret], *, urgency: Urgency, deadline_s: float
    ) -> Mapping[Siret, EstablishmentAnswer]:
        del urgency, deadline_s
        with self._lock:
            self.calls.append(tuple(sirets))
        self.before()
        if self.down is not None:
            return dict.fromkeys(sirets, self.down)
        return {
            siret: self.answers.get(siret) or UnknownEstablishment(siret=siret) for siret in sirets
        }


class MemoryEstablishmentStock:
    """The monthly file, as given."""

    def __init__(self, month: str | None, answers: Mapping[Siret, EstablishmentAnswer]) -> None:
        self.month = month
        self._answers = answers

    def look_up(self, sirets: Collection[Siret]) -> Mapping[Siret, EstablishmentAnswer]:
        return {siret: self._answers[siret] for siret in sirets if siret in self._answers}


class MemoryIdentityRegister:
    """Finds everybody in order but for those given, unless it is down."""

    def __init__(self, answers: Mapping[Nir, IdentityAnswer] | None = None) -> None:
        self.answers = dict(answers or {})
        self.down: NotAnswered | None = None
        self.asked: list[IdentityTraits] = []
        self.before: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def verify(
        self, traits: IdentityTraits, *, urgency: Urgency, deadline_s: float
    ) -> IdentityAnswer:
        del urgency, deadline_s
        with self._lock:
            self.asked.append(traits)
        self.before()
        return self.down or self.answers.get(traits.nir, VERIFIED)


class MemoryVerification:
    """Implements ports.Verification: what a test states is known; all the rest waits.

    None instead of states: no such register is configured.
    """

    def __init__(
        self,
        *,
        establishments: Mapping[Siret, VerifiedEstablishment] | None = None,
        identities: Mapping[Nir, VerifiedIdentity] | None = None,
    ) -> None:
        self._establishments = establishments
        self._identities = identities
        self.queued: set[Siret | Nir] = set()

    def establishments(
        self, sirets: Collection[Siret], *, on: date, within_s: float, later: bool = False
    ) -> Mapping[Siret, VerifiedEstablishment]:
        del on
        if self._establishments is None:
            return {}
        found = {
            siret: self._establishments.get(siret) or VerifiedEstablishment(answer=NOT_ASKED)
            for siret in sirets
        }
        self._queue(
            siret for siret, state in found.items() if not state.is_fresh and (within_s or later)
        )
        return found

    def identities(
        self, workers: Mapping[Nir, KnownWorker], *, within_s: float, later: bool = False
    ) -> Mapping[Nir, VerifiedIdentity]:
        if self._identities is None:
            return {}
        found = {
            nir: self._identities.get(nir) or VerifiedIdentity(answer=NOT_ASKED) for nir in workers
        }
        self._queue(
            nir for nir, state in found.items() if not state.is_fresh and (within_s or later)
        )
        return found

    def _queue(self, keys: Iterable[Siret | Nir]) -> None:
        self.queued.update(keys)
