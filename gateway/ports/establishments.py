"""Sirene, on line and as a monthly file, as contracts of `gateway.ports`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from gateway.identifiers import Siret
from gateway.model.verification import EstablishmentAnswer, Urgency


class EstablishmentRegister(Protocol):
    """Sirene, on line. Whatever happens it answers with a value; an outage raises nothing."""

    @property
    def batch(self) -> int:
        """How many are best asked for at once."""
        ...

    def look_up(
        self, sirets: Sequence[Siret], *, urgency: Urgency, deadline_s: float
    ) -> Mapping[Siret, EstablishmentAnswer]:
        """An answer for each of them, within `deadline_s` by the clock on the wall."""
        ...


class EstablishmentStock(Protocol):
    """The monthly file of Sirene, as imported: what is asked when Sirene is away."""

    @property
    def month(self) -> str | None:
        """`YYYY-MM` of what is imported; None where nothing is."""
        ...

    def look_up(self, sirets: Collection[Siret]) -> Mapping[Siret, EstablishmentAnswer]:
        """Those that it holds. Of the others it says nothing: they may be younger than it."""
        ...
