"""What the core needs from outside, as contracts. Every implementation passes `tests/contract`.

All implementations are safe to call from several threads at once unless a docstring says otherwise.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from lxml import etree

from gateway.identifiers import Nir, Siret
from gateway.model.closing import (
    Closing,
    HeldTransmission,
    JudgedAgain,
    ListedAcknowledgement,
    RecordedDose,
    RecordedLine,
    Rendering,
    StandingAnswer,
    StoredAcknowledgement,
    Superseding,
)
from gateway.model.directory import DirectoryVersion, KnownWorker
from gateway.model.evidence import (
    Extension,
    KeptCosignature,
    KeptTimestamp,
    LeafOnRecord,
    LogTip,
    SeenCheckpoint,
    StoredCheckpoint,
    Subtree,
)
from gateway.model.internal import LineReference
from gateway.model.record import LineId, RecordFacts, RecordKey, Standing, Target
from gateway.model.transmission import Flow
from gateway.ports.partners import (
    Credentials,
    FailureBudget,
    PartnerRegister,
    SpentAssertions,
)
from gateway.ports.sealing import DataKey, Sealer

__all__ = [
    "Clock",
    "Closing",
    "Credentials",
    "DataKey",
    "EvidenceLog",
    "FailureBudget",
    "HeldTransmission",
    "JudgedAgain",
    "Leases",
    "ListedAcknowledgement",
    "PartnerRegister",
    "RecordedDose",
    "RecordedLine",
    "Rendering",
    "Sealer",
    "Signer",
    "SpentAssertions",
    "StandingAnswer",
    "StoredAcknowledgement",
    "Superseding",
    "TransmissionLog",
    "WorkerDirectory",
]


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
                longer in force, or a physician has decided on it, or one to be closed no longer
                held, or an acknowledgement to be superseded does not stand any more, or the key
                was answered meanwhile; nothing is written.
        """
        ...

    def answer(self, transmission: int) -> StandingAnswer:
        """The acknowledgement that stands for the transmission of that row.

        Raises:
            LookupError: there is no such transmission.
        """
        ...

    def due(self, at: datetime) -> Sequence[int]:
        """The transmissions of which a held line may get another verdict, in order of reception.

        One too many does no harm; none is missing whose line has waited until `at` or longer, or
        names a number that the directory knows.
        """
        ...

    def held(self, transmission: int) -> HeldTransmission | None:
        """The transmission of that row, if a line of it is held."""
        ...

    def supersede(self, judged: JudgedAgain) -> None:
        """Write `judged` in one transaction, durable on return; raises `RecordMoved` as `close`."""
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


class EvidenceLog(Protocol):
    """What the evidence log keeps. Only added to; a leaf is there since its acknowledgement is."""

    def extend(self, grow: Callable[[LogTip], Extension]) -> Extension | None:
        """Number what waits: write what `grow` makes of the tip, in one durable transaction.

        One at a time, whatever the number of threads and processes. `grow` is not called, and the
        answer is `None`, when nothing waits and the log has a checkpoint. It may raise: then
        nothing is written.
        """
        ...

    def is_waiting(self) -> bool:
        """Whether `extend` would find something to do."""
        ...

    def leaf(self, acknowledgement_id: str) -> LeafOnRecord | None:
        """The leaf of that acknowledgement; `None` where there is none."""
        ...

    def latest(self) -> StoredCheckpoint | None:
        """The largest checkpoint."""
        ...

    def checkpoint_over(
        self, index: int, *, since: datetime | None = None
    ) -> StoredCheckpoint | None:
        """The first checkpoint that covers the leaf of that index, of those signed since then."""
        ...

    def checkpoint(self, size: int) -> StoredCheckpoint | None:
        """The checkpoint of exactly that size."""
        ...

    def hashes(self, places: Iterable[Subtree]) -> Mapping[Subtree, bytes]:
        """The hashes of complete subtrees; `LookupError` when one is not there."""
        ...

    def entries(self, first: int, count: int) -> Sequence[bytes]:
        """The entries from index `first` on, at most `count`, in order."""
        ...

    def cosign(self, size: int, cosignatures: Iterable[KeptCosignature]) -> None:
        """Keep what witnesses signed under a checkpoint, durable; the first of each stays."""
        ...

    def cosignatures(self, size: int) -> Sequence[KeptCosignature]:
        """What witnesses signed under the checkpoint of that size, earliest first."""
        ...

    def witnessed(self, witnesses: Iterable[str]) -> Mapping[str, int]:
        """The largest size that each of these cosigned, if any; named as in `KeptCosignature`."""
        ...

    def cosigned_over(self, index: int, *, by: datetime, within: int) -> Sequence[SeenCheckpoint]:
        """Of the first `within` cosigned checkpoints over a leaf, those cosigned by then."""
        ...

    def timestamp(self, size: int) -> KeptTimestamp | None:
        """The earliest time-stamp over the checkpoint of that size, if any."""
        ...

    def stamped_over(self, index: int, *, by: datetime, within: int) -> Sequence[SeenCheckpoint]:
        """The first `within` checkpoints over a leaf stamped by then, with who cosigned by then."""
        ...


class Leases(Protocol):
    """In flight: who is judging a key at this moment."""

    def hold(self, key: RecordKey) -> AbstractContextManager[bool]:
        """Enter with True if the key was free, held until exit; False if another holds it."""
        ...
