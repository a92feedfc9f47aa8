"""Personal data at rest (D9): what seals it, and what finds it without telling it."""

from typing import Protocol

from gateway.model.sealing import KeysInUse


class DataKey(Protocol):
    """The key of one transmission's content: erasing its wrapped form erases the content."""

    def seal(self, plaintext: bytes, *, context: bytes) -> bytes:
        """Authenticated encryption; `context` must be given again to open."""
        ...

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """The plaintext, or raise where key, bytes or context are not those of `seal`."""
        ...


class Sealer(Protocol):
    """The sealing keys at hand, of which the database says the versions in use.

    They are rotated while the gateway runs: what was made ready by a version is compared with the
    versions in use by whoever writes it, in the transaction that does.

    Raises:
        Overloaded: a version that is asked for is not at hand here.
    """

    @property
    def index_version(self) -> int:
        """Version of the index key in use, as far as it is known here."""
        ...

    def follow(self, in_use: KeysInUse) -> None:
        """Use these versions from now on."""
        ...

    def blind_index(self, purpose: str, value: str, *, version: int) -> bytes:
        """32 bytes, the same for the same purpose, value and version; they do not tell the value.

        The same `version` gives the same bytes in every process.
        """
        ...

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """A fresh data key and its form wrapped by the master key in use, for storing.

        A wrapped form begins with the version that wrapped it: two bytes, big-endian.
        """
        ...

    def unwrap(self, wrapped: bytes) -> DataKey:
        """The data key in its wrapped form, whatever version wrapped it."""
        ...

    def rewrap(self, wrapped: bytes) -> bytes:
        """The same data key, wrapped by the master key in use."""
        ...
