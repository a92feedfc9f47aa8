"""Whom a body warns of a result above a limit (Code du travail R. 4451-79)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.replies import json_reply
from gateway.errors import NotFound
from gateway.model.contacts import Contact
from gateway.model.partners import Submitter
from gateway.model.parts import legal_day
from gateway.ports import Clock
from gateway.ports.contacts import ContactDirectory
from gateway.wire.shape import Json

STILL_ATTACHED_DAYS: Final = 183
"""A dosimeter is worn for up to three months and read within twenty days of their end, an analysis
takes longer: who has sent for a worker may have to warn of him after the attachment has ended."""

READINGS_AN_HOUR: Final = 120
"""Each is entered in the audit trail, hence a leaf of the evidence log: nobody floods it."""


class Establishments:
    """Contacts of establishments, for senders attached to a worker there and for their agents."""

    def __init__(
        self,
        *,
        contacts: ContactDirectory,
        clock: Clock,
        lanes: Lanes,
        draw: Callable[[str], object],
    ) -> None:
        """`draw` on what a partner may read in an hour; raises `TooManyRequests` at its end."""
        self._draw = draw
        self._contacts = contacts
        self._clock = clock
        self._lanes = lanes

    async def contacts(self, exchange: Exchange, submitter: Submitter, siret: str) -> Response:
        """`readContacts`.

        Raises:
            NotFound: no such establishment, or none of whose workers the submitter may send for:
                the same answer.
            TooManyRequests: it has read `READINGS_AN_HOUR` already.
        """
        self._draw(submitter.partner.id)
        today = legal_day(self._clock.now())
        since = today - timedelta(days=STILL_ATTACHED_DAYS)
        asking = partial(
            self._contacts.to_warn,
            siret,
            by=submitter.partner.id,
            senders=[sender.siret for sender in submitter.senders],
            since=since,
            until=today,
        )
        found = await self._lanes.read(asking)
        if found is None:
            raise NotFound
        form: dict[str, Json] = {"siret": siret}
        if found:
            form["contacts"] = [_contact(contact) for contact in found]
        return json_reply(exchange, form)


def _contact(contact: Contact) -> Json:
    form: dict[str, Json] = {"kind": contact.kind.value, "name": contact.name}
    for name in ("function", "email", "phone"):
        value = getattr(contact, name)
        if value is not None:
            form[name] = value
    if contact.rpps is not None:
        form["rpps"] = str(contact.rpps)
    return form
