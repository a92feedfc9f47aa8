"""What is on record: doses in force, what a closed transmission leaves, and the keys of replays."""

from datetime import date, datetime
from typing import Final, TypeAlias

import msgspec

from gateway.identifiers import Nir
from gateway.model.reading import Readings
from gateway.model.transmission import Flow, Usv

LineId: TypeAlias = tuple[int, int]
"""Row of a transmission and 0-based index of a line in it."""

STANDS_ALONE: Final = Flow.OPERATIONAL
"""A second reading of the exposure that the other flows tell: it never adds to them."""
_ADDING_UP: Final = tuple(flow for flow in Flow if flow is not STANDS_ALONE)


def adding_up(flow: Flow) -> tuple[Flow, ...]:
    """The flows whose doses are summed for a result of `flow`."""
    return (flow,) if flow is STANDS_ALONE else _ADDING_UP


class DoseKey(msgspec.Struct, frozen=True, gc=False):
    """The natural key of a dose but its time (contract.md §2): never the sender.

    `rules/keys.py` says what the members hold of an examination or a committed dose.
    """

    worker_id: str
    employer: str
    flow: Flow
    quantity: str
    radiation: str
    location: str | None
    side: str | None
    site: str | None
    """SIRET and INB of the site, for OPERATIONAL; of a committed dose, what tells its intake."""


class DoseOnRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One measurement in force: its key and when. Its `status` PENDING is a declared absence."""

    key: DoseKey
    is_absence: bool
    start: date | None = None
    end: date | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    line: LineId
    """The line that brought it."""


class Target(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recorded line that a correction may aim at."""

    line: LineId
    transmission: str
    """UUID of the transmission that brought it."""
    ref: str
    sender_siret: str
    flow: Flow
    worker_id: str | None
    is_held: bool
    is_in_force: bool
    first_day: date | None
    last_day: date | None
    month: int | None
    """Where it counts in sums, as `MonthlyDose.month`; None of a line without dose."""
    effective_usv: Usv = 0
    lens_usv: Usv = 0
    extremity_usv: Usv = 0
    readings: Readings = frozenset()
    """What it says was measured or computed."""
    acknowledgements: frozenset[str] = frozenset()
    """`canonicalSha256` of those that answered its transmission."""
    successors: frozenset[str] = frozenset()
    """SIRETs of the senders that took over from its own, directly or through another."""
    nir: Nir | None = None
    """The number that the line names, where no worker was known for it: it is or was held."""
    is_decided: bool = False
    """Whether an occupational physician has decided on its dose."""
    closed_by: LineId | None = None
    """The correction or cancellation that closed it while it was held."""

    def is_of(self, siret: str) -> bool:
        """Whether that sender may correct it: its own, or a successor (contract.md §2)."""
        return siret == self.sender_siret or siret in self.successors


class MonthlyDose(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one worker received in one calendar month by one flow, in µSv, over lines in force."""

    month: int
    """Year × 12 + month − 1 of the last day of the results."""
    effective_usv: Usv = 0
    lens_usv: Usv = 0
    extremity_usv: Usv = 0


class RecordFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the record holds of the workers asked for, at one revision."""

    revision: int
    """Grows with each transmission that puts results in force or takes some out."""
    doses: dict[str, tuple[DoseOnRecord, ...]]
    """By pseudonymous worker id: measurements in force that touch the days asked for."""
    months: dict[tuple[str, Flow], tuple[MonthlyDose, ...]]
    """By pseudonymous worker id and flow: the months within a year of the days asked for, of
    the flow asked for and of those that add up with it."""


class RecordKey(msgspec.Struct, frozen=True):
    """Under what an answer is found again (contract.md §3)."""

    scope: str
    """SIRET of the sender, or of the submitter where the body cannot be read."""
    test: bool
    id: str
    """The transmission's UUID; for an unreadable body the `Idempotency-Key`, else empty."""
    is_readable: bool
    """False: the content is the digest of the bytes, and these keys live apart."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What already stands under a key."""

    same_content: str | None = None
    """The acknowledgement that answered this key and content."""
    verdicts: str | None = None
    """The acknowledgement whose verdicts on lines stand under this key with other content."""
    verdicts_canonical_sha256: str | None = None
    latest: str | None = None
    """The latest acknowledgement of what stands."""
