"""`POST /v1/transmissions` and `POST /v1/checks`: a body in, a verdict out."""

import re
from typing import Final

from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.notices import Notices, wanted
from gateway.api.replies import (
    IN_BOTH_LANGUAGES,
    JSON,
    TEXT_XML,
    XML,
    Forms,
    receipt_headers,
    receipt_media_types,
    receipt_status,
    representation,
)
from gateway.errors import BadRequest
from gateway.model.partners import Submitter
from gateway.ports import Clock
from gateway.receive import Receiver
from gateway.wire.canonical import sha256_hex
from gateway.wire.submission import Submission

MEDIA_TYPES: Final = frozenset({"application/json", "application/xml", "text/xml"})
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_UNANSWERED: Final = frozenset({"INADMISSIBLE", "CONFLICT"})


class Submissions:
    """The REST door for transmissions."""

    def __init__(
        self, *, receiver: Receiver, clock: Clock, lanes: Lanes, forms: Forms, notices: Notices
    ) -> None:
        self._receiver = receiver
        self._clock = clock
        self._lanes = lanes
        self._forms = forms
        self._notices = notices

    async def submit(self, exchange: Exchange, submitter: Submitter) -> Response:
        """`submitTransmission`."""
        body_type, _ = exchange.media_type(MEDIA_TYPES)
        asked = wanted(exchange, *receipt_media_types(body_media_type=body_type))
        submission = await self._submission(exchange, body_type)

        recorded = await self._lanes.run(lambda: self._receiver.record(submission, submitter))

        def answer() -> Response:
            answer = self._receiver.answer(recorded, representation(asked.media_type))
            return self._notices.reply_of_receipt(
                answer.content,
                asked,
                status=receipt_status(answer),
                headers=receipt_headers(answer),
            )

        return await self._lanes.wait(answer)

    async def check(self, exchange: Exchange, submitter: Submitter) -> Response:
        """`checkTransmission`."""
        body_type, _ = exchange.media_type(MEDIA_TYPES)
        asked = wanted(exchange, JSON, XML, TEXT_XML)
        submission = await self._submission(exchange, body_type)
        report = await self._lanes.run(lambda: self._receiver.check(submission, submitter))
        status = 422 if report["disposition"] in _UNANSWERED else 200
        if asked.is_notice:
            return await self._lanes.read(
                lambda: self._notices.reply_of_check(report, asked, status=status)
            )
        return self._forms.reply(
            exchange,
            report,
            element="checkReport",
            type_name="CheckReport",
            status=status,
            headers=IN_BOTH_LANGUAGES,
        )

    async def _submission(self, exchange: Exchange, media_type: str) -> Submission:
        key = exchange.header("idempotency-key")
        if key is not None:
            key = key.strip().strip('"').lower()
            if not _UUID.fullmatch(key):
                raise BadRequest("Idempotency-Key")
        body = await exchange.body()
        return Submission(
            door="REST",
            media_type=media_type,
            body=body,
            sha256=sha256_hex(body),
            received_at=self._clock.now(),
            idempotency_key=key,
        )
