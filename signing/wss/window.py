"""The time in which a message counts (WSS 1.1.1 §10; BSP 1.1 §13).

The window is five minutes, the default of every stack, and clocks may differ by one minute. A stale
message is not an attack: the sender signs the same transmission again, and its content finds the
first receipt.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from signing.wss.faults import Fault, Step
from signing.wss.names import TIMESTAMP, WSU, WSU_ID
from signing.wss.reading import leaf, members

WINDOW_S: Final = 300
SKEW_S: Final = 60
_MEMBERS: Final = (f"{{{WSU}}}Created", f"{{{WSU}}}Expires")
_INSTANT: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d)(?:\.(\d{1,6})\d{0,3})?(?:Z|\+00:00)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Window:
    """When the sender signed, and until when it means it."""

    created: datetime
    expires: datetime


def window(step: Step, timestamp: etree._Element) -> Window:
    """Read wsu:Timestamp: Created, then Expires, in UTC (BSP R3203, R3217, R3221, R3223)."""
    step.demand(timestamp.tag == TIMESTAMP, "not a wsu:Timestamp")
    created, expires = members(step, timestamp, _MEMBERS, attributes=(WSU_ID,))
    return Window(_instant(step, created), _instant(step, expires))


def demand_current(step: Step, stated: Window, *, now: datetime) -> None:
    """Refuse a message from the future, past its time, or meant to count for longer than we take.

    It counts from Created less the skew to Expires plus the skew, and never past the window.
    """
    skew, length = timedelta(seconds=SKEW_S), timedelta(seconds=WINDOW_S)
    expired = Fault.MESSAGE_EXPIRED
    step.demand(stated.created < stated.expires, "it ends before it begins")
    is_short = stated.expires - stated.created <= length
    step.demand(is_short, "it means to count for longer than five minutes", fault=expired)
    step.demand(stated.created <= now + skew, "it was signed in the future", fault=expired)
    step.demand(now <= stated.expires + skew, "its time is over", fault=expired)


def _instant(step: Step, element: etree._Element) -> datetime:
    matched = _INSTANT.fullmatch(leaf(step, element).strip())
    if matched is None:
        step.refuse("an instant that is not of the profile")
    whole, fraction = matched.groups()
    try:
        instant = datetime.fromisoformat(f"{whole}+00:00")
    except ValueError:
        step.refuse("an instant that does not exist")
    return instant.replace(microsecond=int((fraction or "0").ljust(6, "0")))
