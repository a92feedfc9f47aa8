"""The register `signing-keys.json` as a file: read and written whole, so that no part is lost."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from signing.errors import KeyUnusable
from signing.files import PUBLIC, write_durably
from signing.log.published import PublishedLog
from signing.published import (
    PublishedKey,
    parse_published,
    parse_published_log,
    published_document,
)

REGISTER = "signing-keys.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All that the register publishes."""

    keys: tuple[PublishedKey, ...]
    """Keys of acknowledgements, oldest first; never empty."""
    log: PublishedLog | None = None
    """The evidence log, where there is one."""

    @property
    def document(self) -> dict[str, object]:
        """The register as it is served and kept."""
        return published_document(self.keys, log=self.log)


def load_register(folder: Path) -> Register:
    """Read the folder's register; raise `KeyUnusable` if absent or malformed in any part."""
    try:
        octets = (folder / REGISTER).read_bytes()
    except OSError as error:
        raise KeyUnusable(f"{REGISTER} cannot be read") from error
    return Register(keys=parse_published(octets), log=parse_published_log(octets))


def write_register(folder: Path, register: Register) -> None:
    """Replace the folder's register in one durable step; hold `locked(folder)` around it."""
    octets = orjson.dumps(register.document, option=orjson.OPT_INDENT_2)
    write_durably(folder / REGISTER, octets + b"\n", mode=PUBLIC)


class CurrentRegister:
    """The register as its file is now, read again when it changed; not safe between threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet."""
        self._folder = folder
        self._stamp: tuple[int, int, int] | None = None
        self._register: Register | None = None

    def read(self) -> Register:
        """Give the register; the same object as long as the file did not change."""
        try:
            found = (self._folder / REGISTER).stat()
        except OSError as error:
            raise KeyUnusable(f"{REGISTER} cannot be read") from error
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if self._register is None or stamp != self._stamp:
            # the stamp was taken before reading: a later change is seen the next time
            self._register = load_register(self._folder)
            self._stamp = stamp
        return self._register
