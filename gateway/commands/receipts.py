"""Receipts on the sender's side: read, cut out of a SOAP answer, kept beside what they answer."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import orjson
from lxml import etree

from gateway.errors import Inadmissible
from gateway.model.acknowledgement import Acknowledgement
from gateway.wire import xml
from gateway.wire.v1.acknowledgement import NAMESPACE, AcknowledgementContract

_RECEIPT: Final = f"{{{NAMESPACE}}}receipt"


class NotAReceipt(ValueError):
    """Bytes that are no receipt of this contract."""


@lru_cache(maxsize=1)
def acknowledgements() -> AcknowledgementContract:
    """The contract of acknowledgements, read once."""
    return AcknowledgementContract()


def is_xml(receipt: bytes) -> bool:
    """Whether a receipt is in XML."""
    return receipt.lstrip()[:1] == b"<"


def acknowledgement_of(receipt: bytes) -> Acknowledgement:
    """What a receipt says. It proves nothing: `verify` does.

    Raises:
        NotAReceipt: its bytes say nothing that we can read.
    """
    try:
        if is_xml(receipt):
            form = acknowledgements().canonical_of(_acknowledgement(xml.read(receipt)))
        else:
            form = orjson.dumps(orjson.loads(receipt)["acknowledgement"])
        return decoded(form)
    except (Inadmissible, ValueError, LookupError, TypeError) as error:
        raise NotAReceipt("not a receipt") from error


def decoded(canonical: bytes) -> Acknowledgement:
    """An acknowledgement from its canonical form.

    Raises:
        ValueError: it is not one.
    """
    return msgspec.json.decode(canonical, type=Acknowledgement)


def receipt_in_envelope(answer: bytes) -> bytes:
    """The receipt of a SOAP answer, cut out as signing/README.md says.

    Raises:
        NotAReceipt: there is none.
    """
    try:
        receipt = xml.read(answer).find(f".//{_RECEIPT}")
    except Inadmissible as error:
        raise NotAReceipt("not an envelope") from error
    if receipt is None:
        raise NotAReceipt("no receipt in the envelope")
    return xml.exclusive_c14n(receipt)


def keep_beside(file: Path, receipt: bytes) -> Path:
    """Write a receipt beside the file it answers; one that says otherwise is never overwritten."""
    suffix = "xml" if is_xml(receipt) else "json"
    kept = file.with_name(f"{file.stem}.receipt.{suffix}")
    if kept.exists() and kept.read_bytes() != receipt:
        rank = acknowledgement_of(receipt).id[:8]
        kept = file.with_name(f"{file.stem}.receipt.{rank}.{suffix}")
    unfinished = kept.with_name(f".{kept.name}.new")
    with unfinished.open("wb") as stream:
        stream.write(receipt)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(kept)
    return kept


def _acknowledgement(root: etree._Element) -> etree._Element:
    if root.tag != _RECEIPT or not len(root):
        raise NotAReceipt("not a receipt")
    return root[0]
