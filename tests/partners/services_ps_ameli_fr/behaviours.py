"""What the double may do with the next requests, and what each is sent."""

import functools
import gzip
import json
import threading
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum

from tests.partners.services_ps_ameli_fr.answers import FAULTS, Slip, envelope

SOAP, HTML = "application/soap+xml", "text/html"
HUGE_BYTES = 50 * 1024 * 1024


class Behaviour(StrEnum):
    """Beside answering, faults and slips, whose names stand in `answers`."""

    ANSWERS = "answers"
    LENIENT = "lenient"
    """Takes a blank for a hyphen, and an apostrophe for either."""
    FINDS_NOBODY = "finds nobody"
    """01, whoever is asked for."""
    FINDS_SEVERAL = "finds several"
    """02, whoever is asked for."""
    TRUNCATED = "truncated"
    """Half of the answer, and a length that agrees with it."""
    CUT = "cut"
    """Half of the answer under the length of the whole, then hangs up."""
    HTML_200 = "html 200"
    HTML_400 = "html 400"
    """As nginx says that a client certificate is missing."""
    HTML_503 = "html 503"
    HTML_AS_SOAP = "html as soap"
    """HTML that is said to be SOAP."""
    PLAIN_502 = "plain 502"
    EMPTY_202 = "empty 202"
    UNAUTHORISED = "401"
    FORBIDDEN = "403"
    NOT_THERE = "404"
    REQUEST_TIMEOUT = "408"
    TOO_MANY = "429"
    REDIRECTS = "redirects"
    SOAP_11 = "soap 1.1"
    """An envelope of another version."""
    EMPTY_BODY = "empty body"
    TWO_ANSWERS = "two answers"
    """Two results in one body."""
    DTD = "dtd"
    BOMB = "bomb"
    """Entities of entities."""
    HUGE = "huge"
    """50 MB of blanks."""
    CROWDED = "crowded"
    """As many elements as fit."""
    DEEP = "deep"
    GZIP_BOMB = "gzip bomb"
    """50 MB that travel as 50 kB."""
    RESETS = "resets"
    SILENT = "silent"
    DRIPS = "drips"
    """One byte every 50 ms."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """A status with its content."""

    status: int = 200
    media_type: str = SOAP
    content: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()


_PAGE = b"<html><body><h1>Service indisponible</h1></body></html>"
_LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
FIXED = {
    Behaviour.HTML_200: Said(media_type="text/html; charset=UTF-8", content=_PAGE),
    Behaviour.HTML_400: Said(status=400, media_type=HTML, content=_PAGE),
    Behaviour.REQUEST_TIMEOUT: Said(status=408, media_type=HTML, content=_PAGE),
    Behaviour.HTML_503: Said(status=503, media_type=HTML, content=_PAGE),
    Behaviour.HTML_AS_SOAP: Said(content=_PAGE),
    Behaviour.PLAIN_502: Said(status=502, media_type="text/plain", content=b"Bad Gateway"),
    Behaviour.EMPTY_202: Said(status=202),
    Behaviour.UNAUTHORISED: Said(status=401, media_type=HTML, content=_PAGE),
    Behaviour.FORBIDDEN: Said(status=403, media_type=HTML, content=_PAGE),
    Behaviour.NOT_THERE: Said(status=404, media_type=HTML, content=_PAGE),
    Behaviour.TOO_MANY: Said(
        status=429, media_type="application/json", content=b"{}", headers=(("Retry-After", "7"),)
    ),
    Behaviour.REDIRECTS: Said(status=307, headers=(("Location", "https://elsewhere.example/lps"),)),
    Behaviour.EMPTY_BODY: Said(content=envelope("")),
    Behaviour.DTD: Said(content=b"<!DOCTYPE Envelope SYSTEM 'http://127.0.0.1:9/x.dtd'><a/>"),
    Behaviour.BOMB: Said(
        content=f'<!DOCTYPE b [<!ENTITY l0 "lol">{_LOL}]><b>&l9;</b>'.encode("ascii")
    ),
    Behaviour.DEEP: Said(content=envelope("<a>" * 5000 + "</a>" * 5000)),
}


@functools.cache
def built(behaviour: Behaviour) -> Said:
    """What takes a while to make."""
    match behaviour:
        case Behaviour.CROWDED:
            return Said(content=envelope("<a/>" * 60_000))
        case _:
            return Said(
                content=gzip.compress(b"<a>" + b" " * HUGE_BYTES + b"</a>", compresslevel=1),
                headers=(("Content-Encoding", "gzip"),),
            )


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is done with the next requests."""

    behaviour: str = Behaviour.ANSWERS
    """A `Behaviour`, a `Slip`, or a name in `FAULTS`."""
    delay_s: float = 0.0
    """Before anything is answered."""
    times: int | None = None
    """For so many requests, then as usual; None: until told otherwise."""

    def __post_init__(self) -> None:
        if self.behaviour not in {*Behaviour, *Slip, *FAULTS}:
            raise ValueError("no such behaviour")


class Conduct:
    """The plan in force, with the counts; safe to share between threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._plan = Plan()
        self._under_way = 0
        self._is_cleared = False
        self.counts: dict[str, int] = {}

    def plan(self, **stated: object) -> None:
        """From now on; `Plan`'s members."""
        with self._changed:
            self._plan = Plan(**stated)

    def begin(self) -> Plan:
        """What to do with a request that came; to be followed by `end`."""
        with self._changed:
            plan = self._plan
            if plan.times is not None:
                self._plan = replace(plan, times=plan.times - 1) if plan.times > 1 else Plan()
            self._count("requests")
            self._count(f"behaviour: {plan.behaviour}")
            self._under_way += 1
            return plan

    def end(self) -> None:
        """The request is answered, or never will be."""
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Let time pass; whether all that is under way shall end meanwhile."""
        with self._changed:
            return self._changed.wait_for(lambda: self._is_cleared, timeout=seconds)

    def clear(self) -> None:
        """End what is under way, forget the plan and the counts."""
        with self._changed:
            self._is_cleared = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._under_way == 0, timeout=10)
            self._is_cleared = False
            self._plan = Plan()
            self.counts = {}

    def count(self, name: str) -> None:
        """One more of these."""
        with self._changed:
            self._count(name)

    def _count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def as_json(self) -> bytes:
        """Plan and counts, for the control port."""
        with self._changed:
            return json.dumps({"plan": asdict(self._plan), "counts": self.counts}).encode()
