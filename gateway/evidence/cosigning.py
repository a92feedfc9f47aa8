"""A witness: it remembers the largest tree of each log, and cosigns what continues it.

What it remembers is durable before the cosignature is made: whoever kills it between the two finds
it afterwards where no other past can be cosigned. Requests are decided one at a time.
"""

import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol

import structlog

from gateway.model.witnessing import WitnessAnswer
from gateway.ports import Clock
from signing.log.checkpoint import SignedCheckpoint
from signing.log.cosignature import cosign
from signing.log.note import NoteSignature, NoteSigner, verified
from signing.log.vkey import VerifierKey
from signing.log.witness import (
    AddCheckpoint,
    KnownLog,
    Refusal,
    Refused,
    WitnessedTree,
    decide,
    parse_add_checkpoint,
)
from signing.log.witness_folder import Evidence, Finding

_EVENT: Final = {Finding.FORK: "witness.fork", Finding.SHRUNK: "witness.shrunk"}
_SIZE: Final = "text/x.tlog.size"
_TEXT: Final = "text/plain; charset=utf-8"
_MALFORMED: Final = Refused(refusal=Refusal.MALFORMED, reason="not a request")
_SAID: Final = {
    Refusal.MALFORMED: (
        "Ce n'est pas une demande de cosignature, ou l'ancienne taille dépasse la nouvelle.",
        "Not a request for a cosignature, or the old size exceeds the new one.",
    ),
    Refusal.UNSIGNED: (
        "Aucune clé connue de ce journal n'a signé ce point de contrôle.",
        "No known key of this log signed this checkpoint.",
    ),
    Refusal.UNKNOWN_LOG: (
        "Ce témoin ne connaît pas ce journal.",
        "This witness does not know this log.",
    ),
    Refusal.INCONSISTENT: (
        "Ce point de contrôle ne prolonge pas ce que le témoin a vu.",
        "This checkpoint does not continue what the witness saw.",
    ),
}
log = structlog.get_logger(__name__)


class Memory(Protocol):
    """What a witness keeps; see `signing.log.witness_folder.WitnessFolder`."""

    @property
    def signer(self) -> NoteSigner:
        """Its key, of type 0x04."""
        ...

    def seen(self, origin: str) -> SignedCheckpoint | None:
        """The largest checkpoint of that log that was to be cosigned."""
        ...

    def keep(self, signed: SignedCheckpoint) -> None:
        """Remember it, durable on return; `OSError` where it cannot."""
        ...

    def keep_evidence(self, found: Evidence) -> Path | None:
        """Keep both notes, once."""
        ...


class CosigningWitness:
    """Decides on checkpoints; safe to share between threads."""

    def __init__(self, *, memory: Memory, keys: Iterable[VerifierKey], clock: Clock) -> None:
        """`keys` are those of the logs that it serves, each named as its log's origin."""
        self._memory = memory
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, tuple[VerifierKey, ...]] = {}
        for key in keys:
            self._keys[key.name] = (*self._keys.get(key.name, ()), key)

    def known(self, origin: str) -> KnownLog | None:
        """What is known of that log; `None` where it is not served."""
        keys = self._keys.get(origin)
        if keys is None:
            return None
        seen = self._memory.seen(origin)
        if seen is None:
            return KnownLog(origin=origin, keys=keys)
        tree = WitnessedTree(size=seen.checkpoint.size, root=seen.checkpoint.root)
        return KnownLog(origin=origin, keys=keys, tree=tree)

    def add_checkpoint(self, body: bytes) -> WitnessAnswer:
        """Answer a request as C2SP tlog-witness says.

        Raises:
            OSError: the new state could not be kept; nothing was cosigned.
        """
        try:
            request = parse_add_checkpoint(body)
        except ValueError:
            return _refusal(_MALFORMED)
        outcome = self.cosigned(request)
        if isinstance(outcome, Refused):
            return _refusal(outcome)
        return WitnessAnswer(status=200, media_type=_TEXT, content=outcome.line.encode())

    def cosigned(self, request: AddCheckpoint) -> NoteSignature | Refused:
        """The cosignature of a checkpoint that continues what was seen, kept before it is made.

        Raises:
            OSError: as `add_checkpoint`.
        """
        signed = request.signed
        with self._lock:
            known = self.known(signed.checkpoint.origin)
            logs = [] if known is None else [known]
            outcome = decide(request, logs=logs)
            if isinstance(outcome, Refused):
                self._tell(outcome, signed, is_known=known is not None)
                return outcome
            if all(one.tree != outcome.tree for one in logs):
                self._memory.keep(_by_its_log(signed, self._keys[signed.checkpoint.origin]))
            cosignature = cosign(signed, self._memory.signer, at=self._clock.now())
        log.info("witness.cosigned", log=signed.checkpoint.origin, size=outcome.tree.size)
        return cosignature

    def accuse(self, shown: SignedCheckpoint, finding: Finding = Finding.FORK) -> None:
        """Keep both notes, and say what was found: events `witness.fork`, `witness.shrunk`."""
        seen = self._memory.seen(shown.checkpoint.origin)
        if seen is None:
            return
        now = self._clock.now()
        found = Evidence(finding=finding, seen=seen, shown=shown, found_at=now)
        kept = self._memory.keep_evidence(found)
        log.error(
            _EVENT[finding],
            log=shown.checkpoint.origin,
            seen=seen.checkpoint.size,
            shown=shown.checkpoint.size,
            evidence=None if kept is None else kept.name,
        )

    def _tell(self, refused: Refused, signed: SignedCheckpoint, *, is_known: bool) -> None:
        origin = signed.checkpoint.origin if is_known else None  # a stranger's word is not logged
        log.warning(
            "witness.refused", log=origin, status=int(refused.refusal), reason=refused.reason
        )
        if refused.is_evidence:
            self.accuse(signed)


def _by_its_log(signed: SignedCheckpoint, keys: Iterable[VerifierKey]) -> SignedCheckpoint:
    """Without the lines of strangers: anyone may add them, of any length."""
    trusted = {(key.name, key.key_id) for key in verified(signed.note, keys=tuple(keys))}
    lines = tuple(one for one in signed.note.signatures if (one.name, one.key_id) in trusted)
    return replace(signed, note=replace(signed.note, signatures=lines))


def _refusal(refused: Refused) -> WitnessAnswer:
    if refused.refusal is Refusal.CONFLICT:
        content, media_type = f"{refused.known_size}\n", _SIZE
    else:
        content, media_type = "\n".join(_SAID[refused.refusal]) + "\n", _TEXT
    return WitnessAnswer(
        status=int(refused.refusal), media_type=media_type, content=content.encode()
    )
