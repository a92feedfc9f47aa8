"""Rules, rights, the signed ping, published keys, health."""

from collections.abc import Callable
from typing import Final

from lxml import etree
from starlette.responses import Response

from gateway.api.credential_form import credential_form
from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.notice_form import notice_form
from gateway.api.readiness import Readiness
from gateway.api.replies import (
    IN_BOTH_LANGUAGES,
    JSON,
    TEXT_XML,
    XML,
    json_reply,
    negotiated,
    reply,
)
from gateway.errors import NotFound
from gateway.model.directory import Partner
from gateway.model.partners import StandingMandate, Submitter
from gateway.model.parts import instant, legal_day
from gateway.ports import Clock, Credentials, PartnerRegister, Signer
from gateway.ports.partner_notices import NoticeOutbox
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.rule import Rule
from gateway.wire.canonical import jcs
from gateway.wire.shape import Json
from gateway.wire.v1.acknowledgement import AcknowledgementContract
from gateway.wire.xml import exclusive_c14n

PONG_TYPE: Final = "siseri-pong+jws"


class Reference:
    """What a partner asks about the gateway rather than about a transmission."""

    def __init__(
        self,
        *,
        clock: Clock,
        signer: Signer,
        contract: AcknowledgementContract,
        lanes: Lanes,
        environment: str,
        published_keys: Callable[[], Json],
        credentials: Credentials,
        register: PartnerRegister,
        outbox: NoticeOutbox,
        readiness: Readiness,
    ) -> None:
        self._clock = clock
        self._signer = signer
        self._contract = contract
        self._lanes = lanes
        self._environment = environment
        self._published_keys = published_keys
        self._credentials = credentials
        self._register = register
        self._outbox = outbox
        self._readiness = readiness

    async def rules(self, exchange: Exchange) -> Response:
        """`listRules`."""
        return json_reply(
            exchange,
            {
                "version": CATALOGUE.version,
                "sha256": CATALOGUE.sha256,
                "rules": [_rule(rule) for rule in CATALOGUE],
            },
            headers=IN_BOTH_LANGUAGES,
        )

    async def rule(self, exchange: Exchange, code: str) -> Response:
        """`readRule`."""
        if code not in CATALOGUE:
            raise NotFound
        return json_reply(exchange, _rule(CATALOGUE.rule(code)), headers=IN_BOTH_LANGUAGES)

    async def me(self, exchange: Exchange, submitter: Submitter) -> Response:
        """`readMe`."""
        form: dict[str, Json] = {"environment": self._environment, **_about(submitter)}
        enrolled = await self._lanes.read(
            lambda: self._credentials.credentials_of(submitter.partner.id)
        )
        if enrolled:
            form["credentials"] = [credential_form(one) for one in enrolled]
        today = legal_day(self._clock.now())
        held = await self._lanes.read(
            lambda: self._register.mandates_of(submitter.partner.id, today)
        )
        if held:
            form["mandates"] = [_mandate(one) for one in held]
        told = await self._lanes.read(lambda: self._outbox.upcoming(submitter.partner.id))
        if told:
            form["notices"] = [notice_form(*one) for one in told]
        return json_reply(exchange, form)

    async def ping(self, exchange: Exchange, submitter: Submitter) -> Response:
        """`ping`: signed, so that it proves credentials, clock and rights."""
        media_type = negotiated(exchange, JSON, XML, TEXT_XML)
        if media_type == JSON:
            return reply(await self._lanes.read(lambda: self._json_pong(submitter)), JSON)
        pong = await self._lanes.read(lambda: self.xml_pong(submitter))
        return reply(exclusive_c14n(pong), media_type)

    def xml_pong(self, submitter: Submitter) -> etree._Element:
        """A pong with its signature as last child."""
        element = self._contract.element("pong", "Pong", self._pong(submitter))
        element.set("Id", "pong")
        self._signer.sign_xml(element, signed_at=self._clock.now())
        return element

    def _json_pong(self, submitter: Submitter) -> bytes:
        pong = jcs(self._pong(submitter))
        signature = self._signer.sign_json(pong, typ=PONG_TYPE)
        return b'{"pong":%b,"signature":"%b"}' % (pong, signature)

    def _pong(self, submitter: Submitter) -> Json:
        return {
            "version": "1.0",
            "environment": self._environment,
            "at": instant(self._clock.now()),
            **_about(submitter),
        }

    async def signing_keys(self, exchange: Exchange) -> Response:
        """`readSigningKeys`."""
        return json_reply(exchange, await self._lanes.read(self._published_keys))

    async def live(self, exchange: Exchange) -> Response:
        """`readLiveness`: the loop answers."""
        return json_reply(exchange, {"status": "ok"})

    async def ready(self, exchange: Exchange) -> Response:
        """`readReadiness`: what transmissions need is there."""
        state = await self._lanes.read(self._readiness.look)
        form: dict[str, Json] = {"status": state.status}
        if state.failing:
            form["failing"] = list(state.failing)
        if state.warnings:
            form["warnings"] = list(state.warnings)
        return json_reply(exchange, form, status=503 if state.failing else 200)


def _about(submitter: Submitter) -> dict[str, Json]:
    partner, proven = submitter.partner, submitter.proven
    credential: dict[str, Json] = {"kind": proven.by.value}
    if proven.sha256 is not None:
        credential["sha256"] = proven.sha256
    if proven.expires_at is not None:
        credential["expiresAt"] = instant(proven.expires_at)
    form: dict[str, Json] = {
        "submitter": {"name": partner.name, "siret": str(partner.siret)},
        "credential": credential,
    }
    rights = [_right(sender) for sender in submitter.senders if sender.type is not None]
    if rights:
        form["rights"] = rights
    return form


def _right(sender: Partner) -> Json:
    return {
        "sender": str(sender.siret),
        "type": sender.type.value if sender.type is not None else "",
        "flows": sorted(flow.value for flow in sender.flows),
    }


def _mandate(held: StandingMandate) -> Json:
    form: dict[str, Json] = {"sender": str(held.sender), "start": held.start.isoformat()}
    if held.end is not None:
        form["end"] = held.end.isoformat()
    return form


def _rule(rule: Rule) -> Json:
    form: dict[str, Json] = {
        "code": rule.code,
        "level": rule.level.value,
        "actor": rule.actor.value,
        "action": rule.action.value,
        "text": {"fr": rule.fr, "en": rule.en},
        "source": rule.source,
        "validFrom": rule.valid_from.isoformat(),
    }
    if rule.valid_to is not None:
        form["validTo"] = rule.valid_to.isoformat()
    return form
