"""What a correction or a cancellation aims at (contract.md §2)."""

from datetime import date
from typing import Literal, TypeAlias

from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.internal import LineReference
from gateway.model.parts import ExposureTime, Flow, Part, Period, legal_day

Reason: TypeAlias = Literal[
    "IDENTITY", "EMPLOYER", "PERIOD", "DOSE", "BACKGROUND", "DUPLICATE", "OTHER"
]


class SiteKey(Part, frozen=True):
    """The part of a site that belongs to a natural key."""

    siret: Siret | InvalidIdentifier
    inb: str | None = None


class Original(Part, frozen=True, kw_only=True):
    """A result sent before this gateway, by its natural key but worker and employer."""

    flow: Flow
    quantity: str | None = None
    radiation: str | None = None
    location: str | None = None
    side: str | None = None
    period: Period | None = None
    exposure_time: ExposureTime | None = None
    site: SiteKey | None = None
    kind: str | None = None
    taken_on: date | None = None
    collected_from: date | None = None
    radionuclide: str | None = None
    organ: str | None = None
    radionuclides: tuple[str, ...] = ()
    intake_on: date | None = None
    based_on: tuple[LineReference, ...] = ()

    @property
    def first_day(self) -> date | None:
        """First day that the key speaks of; None where it tells none."""
        if self.period is not None:
            return self.period.start
        if self.exposure_time is not None:
            return legal_day(self.exposure_time.start_at)
        return self.taken_on or self.collected_from or self.intake_on

    @property
    def last_day(self) -> date | None:
        """Last day that the key speaks of; None where it tells none."""
        if self.period is not None:
            return self.period.end
        if self.exposure_time is not None:
            return legal_day(self.exposure_time.end_at)
        return self.taken_on or self.collected_from or self.intake_on


class Corrects(Part, frozen=True, kw_only=True):
    """The line aimed at, one way or the other, and why."""

    target: LineReference | None = None
    original: Original | None = None
    acknowledgement_sha256: str | None = None
    """Digest of the acknowledgement that took it, lower case: a cross-check."""
    reason: Reason
    justification: str | None = None
