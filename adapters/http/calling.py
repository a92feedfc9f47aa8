"""What is asked of an upstream, within what limits, and what its answer means to who asks again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

from adapters.http.answer import Answer


class Assessment(Enum):
    """What an answer is, to those who decide whether to ask again."""

    ANSWERED = auto()
    """It says something: the adapter reads it."""
    TRANSIENT = auto()
    """A failure that may pass: asked again; it counts against the breaker."""
    QUOTA = auto()
    """The rate is used up: no process asks for as long as it says; nothing has failed."""
    REFUSED_US = auto()
    """Our credentials or our address are wrong: the breaker opens at once."""
    UNREADABLE = auto()
    """No answer of this register: as TRANSIENT, and told as such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked. It is asked again after a failure: it must change nothing there."""

    method: str
    path: str = field(repr=False)
    """What follows the base address: empty, or begun by `/` or `?`."""
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.path and self.path[0] not in "/?":
            raise ValueError("a path begins with / or ?")  # it could name another host


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What is asked first of an upstream that failed; calls go on where it is ANSWERED."""

    request: Request
    assess: Callable[[Answer], Assessment]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """What one call may take."""

    connect_s: float = 2.0
    """For a connection, TLS included."""
    attempt_s: float
    """For one attempt, by the clock on the wall."""
    max_bytes: int
    """Of an answer's content, before and after gzip."""
    attempts: int = 3
    """How often it is asked in all, within the caller's deadline."""


class Observer(Protocol):
    """Who counts. Names are of upstreams and outcomes: nothing of a question or an answer."""

    def call_ended(self, upstream: str, outcome: str, seconds: float) -> None:
        """One call, all attempts together: ANSWERED, or the name of a `Cause`."""
        ...

    def breaker_changed(self, upstream: str, state: str) -> None:
        """The name of the `State` that it has now."""
        ...
