"""A document against its contract, line by line: what can be read, and where the rest stands."""

import hashlib

from gateway.model.transmission import DoseResult, Transmission, UnreadableLine
from gateway.wire.canonical import jcs
from gateway.wire.v1.document import Document, Unreadable
from gateway.wire.v1.transmission import Reader


def validate(document: Document, *, with_member: bool = False) -> Transmission:
    """The transmission: its readable lines, the places of the others, and the digest of both.

    `with_member` also tells which member of an unreadable line fails, for the unsigned detail.

    Raises:
        Inadmissible: S002, the header fails its schema; S001, what cannot be read has no digest.
    """
    reader = Reader()
    header_form = document.header()
    digest = hashlib.sha256(jcs(header_form))
    lines: list[DoseResult] = []
    unreadable: list[UnreadableLine] = []
    for index, form in enumerate(document.lines(with_member=with_member)):
        if isinstance(form, Unreadable):
            unreadable.append(UnreadableLine(index=index, member=form.member))
            reader.hear(form.nir)
            continue
        digest.update(b"\n" + jcs(form))
        lines.append(reader.line(index, form))
    return Transmission(
        header=reader.header(header_form),
        lines=tuple(lines),
        unreadable=tuple(unreadable),
        content_sha256=document.opaque_sha256() if unreadable else digest.hexdigest(),
        stated_numbers=reader.stated_numbers,
    )
