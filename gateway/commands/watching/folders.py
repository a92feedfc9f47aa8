"""The folders between a LIMS and the gateway. Every step is one atomic rename on one file system.

`outbox/` → `.sending/` → `sent/` or `rejected/`, with the receipt in `receipts/` before the last.
A file is taken into `.sending/` under a name that holds the SHA-256 of its bytes: what is sent
again after a crash is proved to be what was sent before, whatever comes into `outbox/` meanwhile.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.commands.receipts import keep_beside

_DIGEST_LENGTH: Final = 64
_UNFINISHED: Final = (".part", ".partial", ".filepart", ".tmp", ".temp", ".new", ".crdownload", "~")
_MAX_NAME_BYTES: Final = 160
"""Of a file's name: with the digest before it, any file system takes it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is being sent: where it is, what it was called, what its bytes must be."""

    path: Path
    name: str
    sha256: str

    def content(self) -> bytes | None:
        """Its bytes; None where they are no longer those that were taken."""
        content = self.path.read_bytes()
        return content if hashlib.sha256(content).hexdigest() == self.sha256 else None


class Folders:
    """The five folders under one."""

    def __init__(self, root: Path, *, suffixes: frozenset[str]) -> None:
        """`suffixes` are those of the files that can be sent."""
        self._suffixes = suffixes
        self.outbox = root / "outbox"
        self.sent = root / "sent"
        self.rejected = root / "rejected"
        self.receipts = root / "receipts"
        self._sending = root / ".sending"

    def make(self) -> None:
        """Make those that are missing."""
        for folder in (self.outbox, self.sent, self.rejected, self.receipts, self._sending):
            folder.mkdir(parents=True, exist_ok=True)

    def waiting(self) -> Iterator[os.DirEntry[str]]:
        """The entries of the outbox whose name says that they are complete transmissions."""
        with os.scandir(self.outbox) as entries:
            found = [entry for entry in entries if self._is_complete_name(entry.name)]
        for entry in found:
            try:
                if entry.is_file(follow_symlinks=False):
                    yield entry
            except FileNotFoundError:
                continue

    def _is_complete_name(self, name: str) -> bool:
        """Whether a name says that its file is a whole transmission."""
        is_short = len(name.encode("utf-8", errors="replace")) <= _MAX_NAME_BYTES
        return is_short and not is_unfinished(name) and Path(name).suffix.lower() in self._suffixes

    def others(self) -> set[str]:
        """The names in the outbox that no door takes, but for those still being written."""
        with os.scandir(self.outbox) as entries:
            names = {entry.name for entry in entries}
        return {
            name for name in names if not self._is_complete_name(name) and not is_unfinished(name)
        }

    def take(self, name: str) -> Taken | None:
        """Take a file out of the outbox; None where it is gone or changed while it was read."""
        path = self.outbox / name
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            taken = Taken(self._sending / f"{sha256}.{name}", name, sha256)
            path.rename(taken.path)
        except FileNotFoundError:
            return None
        if taken.content() is None and not path.exists():
            taken.path.rename(path)  # rewritten between the two: it is looked at anew
            return None
        return taken

    def taken(self) -> list[Taken]:
        """What was being sent when a sender stopped."""
        found = []
        for path in sorted(self._sending.iterdir(), key=lambda path: path.stat().st_mtime_ns):
            sha256, point, name = path.name.partition(".")
            if point and len(sha256) == _DIGEST_LENGTH:
                found.append(Taken(path, name, sha256))
        return found

    def keep_receipt(self, taken: Taken, receipt: bytes) -> Path:
        """Write the receipt of a file, before the file itself moves."""
        kept = keep_beside(self.receipts / taken.name, receipt)
        if os.name == "posix":  # its name is made durable too: only then may the file move
            folder = os.open(self.receipts, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return kept

    def close(self, taken: Taken, *, is_rejected: bool) -> Path:
        """Move a file that is answered; another of the same name is never replaced."""
        folder = self.rejected if is_rejected else self.sent
        target = folder / taken.name
        if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() != taken.sha256:
            target = folder / f"{target.stem}.{taken.sha256[:12]}{target.suffix}"
        taken.path.replace(target)
        return target


def is_unfinished(name: str) -> bool:
    """Whether a name says that its file is still being written."""
    return name.startswith(".") or name.lower().endswith(_UNFINISHED)
