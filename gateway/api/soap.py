"""The SOAP door: dispatch on the Body's QName, SOAPAction must agree (WS-I Basic Profile R2744).

Signed verdicts are normal responses; faults are only for the unsigned class (contract.md §4).
"""

import re
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.enquiries import MAX_WAIT_S, Enquiries, list_form, readable
from gateway.api.exchange import ClientGone, Exchange
from gateway.api.faults import LANGUAGES, MEDIA_TYPES, fault_response
from gateway.api.lanes import Lanes
from gateway.api.limits import challenge
from gateway.api.problems import problem_of
from gateway.api.reference import Reference
from gateway.api.soap_messages import SoapMessages
from gateway.errors import (
    BadRequest,
    MessageRefused,
    NotAuthorised,
    Refusal,
    UnreadableEnvelope,
)
from gateway.evidence.receipts import Representation
from gateway.model.partners import Submitter
from gateway.model.scopes import Scope
from gateway.ports import Clock
from gateway.receive import Receiver
from gateway.wire.canonical import sha256_hex
from gateway.wire.soap import (
    SERVICE,
    Envelope,
    MustUnderstand,
    ServiceContract,
    response,
)
from gateway.wire.submission import Submission
from gateway.wire.v1.acknowledgement import AcknowledgementContract
from gateway.wire.xml import exclusive_c14n

_VERSIONS: Final = {media_type: version for version, media_type in MEDIA_TYPES.items()}
_HOLDING_A_TRANSMISSION: Final = frozenset({"SubmitTransmission", "CheckTransmission"})
_SCOPES: Final = dict.fromkeys(_HOLDING_A_TRANSMISSION, Scope.SUBMIT)
_CURSOR: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
log = structlog.get_logger(__name__)
Operation = Callable[[Envelope, Submission, Submitter], Awaitable[bytes]]


class SoapDoor:
    """`/soap/v1`, SOAP 1.1 and 1.2."""

    def __init__(
        self,
        *,
        receiver: Receiver,
        enquiries: Enquiries,
        reference: Reference,
        messages: SoapMessages,
        destinations: frozenset[str],
        clock: Clock,
        lanes: Lanes,
        contract: AcknowledgementContract,
    ) -> None:
        """`destinations` are the addresses of this door, in lower case."""
        self._receiver = receiver
        self._enquiries = enquiries
        self._reference = reference
        self._messages = messages
        self._destinations = destinations
        self._clock = clock
        self._lanes = lanes
        self._contract = contract
        self._service = ServiceContract()
        self._operations: dict[str, Operation] = {
            "SubmitTransmission": self._submit,
            "CheckTransmission": self._check,
            "GetReceipt": self._receipt,
            "GetLines": self._lines,
            "ListTransmissions": self._list,
            "Ping": self._ping,
        }

    async def serve(self, request: Request) -> Response:
        """One POST: a normal response, or a fault."""
        exchange: Exchange = request.scope[Exchange.KEY]
        try:
            return await self._serve(exchange)
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001 - every fault has a code, none has a detail
            if not isinstance(error, Refusal):
                log.error("soap.failed", error=type(error).__name__)  # noqa: TRY400 - no traceback
            code = "MustUnderstand" if isinstance(error, MustUnderstand) else None
            subcodes = error.subcodes if isinstance(error, MessageRefused) else ()
            problem = problem_of(error)
            status, media_type, body = fault_response(
                problem, exchange, code=code, subcodes=subcodes
            )
            headers = {name.decode(): value.decode() for name, value in challenge(problem)}
            headers |= {"connection": "close", "content-language": LANGUAGES}
            return Response(body, status, headers, f"{media_type}; charset=utf-8")

    async def _serve(self, exchange: Exchange) -> Response:
        media_type, parameters = exchange.media_type(frozenset(_VERSIONS))
        version = _VERSIONS[media_type]
        message = await self._messages.receive(exchange, version=version)
        body, envelope, submitter = message.body, message.envelope, message.submitter
        operation = self._operations.get(envelope.operation)
        if operation is None:
            raise UnreadableEnvelope
        if _SCOPES.get(envelope.operation, Scope.READ) not in submitter.scopes:
            raise NotAuthorised
        _refuse_disagreement(exchange, parameters, envelope)
        envelope.addressing().demand(action=envelope.action, destinations=self._destinations)
        if envelope.operation not in _HOLDING_A_TRANSMISSION:  # the flow judges those, and signs
            await self._lanes.read(lambda: self._service.hold(envelope.payload))
        submission = Submission(
            door="SOAP",
            media_type=media_type,
            body=body,
            sha256=sha256_hex(body),
            received_at=self._clock.now(),
            element=envelope.payload[0] if len(envelope.payload) else None,
        )
        content = await operation(envelope, submission, submitter)
        answer = response(content, operation=envelope.operation, version=version)
        return Response(answer, 200, None, f"{media_type}; charset=utf-8")

    async def _submit(
        self, envelope: Envelope, submission: Submission, submitter: Submitter
    ) -> bytes:
        _only_child(envelope)
        recorded = await self._lanes.run(lambda: self._receiver.record(submission, submitter))
        answer = await self._lanes.wait(lambda: self._receiver.answer(recorded, Representation.XML))
        return answer.content

    async def _check(
        self, envelope: Envelope, submission: Submission, submitter: Submitter
    ) -> bytes:
        _only_child(envelope)
        report = await self._lanes.run(lambda: self._receiver.check(submission, submitter))
        return exclusive_c14n(self._contract.element("checkReport", "CheckReport", report))

    async def _receipt(self, envelope: Envelope, _: Submission, submitter: Submitter) -> bytes:
        receipt_id = _receipt_id(envelope)
        return await self._lanes.read(lambda: self._enquiries.receipt_xml(receipt_id, submitter))

    async def _lines(self, envelope: Envelope, _: Submission, submitter: Submitter) -> bytes:
        receipt_id = _receipt_id(envelope)
        form = await self._lanes.read(lambda: self._enquiries.lines_form(receipt_id, submitter))
        return exclusive_c14n(self._contract.element("receiptLines", "ReceiptLines", form))

    async def _list(self, envelope: Envelope, _: Submission, submitter: Submitter) -> bytes:
        after, wait_s = _number(envelope, "after"), _number(envelope, "waitS")
        sender = envelope.payload.findtext(f"{{{SERVICE}}}sender") or ""
        page = await self._enquiries.wait(
            readable(submitter, sender), after, wait_s=min(wait_s, MAX_WAIT_S)
        )
        form = list_form(page, after)
        return exclusive_c14n(self._contract.element("transmissionList", "TransmissionList", form))

    async def _ping(self, _envelope: Envelope, _: Submission, submitter: Submitter) -> bytes:
        pong = await self._lanes.read(lambda: self._reference.xml_pong(submitter))
        return exclusive_c14n(pong)


def _refuse_disagreement(
    exchange: Exchange, parameters: dict[str, str], envelope: Envelope
) -> None:
    """An action that is stated must be that of the Body (T10: SOAPAction spoofing)."""
    stated = parameters.get("action", exchange.header("soapaction") or "").strip().strip('"')
    if stated and stated != envelope.action:
        raise UnreadableEnvelope


def _only_child(envelope: Envelope) -> etree._Element:
    if len(envelope.payload) != 1:
        raise UnreadableEnvelope(code="S002")
    return envelope.payload[0]


def _receipt_id(envelope: Envelope) -> str:
    return envelope.payload[0].text or ""


def _number(envelope: Envelope, name: str) -> int:
    """A cursor is opaque in the contract; ours are numbers."""
    text = envelope.payload.findtext(f"{{{SERVICE}}}{name}") or "0"
    if not _CURSOR.fullmatch(text):
        raise BadRequest(name)
    return int(text)
