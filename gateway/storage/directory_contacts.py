"""Who stands for an establishment, on SQL: taking rows in, and telling a sender whom to warn.

The context of a seal names the contact's id: what is sealed does not open in another row.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from gateway.directory.rows import ContactRow
from gateway.directory.store import Saved
from gateway.identifiers import Rpps, Siret
from gateway.model.audit import GATEWAY, Act, Actor, ActorKind, Deed
from gateway.model.contacts import TO_WARN, Contact, ContactKind
from gateway.ports import Clock, DataKey, Sealer
from gateway.storage.audit_trail import enter
from gateway.storage.bulk import Among, lists_of
from gateway.storage.directory_intake import TURN
from gateway.storage.directory_keys import DirectoryKeys
from gateway.storage.directory_tables import directory_attachments, directory_contacts
from gateway.storage.engine import reading, wait_for_turn
from gateway.storage.import_turn import import_turn
from gateway.storage.people_indexes import email_index
from gateway.storage.sealing_tables import keys_in_use
from gateway.storage.writer import Writer

_CONTACT_ID_BYTES: Final = 12
_a, _c = directory_attachments.c, directory_contacts.c
_CONTACTS: Final = Among(select(directory_contacts), employers=_c.employer)
_ATTACHED: Final = Among(
    select(_a.sender)
    .where(
        _a.employer == bindparam("employer"),
        _a.start_day <= bindparam("until"),
        or_(_a.end_day.is_(None), _a.end_day >= bindparam("since")),
    )
    .limit(1),
    senders=_a.sender,
)


class _Person(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is sealed of a contact."""

    name: str
    function: str | None
    email: str | None
    phone: str | None
    rpps: str | None

    def __repr__(self) -> str:
        return "Person(…)"


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(_Person).decode


class SqlDirectoryContacts:
    """Implements `ports.contacts.ContactDirectory` and `gateway.directory.store.ContactStore`."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who imports."""
        self._clock = clock
        self._by = by
        self._engine = reading(engine)
        self._writer = writer
        self._sealer = sealer
        self._keys = DirectoryKeys(sealer=sealer)

    def to_warn(
        self, siret: str, *, by: str, senders: Iterable[Siret], since: date, until: date
    ) -> Sequence[Contact] | None:
        """See `ports.contacts`."""
        asked = {
            "senders": sorted({str(sender) for sender in senders}),
            "employer": siret,
            "since": since,
            "until": until,
        }
        with self._engine.connect() as connection:
            if connection.execute(_ATTACHED.on(connection), asked).first() is None:
                return None
            keys = self._keys.by_generation(connection)
            rows = connection.execute(_CONTACTS.on(connection), {"employers": [siret]}).all()
        kinds = {kind.value for kind in TO_WARN}
        found = [opened_contact(keys[row.key_generation], row) for row in rows if row.kind in kinds]
        told = Deed(
            act=Act.DIRECTORY_CONTACTS_READ,
            by=Actor(ActorKind.PARTNER, by),
            at=self._clock.now(),
            partner=by,
            details={"siret": siret, "contacts": str(len(found))},
        )
        self._writer.run(lambda connection: enter(connection, told))
        return sorted(found, key=lambda contact: (contact.kind.value, contact.name))

    def importing(self) -> AbstractContextManager[None]:
        """See `ContactStore`."""
        return import_turn(self._engine)

    def save(self, rows: Sequence[ContactRow], *, version: str) -> Saved:
        """See `ContactStore`."""
        return self._writer.run(lambda connection: self._take_in(connection, rows, version))

    def finish(self, version: str) -> int:
        """See `ContactStore`."""

        def end(connection: Connection) -> int:
            removed = _finish(connection, version)
            details = {"version": version, "removed": str(removed)}
            self._enter(connection, Act.DIRECTORY_CONTACTS_IMPORTED, **details)
            return removed

        return self._writer.run(end)

    def _take_in(self, connection: Connection, rows: Sequence[ContactRow], version: str) -> Saved:
        wait_for_turn(connection, TURN)
        in_use = keys_in_use(connection)  # it stays: who changes it takes this turn
        self._sealer.follow(in_use)
        self._keys.make_first(connection)
        keys = self._keys.by_generation(connection)
        known = _known(connection, keys, {str(row.employer) for row in rows})
        seen, new, nobody = [], [], set()
        for row in rows:
            contacts = known[str(row.employer)]
            if row.contact is None:
                nobody.add(str(row.employer))
            elif row.contact in contacts:
                seen.append({"of": contacts[row.contact]})
            else:
                contacts[row.contact] = contact_id = secrets.token_urlsafe(_CONTACT_ID_BYTES)
                sealed = _sealed(row.contact, contact_id, generation=max(keys), keys=keys)
                stated = {"employer": str(row.employer), "seen_in": version}
                found_by = {
                    "email_index": email_index(
                        self._sealer, row.contact.email, version=in_use.index
                    ),
                    "email_index_version": in_use.index,
                }
                new.append({**sealed, **stated, **found_by})
        if seen:
            again = update(directory_contacts).where(_c.contact_id == bindparam("of"))
            connection.execute(again.values(seen_in=version), seen)
        if new:
            connection.execute(insert(directory_contacts), new)
        emptied = sum(_empty(connection, employer, version) for employer in sorted(nobody))
        unchanged = len(rows) - len(new) - emptied
        if new or emptied:
            counts = {"added": str(len(new)), "changed": str(emptied)}
            self._enter(connection, Act.DIRECTORY_CONTACTS_WRITTEN, version=version, **counts)
        return Saved(added=len(new), changed=emptied, unchanged=unchanged)

    def _enter(self, connection: Connection, act: Act, **details: str) -> None:
        enter(connection, Deed(act=act, by=self._by, at=self._clock.now(), details=details))


def _known(
    connection: Connection, keys: dict[int, DataKey], employers: set[str]
) -> dict[str, dict[Contact, str]]:
    """The contacts of these establishments, each with its id."""
    known: dict[str, dict[Contact, str]] = defaultdict(dict)
    for asked in lists_of(sorted(employers), connection):
        for row in connection.execute(_CONTACTS.on(connection), {"employers": asked}):
            known[row.employer][opened_contact(keys[row.key_generation], row)] = row.contact_id
    return known


def _empty(connection: Connection, employer: str, version: str) -> bool:
    """Take away what `version` did not state of that establishment; whether there was any."""
    gone = delete(directory_contacts).where(_c.employer == employer, _c.seen_in != version)
    return connection.execute(gone).rowcount > 0


def _finish(connection: Connection, version: str) -> int:
    wait_for_turn(connection, TURN)
    stated = directory_contacts.alias("stated")
    is_stated = exists().where(stated.c.employer == _c.employer, stated.c.seen_in == version)
    gone = delete(directory_contacts).where(_c.seen_in != version, is_stated)
    return connection.execute(gone).rowcount


def _sealed(
    contact: Contact, contact_id: str, *, generation: int, keys: dict[int, DataKey]
) -> dict[str, object]:
    rpps = None if contact.rpps is None else str(contact.rpps)
    person = _Person(contact.name, contact.function, contact.email, contact.phone, rpps)
    return {
        "contact_id": contact_id,
        "kind": contact.kind.value,
        "key_generation": generation,
        "sealed_contact": keys[generation].seal(_encode(person), context=_context(contact_id)),
    }


def opened_contact(key: DataKey, row: Row[Any]) -> Contact:
    """Who it is, of a row of `directory_contacts`."""
    person = _decode(key.open(row.sealed_contact, context=_context(row.contact_id)))
    return Contact(
        kind=ContactKind(row.kind),
        name=person.name,
        function=person.function,
        email=person.email,
        phone=person.phone,
        rpps=None if person.rpps is None else Rpps(person.rpps),
    )


def _context(contact_id: str) -> bytes:
    return f"directory_contacts|{contact_id}|sealed_contact".encode()
