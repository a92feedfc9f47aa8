"""The state that outside registers give a worker's identity, and an establishment.

Traits are named, values never told: no number, no name, no date of a person comes back.
"""

from datetime import date
from typing import Final

from starlette.responses import Response

from gateway.api.exchange import Exchange
from gateway.api.lanes import Lanes
from gateway.api.replies import JSON, json_reply, negotiated
from gateway.errors import BadRequest, NotFound
from gateway.model.enquiry import EstablishmentTold, IdentityTold
from gateway.model.partners import Submitter
from gateway.model.parts import instant
from gateway.model.verification import (
    ComparedIdentity,
    DuplicateEstablishment,
    ExistingEstablishment,
    IdentityOutcome,
    VerifiedEstablishment,
    VerifiedIdentity,
)
from gateway.verification.enquiring import Enquiring
from gateway.wire.shape import Json
from gateway.wire.v1.question import read_question, siret_of

MAX_QUESTION_BYTES: Final = 16 * 1024
_HIDDEN: Final = "[ND]"
"""What Sirene writes for what it may not tell."""
_CODES: Final = {
    IdentityOutcome.VERIFIED_WITH_DIFFERENCE: "I021",
    IdentityOutcome.FORMER_NUMBER: "I022",
    IdentityOutcome.DISCORDANT: "I023",
    IdentityOutcome.NOT_FOUND: "I024",
    IdentityOutcome.AMBIGUOUS: "I024",
}


class Verifications:
    """The doors of single questions."""

    def __init__(self, *, enquiring: Enquiring, lanes: Lanes) -> None:
        self._enquiring = enquiring
        self._lanes = lanes

    async def worker(self, exchange: Exchange, submitter: Submitter) -> Response:
        """`verifyWorker`.

        Raises:
            NotFound: number, couple or attachment is unknown: the same answer for the three.
            Overloaded: Ameli has not answered, and nobody would ask it again.
            TooManyRequests: too many unknown couples within a day.
        """
        negotiated(exchange, JSON)
        exchange.media_type(frozenset({JSON}))
        question = read_question(await exchange.body(max_bytes=MAX_QUESTION_BYTES))
        told = await self._lanes.run(
            lambda: self._enquiring.identity(
                question, partner_id=submitter.partner.id, senders=submitter.senders
            )
        )
        return json_reply(exchange, _identity(told))

    async def establishment(
        self, exchange: Exchange, submitter: Submitter, siret: str, day: str | None
    ) -> Response:
        """`readEstablishment`.

        Raises:
            NotFound: there is none that Sirene knows under this SIRET.
            Overloaded: Sirene has not answered.
        """
        negotiated(exchange, JSON)
        asked, on = siret_of(siret), _day(day)
        if asked is None:
            raise NotFound
        told = await self._lanes.run(
            lambda: self._enquiring.establishment(asked, on=on, partner_id=submitter.partner.id)
        )
        return json_reply(exchange, _establishment(told))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("date") from None


def _identity(told: IdentityTold) -> Json:
    form: dict[str, Json] = {"comparedWith": "AMELI", "outcome": "NOT_VERIFIED"}
    if told.unlike_register:
        differences = sorted(trait.value for trait in told.unlike_register)
        return {
            "comparedWith": "REGISTER",
            "outcome": IdentityOutcome.DISCORDANT.value,
            "differences": differences,
            "code": "I011",
        }
    if told.verified is None:
        return form
    answer = told.verified.answer
    if not isinstance(answer, ComparedIdentity):
        return {**form, "outcome": "WAITING", "code": "V001"}
    form["outcome"] = answer.outcome.value
    if answer.differences:
        form["differences"] = sorted(trait.value for trait in answer.differences)
    if answer.outcome in _CODES:
        form["code"] = _CODES[answer.outcome]
    return {**form, **_checked(told.verified)}


def _establishment(told: EstablishmentTold) -> Json:
    answer = told.verified.answer
    form: dict[str, Json] = {
        "siret": str(told.siret),
        "date": told.on.isoformat(),
        "state": "HIDDEN",
        **_checked(told.verified),
    }
    if isinstance(answer, DuplicateEstablishment):
        return {**form, "state": "DUPLICATE", "proposed": str(answer.kept), "code": "E004"}
    if isinstance(answer, ExistingEstablishment):
        return {**form, **_existing(answer, told.on)}
    return form


def _existing(answer: ExistingEstablishment, on: date) -> dict[str, Json]:
    is_active = answer.is_active_on(on)
    form: dict[str, Json] = {"state": {True: "ACTIVE", False: "CLOSED", None: "UNTOLD"}[is_active]}
    if is_active is False:
        form["code"] = "E003" if answer.successor is None else "E004"
        if answer.successor is not None:
            form["proposed"] = str(answer.successor)
    named = (("name", answer.name), ("commune", answer.commune))
    told = {
        member: value
        for member, value in named
        if value is not None and value != _HIDDEN and (answer.is_public or member == "commune")
    }
    return {**form, **told}


def _checked(state: VerifiedEstablishment | VerifiedIdentity) -> dict[str, Json]:
    form: dict[str, Json] = {"fresh": state.is_fresh}
    if state.source is not None:
        form["source"] = state.source.value
    if isinstance(state, VerifiedEstablishment) and state.stock_month is not None:
        form["stockMonth"] = state.stock_month
    if state.checked_at is not None:
        form["checkedAt"] = instant(state.checked_at)
    return form
