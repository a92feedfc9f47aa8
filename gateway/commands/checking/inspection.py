"""The server's own steps over a file, without register, keys or network: parse, validate, check.

What differs from the server is only this: the submitter is whoever the header names (or the one
given), enrolled for everything; and a message beyond the published size is judged to its end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from lxml import etree

from gateway.api.exchange import MAX_BODY_BYTES
from gateway.commands.checking.entries import TOO_LARGE, entry_of, not_judged, verdict_on
from gateway.commands.checking.fault_places import place_of_fault, said_by_parser
from gateway.commands.checking.findings import Checked, Found
from gateway.commands.checking.locating import Locating
from gateway.errors import Inadmissible
from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.parts import legal_day
from gateway.model.transmission import Flow, Header, Transmission
from gateway.model.verdict import Finding
from gateway.rules.engine import check_sender
from gateway.rules.occasion import Occasion
from gateway.steps.check import check
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire import json, xml
from gateway.wire.canonical import sha256_hex
from gateway.wire.codelists import CodeLists
from gateway.wire.shape import Json
from gateway.wire.submission import Submission
from gateway.wire.v1.contract import MAX_LINES, TransmissionContract
from gateway.wire.v1.document import Document, Unreadable

MAX_LINES_CHECKED: Final = 1_000_000
SCALE_CHECKED: Final = MAX_LINES_CHECKED // MAX_LINES
_NOBODY: Final = Siret.parse("44054601800019")
"""Stands for the submitter where the header names an establishment that cannot exist."""
_PROGRESS_STEP: Final = 250

Progress = Callable[[int], None]
"""Told how many lines are read."""


class Counted:
    """A document that tells how many of its lines were read."""

    def __init__(self, document: Document, on_lines: Progress) -> None:
        self._document = document
        self._on_lines = on_lines
        self.line_count = document.line_count
        self.header = document.header
        self.opaque_sha256 = document.opaque_sha256

    def lines(self, *, with_member: bool = False) -> Iterator[dict[str, Json] | Unreadable]:
        """See Document."""
        for number, line in enumerate(self._document.lines(with_member=with_member)):
            if number % _PROGRESS_STEP == 0:
                self._on_lines(number)
            yield line


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The bytes of a file, read once."""

    file: Path
    content: bytes
    is_json: bool
    root: etree._Element | None = None
    """In an XML file that is well-formed."""


class Inspector:
    """Checks files as if they were received at one moment."""

    def __init__(
        self,
        *,
        contract: TransmissionContract,
        code_lists: CodeLists,
        received_at: datetime,
        sender: Siret | None = None,
    ) -> None:
        """`sender` is who will send, where that is known; else whoever each header names."""
        self._contract = contract
        self._code_lists = code_lists
        self._received_at = received_at
        self._sender = sender

    def inspect(
        self, file: Path, content: bytes, *, is_json: bool, on_lines: Progress = lambda _n: None
    ) -> Checked:
        """Everything found in one file."""
        body = Body(file=file, content=content, is_json=is_json)
        limits = [Finding(TOO_LARGE)] if len(content) > MAX_BODY_BYTES else []
        try:
            if not is_json:
                root = xml.read(content, scale=SCALE_CHECKED)
                body = Body(file=file, content=content, is_json=is_json, root=root)
            if (json if is_json else xml).is_crowded(content):
                limits.append(Finding("T005"))
            document = parse(self._submission(body), self._contract, max_lines=MAX_LINES_CHECKED)
            if document.line_count > MAX_LINES and not limits:
                limits.append(Finding(TOO_LARGE, f"/results/{MAX_LINES}"))
            transmission = validate(Counted(document, on_lines), with_member=True)
        except Inadmissible as fault:
            return self._unreadable(body, fault, limits)
        return self._judged(body, transmission, limits)

    def _submission(self, body: Body) -> Submission:
        return Submission(
            door="REST",
            media_type="application/json" if body.is_json else "application/xml",
            body=body.content,
            sha256=sha256_hex(body.content),
            received_at=self._received_at,
            element=body.root,
        )

    def _judged(self, body: Body, transmission: Transmission, limits: list[Finding]) -> Checked:
        header = transmission.header
        sender = self._enrolled(header)
        occasion = Occasion.of(
            header,
            sender=sender,
            received_at=self._received_at,
            code_lists=self._code_lists,
        )
        checked = check(transmission, occasion)
        fault = check_sender(header, (sender,))
        whole = (*limits, *(() if fault is None else (fault,)), *checked.findings)
        refs: list[str | None] = [None] * transmission.line_count
        for line in transmission.lines:
            refs[line.index] = None if line.index in checked.unechoed else line.ref
        members = {line.index: line.member for line in transmission.unreadable}
        locating = Locating(
            contract=self._contract, content=body.content, root=body.root, is_json=body.is_json,
            wanted=frozenset(checked.by_line) | {MAX_LINES},
        )  # fmt: skip
        found = [locating.found(finding) for finding in whole]
        for index in sorted(checked.by_line):
            found += [
                locating.found(finding, index=index, ref=refs[index], misread=members.get(index))
                for finding in checked.by_line[index]
            ]
        return Checked(
            file=body.file,
            line_count=transmission.line_count,
            refs=tuple(refs),
            verdicts={
                index + 1: verdict_on(frozenset(finding.code for finding in findings))
                for index, findings in sorted(checked.by_line.items())
            },
            found=tuple(found),
            not_judged=not_judged(
                flow=header.flow, day=occasion.day, knows_sender=self._sender is not None
            ),
        )

    def _unreadable(self, body: Body, fault: Inadmissible, limits: list[Finding]) -> Checked:
        """A file whose lines cannot be judged: the fault, in its place."""
        locating = None
        if fault.pointer is not None or body.root is not None:
            locating = Locating(
                contract=self._contract, content=body.content, root=body.root,
                is_json=body.is_json,
            )  # fmt: skip
        if locating is not None:
            told = locating.found(Finding(fault.code, fault.pointer), is_header=True)
        else:
            told = Found(
                entry=entry_of(fault.code),
                place=place_of_fault(fault, body.content, is_json=body.is_json),
                parser=said_by_parser(fault),
            )
        return Checked(
            file=body.file,
            is_judged=False,
            found=(*(Found(entry=entry_of(one.code)) for one in limits), told),
            not_judged=not_judged(
                flow=None, day=legal_day(self._received_at), knows_sender=self._sender is not None
            ),
        )

    def _enrolled(self, header: Header) -> Partner:
        """The header's sender or the one given, with every right that enrolment gives."""
        stated = header.sender.siret
        return Partner(
            id="offline",
            name="",
            siret=self._sender or (stated if isinstance(stated, Siret) else _NOBODY),
            type=header.sender.type,
            flows=frozenset(Flow),
            accreditation="",
        )
