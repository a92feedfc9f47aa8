"""What clients send under chaos, and what became of it as they see it."""

import http.client
import itertools
import random
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

from tests import builders
from tests.doors.reading import unwrapped
from tests.running import DOORS, HOST, Running

KNOWN_WORKERS = 20
"""These are in the directory; a line of any other is held."""
_DAYS = 3
_MINUTES = _DAYS * 24 * 60
ACCEPTED, HELD, REJECTED = "ACCEPTED", "HELD", "REJECTED"


class Dead(Exception):
    """The connection broke before the whole answer was there."""


@dataclass
class Sent:
    """One transmission of one client."""

    form: dict
    door: str
    expected: tuple
    """The verdict of each line, known beforehand: no line depends on another."""
    receipt: bytes | None = None
    refusals: list = field(default_factory=list)
    """Statuses of unsigned refusals, in order."""

    @property
    def id(self):
        return self.form["id"]


class Forms:
    """Transmissions without end, of which no two bear on the same dose. Safe between threads."""

    def __init__(self, dice: random.Random):
        self._dice = dice
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._first = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(days=_DAYS)

    def next(self, *, door=None):
        with self._lock:
            kinds = self._dice.choices((ACCEPTED, HELD, REJECTED), (6, 1, 1), k=3)
            kinds = kinds[: self._dice.randint(1, 3)]
            lines = [self._line(place, kind) for place, kind in enumerate(kinds)]
            door = door or self._dice.choice(DOORS)
            name = str(uuid.UUID(int=self._dice.getrandbits(128), version=4))
        form = builders.an_operational_transmission(id=name, results=lines)
        return Sent(form=form, door=door, expected=tuple(kinds))

    def _line(self, place, kind):
        number = next(self._numbers)
        worker = number % KNOWN_WORKERS + 1 + (KNOWN_WORKERS if kind == HELD else 0)
        minute = number // KNOWN_WORKERS
        assert minute < _MINUTES
        start = self._first + timedelta(minutes=minute)
        changes = {"worker__nir": "123"} if kind == REJECTED else {}
        return builders.an_operational_line(
            ref=f"O-{place}",
            worker=builders.a_worker(worker),
            exposureTime={
                "startAt": f"{start:%Y-%m-%dT%H:%M:%S}Z",
                "endAt": f"{start + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}Z",
            },
            measurements=[builders.a_measurement(value="0.001", recordingLevel=builders.ABSENT)],
            **changes,
        )


def request_of(sent):
    """Path, headers and body of a submission."""
    if sent.door == "json":
        return (
            "/v1/transmissions",
            {"content-type": "application/json"},
            builders.in_json(sent.form),
        )
    if sent.door == "xml":
        return "/v1/transmissions", {"content-type": "application/xml"}, builders.in_xml(sent.form)
    version = {"soap11": "1.1", "soap12": "1.2"}[sent.door]
    body = builders.in_soap(builders.element(sent.form), version=version)
    return "/soap/v1", builders.soap_headers(version=version), body


class Client:
    """One partner's connection; it is opened anew after each fault."""

    def __init__(self, port, token, *, timeout_s=60.0):
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        self._token = token

    def exchange(self, method, path, headers, body=b""):
        """Status, headers and body of the answer.

        Raises:
            Dead: there is no whole answer.
        """
        stated = {**headers, "host": HOST, "authorization": f"Bearer {self._token}"}
        try:
            self._http.request(method, path, body=body, headers=stated)
            with self._http.getresponse() as response:
                content = response.read()
                if "content-length" not in response.headers:
                    raise http.client.IncompleteRead(content)  # the head itself was cut
        except (OSError, http.client.HTTPException) as error:
            self._http.close()
            raise Dead from error
        return response.status, response.headers, content

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_):
        self._http.close()

    def get(self, path, accept="application/json"):
        return self.exchange("GET", path, {"accept": accept})

    def submit(self, sent):
        """The status and headers; a receipt is kept in `sent`, or compared with the one kept.

        Raises:
            Dead: there is no whole answer.
        """
        path, headers, body = request_of(sent)
        status, answered, content = self.exchange("POST", path, headers, body)
        if status == 200 and sent.door.startswith("soap"):
            content = unwrapped(content)
        if Running.is_receipt(content):
            assert sent.receipt in {None, content}, f"two receipts for {sent.id}"
            sent.receipt = content
        else:
            sent.refusals.append(status)
        return status, answered
