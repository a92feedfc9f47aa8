"""A partner as a row of `partners`, and back."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.parts import instant
from gateway.model.transmission import Flow, SenderType
from gateway.storage.partner_tables import NO_SENDER

MAX_SHOWN: Final = 32
"""Characters of an accreditation that the audit trail tells: all that a message can name."""


def columns_of(partner: Partner) -> dict[str, object]:
    """The values of its row."""
    return {
        "id": partner.id,
        "name": partner.name,
        "siret": str(partner.siret),
        "type": NO_SENDER if partner.type is None else partner.type.value,
        "flows": ",".join(sorted(partner.flows)),
        "accreditation": partner.accreditation,
        "accredited_from": partner.accredited_from,
        "accredited_to": partner.accredited_to,
        "suspended_from": partner.suspended_from,
        "disabled_at": partner.disabled_at,
        "failure_budget": partner.failure_budget,
        "demands_signature": partner.demands_signature,
    }


def rights_of(partner: Partner) -> dict[str, str]:
    """What an enrolment gives, as the audit trail tells it; never the name."""
    rights = {
        "siret": str(partner.siret),
        "type": partner.type,
        "flows": ",".join(sorted(partner.flows)),
        "accreditation": partner.accreditation and partner.accreditation[:MAX_SHOWN],
        "accredited": _between(partner.accredited_from, partner.accredited_to),
        "suspendedFrom": partner.suspended_from,
        "failureBudget": partner.failure_budget,
    }
    return {name: str(value) for name, value in rights.items() if value not in {None, ""}}


def opens_until(now: datetime, days: int | None) -> dict[str, str]:
    """Until when a token given `now` opens, as the audit trail tells it."""
    return {"tokenUntil": "NEVER" if days is None else instant(now + timedelta(days=days))}


def _between(first: date | None, last: date | None) -> str:
    return f"{first or ''}..{last or ''}".removesuffix("..") if first or last else ""


def partner_of_row(row: Row[Any]) -> Partner:
    """The partner of a row that holds every column of `partners`."""
    return Partner(
        id=row.id,
        name=row.name,
        siret=Siret(row.siret),
        type=None if row.type == NO_SENDER else SenderType(row.type),
        flows=frozenset(map(Flow, row.flows.split(","))) if row.flows else frozenset(),
        accreditation=row.accreditation,
        accredited_from=row.accredited_from,
        accredited_to=row.accredited_to,
        suspended_from=row.suspended_from,
        disabled_at=row.disabled_at,
        failure_budget=row.failure_budget,
        demands_signature=row.demands_signature,
    )
