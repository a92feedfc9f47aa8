"""The doors of enrolment: the root of trust, keys enrolled and revoked, lists of those revoked."""

from base64 import b64encode
from typing import Final

from starlette.responses import Response

from gateway.api.credential_form import credential_form
from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.replies import JSON, json_reply, negotiated, reply
from gateway.errors import BodyTooLarge
from gateway.model.partners import CredentialKind
from gateway.model.parts import instant
from gateway.partners.enrolment import Enrolled
from gateway.partners.installed import InstalledEnrolment
from gateway.partners.openings import ByCredential, Opening
from gateway.wire.shape import Json

MAX_OFFER_BYTES: Final = 64 * 1024
"""A certificate with eight above it, in base64, takes some 30 KiB."""
_LIST: Final = "application/pkix-crl"
_NOT_STORED: Final = {"cache-control": "no-store"}
_AN_HOUR: Final = {"cache-control": "public, max-age=3600"}


class EnrolmentDoors:
    """Reads what is asked, and renders what became of it."""

    def __init__(self, *, installed: InstalledEnrolment, lanes: Lanes) -> None:
        self._enrolment = installed.enrolment
        self._own = installed.own
        self._root = installed.root
        self._lanes = lanes

    async def root_of_trust(self, exchange: Exchange) -> Response:
        """`readEnrolment`."""
        return json_reply(exchange, await self._lanes.read(self._root.stated))

    async def enrol(self, exchange: Exchange, opening: Opening) -> Response:
        """`enrol`: the body is read only now that something good opened the door."""
        negotiated(exchange, JSON)
        exchange.media_type(frozenset({JSON}))
        body = await exchange.body()
        if len(body) > MAX_OFFER_BYTES:
            raise BodyTooLarge
        enrolled = await self._lanes.run(lambda: self._enrolment.enrol(opening, body))
        return json_reply(exchange, _enrolled(enrolled), status=201, headers=_NOT_STORED)

    async def revoke(self, exchange: Exchange, opening: ByCredential) -> Response:
        """`revokeCredential`."""
        negotiated(exchange, JSON)
        at = await self._lanes.run(lambda: self._enrolment.revoke(opening))
        form: Json = {"thumbprint": opening.named, "revokedAt": instant(at)}
        return json_reply(exchange, form, headers=_NOT_STORED)

    async def revocation_list(self, exchange: Exchange, authority: str) -> Response:
        """`readRevocationList`."""
        negotiated(exchange, _LIST)
        der = await self._lanes.read(lambda: self._own.revocation_list(authority))
        return reply(der, _LIST, headers=_AN_HOUR)


def _enrolled(enrolled: Enrolled) -> Json:
    partner, credential = enrolled.partner, enrolled.credential
    form: dict[str, Json] = {
        "partner": {"id": partner.id, "name": partner.name, "siret": str(partner.siret)},
        "credential": credential_form(credential),
    }
    if credential.kind is CredentialKind.CERTIFICATE and enrolled.chain:
        path = (credential.public, *enrolled.chain)
        form["certificates"] = [b64encode(der).decode("ascii") for der in path]
    return form
