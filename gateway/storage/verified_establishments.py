"""What Sirene said of establishments; the subject of a state is its key."""

from collections.abc import Callable, Mapping, Sequence
from random import SystemRandom
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Row, select

from gateway.identifiers import Siret
from gateway.model.verification import (
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    UnknownEstablishment,
)
from gateway.storage.directory_tables import directory_establishments
from gateway.storage.verification_figures import FiguredStates
from gateway.storage.verified_tables import verified_establishments
from gateway.storage.writer import Writer
from gateway.verification.outcomes import EstablishmentOutcome, GivenEstablishment, Register
from gateway.verification.sanity import Sanity

_e = directory_establishments.c
_drawn: Final = SystemRandom().random
_TYPES: Final[Mapping[str, type[GivenEstablishment]]] = {
    EstablishmentOutcome.ACTIVE: ExistingEstablishment,
    EstablishmentOutcome.CLOSED: ExistingEstablishment,
    EstablishmentOutcome.DUPLICATE: DuplicateEstablishment,
    EstablishmentOutcome.HIDDEN: HiddenEstablishment,
    EstablishmentOutcome.UNKNOWN: UnknownEstablishment,
}


class SqlEstablishmentStates(FiguredStates[Siret, GivenEstablishment]):
    """Implements `verification.states.States` of establishments."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sanity: Sanity,
        drawn: Callable[[], float] = _drawn,
    ) -> None:
        """`engine` from `open_engine`, migrated; `writer` the one writer of that database."""
        super().__init__(
            engine=engine,
            writer=writer,
            sanity=sanity,
            register=Register.SIRENE,
            table=verified_establishments,
            drawn=drawn,
        )

    def _answer(self, row: Row[Any]) -> GivenEstablishment:
        kind = _TYPES[row.outcome]
        return msgspec.json.decode(row.answer, type=kind, dec_hook=_siret)

    def _asked_by(
        self, connection: Connection, subjects: Mapping[str, Siret]
    ) -> dict[str, Callable[[Row[Any]], bool]]:
        del connection
        return dict.fromkeys(subjects, _is_its_own)

    def _named(
        self, connection: Connection, subjects: Mapping[str, Siret]
    ) -> dict[str, dict[str, Any]]:
        del connection
        return {key: {} for key in subjects}

    def _subjects(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Siret]:
        del connection
        return {row.siret: Siret(row.siret) for row in rows}

    def _unchanged(self, connection: Connection, rows: Sequence[Row[Any]]) -> dict[str, Siret]:
        return self._subjects(connection, rows)

    def _known_after(self, connection: Connection, after: str, limit: int) -> dict[str, Siret]:
        following = select(_e.siret).where(_e.siret > after).order_by(_e.siret).limit(limit)
        return {siret: Siret(siret) for siret in connection.scalars(following)}


def _is_its_own(_row: Row[Any]) -> bool:
    return True


def _siret(kind: type, value: object) -> Siret:
    """What was kept was a SIRET."""
    if kind is not Siret:
        raise NotImplementedError
    return Siret(str(value))
