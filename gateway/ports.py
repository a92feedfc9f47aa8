"""What the core needs from outside, as contracts. Every implementation passes `tests/contract`.

All implementations are safe to call from several threads at once unless a docstring says otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

import msgspec
from lxml import etree

from gateway.identifiers import Nir, Siret
from gateway.model.directory import DirectoryVersion, KnownWorker, Partner
from gateway.model.internal import LineReference
from gateway.model.record import DoseKey, LineId, RecordFacts, RecordKey, Standing, Target
from gateway.model.transmission import DoseResult, Flow, Header, Usv
from gateway.model.verdict import LineVerdict


class Clock(Protocol):
    """The one source of the time of day."""

    def now(self) -> datetime:
        """Aware, UTC, whole milliseconds."""
        ...


class Signer(Protocol):
    """Signs acknowledgements with the active key (D10)."""

    @property
    def kid(self) -> str:
        """Key id: the RFC 7638 thumbprint of the public key."""
        ...

    def sign_json(self, payload: bytes, *, typ: str = "siseri-ack+jws") -> bytes:
        """A compact JWS over `payload` (RFC 7515); header alg, `typ`, kid and x5t#S256."""
        ...

    def sign_xml(self, acknowledgement: etree._Element, *, signed_at: datetime) -> None:
        """Append a XAdES-B-B `ds:Signature` as the last child of `acknowledgement`."""
        ...


class DataKey(Protocol):
    """The key of one transmission's content: erasing its wrapped form erases the content."""

    def seal(self, plaintext: bytes, *, context: bytes) -> bytes:
        """Authenticated encryption; `context` must be given again to open."""
        ...

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """The plaintext, or raise where key, bytes or context are not those of `seal`."""
        ...


class Sealer(Protocol):
    """Personal data at rest (D9)."""

    @property
    def index_version(self) -> int:
        """Version of the key that `blind_index` uses."""
        ...

    def blind_index(self, purpose: str, value: str) -> bytes:
        """32 bytes, the same for the same purpose and value, that say nothing of the value."""
        ...

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """A fresh data key and its form wrapped by the master key, for storing."""
        ...

    def unwrap(self, wrapped: bytes) -> DataKey:
        """The data key in its wrapped form."""
        ...


class PartnerRegister(Protocol):
    """The enrolled senders and their credentials."""

    def holder_of(self, token: str) -> Partner | None:
        """The partner who holds this bearer token, if it is live. Constant-time on the secret."""
        ...


class WorkerDirectory(Protocol):
    """The register's own directory of workers. It states facts; its silence is UNKNOWN."""

    def version(self) -> DirectoryVersion | None:
        """Which state it is in, or None before the first import."""
        ...

    def look_up(self, nirs: Iterable[Nir]) -> Mapping[Nir, KnownWorker]:
        """The workers known among `nirs`, by blind index; the others are absent."""
        ...

    def nuclear_establishments(self, sirets: Iterable[Siret]) -> frozenset[Siret]:
        """Those among `sirets` whose establishment is of the nuclear domain."""
        ...


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


class Rendering(msgspec.Struct, frozen=True, kw_only=True):
    """A signed rendering of an acknowledgement: signed once and kept."""

    representation: str
    """`json` (the compact JWS) or `xml` (the receipt with its signed acknowledgement)."""
    content: bytes
    kid: str


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """All that one judged submission leaves, written in one transaction or not at all."""

    key: RecordKey
    content_sha256: str
    """Of what was said; for an unreadable body, of its bytes."""
    submitter_id: str
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


class ListedAcknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a partner's list."""

    cursor: int
    id: str
    disposition: str
    transmission_id: str
    test: bool
    decided_at: datetime
    canonical_sha256: str


class TransmissionLog(Protocol):
    """The record: what was answered, for ever, and which doses are in force."""

    def standing(self, key: RecordKey, content_sha256: str) -> Standing:
        """What already stands under `key`, with this content or another."""
        ...

    def facts(
        self, worker_ids: Iterable[str], *, flow: Flow, first_day: date, last_day: date
    ) -> RecordFacts:
        """What the record holds of these workers: doses in force on those days, months around.

        The doses are those of `flow`; the months those of every flow that adds up with it.
        """
        ...

    def targets(
        self, references: Iterable[LineReference], places: Iterable[LineId]
    ) -> Sequence[Target]:
        """The recorded lines of these names, whoever sent them, and those of these places.

        Accepted and held ones of transmissions that were no test; a name may find several senders'.
        Each tells the senders that took over from its own.
        """
        ...

    def close(self, closing: Closing) -> None:
        """Write `closing` in one transaction, durable (fsync'd) on return.

        Raises:
            RecordMoved: a transmission that put results of one of these workers in force, or took
                some out, was committed since `closing.revision`, or a line to be replaced is no
                longer in force, or the key was answered meanwhile; nothing is written.
        """
        ...

    def acknowledgement(self, acknowledgement_id: str) -> StoredAcknowledgement | None:
        """The acknowledgement of that id, whoever's it is: the caller compares its owner."""
        ...

    def rendering(self, acknowledgement_id: str, representation: str) -> Rendering | None:
        """The rendering that was signed when the acknowledgement was closed."""
        ...

    def line_entries(self, acknowledgement_id: str) -> Sequence[bytes]:
        """JCS bytes of every line of that acknowledgement that was not plainly accepted."""
        ...

    def acknowledgements_of(self, key: RecordKey) -> Sequence[ListedAcknowledgement]:
        """Every acknowledgement given under a key, oldest first."""
        ...

    def list_after(
        self, sender_siret: str, *, after: int, limit: int
    ) -> Sequence[ListedAcknowledgement]:
        """That sender's acknowledgements in commit order, strictly after the cursor, gap-free."""
        ...


class Leases(Protocol):
    """In flight: who is judging a key at this moment."""

    def hold(self, key: RecordKey) -> AbstractContextManager[bool]:
        """Enter with True if the key was free, held until exit; False if another holds it."""
        ...
