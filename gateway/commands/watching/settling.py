"""Which files of the outbox are complete: those that did not change for a while."""

import os
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file looked like, and since when."""

    size: int
    modified_ns: int
    inode: int
    since: float


class Settling:
    """Remembers each file from look to look."""

    def __init__(self, settle_s: float) -> None:
        """`settle_s` is how long size and time of change must stand still."""
        self._settle_s = settle_s
        self._looks: dict[str, _Look] = {}

    def settled(self, entries: Iterable[os.DirEntry[str]], *, now: float) -> list[str]:
        """Names of the files that are complete, oldest first. `now` is a monotonic time."""
        seen: dict[str, _Look] = {}
        for entry in entries:
            try:
                stat = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            before = self._looks.get(entry.name)
            look = _Look(stat.st_size, stat.st_mtime_ns, stat.st_ino, now)
            is_same = before is not None and (
                (before.size, before.modified_ns, before.inode)
                == (look.size, look.modified_ns, look.inode)
            )
            seen[entry.name] = before if is_same and before is not None else look
        self._looks = seen
        ready = [
            (look.modified_ns, name)
            for name, look in seen.items()
            if look.size > 0 and now - look.since >= self._settle_s
        ]
        return [name for _, name in sorted(ready)]
