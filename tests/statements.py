"""What the database is asked by requests: what a gateway asks of itself meanwhile is left out."""

import threading
from contextlib import contextmanager

from sqlalchemy import event

IN_THE_BACKGROUND = {"sequencer", "stamping", "witnessing", "background"}
"""Threads that look at the record at any moment."""


@contextmanager
def asked_of(engine):
    """Each statement with its parameters, a list of them where there are many rows."""
    seen = []

    def note(_connection, _cursor, statement, parameters, _context, is_many):
        if threading.current_thread().name not in IN_THE_BACKGROUND:
            seen.append((statement, parameters if is_many else [parameters]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
