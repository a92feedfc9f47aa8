"""Which versions of the sealing keys are in use, as the database says it for every process."""

from enum import StrEnum

import msgspec


class KeyKind(StrEnum):
    """What a sealing key is for."""

    MASTER = "MASTER"
    """Wraps data keys."""
    INDEX = "INDEX"
    """Makes the blind indexes by which workers are found."""


class KeyState(StrEnum):
    """Where a version stands; it only ever goes on, and a version is never used twice."""

    FILLING = "FILLING"
    """An index key under which not every worker is found yet: written, not looked up."""
    SERVING = "SERVING"
    """What is new is wrapped or found by it; one of each kind."""
    FORMER = "FORMER"
    """Another serves: what it wrapped still opens, who is indexed by it is still found."""
    RETIRED = "RETIRED"
    """Nothing on record needs it; back-ups may."""


class KeyVersion(msgspec.Struct, frozen=True):
    """A version of a key, and where it stands."""

    kind: KeyKind
    version: int
    state: KeyState


class KeysInUse(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done by which version."""

    master: int
    """Wraps new data keys."""
    index: int
    """Finds workers, and is kept with held lines."""
    complete: tuple[int, ...]
    """Under each of these every worker of the directory is found."""
    written: tuple[int, ...]
    """Under each of these a new worker is to be indexed."""
