"""The blind indexes by which people are found who sign in; each has a purpose of its own.

A worker by name and date of birth, in `directory_indexes` beside the index of the NIR; a contact by
the address, in its own row. They are written with the row. Rows that were there before are indexed
by `gateway.storage.people_filling`; until then nobody is looked up: of two who are alike, one that
is missing would make the other certain.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from gateway.errors import Overloaded
from gateway.model.contacts import folded_email
from gateway.ports import Sealer
from gateway.rules.names import fold
from gateway.storage.directory_tables import directory_contacts, directory_indexes
from gateway.storage.engine import RETRY_AFTER_S

_NAME_PURPOSE: Final = "worker-name"
_EMAIL_PURPOSE: Final = "contact-email"
_i, _c = directory_indexes.c, directory_contacts.c
_UNNAMED: Final = (
    select(_i.worker_id)
    .where(_i.version == bindparam("index_version"), _i.name_index.is_(None))
    .limit(1)
)
_UNINDEXED_CONTACT: Final = select(_c.contact_id).where(_c.email_index_version.is_(None)).limit(1)


def name_index(sealer: Sealer, birth_name: str, birth_date: str, *, version: int) -> bytes:
    """Of a name at birth, however it is spelled, and a date `YYYY-MM-DD` as it is stated."""
    return sealer.blind_index(_NAME_PURPOSE, f"{fold(birth_name)}|{birth_date}", version=version)


def email_index(sealer: Sealer, email: str | None, *, version: int) -> bytes | None:
    """Of an address, whatever its capitals; None of none."""
    if email is None:
        return None
    return sealer.blind_index(_EMAIL_PURPOSE, folded_email(email), version=version)


def is_named(connection: Connection, *, version: int) -> bool:
    """Whether every worker under that version of the index key has an index of the name."""
    return connection.execute(_UNNAMED, {"index_version": version}).first() is None


def are_contacts_indexed(connection: Connection) -> bool:
    """Whether every contact is, by whatever version."""
    return connection.execute(_UNINDEXED_CONTACT).first() is None


def not_yet() -> Overloaded:
    """What is raised while not everybody is found."""
    return Overloaded("people are being indexed", retry_after_s=RETRY_AFTER_S)
