"""What an answer is to whoever decides whether to ask again: by status, media type and fault."""

from http import HTTPStatus
from typing import Final

import structlog
from lxml import etree

from adapters.ameli.envelope import ENVELOPE, Unreadable, opened
from adapters.http import Answer, Assessment

FAULT: Final = f"{ENVELOPE}Fault"
_ERROR: Final = "{urn:siram}Erreur"
_SOAP: Final = frozenset({"application/soap+xml", "text/xml"})
_PASSES: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_SPOKEN: Final = frozenset(
    {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR}
)
"""Under these, and no other, Ameli speaks SOAP."""
_REFUSALS: Final = frozenset({"siram_100", "desir_550", "desir_560"})
"""The software is not authorised; the certificate has another level of access."""
_MAX_CODE: Final = 32
log = structlog.get_logger(__name__)


def assess(answer: Answer) -> Assessment:
    """What this answer is; the body is read here for the first time."""
    if answer.status not in _SPOKEN or answer.media_type not in _SOAP:
        return _of_status(answer.status)
    try:
        body = opened(answer.content).body
    except Unreadable as unreadable:
        log.warning("ameli.unreadable", kind=str(unreadable))
        return Assessment.UNREADABLE
    if body.tag == FAULT:
        return _of_fault(body)
    return Assessment.ANSWERED if answer.status == HTTPStatus.OK else Assessment.UNREADABLE


def _of_status(status: int) -> Assessment:
    """What a status alone tells, under which nothing is said in SOAP.

    Any 4xx means that we are not let in, or look in the wrong place: nginx, for one, answers 400
    in HTML where a client certificate is missing.
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Assessment.QUOTA
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSES:
        return Assessment.TRANSIENT
    return Assessment.REFUSED_US if status >= HTTPStatus.BAD_REQUEST else Assessment.UNREADABLE


def _of_fault(fault: etree._Element) -> Assessment:
    """Who must act: nobody where their side failed, us where they refuse us.

    A fault of the sender that is not known may lie in this one question: it is an answer, lest one
    person's traits close the service to all others.
    """
    codes = _codes(fault)
    told = sorted(code for code in codes if len(code) <= _MAX_CODE and code.isidentifier())
    log.warning("ameli.fault", codes=told)
    if codes & _REFUSALS:
        return Assessment.REFUSED_US
    side = _local_name(fault.findtext(f"{ENVELOPE}Code/{ENVELOPE}Value"))
    return Assessment.ANSWERED if side == "Sender" else Assessment.TRANSIENT


def _codes(fault: etree._Element) -> set[str]:
    """Local names of the subcodes at any depth, and codes of the detail."""
    subcodes = fault.iterfind(f"{ENVELOPE}Code//{ENVELOPE}Subcode/{ENVELOPE}Value")
    errors = fault.iterfind(f"{ENVELOPE}Detail//{_ERROR}")
    codes = {_local_name(value.text) for value in subcodes}
    return (codes | {error.get("code", "") for error in errors}) - {""}


def _local_name(name: str | None) -> str:
    return (name or "").strip().rpartition(":")[2]
