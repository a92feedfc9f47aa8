"""The folder of a witness: its key, and the largest tree of each log that it cosigned.

`witness.key.pem` (Ed25519, PKCS#8, mode 0600) and `witness.json`, written by one replacement that
survives a power cut. They live and die together: a key whose memory is lost, or is an older copy,
could cosign a second past, so that nothing opens without both, and only one process at a time.
"""

import fcntl
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from signing.encoding import instant_text
from signing.errors import KeyUnusable
from signing.files import PRIVATE, locked, read_private, write_durably
from signing.log.checkpoint import SignedCheckpoint, parse_checkpoint
from signing.log.signer import Ed25519Signer
from signing.log.vkey import SignatureType, VerifierKey, parse_vkey

KEY = "witness.key.pem"
MEMORY = "witness.json"
EVIDENCE = "evidence"
MAX_EVIDENCE = 1000
"""Files kept of each kind of evidence: only the log itself can make one, and one says it all. What
is of one kind leaves the room of the other: old copies cannot crowd a fork out."""
_MEMBERS = frozenset({"vkey", "logs"})


class Finding(StrEnum):
    """What is found of a log by two of its checkpoints."""

    FORK = "fork"
    """They cannot both be true: proof by the log's own signatures."""
    SHRUNK = "shrunk"
    """The later one covers less: an old copy, or the log lost what it had signed. No proof by
    itself, for it signed both in their time; what is told is that it was shown now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Two checkpoints that one log signed, and what was found by them."""

    finding: Finding
    seen: SignedCheckpoint
    """The one that was cosigned."""
    shown: SignedCheckpoint
    """The one that was shown later."""
    found_at: datetime

    @property
    def octets(self) -> bytes:
        """The evidence as it is kept: both notes, whole, with the log's signatures."""
        form = {
            "finding": self.finding.value,
            "origin": self.seen.checkpoint.origin,
            "foundAt": instant_text(self.found_at),
            "seen": self.seen.note.octets.decode(),
            "shown": self.shown.note.octets.decode(),
        }
        return orjson.dumps(form, option=orjson.OPT_INDENT_2) + b"\n"


def new_witness(folder: Path, *, name: str) -> VerifierKey:
    """Make the key of a witness that has seen nothing; give its public half.

    Raises `KeyUnusable` when the folder has one already, or `name` is no name of a key.
    """
    private_key = Ed25519PrivateKey.generate()
    signer = Ed25519Signer.of(private_key, name=name, kind=SignatureType.COSIGNATURE)
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if (folder / MEMORY).exists():
        raise KeyUnusable("the folder has a witness already")
    with locked(folder):
        if (folder / MEMORY).exists():
            raise KeyUnusable("the folder has a witness already")
        write_durably(folder / KEY, pem, mode=PRIVATE)
        _write_memory(folder, signer.vkey, {})  # last: without it the key is none
    return signer.vkey


def witness_key(folder: Path) -> VerifierKey:
    """Give the public half of the folder's witness, held or not; raise `KeyUnusable` without."""
    return _read_memory(folder)[0]


class WitnessFolder:
    """An open folder; `close` lets another process have it. Not safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Raise `KeyUnusable` when it is absent, damaged, or held by another process."""
        self._folder = folder
        try:
            self._held: int | None = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise KeyUnusable("the folder of the witness cannot be opened") from error
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            vkey, self._seen = _read_memory(folder)
            self.signer = Ed25519Signer(vkey=vkey, private_key=_private_key(folder / KEY))
        except BlockingIOError as error:
            self.close()
            raise KeyUnusable("another process holds the folder of the witness") from error
        except KeyUnusable:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def seen(self, origin: str) -> SignedCheckpoint | None:
        """Give the largest checkpoint of that log that was to be cosigned."""
        return self._seen.get(origin)

    def keep(self, signed: SignedCheckpoint) -> None:
        """Remember `signed` as the largest of its log, durably (fsync'd) on return.

        Whatever it raises, no cosignature may leave; what stood before, or this, stands.
        """
        seen = {**self._seen, signed.checkpoint.origin: signed}
        _write_memory(self._folder, self.signer.vkey, seen)
        self._seen = seen

    def keep_evidence(self, found: Evidence) -> Path | None:
        """Keep both notes; `None` when they are kept already, or there are many of that kind."""
        folder = self._folder / EVIDENCE
        folder.mkdir(mode=0o700, exist_ok=True)
        texts = (found.seen.note.text + found.shown.note.text).encode()
        path = folder / f"{found.finding}-{sha256(texts).hexdigest()[:32]}.json"
        of_kind = sum(1 for _ in folder.glob(f"{found.finding}-*"))
        if path.exists() or of_kind >= MAX_EVIDENCE:
            return None
        write_durably(path, found.octets, mode=PRIVATE)
        return path


def _write_memory(folder: Path, vkey: VerifierKey, seen: Mapping[str, SignedCheckpoint]) -> None:
    notes = {origin: signed.note.octets.decode() for origin, signed in seen.items()}
    octets = orjson.dumps({"vkey": vkey.text, "logs": notes}, option=orjson.OPT_INDENT_2)
    write_durably(folder / MEMORY, octets + b"\n", mode=PRIVATE)


def _read_memory(folder: Path) -> tuple[VerifierKey, dict[str, SignedCheckpoint]]:
    try:
        form = orjson.loads((folder / MEMORY).read_bytes())
        if not isinstance(form, dict) or form.keys() != _MEMBERS:
            raise ValueError("not the members of a memory")  # noqa: TRY301 (one outcome for each defect)
        seen = {origin: parse_checkpoint(note.encode()) for origin, note in form["logs"].items()}
        if any(signed.checkpoint.origin != origin for origin, signed in seen.items()):
            raise ValueError("a checkpoint under another origin")  # noqa: TRY301 (as above)
        return parse_vkey(form["vkey"]), seen
    except (OSError, ValueError, AttributeError, KeyUnusable) as error:
        raise KeyUnusable(f"{MEMORY}, the memory of the witness, cannot be read") from error


def _private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(read_private(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(f"{path.name} is not an unencrypted PKCS#8 key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path.name} is not an Ed25519 key")
    return key
