"""zeep's transport over the one resilient way out: files are local, and posts are bounded.

What zeep would do itself is not done: it has no deadline, fetches schemas, writes envelopes (names,
numbers) to its log, and reads HTML as a fault without a status. Status, media type and body are
judged before it sees anything.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import requests
import structlog
from lxml import etree
from zeep.transports import Transport

from adapters.ameli.envelope import Envelope, opened
from adapters.ameli.faults import assess
from adapters.http import Answer, Assessment, Request, Upstream
from gateway.model.verification import NotAnswered, Urgency


class Unanswered(Exception):
    """There is no answer that can be read; `why` is what the port answers instead."""

    def __init__(self, why: NotAnswered) -> None:
        super().__init__(why.cause.value)
        self.why = why


@dataclass(slots=True)
class Exchange:
    """One question with its answer, for whoever asks it."""

    urgency: Urgency
    deadline_s: float
    message_id: str
    envelope: Envelope | None = field(default=None, repr=False)
    """Of the answer, once there is one."""


_CURRENT: Final[ContextVar[Exchange]] = ContextVar("ameli-exchange")
"""Of this thread: zeep passes nothing of a call to its transport."""
log = structlog.get_logger(__name__)


class UpstreamTransport(Transport):
    """Safe to share between threads: what belongs to one call is kept apart."""

    def __init__(self, upstream: Upstream) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._upstream = upstream

    @contextmanager
    def during(self, exchange: Exchange) -> Iterator[None]:
        """What this thread asks meanwhile is `exchange`."""
        token = _CURRENT.set(exchange)
        try:
            yield
        finally:
            _CURRENT.reset(token)

    def load(self, url: str) -> bytes:
        """A file of the contract; nothing is ever fetched."""
        return Path(url).read_bytes()

    def post_xml(
        self, address: str, envelope: etree._Element, headers: Mapping[str, str]
    ) -> requests.Response:
        """The answer as zeep takes it; raises `Unanswered`. The address is the upstream's own."""
        del address
        exchange = _CURRENT.get()
        content = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")

        def judge(answer: Answer) -> Assessment:
            assessment = assess(answer)
            if assessment is not Assessment.ANSWERED:
                return assessment
            envelope = opened(answer.content)
            if envelope.relates_to not in {None, exchange.message_id}:
                log.warning("ameli.answers-another-message")
                return Assessment.UNREADABLE
            exchange.envelope = envelope
            return assessment

        answer = self._upstream.call(
            Request(method="POST", path="", content=content, headers=headers),
            urgency=exchange.urgency,
            deadline_s=exchange.deadline_s,
            assess=judge,
        )
        if isinstance(answer, NotAnswered):
            raise Unanswered(answer)
        return _for_zeep(answer)


def _for_zeep(answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers["content-type"] = answer.media_type
    response.encoding = "utf-8"
    response.raw = io.BytesIO(answer.content)
    return response
