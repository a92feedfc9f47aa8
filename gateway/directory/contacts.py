"""The file of an establishment's contacts: one person in one quality a row (docs/directory.md)."""

import re
from collections.abc import Iterator
from typing import Final, TextIO

from gateway.directory import cells as cell
from gateway.directory.cells import Cells
from gateway.directory.reasons import RowRefused
from gateway.directory.rows import BadRow, ContactRow
from gateway.directory.sheet import Sheet
from gateway.identifiers import InvalidIdentifier, Rpps
from gateway.model.contacts import Contact, ContactKind
from gateway.model.partner_notices import MailAddress, NotAnAddress

CONTACTS: Final = Sheet(
    required=("employer_siret", "role", "name"),
    optional=("function", "email", "phone", "rpps"),
)
_KINDS: Final = frozenset(kind.value for kind in ContactKind)
NOBODY: Final = "NONE"
"""As a role: the establishment has no contact any more."""
_NAME: Final = 160
_FUNCTION: Final = 80
_PHONE: Final = re.compile(r"\+?\d{6,15}", re.ASCII)
_BETWEEN_DIGITS: Final = str.maketrans("", "", " .-()\u00a0\u202f")


def read_contacts(stream: TextIO) -> Iterator[ContactRow | BadRow]:
    """The rows of `stream`, good and bad, in order; see `Sheet.rows`."""
    for found in CONTACTS.rows(stream):
        if isinstance(found, BadRow):
            yield found
            continue
        number, cells = found
        try:
            employer = cell.siret(cells["employer_siret"], "employer_siret")
            yield ContactRow(number=number, employer=employer, contact=_contact(cells))
        except RowRefused as fault:
            yield fault.at(number)


def _contact(cells: Cells) -> Contact | None:
    if cells["role"].strip().upper() == NOBODY:
        for column in ("name", *CONTACTS.optional):
            if cells.get(column, "").strip():
                raise RowRefused(column, "NOBODY")
        return None
    contact = Contact(
        kind=ContactKind(cell.code(cells, "role", allowed=_KINDS)),
        name=cell.text(cells, "name", limit=_NAME),
        function=cell.optional_text(cells, "function", limit=_FUNCTION),
        email=_email(cells),
        phone=_phone(cells),
        rpps=_rpps(cells),
    )
    if contact.email is None and contact.phone is None:
        raise RowRefused("email", "REACHED")
    if (contact.rpps is not None) is not (contact.kind is ContactKind.PHYSICIAN):
        raise RowRefused("rpps", "RPPS")
    return contact


def _email(cells: Cells) -> str | None:
    found = cells.get("email", "").strip()
    try:
        return str(MailAddress.parse(found)) if found else None
    except NotAnAddress:
        raise RowRefused("email", "EMAIL") from None


def _phone(cells: Cells) -> str | None:
    found = cells.get("phone", "").strip().translate(_BETWEEN_DIGITS)
    if not found:
        return None
    if not _PHONE.fullmatch(found):
        raise RowRefused("phone", "PHONE")
    return found


def _rpps(cells: Cells) -> Rpps | None:
    found = "".join(cells.get("rpps", "").split())
    try:
        return Rpps.parse(found) if found else None
    except InvalidIdentifier as error:
        raise RowRefused("rpps", error.code) from None
