"""What is verified of establishments and of identities, for whoever needs it."""

import time
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import SystemRandom
from typing import Final, TypeAlias

from gateway.identifiers import Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    IdentityAnswer,
    IdentityTraits,
    NotAnswered,
    Source,
    Urgency,
    VerifiedEstablishment,
    VerifiedIdentity,
)
from gateway.ports import Clock
from gateway.ports.establishments import EstablishmentRegister, EstablishmentStock
from gateway.ports.identities import IdentityRegister
from gateway.verification.asking import Asking, Drawn
from gateway.verification.outcomes import (
    GivenEstablishment,
    Register,
    establishment_outcome,
    refuses_establishment,
    refuses_identity,
)
from gateway.verification.states import States
from gateway.verification.traits import traits_of
from gateway.verification.way import Way

EstablishmentAsking: TypeAlias = Asking[Siret, GivenEstablishment]
IdentityAsking: TypeAlias = Asking[IdentityTraits, ComparedIdentity]
_A_ROUND: Final = 4
"""Identities that each of the places asks for in a row, before what was answered is kept."""
_drawn: Final = SystemRandom().random


def asking_establishments(
    register: EstablishmentRegister,
    *,
    states: States[Siret, GivenEstablishment],
    clock: Clock,
    drawn: Drawn = _drawn,
) -> EstablishmentAsking:
    """Sirene, asked for as many at once as it takes."""

    def ask(
        sirets: Mapping[str, Siret], urgency: Urgency, deadline_s: float
    ) -> Mapping[str, GivenEstablishment | NotAnswered]:
        found = register.look_up(tuple(sirets.values()), urgency=urgency, deadline_s=deadline_s)
        return {str(siret): answer for siret, answer in found.items()}

    way = Way[Siret, GivenEstablishment](
        ask=ask,
        register=Register.SIRENE,
        outcome=establishment_outcome,
        source=Source.ONLINE,
        at_once=register.batch,
    )
    return Asking(states=states, way=way, clock=clock, drawn=drawn)


def asking_identities(
    register: IdentityRegister,
    *,
    states: States[IdentityTraits, ComparedIdentity],
    clock: Clock,
    places: int,
    drawn: Drawn = _drawn,
) -> IdentityAsking:
    """Ameli; `places`: questions under way for those who watch, and as many for nobody."""
    pools = {
        urgency: ThreadPoolExecutor(places, thread_name_prefix="identities") for urgency in Urgency
    }

    def ask(
        workers: Mapping[str, IdentityTraits], urgency: Urgency, deadline_s: float
    ) -> Mapping[str, ComparedIdentity | NotAnswered]:
        ends_at = time.monotonic() + deadline_s

        def verify(traits: IdentityTraits) -> IdentityAnswer:
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                return NotAnswered(cause=Cause.NOT_ASKED)
            return register.verify(traits, urgency=urgency, deadline_s=left_s)

        return dict(zip(workers, pools[urgency].map(verify, workers.values()), strict=True))

    def close() -> None:
        for pool in pools.values():  # what is under way ends by its deadline
            pool.shutdown(wait=False, cancel_futures=True)

    way = Way[IdentityTraits, ComparedIdentity](
        ask=ask,
        register=Register.AMELI,
        outcome=_identity_outcome,
        source=Source.ONLINE,
        at_once=places * _A_ROUND,
        close=close,
    )
    return Asking(states=states, way=way, clock=clock, drawn=drawn)


class DirectoryVerification:
    """Implements ports.verification.Verification; a register that is None is not configured."""

    def __init__(
        self,
        *,
        establishments: EstablishmentAsking | None = None,
        identities: IdentityAsking | None = None,
        stock: EstablishmentStock | None = None,
    ) -> None:
        self._establishments = establishments
        self._identities = identities
        self._stock = stock

    def establishments(
        self, sirets: Collection[Siret], *, on: date, within_s: float, later: bool = False
    ) -> Mapping[Siret, VerifiedEstablishment]:
        """See ports.verification.Verification."""
        if self._establishments is None or not sirets:
            return {}
        known = self._establishments.look(
            {str(siret): siret for siret in sirets},
            refuses=lambda answer: refuses_establishment(answer, on),
            within_s=within_s,
            later=later,
        )
        found = {
            siret: VerifiedEstablishment(
                answer=told.answer,
                source=told.source,
                checked_at=told.checked_at,
                is_fresh=told.is_fresh,
            )
            for siret in sirets
            for told in (known[str(siret)],)
        }
        waiting = [siret for siret, one in found.items() if isinstance(one.answer, NotAnswered)]
        found.update(self._from_stock(waiting, on))
        return found

    def identities(
        self, workers: Mapping[Nir, KnownWorker], *, within_s: float, later: bool = False
    ) -> Mapping[Nir, VerifiedIdentity]:
        """See ports.verification.Verification."""
        if self._identities is None or not workers:
            return {}
        known = self._identities.look(
            {worker.id: traits_of(nir, worker) for nir, worker in workers.items()},
            refuses=refuses_identity,
            within_s=within_s,
            later=later,
        )
        return {
            nir: VerifiedIdentity(
                answer=told.answer,
                source=told.source,
                checked_at=told.checked_at,
                is_fresh=told.is_fresh,
            )
            for nir, worker in workers.items()
            for told in (known[worker.id],)
        }

    def _from_stock(
        self, sirets: Collection[Siret], on: date
    ) -> Mapping[Siret, VerifiedEstablishment]:
        """What the monthly file says for those that it holds; the others wait.

        It speaks against nobody: it may be a month old, and knows of no successor. Else an outage
        would refuse what Sirene itself would let pass.
        """
        if self._stock is None or not sirets or (month := self._stock.month) is None:
            return {}
        return {
            siret: VerifiedEstablishment(answer=answer, source=Source.STOCK, stock_month=month)
            for siret, answer in self._stock.look_up(sirets).items()
            if not isinstance(answer, NotAnswered) and not refuses_establishment(answer, on)
        }


def _identity_outcome(answer: ComparedIdentity) -> str:
    return answer.outcome
