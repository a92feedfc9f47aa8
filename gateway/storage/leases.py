"""In flight, within one process: enough where one process owns the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.model.record import RecordKey


class InProcessLeases:
    """Implements `ports.Leases`. A crash frees every lease: the retry simply runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: set[RecordKey] = set()

    @contextmanager
    def hold(self, key: RecordKey) -> Iterator[bool]:
        """Enter with True if the key was free, held until exit; False if another holds it."""
        with self._lock:
            is_free = key not in self._held
            self._held.add(key)
        try:
            yield is_free
        finally:
            if is_free:
                with self._lock:
                    self._held.discard(key)
