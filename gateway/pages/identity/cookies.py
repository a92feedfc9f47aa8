"""What a browser holds: random ids alone, in cookies that this host alone may set and read.

`__Host-` (RFC 6265bis §4.1.3.2): over TLS, for this host, for every path; no other host of the
domain can plant one. Lax, since browsers come back from a provider by a link of another site.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from flask import Request
from werkzeug.wrappers import Response

from gateway.model.federation import Attempt

SESSION: Final = "__Host-siseri"
WAITING: Final = "__Host-siseri-w"
"""What waits for a number to be typed; for the page alone, how many tries are left, and the request
of a portal that waits for it."""
LEAVING: Final = "__Host-siseri-d"
"""The `state` of a sign-out that is under way at a provider."""
FORM: Final = "__Host-siseri-f"
LANGUAGE: Final = "__Host-siseri-l"
MOST_ATTEMPTS: Final = 5
"""Tabs that may be on their way to a provider at once; the oldest gives way."""
TEN_MINUTES_S: Final = 600
_ATTEMPT: Final = "__Host-siseri-a-"
_HELD: Final = re.compile(r"[A-Za-z0-9_-]{16,128}", re.ASCII)
_STATE: Final = re.compile(r"[A-Za-z0-9_-]{8,}", re.ASCII)
_KEPT: Final = re.compile(
    r"(\d{1,12})\.([A-Za-z0-9_-]{16,128})(?:\.([A-Za-z0-9_-]{43}))?", re.ASCII
)
_WAITING: Final = re.compile(
    r"([A-Za-z0-9_-]{16,128})\.(\d{1,2})(?:\.([A-Za-z0-9_-]{43}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who is to type a number."""

    id: str = field(repr=False)
    tries_left: int
    suite: str | None = field(default=None, repr=False)


def put(response: Response, name: str, value: str, *, max_age_s: int | None = None) -> None:
    """Have the browser hold it; until it is closed, where no age is given."""
    response.set_cookie(
        name, value, max_age=max_age_s, path="/", secure=True, httponly=True, samesite="Lax"
    )


def drop(response: Response, name: str) -> None:
    """Have the browser forget it."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="Lax")


def held(request: Request, name: str) -> str | None:
    """An id of ours by its shape; None of anything else."""
    value = request.cookies.get(name, "")
    return value if _HELD.fullmatch(value) else None


def keep_waiting(response: Response, waiting: Waiting) -> None:
    """Hold what waits for a number to be typed."""
    value = f"{waiting.id}.{waiting.tries_left}"
    if waiting.suite is not None:
        value = f"{value}.{waiting.suite}"
    put(response, WAITING, value, max_age_s=TEN_MINUTES_S)


def waiting_of(request: Request) -> Waiting | None:
    """What waits for this browser, with the tries that were left when it was last told."""
    found = _WAITING.fullmatch(request.cookies.get(WAITING, ""))
    return Waiting(found[1], int(found[2]), found[3]) if found else None


def keep_attempt(
    request: Request, response: Response, attempt: Attempt, *, suite: str | None = None
) -> None:
    """Hold an attempt beside those of other tabs: a cookie for each, named after its `state`.

    `suite`: the request of a portal that it is made for.
    """
    kept = sorted(
        (int(found[1]), name)
        for name, value in request.cookies.items()
        if name.startswith(_ATTEMPT) and (found := _KEPT.fullmatch(value))
    )
    for _, name in kept[: max(0, len(kept) - MOST_ATTEMPTS + 1)]:
        drop(response, name)
    value = f"{int(attempt.begun_at.timestamp())}.{attempt.id}"
    if suite is not None:
        value = f"{value}.{suite}"
    put(response, _named(attempt.state), value, max_age_s=TEN_MINUTES_S)


def attempt_of(request: Request, state: str | None) -> str | None:
    """The attempt that this browser began with that `state`; None where it began none."""
    if state is None or not _STATE.fullmatch(state):
        return None
    found = _KEPT.fullmatch(request.cookies.get(_named(state), ""))
    return found[2] if found else None


def suite_of(request: Request, state: str | None) -> str | None:
    """The request of a portal that the attempt of that `state` was made for, if any."""
    if attempt_of(request, state) is None:
        return None
    found = _KEPT.fullmatch(request.cookies.get(_named(state or ""), ""))
    return found[3] if found else None


def drop_attempt(request: Request, response: Response, state: str | None) -> None:
    """Forget it: it was taken."""
    if attempt_of(request, state) is not None:
        drop(response, _named(state or ""))


def _named(state: str) -> str:
    return _ATTEMPT + state[:8]
