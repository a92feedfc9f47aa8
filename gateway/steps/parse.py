"""Bytes to a well-formed document of a known version, or a fault that inadmits the whole."""

from typing import Final

from gateway.wire import xml
from gateway.wire.submission import Submission
from gateway.wire.v1.contract import MAX_LINES, TransmissionContract
from gateway.wire.v1.document import Document, JsonDocument, XmlDocument

_XSI: Final = b"XMLSchema-instance"
_CHARACTER_REFERENCE: Final = b"&#"
"""May hide a namespace from a look at the bytes."""
_IN_DECLARATION: Final = 3
"""The `=` of an XML declaration."""


def parse(
    submission: Submission, contract: TransmissionContract, *, max_lines: int = MAX_LINES
) -> Document:
    """The document in the body; `max_lines` is the published limit but for an offline check.

    Raises:
        Inadmissible: S001, S003, T003 to T008; S002 where there is no line at all.
        BodyTooLarge: more lines than are judged within a request.
    """
    if submission.is_json:
        return JsonDocument(contract, submission.body, max_lines=max_lines)
    root = submission.element
    if root is None:
        root = xml.read(submission.body)
    may_hold_attributes = _may_hold_attributes(submission.body)
    return XmlDocument(contract, root, may_hold_attributes=may_hold_attributes, max_lines=max_lines)


def _may_hold_attributes(body: bytes) -> bool:
    """Whether a look at the bytes cannot exclude attributes other than namespaces."""
    if _XSI in body or _CHARACTER_REFERENCE in body:
        return True
    return xml.attributes(body) > _IN_DECLARATION
