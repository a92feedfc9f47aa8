"""A watch over everything that leaves the gateway but by its sealed columns.

`leaks` names each place where a mark was seen; `test_nothing_personal_leaks` also plants marks in
every one of these places, so that a watch that sees nothing is itself found out.
"""

import base64
import logging
import traceback
from contextlib import contextmanager
from pathlib import Path

SHORTEST = 10
"""Bytes; a shorter piece of base64 stands in a signature by chance."""
SENDER_S_OWN = frozenset({"httpx", "httpcore"})
"""Loggers of the client of these tests: what a sender logs is its own affair."""

MEASURED = frozenset({"created", "msecs", "relativeCreated", "thread", "process"})
"""Of a record, what the machine counts: among a million milliseconds stands any dose."""


def spellings(mark):
    """A mark as bytes, in the ways in which a leak may write it."""
    text = mark.encode()
    found = {text, mark.encode("utf-16-le"), mark.encode("utf-16-be"), text.hex().encode()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + text)
        found.add(coded[4 if shift else 0 : -4])
    return frozenset(way for way in found if len(way) >= SHORTEST or way == text)


class _Records(logging.Handler):
    """Keeps what every record says in every way: message, arguments, exception, formatted."""

    def __init__(self):
        super().__init__(level=logging.NOTSET)
        self.said = []

    def emit(self, record):
        if record.name.partition(".")[0] in SENDER_S_OWN:
            return
        told = {name: value for name, value in vars(record).items() if name not in MEASURED}
        parts = [record.getMessage(), repr(record.msg), repr(record.args), repr(told)]
        if record.exc_info:
            parts += traceback.format_exception(*record.exc_info)
        self.said.append((record.name, "\n".join(parts)))


def _is_of_tests(handler):
    return isinstance(handler, _Records) or type(handler).__module__.startswith("_pytest")


class Watch:
    """What was said since it began, and where marks stand in it."""

    def __init__(self, marks, *, temporary: Path):
        self._spellings = {mark: spellings(mark) for mark in marks}
        self._temporary = temporary
        self._records = _Records()
        self._answers = []
        self._output = ""

    def mark(self, *more):
        """Watch for these as well."""
        self._spellings.update((mark, spellings(mark)) for mark in more)

    def mark_as_is(self, *more):
        """Watch for these as they stand: what is random is written in one way, and is often new."""
        self._spellings.update((mark, frozenset({mark.encode()})) for mark in more)

    @contextmanager
    def listening(self):
        """Every logger at DEBUG, heard at the root; what earlier tests left there is put aside."""
        root = logging.getLogger()
        others = [it for it in root.handlers if not _is_of_tests(it)]
        for handler in others:
            root.removeHandler(handler)
        names = [name for name in logging.root.manager.loggerDict if name != "watch"]
        before = {name: logging.getLogger(name).level for name in names}
        level = root.level
        root.addHandler(self._records)
        root.setLevel(logging.DEBUG)
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            yield self
        finally:
            root.removeHandler(self._records)
            for handler in others:
                root.addHandler(handler)
            root.setLevel(level)
            for name, was in before.items():
                logging.getLogger(name).setLevel(was)

    @property
    def records(self):
        return len(self._records.said)

    def answer(self, response):
        """An answer that left the gateway."""
        self._answers.append(response)

    def output(self, captured):
        """What was printed."""
        self._output += captured.out + captured.err

    def leaks(self):
        """Where a mark was seen outside the database."""
        found = [f"log {name}" for name, said in self._records.said if self._marks(said.encode())]
        for response in self._answers:
            shown = response.content + str(response.headers.multi_items()).encode()
            if self._marks(shown):
                found.append(f"answer to {response.request.url.path}")
        if self._marks(self._output.encode()):
            found.append("output")
        return found + self._in_files(self._temporary)

    def leaks_at_rest(self, home: Path):
        """Files of `home` with a mark in any of their bytes."""
        return self._in_files(home)

    def _in_files(self, folder):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return [path.name for path in files if self._marks(path.read_bytes())]

    def _marks(self, content):
        return [
            mark for mark, ways in self._spellings.items() if any(way in content for way in ways)
        ]
