"""Which lines of a receipt go into a new transmission, and which must not."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec
import orjson

from gateway.commands.fixing.original import Original
from gateway.commands.terminal import CannotDo
from gateway.model.acknowledgement import (
    Acknowledgement,
    CodeEntry,
    Disposition,
    FindingEntry,
    LineEntry,
)
from gateway.model.verdict import Action, Level, Verdict

_REFUSING: Final = frozenset({Level.ERROR, Level.FATAL})
_CLOSED: Final = "C005"
_LATER: Final = frozenset({Action.RESEND, Action.WAIT, Action.CONTACT})


class Fate(StrEnum):
    """What becomes of a line that was not accepted."""

    CORRECT = "CORRECT"
    """Into the new file, to be corrected there."""
    RESEND = "RESEND"
    """The same again, once what refused it is settled elsewhere: kept apart."""
    HELD = "HELD"
    """The gateway keeps it and judges it again: sending it again would double it."""
    NOTHING = "NOTHING"
    """Already on record, or corrected or cancelled while it was held: not to be sent again."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line of the receipt with its fate."""

    entry: LineEntry
    fate: Fate

    @property
    def index(self) -> int:
        """0-based place in the file that was sent."""
        return self.entry.index - 1


def require_same(receipt: Acknowledgement, original: Original) -> None:
    """Refuse a file that is not the one the receipt answers.

    Raises:
        CannotDo: neither its bytes nor its content are those received; no line was judged.
    """
    stated = receipt.transmission.content_sha256
    is_same = receipt.received.sha256 == original.sha256
    if not is_same and (stated is None or stated != original.read.content_sha256):
        raise CannotDo(
            "Ce fichier n'est pas celui auquel cet accusé répond : ni ses octets ni son contenu "
            "n'ont l'empreinte de l'accusé.",
            "This file is not the one that the receipt answers: neither its bytes nor its content "
            "have the digest of the receipt.",
        )
    if receipt.disposition is Disposition.CONFLICT:
        raise CannotDo(
            "Conflit : cet identifiant a déjà servi. Prenez l'accusé qui fait foi.",
            "Conflict: this id was used before. Take the receipt that stands.",
        )
    if not receipt.disposition.has_line_verdicts:
        raise CannotDo(
            "Aucune ligne n'a été jugée : corrigez le fichier lui-même (« check »), son "
            "identifiant peut resservir.",
            "No line was judged: correct the file itself (`check`), its id may be used again.",
        )


def every_line(receipt: Acknowledgement, lines: bytes | None) -> tuple[LineEntry, ...]:
    """The lines of the receipt; beyond those inline, from a copy of its `/lines`.

    Raises:
        CannotDo: lines are missing, or the copy is not of this receipt.
    """
    if lines is None:
        if receipt.lines_total is not None and receipt.lines_total > len(receipt.lines):
            raise CannotDo(
                f"L'accusé ne porte que {len(receipt.lines)} lignes sur {receipt.lines_total} : "
                f"prenez /v1/receipts/{receipt.id}/lines (JSON) et donnez-le par --lines.",
                f"The receipt holds {len(receipt.lines)} lines of {receipt.lines_total} only: "
                f"take /v1/receipts/{receipt.id}/lines (JSON) and give it by --lines.",
            )
        return receipt.lines
    try:
        listed = orjson.loads(lines)["lines"]
        octets = b"\n".join(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in listed)
        entries = msgspec.convert(listed, tuple[LineEntry, ...])
    except (ValueError, LookupError, TypeError):
        octets, entries = b"", ()
    if hashlib.sha256(octets).hexdigest() != receipt.lines_sha256:
        raise CannotDo(
            "Ces lignes ne sont pas celles de l'accusé : leur empreinte diffère.",
            "These lines are not those of the receipt: their digest differs.",
        )
    return entries


def chosen(
    receipt: Acknowledgement, entries: tuple[LineEntry, ...], original: Original
) -> tuple[Chosen, ...]:
    """Each line that was not accepted, with its fate.

    Raises:
        CannotDo: a line of the receipt is not that of the file.
    """
    codes = {entry.code: entry for entry in receipt.codes}
    found = []
    for entry in entries:
        if entry.verdict is Verdict.ACCEPTED_WITH_WARNINGS:
            continue
        if not 0 < entry.index <= original.count or (
            entry.ref is not None and entry.ref != original.ref(entry.index - 1)
        ):
            raise CannotDo(
                f"La ligne {entry.index} de l'accusé n'est pas dans ce fichier.",
                f"Line {entry.index} of the receipt is not in this file.",
            )
        found.append(Chosen(entry, _fate(entry, codes)))
    return tuple(found)


def _fate(entry: LineEntry, codes: dict[str, CodeEntry]) -> Fate:
    if entry.verdict is Verdict.HELD:
        return Fate.HELD
    closed = FindingEntry(code=_CLOSED, pointer=f"/results/{entry.index - 1}")
    if closed in entry.findings:  # by a correction or a cancellation, which has its own verdict
        return Fate.NOTHING
    every = [codes[finding.code] for finding in entry.findings if finding.code in codes]
    actions = {code.action for code in every if code.level in _REFUSING}
    if Action.CORRECT in actions:
        return Fate.CORRECT
    return Fate.RESEND if actions & _LATER else Fate.NOTHING
