"""The file that was sent, line by line as it was written, whether each line can be read or not."""

import copy
from datetime import datetime
from typing import Final

import orjson
from lxml import etree

from gateway.commands.checking.inspection import MAX_LINES_CHECKED, SCALE_CHECKED
from gateway.commands.checking.json_places import JsonPlaces
from gateway.commands.samples.doses import msv
from gateway.commands.samples.files import as_json, as_xml
from gateway.commands.terminal import CannotDo
from gateway.errors import Inadmissible
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire import xml
from gateway.wire.canonical import sha256_hex
from gateway.wire.shape import Json
from gateway.wire.submission import Submission
from gateway.wire.v1.contract import TransmissionContract
from gateway.wire.v1.document import Unreadable

_INDENT: Final = orjson.OPT_INDENT_2


class Original:
    """A transmission as a file."""

    def __init__(
        self, content: bytes, *, is_json: bool, contract: TransmissionContract, at: datetime
    ) -> None:
        """`at` is when it is read, which nothing here depends on.

        Raises:
            CannotDo: it is no transmission.
        """
        self._contract = contract
        self.content = content
        self.is_json = is_json
        self.sha256 = sha256_hex(content)
        try:
            self.root = None if is_json else xml.read(content, scale=SCALE_CHECKED)
            submission = Submission(
                door="REST",
                media_type="application/json" if is_json else "application/xml",
                body=content,
                sha256=self.sha256,
                received_at=at,
                element=self.root,
            )
            document = parse(submission, contract, max_lines=MAX_LINES_CHECKED)
            self.read = validate(document, with_member=True)
            self.header: dict[str, Json] = document.header()
            self._forms = list(document.lines())
        except Inadmissible as fault:
            raise CannotDo(
                f"Ce fichier n'est pas un envoi lisible ({fault.code}) : lancez « check ».",
                f"This file is no transmission that can be read ({fault.code}): run `check`.",
            ) from None
        self._json = JsonPlaces(content.decode("utf-8")) if is_json else None
        self._measures = {
            line.index: (len(line.measurements), sum(m.value_usv or 0 for m in line.measurements))
            for line in self.read.lines
        }
        self._refs = {line.index: line.ref for line in self.read.lines}

    @property
    def count(self) -> int:
        """How many lines it has."""
        return self.read.line_count

    def ref(self, index: int) -> str | None:
        """The reference of the line at 0-based `index`; None where it cannot be read."""
        return self._refs.get(index)

    def unread(self, indexes: list[int]) -> int:
        """How many of these lines cannot be read, hence count for nothing in the totals."""
        return sum(index not in self._measures for index in indexes)

    def part(
        self, indexes: list[int], *, transmission_id: str, issued_at: str, to_json: bool
    ) -> bytes:
        """A new transmission of these lines alone, under a new id, with its own totals.

        Raises:
            CannotDo: it is to be written in the other form, and a line cannot be read.
        """
        header = dict(self.header)
        header["id"], header["issuedAt"] = transmission_id, issued_at
        counted = [self._measures[index] for index in indexes if index in self._measures]
        header["totals"] = {
            "results": len(indexes),
            "measurements": sum(count for count, _ in counted),
            "sumMsv": msv(sum(dose for _, dose in counted)),
        }
        if to_json is not self.is_json:
            return self._translated(header, indexes, to_json=to_json)
        return self._as_json(header, indexes) if to_json else self._as_xml(header, indexes)

    def _as_json(self, header: dict[str, Json], indexes: list[int]) -> bytes:
        """Lines keep their own text: a number that the contract refuses is not made another."""
        assert self._json is not None  # noqa: S101 - of the form that this was read in
        lines = ",\n    ".join(self._json.line_text(index) for index in indexes)
        head = orjson.dumps(header, option=_INDENT).decode().removesuffix("\n}")
        return f'{head},\n  "results": [\n    {lines}\n  ]\n}}\n'.encode()

    def _as_xml(self, header: dict[str, Json], indexes: list[int]) -> bytes:
        """Lines keep their own elements."""
        assert self.root is not None  # noqa: S101 - of the form that this was read in
        contract = self._contract
        root = etree.Element(contract.root_tag, nsmap={None: contract.namespace})
        contract.header_shape.fill(root, header)
        results = etree.SubElement(root, contract.results_tag)
        lines = list(self.root.findall(contract.results_tag)[0])
        for index in indexes:
            results.append(copy.deepcopy(lines[index]))
        etree.indent(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"

    def _translated(self, header: dict[str, Json], indexes: list[int], *, to_json: bool) -> bytes:
        lines = []
        for index in indexes:
            form = self._forms[index]
            if isinstance(form, Unreadable):
                raise CannotDo(
                    f"La ligne {index + 1} est illisible : écrivez dans la forme du fichier.",
                    f"Line {index + 1} cannot be read: write in the form of the file.",
                )
            lines.append(form)
        write = as_json if to_json else as_xml
        return write({**header, "results": lines})
