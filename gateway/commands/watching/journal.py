"""The journal of a watch: one JSON object a line, on the error output, without a personal datum."""

import re
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

import orjson

_NUMBER: Final = re.compile(r"\d[\dABab ._-]{11,}\d")
"""What may be a worker's number in a file's name; a date and time of day are shorter."""

Said = str | int | float | bool | None


class Journal:
    """Writes events; a file is named with any long number in its name struck out."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream

    def tell(self, event: str, *, file: str | None = None, **said: Said) -> None:
        """One event."""
        moment = datetime.now(UTC)  # noqa: TID251 - the time of the journal, judged by nobody
        line: dict[str, Said] = {
            "timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "event": event,
        }
        if file is not None:
            line["file"] = without_numbers(file)
        line |= {name: value for name, value in said.items() if value is not None}
        self._stream.write(orjson.dumps(line).decode() + "\n")
        self._stream.flush()


def without_numbers(name: str) -> str:
    """A file's name without what could be a worker's number."""
    return _NUMBER.sub(lambda found: "#" * len(found[0]), name)
