"""Who is written to, or called, about an establishment's workers."""

from enum import StrEnum
from typing import Final

from gateway.identifiers import Rpps
from gateway.model.directory import Fact


class ContactKind(StrEnum):
    """In what quality somebody stands for an establishment."""

    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    CES = "CES"
    """The employer's correspondent for SISERI."""
    CRP = "CRP"
    """The radiation protection adviser (Code du travail R. 4451-112)."""
    PHYSICIAN = "PHYSICIAN"
    """The occupational physician whom the employer has designated."""


TO_WARN: Final = frozenset({ContactKind.CRP, ContactKind.PHYSICIAN})
"""Whom a body warns without delay of a result above a limit (Code du travail R. 4451-79)."""


class Contact(Fact, frozen=True, kw_only=True):
    """Somebody's professional address. It is a person's all the same: its `repr` shows nothing."""

    kind: ContactKind
    name: str
    function: str | None = None
    email: str | None = None
    phone: str | None = None
    """Digits, after `+` where it is international. An e-mail, a phone or both are there."""
    rpps: Rpps | None = None
    """Of a physician, and of nobody else."""


def folded_email(address: str) -> str:
    """An address as two are compared: no mailbox tells capitals apart.

    Those of ASCII alone: the Kelvin sign in small letters is a `k`, and another's mailbox.
    """
    stripped = address.strip()
    return stripped.lower() if stripped.isascii() else stripped
