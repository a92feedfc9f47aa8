"""The sealer of the moment: its keys are rotated while the gateway runs.

The database says which versions are in use, the folder holds the keys. A version that is not at
hand is looked for in the folder again, so that a key made by a command needs no restart.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.errors import ConfigurationFault, Overloaded
from gateway.model.sealing import KeysInUse
from gateway.ports import DataKey
from signing.errors import SigningError
from signing.seal import SealingKeys, load_sealing_keys, version_of

NO_KEY_RETRY_AFTER_S: Final = 30
"""Nothing but the key helps: the operator needs some time to bring it."""


class SealerInForce:
    """A `Sealer` over the keys of a folder."""

    def __init__(self, folder: Path, *, read: Callable[[], KeysInUse]) -> None:
        """`read` asks the database which versions are in use, at first need.

        Raises:
            ConfigurationFault: the folder's keys are missing or cannot be used.
        """
        self._folder = folder
        self._read = read
        self._lock = threading.Lock()
        self._in_use: KeysInUse | None = None
        try:
            self._keys = load_sealing_keys(folder)
        except (SigningError, OSError):
            raise ConfigurationFault(
                "clés de scellement absentes ou inutilisables : siseri-gateway keys new",
                "sealing keys missing or unusable: siseri-gateway keys new",
            ) from None

    def __repr__(self) -> str:
        """Show where, never what."""
        return f"SealerInForce({str(self._folder)!r})"

    @property
    def index_version(self) -> int:
        """See ports.Sealer."""
        return self._now().index

    def follow(self, in_use: KeysInUse) -> None:
        """See ports.Sealer."""
        self._in_use = in_use

    def blind_index(self, purpose: str, value: str, *, version: int) -> bytes:
        """See ports.Sealer."""
        keys = self._keys
        if version not in keys.index_versions:
            keys = self._looked_again(lambda found: version in found.index_versions)
        return keys.blind_index(purpose, value, version=version)

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """See ports.Sealer."""
        version = self._now().master
        return self._with_masters(version).new_data_key(version=version)

    def unwrap(self, wrapped: bytes) -> DataKey:
        """See ports.Sealer."""
        return self._with_masters(version_of(wrapped)).unwrap(wrapped)

    def rewrap(self, wrapped: bytes) -> bytes:
        """See ports.Sealer."""
        version = self._now().master
        return self._with_masters(version, version_of(wrapped)).rewrap(wrapped, version=version)

    def _now(self) -> KeysInUse:
        if self._in_use is None:
            self._in_use = self._read()
        return self._in_use

    def _with_masters(self, *versions: int) -> SealingKeys:
        keys = self._keys
        if keys.master_versions.issuperset(versions):
            return keys
        return self._looked_again(lambda found: found.master_versions.issuperset(versions))

    def _looked_again(self, is_there: Callable[[SealingKeys], bool]) -> SealingKeys:
        """The folder's keys as they are now."""
        with self._lock:
            if not is_there(self._keys):
                try:
                    self._keys = load_sealing_keys(self._folder)
                except (SigningError, OSError):
                    raise _missing() from None
            if not is_there(self._keys):
                raise _missing()
            return self._keys


def _missing() -> Overloaded:
    return Overloaded("a sealing key is not at hand", retry_after_s=NO_KEY_RETRY_AFTER_S)
