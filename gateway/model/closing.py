"""What enters the record and what is read back from it, as the core and the storage agree on it."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from gateway.model.partners import Proven
from gateway.model.record import DoseKey, LineId, RecordKey
from gateway.model.transmission import DoseResult, Flow, Header, Usv
from gateway.model.verdict import LineVerdict


class RecordedDose(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One measurement of a recorded line with its natural key."""

    key: DoseKey
    status: str
    value_usv: Usv | None
    recording_level_usv: Usv | None


class RecordedLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line that enters the record: accepted, or held (then not in force, `worker_id` None)."""

    line: DoseResult
    verdict: LineVerdict
    worker_id: str | None
    doses: tuple[RecordedDose, ...] = ()
    effective_usv: Usv = 0
    """What the line adds to the sums of 12 months, by population of limits, in µSv."""
    lens_usv: Usv = 0
    extremity_usv: Usv = 0
    replaces: tuple[LineId, ...] = ()
    """Lines that this line takes out of force, absences or the one it corrects or cancels."""
    is_in_force: bool
    counted_on: date | None = None
    """The day that stands for those of a line that tells none, where it counts in a sum."""
    work: str | None = None
    leaves: str | None = None
    """The worker whose result it takes out of force, where that is not `worker_id`."""
    closes: tuple[LineId, ...] = ()
    """Held lines that it closes: rejected for good, `C005`, whether it is accepted or held."""


class Rendering(msgspec.Struct, frozen=True, kw_only=True):
    """A signed rendering of an acknowledgement: signed once and kept."""

    representation: str
    """`json` (the compact JWS) or `xml` (the receipt with its signed acknowledgement)."""
    content: bytes
    kid: str


class Superseding(msgspec.Struct, frozen=True, kw_only=True):
    """A new acknowledgement of a transmission that was answered: it restates everything."""

    transmission: int
    """Row of the transmission."""
    supersedes: str
    """Id of the acknowledgement that stands until this one is written."""
    sender_siret: str
    acknowledgement_id: str
    disposition: str
    canonical: bytes
    canonical_sha256: str
    decided_at: datetime
    renderings: tuple[Rendering, ...]
    line_entries: tuple[bytes, ...] = ()


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """All that one judged submission leaves, written in one transaction or not at all."""

    key: RecordKey
    content_sha256: str
    """Of what was said; for an unreadable body, of its bytes."""
    submitter_id: str
    proven: Proven
    sender_siret: str
    header: Header | None
    body: bytes
    """As received: sealed, purged within two years."""
    door: str
    media_type: str
    received_at: datetime
    acknowledgement_id: str
    disposition: str
    canonical: bytes
    """JCS bytes of the acknowledgement."""
    canonical_sha256: str
    decided_at: datetime
    renderings: tuple[Rendering, ...]
    """Every representation, signed at the same moment by the same key."""
    line_entries: tuple[bytes, ...] = ()
    """JCS bytes of every line not plainly accepted, by index."""
    lines: Sequence[RecordedLine] = ()
    """Empty for a test transmission: never recorded."""
    revision: int | None = None
    """Revision of the facts that the verdicts were drawn from; None where none were."""
    superseding: tuple[Superseding, ...] = ()
    """One for each other transmission of which `lines` close held lines."""


class JudgedAgain(msgspec.Struct, frozen=True, kw_only=True):
    """What judging the held lines of one transmission again leaves, all of it or nothing."""

    answer: Superseding
    flow: Flow
    indexes: tuple[int, ...]
    """The held lines whose verdict changed, 0-based: what is kept of them is replaced."""
    lines: Sequence[RecordedLine] = ()
    """What is kept of them from now on: those accepted, those held for another reason."""
    revision: int | None = None
    """As in `Closing`."""
    superseding: tuple[Superseding, ...] = ()
    """As in `Closing`."""


class StoredAcknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement as kept."""

    id: str
    disposition: str
    canonical: bytes
    canonical_sha256: str
    decided_at: datetime
    sender_siret: str
    submitter_id: str
    transmission_id: str
    test: bool
    latest: str
    """Id of the latest acknowledgement of the same transmission: this one, or what supersedes."""


class StandingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The latest acknowledgement of a recorded transmission, with every line entry behind it."""

    transmission: int
    """Row of the transmission."""
    id: str
    sender_siret: str
    canonical: bytes
    canonical_sha256: str
    line_entries: Sequence[bytes]


class HeldTransmission(msgspec.Struct, frozen=True, kw_only=True):
    """A transmission with a line that waits, as it was received."""

    key: RecordKey
    submitter_id: str
    door: str
    media_type: str
    received_at: datetime
    flow: Flow
    content_sha256: str
    body: bytes | None
    """As received; None once it is purged, or its key erased."""
    answer: StandingAnswer


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """The transmissions to judge again in a round, and how far things had moved by then."""

    transmissions: tuple[int, ...]
    """Their rows, in order of reception."""
    at: datetime
    basis: str
    directory: int
    """The last change of the directory that is in it; likewise of what each register said."""
    sirene: int
    ameli: int


class ListedAcknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a partner's list."""

    cursor: int
    id: str
    disposition: str
    transmission_id: str
    test: bool
    decided_at: datetime
    canonical_sha256: str
