"""Cosignatures on the log's checkpoints: witnesses are asked in rounds, and no answer waits.

A round takes the newest checkpoint and shows it to every witness whose cosignature it has not, all
at once: one that is away or slow delays nobody. What comes back is verified before it is kept.
Several processes may do so side by side: a witness asked twice tells where it is, and the first of
its lines stays.
"""

import threading
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
import structlog

from gateway.errors import EvidenceDamaged, WitnessRefused, WitnessUnavailable
from gateway.evidence.drawing import drawn
from gateway.model.evidence import KeptCosignature, StoredCheckpoint
from gateway.model.witnessing import Cosigned, OutOfStep
from gateway.ports import EvidenceLog
from signing.log.checkpoint import SignedCheckpoint, parse_checkpoint
from signing.log.cosignature import cosignatures
from signing.log.note import parse_signature_lines
from signing.log.tree import consistency_proof
from signing.log.vkey import VerifierKey
from signing.log.witness import AddCheckpoint

TRIES: Final = 3
"""From the size that we know, from the one it answers, and once more where another was faster."""
MAX_REST: Final = 11
"""Rounds that a witness is left alone at most, after failures in a row."""
CLOSING_S: Final = 0.5
"""What is being written when the gateway stops has so long to end."""
log = structlog.get_logger(__name__)


class Witness(Protocol):
    """Somebody who cosigns what continues the log that it saw."""

    def add_checkpoint(self, request: bytes) -> Cosigned | OutOfStep:
        """What it answers to a request (C2SP tlog-witness), unverified; within seconds.

        Raises:
            WitnessUnavailable: it did not answer, or nothing that can be read.
            WitnessRefused: it cosigns nothing that is shown to it so.
        """
        ...


class AskedWitness(msgspec.Struct, frozen=True, kw_only=True):
    """A witness that is configured."""

    name: str
    """How the operator calls it."""
    key: VerifierKey
    witness: Witness


class _Standing(msgspec.Struct):
    """What a witness did last."""

    failures: int = 0
    rest: int = 0
    """Rounds to pass over."""
    told: str = ""
    """The failure that was logged: the same is logged once."""


class Witnessing:
    """Asks the configured witnesses. Its thread starts with `start`; `close` waits for nobody."""

    def __init__(
        self, *, evidence: EvidenceLog, witnesses: Sequence[AskedWitness], every_s: float
    ) -> None:
        """`every_s` lies between two rounds."""
        self._evidence = evidence
        self._standing = {one.name: _Standing() for one in witnesses}
        self._witnesses = tuple(witnesses)
        self._every_s = every_s
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._rounds, name="witnessing", daemon=True)

    def start(self) -> None:
        """Begin to ask, unless there is nobody to ask."""
        if self._witnesses:
            self._thread.start()

    def close(self) -> None:
        """Ask nobody any more; what a witness answers from now on is not looked at."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join(CLOSING_S)

    def ask_all(self) -> None:
        """One round: the newest checkpoint shown to whoever has not cosigned it."""
        newest = self._evidence.latest()
        if newest is None or newest.size == 0:
            return
        has_cosigned = {kept.witness for kept in self._evidence.cosignatures(newest.size)}
        begun = self._evidence.witnessed(one.key.text for one in self._witnesses)
        asked = []
        for one in self._witnesses:
            if one.key.text in has_cosigned or self._rests(one):
                continue
            arguments = (one, newest, begun.get(one.key.text, 0))
            asked.append(threading.Thread(target=self._ask, args=arguments, daemon=True))
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join()

    def _rounds(self) -> None:
        """Rounds until closed, the first at once; one that fails is followed by others."""
        while not self._closed.is_set():
            try:
                self.ask_all()
            except Exception as error:  # noqa: BLE001 - the database may be away
                log.warning("witness.round", error=type(error).__name__)
            self._closed.wait(self._every_s)

    def _rests(self, one: AskedWitness) -> bool:
        standing = self._standing[one.name]
        standing.rest -= 1
        return standing.rest >= 0

    def _ask(self, one: AskedWitness, newest: StoredCheckpoint, old_size: int) -> None:
        standing = self._standing[one.name]
        try:
            kept = self._cosigned(one, newest, old_size)
            self._evidence.cosign(newest.size, [kept])
        except WitnessUnavailable as fault:
            say = log.error if isinstance(fault, WitnessRefused) else log.warning
            self._failed(standing)
            if standing.told != fault.reason:
                say("witness.unavailable", witness=one.name, size=newest.size, reason=fault.reason)
            standing.told = fault.reason
        except Exception as error:  # noqa: BLE001 - the database may be away; the next round asks
            self._failed(standing)
            log.warning("witness.not_kept", witness=one.name, error=type(error).__name__)
        else:
            self._standing[one.name] = _Standing()
            log.info("witness.cosigned", witness=one.name, size=newest.size)

    @staticmethod
    def _failed(standing: _Standing) -> None:
        standing.failures += 1
        standing.rest = min(2 ** min(standing.failures, 10) - 1, MAX_REST)

    def _cosigned(
        self, one: AskedWitness, newest: StoredCheckpoint, old_size: int
    ) -> KeptCosignature:
        signed = parse_checkpoint(newest.note)
        for _ in range(TRIES):
            answer = one.witness.add_checkpoint(self._request(old_size, signed).octets)
            if self._closed.is_set():
                raise WitnessUnavailable("it answered too late: the gateway stops")
            if isinstance(answer, Cosigned):
                return _verified(answer, signed, one.key)
            if answer.size > newest.size:
                raise self._ahead(answer.size)
            if answer.size == old_size:
                raise WitnessRefused("it saw another root for this size")
            old_size = answer.size
        raise WitnessUnavailable("it moves on while it is asked")

    def _request(self, old_size: int, signed: SignedCheckpoint) -> AddCheckpoint:
        size = signed.checkpoint.size
        try:
            proof = drawn(
                lambda hashes: consistency_proof(old_size, size, hashes), self._evidence.hashes
            )
        except LookupError as error:
            raise EvidenceDamaged("a hash of the log is missing") from error
        return AddCheckpoint(old_size=old_size, proof=proof, signed=signed)

    def _ahead(self, size: int) -> WitnessUnavailable:
        """Another process was faster, or this database has lost leaves that were witnessed."""
        latest = self._evidence.latest()
        if latest is not None and latest.size >= size:
            return WitnessUnavailable("it has seen a newer checkpoint already")
        return WitnessRefused("it saw a larger log: leaves of this one are lost")


def _verified(answer: Cosigned, signed: SignedCheckpoint, key: VerifierKey) -> KeptCosignature:
    """The line of the witness's own key; those of others are dropped (C2SP tlog-witness).

    Raises:
        WitnessUnavailable: there is none, or it does not verify.
    """
    try:
        lines = parse_signature_lines(answer.lines.decode())
        own = [one for one in lines if (one.name, one.key_id) == (key.name, key.key_id)]
        note = signed.note.with_signatures(*own[:1])
        shown = SignedCheckpoint(checkpoint=signed.checkpoint, note=note)
        (found,) = cosignatures(shown, witnesses=[key])
    except ValueError:
        raise WitnessUnavailable("no cosignature of its key that verifies") from None
    return KeptCosignature(witness=key.text, line=own[0].line, at=found.at)
