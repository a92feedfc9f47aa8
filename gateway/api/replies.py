"""Answers as HTTP: the representation asked for, never another."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from gateway.api.exchange import Exchange, accepted
from gateway.errors import NotAcceptable
from gateway.evidence.receipts import Representation
from gateway.model.acknowledgement import Disposition
from gateway.receive import Answer
from gateway.wire.canonical import jcs
from gateway.wire.shape import Json
from gateway.wire.v1.acknowledgement import AcknowledgementContract
from gateway.wire.xml import exclusive_c14n

JSON: Final = "application/json"
XML: Final = "application/xml"
TEXT_XML: Final = "text/xml"
JOSE: Final = "application/jose"
CSV: Final = "text/csv"
_JSON_FIRST: Final = (JSON, XML, TEXT_XML)
_REPRESENTATIONS: Final = {
    JSON: Representation.JSON,
    XML: Representation.XML,
    TEXT_XML: Representation.XML,
    JOSE: Representation.JOSE,
}
_UNANSWERED: Final = frozenset({Disposition.INADMISSIBLE, Disposition.CONFLICT})


def negotiated(exchange: Exchange, *offered: str) -> str:
    """The media type to answer in.

    Raises:
        NotAcceptable: none of `offered` is taken.
    """
    media_type = accepted(exchange.list_header("accept"), offered)
    if media_type is None:
        raise NotAcceptable
    return media_type


def receipt_media_type(exchange: Exchange, *, body_media_type: str = JSON) -> str:
    """The media type of a receipt: as asked, else that of the body it answers."""
    first = body_media_type if body_media_type in _REPRESENTATIONS else JSON
    rest = [media_type for media_type in _REPRESENTATIONS if media_type != first]
    return negotiated(exchange, first, *rest)


def representation(media_type: str) -> Representation:
    """The representation of a receipt behind a media type."""
    return _REPRESENTATIONS[media_type]


def receipt_reply(answer: Answer, media_type: str) -> Response:
    """A receipt: 200 with verdicts on lines, 422 without (contract.md §4)."""
    headers = {"location": f"/v1/receipts/{answer.acknowledgement_id}"}
    if answer.is_replay:
        headers["idempotent-replayed"] = "true"
        headers["link"] = f'</v1/receipts/{answer.latest}>; rel="latest-version"'
    status = 422 if answer.disposition in _UNANSWERED else 200
    return reply(answer.content, media_type, status=status, headers=headers)


def reply(
    content: bytes, media_type: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Bytes under their media type; XML is always UTF-8 and says so."""
    if media_type in {XML, TEXT_XML, CSV}:
        media_type = f"{media_type}; charset=utf-8"
    return Response(content, status, headers, media_type)


class Forms:
    """Unsigned answers, in JSON or in XML by the schema of the acknowledgement."""

    def __init__(self, contract: AcknowledgementContract) -> None:
        self._contract = contract

    def reply(
        self, exchange: Exchange, form: Json, *, element: str, type_name: str, status: int = 200
    ) -> Response:
        """The form under the media type asked for."""
        media_type = negotiated(exchange, *_JSON_FIRST)
        if media_type == JSON:
            return reply(jcs(form), JSON, status=status)
        rendered = self._contract.element(element, type_name, form)
        return reply(exclusive_c14n(rendered), media_type, status=status)


def json_reply(exchange: Exchange, form: Json, *, status: int = 200) -> Response:
    """The form in JSON alone."""
    negotiated(exchange, JSON)
    return reply(jcs(form), JSON, status=status)
