"""What the import needs from storage, as a contract. Implemented in `gateway.storage`."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from gateway.directory.rows import BadRow, ContactRow, DecisionRow, DirectoryRow
from gateway.errors import Overloaded
from gateway.model.directory import DirectoryVersion


class ImportUnderWay(Overloaded):
    """Another import holds the turn: when it has ended, this one is simply run."""

    def __init__(self, detail: str = "an import is under way") -> None:
        super().__init__(detail, retry_after_s=5)


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of rows: each is added, changed or unchanged."""

    added: int = 0
    """Rows of a couple that was not known."""
    changed: int = 0
    unchanged: int = 0

    def plus(self, other: "Saved") -> "Saved":
        """Both together."""
        return Saved(
            added=self.added + other.added,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
        )


class DirectoryStore(Protocol):
    """Where the directory is kept. A worker is recognised by his NIR; his id never changes."""

    def importing(self) -> AbstractContextManager[None]:
        """The turn of one import, held from its first row to its end, whatever the process.

        Raises:
            ImportUnderWay: another holds it.
        """
        ...

    def save(self, rows: Sequence[DirectoryRow], *, version: str) -> Saved:
        """Bring these rows in, all or none, durable on return.

        The same rows again change nothing. A balance that is absent leaves the one known.
        """
        ...

    def finish(self, version: DirectoryVersion) -> int:
        """End the import of `version`, durable on return: it becomes the directory's version.

        Of every couple it has stated, contracts and attachments that it did not state are removed;
        their number. Couples it does not mention stay. The version it is in already keeps its date.
        """
        ...


class ContactStore(Protocol):
    """Where contacts of establishments are kept."""

    def importing(self) -> AbstractContextManager[None]:
        """See `DirectoryStore.importing`; it is the same turn."""
        ...

    def save(self, rows: Sequence[ContactRow], *, version: str) -> Saved:
        """Bring these rows in, all or none, durable on return; the same again change nothing.

        A row without a contact takes those of its establishment away which `version` did not state.
        """
        ...

    def finish(self, version: str) -> int:
        """End the import of `version`, durable on return.

        Of every establishment it has stated, contacts that it did not state are removed; their
        number. Establishments it does not mention keep theirs.
        """
        ...


class DecisionStore(Protocol):
    """Where decisions of physicians on doses are kept, each with the line that it is of."""

    def importing(self) -> AbstractContextManager[None]:
        """See `DirectoryStore.importing`; it is the same turn."""
        ...

    def save(self, rows: Sequence[DecisionRow], *, version: str) -> tuple[Saved, Sequence[BadRow]]:
        """Bring these rows in, durable on return, but those whose line no decision can be of.

        The same again change nothing; of several rows of one line the last one holds. From then on
        the decided dose counts, and whoever is judging results of the worker judges them again.
        """
        ...

    def finish(self, version: DirectoryVersion) -> None:
        """End the import of `version`, durable on return: it becomes the directory's version.

        Lines that it does not mention keep their decision.
        """
        ...
