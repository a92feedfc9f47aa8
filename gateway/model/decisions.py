"""What an occupational physician decided on a dose, as the register states it."""

from datetime import date
from enum import StrEnum

from gateway.identifiers import Rpps, Siret
from gateway.model.directory import Fact
from gateway.model.transmission import Usv


class DecisionKind(StrEnum):
    """What becomes of a dose (arrêté du 23 juin 2023, art. 22 et 23)."""

    MAINTAINED = "MAINTAINED"
    MODIFIED = "MODIFIED"
    CANCELLED = "CANCELLED"


class LineName(Fact, frozen=True):
    """A line by what its sender called it: the register knows no other name of it."""

    sender: Siret
    transmission: str
    """UUID, lower case."""
    ref: str


class DoseDecision(Fact, frozen=True, kw_only=True):
    """A decision on the dose of one line, entered in SISERI after analysis of the alert."""

    kind: DecisionKind
    decided_on: date
    physician: Rpps
    effective_usv: Usv | None = None
    """Dose retained where it is MODIFIED; None: what was sent stands, as far as is told."""
    lens_usv: Usv | None = None
    extremity_usv: Usv | None = None
