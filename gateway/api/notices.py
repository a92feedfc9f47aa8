"""Answers for people: the notice of a receipt, made of the very bytes that were signed."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec
from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.replies import CSV, HTML, IN_BOTH_LANGUAGES, NOTICES, negotiated, reply
from gateway.model.acknowledgement import Acknowledgement, Disposition, LineEntry
from gateway.model.notice import GivenReceipt, Notice
from gateway.model.parts import instant
from gateway.ports import ListedAcknowledgement, TransmissionLog
from gateway.wire.shape import Json

_DISPOSITIONS: Final = {
    HTML: 'inline; filename="siseri-notice.html"',
    CSV: 'attachment; filename="siseri-notice.csv"',
}
"""Fixed: no name of a request ever names a file (RFC 6266 §7)."""
_ROWS_OF_LINES: Final = 10_000
"""Of the page that is asked for every line."""


class Renderer(Protocol):
    """Lays notices out for people; it says nothing that is not in the notice."""

    @property
    def policy(self) -> str:
        """The Content-Security-Policy under which the page is served."""
        ...

    def html(self, notice: Notice, language: str) -> bytes:
        """One self-contained page in `fr` or `en`, UTF-8."""
        ...

    def csv(self, notice: Notice, language: str, *, lines_alone: bool = False) -> bytes:
        """A row a finding, UTF-8; `lines_alone` leaves out what is said of the whole."""
        ...


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """In what form an exchange is to be answered."""

    media_type: str
    language: str

    @property
    def is_notice(self) -> bool:
        """Whether a person reads it."""
        return self.media_type in NOTICES


def wanted(exchange: Exchange, *offered: str) -> Wanted:
    """What the exchange asks, among the media types offered and the notices.

    Raises:
        NotAcceptable: none of them.
    """
    return Wanted(media_type=negotiated(exchange, *offered, *NOTICES), language=exchange.language)


class _Receipt(msgspec.Struct, rename="camel"):
    """A receipt in JSON, as it travels; its signature is for who proves it, not for who reads."""

    acknowledgement: Acknowledgement
    canonical_sha256: str


class _Detail(msgspec.Struct):
    """Which member of an unreadable line fails, as a check tells it."""

    index: int
    pointer: str
    code: str


class Notices:
    """Makes notices of receipts and of reports, and answers with them."""

    def __init__(self, *, log: TransmissionLog, renderer: Renderer) -> None:
        self._log = log
        self._renderer = renderer

    def reply_of_receipt(
        self,
        receipt: bytes,
        wanted: Wanted,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        given: Sequence[ListedAcknowledgement] = (),
    ) -> Response:
        """The receipt as it was signed, or the notice of one in JSON.

        The page lists one by one the first of its lines; the sheet has them all.
        `given` are all receipts of the same transmission.
        """
        stated = {**IN_BOTH_LANGUAGES, **(headers or {})}
        if not wanted.is_notice:
            return reply(receipt, wanted.media_type, status=status, headers=stated)
        notice = msgspec.structs.replace(
            self._notice(receipt),
            given=tuple(_given(entry) for entry in given),
        )
        return self._reply(notice, wanted, status=status, headers=stated)

    def reply_of_lines(self, receipt: bytes, wanted: Wanted) -> Response:
        """Every line of a receipt in JSON: more rows, and the sheet without those of the whole."""
        notice = msgspec.structs.replace(self._notice(receipt), max_rows=_ROWS_OF_LINES)
        return self._reply(notice, wanted, lines_alone=True)

    def reply_of_check(self, report: Json, wanted: Wanted, *, status: int) -> Response:
        """The report of a check; its details name the members that unreadable lines fail at."""
        acknowledgement = msgspec.convert({**report, "id": ""}, Acknowledgement)
        details = msgspec.convert(report.get("details", []), list[_Detail])
        member = {(detail.index, detail.code): detail.pointer for detail in details}
        lines = tuple(_detailed(line, member) for line in acknowledgement.lines)
        notice = Notice(acknowledgement=acknowledgement, canonical_sha256=None, lines=lines)
        return self._reply(notice, wanted, status=status)

    def _reply(
        self,
        notice: Notice,
        wanted: Wanted,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        lines_alone: bool = False,
    ) -> Response:
        stated = {
            **(headers or {}),
            "content-disposition": _DISPOSITIONS[wanted.media_type],
            "content-language": wanted.language,
        }
        if wanted.media_type == HTML:
            stated["content-security-policy"] = self._renderer.policy
            content = self._renderer.html(notice, wanted.language)
        else:
            content = self._renderer.csv(notice, wanted.language, lines_alone=lines_alone)
        return reply(content, wanted.media_type, status=status, headers=stated)

    def _notice(self, receipt: bytes) -> Notice:
        shown = msgspec.json.decode(receipt, type=_Receipt)
        acknowledgement, lines = shown.acknowledgement, shown.acknowledgement.lines
        if len(lines) < (acknowledgement.lines_total or 0):
            lines = tuple(
                msgspec.json.decode(entry, type=LineEntry)
                for entry in self._log.line_entries(acknowledgement.id)
            )
        return Notice(
            acknowledgement=acknowledgement, canonical_sha256=shown.canonical_sha256, lines=lines
        )


def _given(entry: ListedAcknowledgement) -> GivenReceipt:
    return GivenReceipt(
        id=entry.id,
        canonical_sha256=entry.canonical_sha256,
        disposition=Disposition(entry.disposition),
        decided_at=instant(entry.decided_at),
    )


def _detailed(line: LineEntry, member: Mapping[tuple[int, str], str]) -> LineEntry:
    return msgspec.structs.replace(
        line,
        findings=tuple(
            msgspec.structs.replace(
                finding, pointer=member.get((line.index, finding.code), finding.pointer)
            )
            for finding in line.findings
        ),
    )
