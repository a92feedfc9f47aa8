"""What an attack is: a benign request, spoilt in one way, and what must be answered to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests import builders

NAME = "ZQXMARKEDNAME"
SERIAL = "ZQXMARKEDSERIAL"
NIR = builders.nir_of(1)
MARKS = (NAME, SERIAL, NIR, NIR[:13])
"""What must never come back, by any answer."""


def marked(**changes):
    """The benign transmission: plainly accepted, of a worker whose name is a mark."""
    line = builders.a_line(worker__birthName=NAME, dosimeter__serial=SERIAL)
    return builders.a_transmission(**{"results": [line], **changes})


@dataclass(frozen=True)
class Attack:
    """One way to be hostile. `code` None: it is the benign twin of one, and is accepted."""

    name: str
    status: int
    code: str | None
    spoil: Callable[[dict[str, Any]], bytes]
    """From the benign transmission to the body."""
    headers: tuple[tuple[str, str], ...] = ()
    beside: frozenset[str] = field(default_factory=frozenset)
    """Other codes that come with it."""
    path: str = "/v1/transmissions"
    method: str = "POST"
    fault: str | None = None
    """SOAP: the fault code where it is not that of the sender."""

    def __str__(self) -> str:
        return self.name


def replaced(writer, old, new):
    """The benign body with `old` replaced by `new`; a body without it is a mistake of the test."""

    def spoil(form):
        body = writer(form)
        old_bytes = old(form) if callable(old) else old
        assert old_bytes in body, old_bytes
        return body.replace(old_bytes, new, 1)

    return spoil


def always(body):
    """A body that owes nothing to the benign one."""
    return lambda _form: body
