"""The one way out by HTTP: bounded in time, size and trust (design.md D14).

A partner may be away, slow, or hostile: whatever it does, a call ends within its deadline by the
clock on the wall, reads at most so many bytes, follows no redirect, and takes neither proxy,
credentials nor authorities from the environment. A server under TLS is proved by name and chain, by
the public authorities, or by those alone that are given for it.

`Poster` and `Getter` ask once. `Upstream` is for a register that many wait for: places, a budget,
a breaker, and retries within the caller's deadline.
"""

from adapters.http.answer import Answer, NoAnswer
from adapters.http.breaker import Breaker, Permit, State
from adapters.http.bulkhead import Bulkhead
from adapters.http.calling import Assessment, CallLimits, Observer, Probe, Request
from adapters.http.exchange import TlsFiles
from adapters.http.once import Getter, Poster
from adapters.http.single_flight import SingleFlight
from adapters.http.upstream import Upstream

__all__ = [
    "Answer",
    "Assessment",
    "Breaker",
    "Bulkhead",
    "CallLimits",
    "Getter",
    "NoAnswer",
    "Observer",
    "Permit",
    "Poster",
    "Probe",
    "Request",
    "SingleFlight",
    "State",
    "TlsFiles",
    "Upstream",
]
