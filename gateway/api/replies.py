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
HTML: Final = "text/html"
NOTICES: Final = (HTML, CSV)
"""What people read: of a signed answer, an unsigned rendering."""
IN_BOTH_LANGUAGES: Final = {"content-language": "fr, en"}
"""Of what carries each of its texts twice (RFC 9110 §8.5)."""
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
        raise NotAcceptable(offered=offered)
    return media_type


def receipt_media_types(*, body_media_type: str = JSON) -> tuple[str, ...]:
    """Those of a signed receipt, best first: that of the body it answers, then the others."""
    first = body_media_type if body_media_type in _REPRESENTATIONS else JSON
    return (first, *(media_type for media_type in _REPRESENTATIONS if media_type != first))


def representation(media_type: str) -> Representation:
    """The signed representation behind a media type: a notice is made of the JSON receipt."""
    return _REPRESENTATIONS.get(media_type, Representation.JSON)


def receipt_status(answer: Answer) -> int:
    """200 with verdicts on lines, 422 without (contract.md §4)."""
    return 422 if answer.disposition in _UNANSWERED else 200


def receipt_headers(answer: Answer) -> dict[str, str]:
    """Where the receipt is, and whether it had been given before."""
    headers = {"location": f"/v1/receipts/{answer.acknowledgement_id}"}
    if answer.is_replay:
        headers["idempotent-replayed"] = "true"
        headers |= latest_version(answer.latest)
    return headers


def latest_version(acknowledgement_id: str) -> dict[str, str]:
    """The link from a receipt to its latest version (RFC 5829 §3.2)."""
    return {"link": f'</v1/receipts/{acknowledgement_id}>; rel="latest-version"'}


def reply(
    content: bytes, media_type: str, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Bytes under their media type; texts are always UTF-8 and say so."""
    if media_type in {XML, TEXT_XML, CSV, HTML}:
        media_type = f"{media_type}; charset=utf-8"
    return Response(content, status, headers, media_type)


class Forms:
    """Unsigned answers, in JSON or in XML by the schema of the acknowledgement."""

    def __init__(self, contract: AcknowledgementContract) -> None:
        self._contract = contract

    def reply(
        self,
        exchange: Exchange,
        form: Json,
        *,
        element: str,
        type_name: str,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The form under the media type asked for."""
        media_type = negotiated(exchange, *_JSON_FIRST)
        if media_type == JSON:
            return reply(jcs(form), JSON, status=status, headers=headers)
        rendered = self._contract.element(element, type_name, form)
        return reply(exclusive_c14n(rendered), media_type, status=status, headers=headers)


def json_reply(
    exchange: Exchange,
    form: Json,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The form in JSON alone."""
    negotiated(exchange, JSON)
    return reply(jcs(form), JSON, status=status, headers=headers)
