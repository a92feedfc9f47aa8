"""API Sirene 3.11 as the register of establishments (gateway.ports.establishments).

Several at once are asked for by one POST; those that it leaves out one by one, for only the
question of one tells duplicate (301), hidden (403) and unknown (404) apart. A closed one is asked
its successor: without that answer it is not answered, for an outage never becomes a refusal.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from adapters.http import Answer, Upstream
from adapters.sirene import questions
from adapters.sirene.asking import Asking
from adapters.sirene.documents import ListDocument, UnitDocument, document
from adapters.sirene.plans import Plan
from adapters.sirene.records import establishment, siret_in, siret_of
from adapters.sirene.statuses import FORBIDDEN, MOVED, NOT_FOUND
from adapters.sirene.succession import successors
from gateway.identifiers import Siret
from gateway.model.verification import (
    Cause,
    DuplicateEstablishment,
    EstablishmentAnswer,
    ExistingEstablishment,
    HiddenEstablishment,
    NotAnswered,
    UnknownEstablishment,
    Urgency,
)

_MAX_HOPS: Final = 2
"""Duplicates of duplicates are followed so far."""
_TARGET: Final = re.compile(r"(?:[^?#]*/)?(\d{14})", re.ASCII)
"""The SIRET at the end of a Location, whose address is one inside INSEE: never followed."""


class SireneRegister:
    """See gateway.ports.establishments.EstablishmentRegister. Safe to share between threads."""

    batch: Final = questions.MAX_BATCH

    def __init__(
        self,
        *,
        upstream: Upstream,
        plan: Plan,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`upstream`: the API under its base; `monotonic` counts seconds."""
        self._upstream = upstream
        self._plan = plan
        self._monotonic = monotonic

    def look_up(
        self, sirets: Sequence[Siret], *, urgency: Urgency, deadline_s: float
    ) -> Mapping[Siret, EstablishmentAnswer]:
        """See gateway.ports.establishments.EstablishmentRegister."""
        asking = Asking(
            upstream=self._upstream,
            plan=self._plan,
            monotonic=self._monotonic,
            urgency=urgency,
            deadline_s=deadline_s,
        )
        wanted = tuple(dict.fromkeys(sirets))
        answers: dict[Siret, EstablishmentAnswer] = {}
        if len(wanted) > 1:
            for start in range(0, len(wanted), self.batch):
                answers |= _several(asking, wanted[start : start + self.batch])
        told = {siret: answers.get(siret) or _one(asking, siret) for siret in wanted}
        return _with_successors(asking, told)


def _several(asking: Asking, sirets: Sequence[Siret]) -> Mapping[Siret, EstablishmentAnswer]:
    """Those that one question answers; the others are left out."""
    answer = asking.ask(
        questions.batch(sirets),
        reads=lambda answer: _listed(answer, sirets) is not None,
        says=frozenset({NOT_FOUND}),
    )
    if isinstance(answer, NotAnswered):
        return dict.fromkeys(sirets, answer)
    if answer.status == NOT_FOUND:
        return {}
    listed = _listed(answer, sirets) or {}
    return {siret: establishment(raw) for siret, raw in listed.items()}


def _one(asking: Asking, siret: Siret) -> EstablishmentAnswer:
    answer = _unit(asking, siret)
    if isinstance(answer, NotAnswered):
        return answer
    if answer.status == FORBIDDEN:
        return HiddenEstablishment(siret=siret)
    if answer.status == NOT_FOUND:
        return UnknownEstablishment(siret=siret)
    if answer.status == MOVED:
        return _duplicate(asking, siret, answer)
    return establishment(_told(answer))


def _unit(asking: Asking, siret: Siret) -> Answer | NotAnswered:
    return asking.ask(
        questions.unit(siret),
        reads=lambda answer: siret_of(_told(answer)) == siret,
        says=frozenset({MOVED, FORBIDDEN, NOT_FOUND}),
    )


def _duplicate(asking: Asking, siret: Siret, answer: Answer) -> EstablishmentAnswer:
    """Where the redirections of Sirene end, asked of our own base; a loop ends nowhere."""
    seen = {siret}
    for _ in range(_MAX_HOPS):
        target = _target(answer)
        if target is None or target in seen:
            break
        seen.add(target)
        following = _unit(asking, target)
        if isinstance(following, NotAnswered):
            return following
        if following.status == NOT_FOUND:
            break
        if following.status != MOVED:
            return DuplicateEstablishment(siret=siret, kept=target)
        answer = following
    return NotAnswered(cause=Cause.UNREADABLE)


def _target(answer: Answer) -> Siret | None:
    found = _TARGET.fullmatch(answer.location or "")
    return None if found is None else siret_in(found[1])


def _told(answer: Answer) -> msgspec.Raw:
    """The record of a document of one; empty where there is none."""
    read = document(answer, UnitDocument)
    return msgspec.Raw() if read is None else read.etablissement


def _listed(answer: Answer, asked: Sequence[Siret]) -> Mapping[Siret, msgspec.Raw] | None:
    """The records by SIRET; None where one is of nobody who was asked for, or comes twice."""
    read = document(answer, ListDocument)
    if read is None:
        return None
    listed: dict[Siret, msgspec.Raw] = {}
    wanted = frozenset(asked)
    for raw in read.etablissements:
        siret = siret_of(raw)
        if siret is None or siret not in wanted or siret in listed:
            return None
        listed[siret] = raw
    return listed


def _with_successors(
    asking: Asking, answers: Mapping[Siret, EstablishmentAnswer]
) -> Mapping[Siret, EstablishmentAnswer]:
    closed = {
        siret: answer
        for siret, answer in answers.items()
        if isinstance(answer, ExistingEstablishment) and not answer.periods[0].is_active
    }
    if not closed:
        return answers
    found = successors(asking, closed)
    if isinstance(found, NotAnswered):
        return {**answers, **dict.fromkeys(closed, found)}
    told = {
        siret: msgspec.structs.replace(answer, successor=found[siret])
        for siret, answer in closed.items()
    }
    return {**answers, **told}
