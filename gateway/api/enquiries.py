"""Reading back: receipts, their lines, the standing of a transmission, the list."""

import re
from collections.abc import Sequence
from typing import Final

import anyio
import msgspec
import orjson
from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.notices import Notices, wanted
from gateway.api.replies import (
    JSON,
    TEXT_XML,
    XML,
    Forms,
    latest_version,
    receipt_media_types,
    representation,
)
from gateway.errors import BadRequest, NotFound
from gateway.evidence.inclusion import Proofs
from gateway.evidence.receipts import Receipts, Representation
from gateway.model.acknowledgement import Disposition, Stage
from gateway.model.partners import Submitter
from gateway.model.parts import instant
from gateway.model.record import RecordKey
from gateway.ports import ListedAcknowledgement, StoredAcknowledgement, TransmissionLog
from gateway.wire.canonical import jcs
from gateway.wire.shape import Json
from gateway.wire.v1.acknowledgement import AcknowledgementContract
from gateway.wire.xml import exclusive_c14n

PAGE: Final = 100
MAX_WAIT_S: Final = 20
_POLL_S: Final = 0.25
_WAIT: Final = re.compile(r"(?:^|[,;\s])wait=(\d{1,3})(?:$|[,;\s])", re.ASCII)


class Enquiries:
    """What a partner may read: its own, and nobody else's (another's is not found)."""

    def __init__(
        self,
        *,
        log: TransmissionLog,
        receipts: Receipts,
        proofs: Proofs,
        contract: AcknowledgementContract,
        lanes: Lanes,
        forms: Forms,
        notices: Notices,
    ) -> None:
        self._log = log
        self._receipts = receipts
        self._proofs = proofs
        self._contract = contract
        self._lanes = lanes
        self._forms = forms
        self._notices = notices

    async def receipt(self, exchange: Exchange, submitter: Submitter, receipt_id: str) -> Response:
        """`readReceipt`."""
        asked = wanted(exchange, *receipt_media_types())

        def find() -> Response:
            stored = self.owned(receipt_id, submitter)
            content = self._bytes(stored, representation(asked.media_type))
            links = {} if stored.latest == stored.id else latest_version(stored.latest)
            return self._notices.reply_of_receipt(content, asked, headers=links)

        return await self._lanes.read(find)

    async def lines(self, exchange: Exchange, submitter: Submitter, receipt_id: str) -> Response:
        """`readReceiptLines`."""
        asked = wanted(exchange, JSON, XML, TEXT_XML)
        if asked.is_notice:

            def find() -> Response:
                receipt = self._bytes(self.owned(receipt_id, submitter), Representation.JSON)
                return self._notices.reply_of_lines(receipt, asked)

            return await self._lanes.read(find)
        form = await self._lanes.read(lambda: self.lines_form(receipt_id, submitter))
        return self._forms.reply(exchange, form, element="receiptLines", type_name="ReceiptLines")

    async def transmission(
        self,
        exchange: Exchange,
        submitter: Submitter,
        transmission_id: str,
        *,
        test: bool,
        sender: str,
    ) -> Response:
        """`readTransmission`."""
        scope = readable(submitter, sender)
        asked = wanted(exchange, JSON, XML, TEXT_XML)

        def find() -> Response:
            key = RecordKey(scope, test, transmission_id.lower(), is_readable=True)
            every = self._log.acknowledgements_of(key) or self._log.acknowledgements_of(
                msgspec.structs.replace(key, is_readable=False)
            )
            answers = [a for a in every if a.disposition != Disposition.CONFLICT]
            if not answers:
                raise NotFound
            standing = self.owned(answers[-1].id, submitter)
            if asked.is_notice:
                receipt = self._bytes(standing, Representation.JSON)
                return self._notices.reply_of_receipt(receipt, asked, given=every)
            content = self._status(key, standing, every, asked.media_type)
            return self._notices.reply_of_receipt(content, asked)

        return await self._lanes.read(find)

    async def listed(
        self, exchange: Exchange, submitter: Submitter, after: str | None, *, sender: str
    ) -> Response:
        """`listTransmissions`; `Prefer: wait=N` holds an empty page for up to 20 seconds."""
        scope = readable(submitter, sender)
        if after is not None and not (after.isascii() and after.isdigit() and len(after) <= 18):  # noqa: PLR2004
            raise BadRequest("after")
        cursor = int(after or 0)
        wanted = _WAIT.search(exchange.header("prefer") or "")
        wait_s = min(int(wanted[1]), MAX_WAIT_S) if wanted else 0
        form = list_form(await self.wait(scope, cursor, wait_s=wait_s), cursor)
        return self._forms.reply(
            exchange, form, element="transmissionList", type_name="TransmissionList"
        )

    async def wait(
        self, sender_siret: str, after: int, *, wait_s: int
    ) -> Sequence[ListedAcknowledgement]:
        """A sender's next acknowledgements in commit order; an empty page waits that long."""
        deadline = anyio.current_time() + wait_s
        while True:
            page = await self._lanes.read(
                lambda: self._log.list_after(sender_siret, after=after, limit=PAGE)
            )
            if page or anyio.current_time() >= deadline:
                return page
            await anyio.sleep(_POLL_S)

    def owned(self, receipt_id: str, submitter: Submitter) -> StoredAcknowledgement:
        """The acknowledgement of that id, if it is this submitter's to read.

        Raises:
            NotFound: there is none, or it is another's: the same answer.
        """
        stored = self._log.acknowledgement(receipt_id.lower())
        if stored is None or not submitter.may_read(stored.sender_siret):
            raise NotFound
        return stored

    def receipt_xml(self, receipt_id: str, submitter: Submitter) -> bytes:
        """The receipt in XML, for the SOAP door."""
        return self._bytes(self.owned(receipt_id, submitter), Representation.XML)

    def lines_form(self, receipt_id: str, submitter: Submitter) -> Json:
        """Every line that was not plainly accepted, with the digest that was signed over them."""
        stored = self.owned(receipt_id, submitter)
        signed = orjson.loads(stored.canonical)
        form = {
            "acknowledgement": stored.id,
            "canonicalSha256": stored.canonical_sha256,
            "linesTotal": signed.get("linesTotal", 0),
        }
        entries = self._log.line_entries(stored.id)
        if entries:
            form["linesSha256"] = signed["linesSha256"]
            form["lines"] = orjson.loads(b"[" + b",".join(entries) + b"]")
        return form

    def _bytes(self, stored: StoredAcknowledgement, wanted: Representation) -> bytes:
        return self._receipts.bytes_of(
            stored.id,
            stored.canonical,
            stored.canonical_sha256,
            wanted,
            inclusion=self._proofs.completed(stored.id),
        )

    def _status(
        self,
        key: RecordKey,
        standing: StoredAcknowledgement,
        every: Sequence[ListedAcknowledgement],
        media_type: str,
    ) -> bytes:
        head: dict[str, Json] = {"id": key.id, "sender": key.scope}
        if key.test:
            head["test"] = True
        receipts = [_summary(entry) for entry in every]
        if media_type == JSON:
            receipt = self._bytes(standing, Representation.JSON)
            body = jcs({**head, "receipts": receipts})
            return body[:-1] + b',"receipt":' + receipt + b"}"
        element = self._contract.element(
            "transmissionStatus", "TransmissionStatus", {**head, "receipts": receipts}
        )
        marker = b"<receipts>"
        receipt = self._bytes(standing, Representation.XML)
        return exclusive_c14n(element).replace(marker, receipt + marker, 1)


def readable(submitter: Submitter, sender: str) -> str:
    """The SIRET whose transmissions are asked for: the submitter's own, if none is named.

    Raises:
        NotFound: another's, for whom it holds no mandate.
    """
    scope = sender or str(submitter.partner.siret)
    if not submitter.may_read(scope):
        raise NotFound
    return scope


def list_form(page: Sequence[ListedAcknowledgement], after: int) -> Json:
    """One page of the list, and where the next begins."""
    form: dict[str, Json] = {"next": str(page[-1].cursor if page else after)}
    if page:
        form["entries"] = [_summary(entry) for entry in page]
    return form


def _summary(entry: ListedAcknowledgement) -> Json:
    form: dict[str, Json] = {
        "cursor": str(entry.cursor),
        "acknowledgement": {"id": entry.id, "canonicalSha256": entry.canonical_sha256},
        "transmission": {"id": entry.transmission_id} if entry.transmission_id else {},
        "stage": Stage.EXECUTION.value,
        "disposition": entry.disposition,
        "decidedAt": instant(entry.decided_at),
    }
    if entry.test:
        form["test"] = True
    code = Disposition(entry.disposition).return_code
    if code is not None:
        form["returnCode"] = code
    return form
