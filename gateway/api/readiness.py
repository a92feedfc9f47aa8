"""Whether this process can take transmissions, and what its operator should know in time."""

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Final

import msgspec
import structlog

Probe = Callable[[], bool]
log = structlog.get_logger(__name__)

OK: Final = "ok"
DEGRADED: Final = "degraded"
UNAVAILABLE: Final = "unavailable"


class State(msgspec.Struct, frozen=True):
    """What a look at every probe found, by name."""

    failing: tuple[str, ...] = ()
    """What transmissions need and is not there: they are refused."""
    warnings: tuple[str, ...] = ()
    """What will fail if nobody acts; transmissions are taken."""

    @property
    def status(self) -> str:
        """One word for it."""
        if self.failing:
            return UNAVAILABLE
        return DEGRADED if self.warnings else OK


class Readiness:
    """Probes by name. What changed since the last look is logged once, at each look."""

    def __init__(self, *, probes: Mapping[str, Probe], warnings: Mapping[str, Probe]) -> None:
        """`probes` say whether what they stand for can serve; `warnings`, whether to warn."""
        self._probes = probes
        self._warnings = warnings
        self._lock = threading.Lock()
        self._last = State()

    @property
    def names(self) -> Collection[str]:
        """Of the probes."""
        return self._probes.keys()

    @property
    def names_of_warnings(self) -> Collection[str]:
        """Of what may be warned of."""
        return self._warnings.keys()

    def look(self) -> State:
        """Ask every probe."""
        state = State(
            failing=tuple(name for name, can_serve in self._probes.items() if not can_serve()),
            warnings=tuple(name for name, is_due in self._warnings.items() if is_due()),
        )
        with self._lock:
            has_changed, self._last = state != self._last, state
        if has_changed:
            say = log.info if state.status == OK else log.warning
            say("readiness", status=state.status, failing=state.failing, warnings=state.warnings)
        return state
