"""What outside registers answer in the examples, of the employer and the worker of the bases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from gateway.identifiers import Siret
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    EstablishmentAnswer,
    ExistingEstablishment,
    IdentityAnswer,
    IdentityOutcome,
    NotAnswered,
    Period,
    Source,
    Verified,
    VerifiedEstablishment,
    VerifiedIdentity,
)
from gateway.rules.example import VerifiedExample
from gateway.rules.examplebases import EMPLOYER, SAME_COMPANY

CHECKED_AT: Final = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SUCCESSOR: Final = Siret.parse(SAME_COMPANY)
_OPENED_ON: Final = date(2015, 1, 1)

ACTIVE: Final = ExistingEstablishment(
    siret=Siret.parse(EMPLOYER), periods=(Period(start=_OPENED_ON, is_active=True),)
)
CONFIRMED: Final = ComparedIdentity(outcome=IdentityOutcome.VERIFIED, id_type="NIR")
SILENT: Final = NotAnswered(cause=Cause.OUTAGE)


def closed_on(day: date, *, successor: Siret | None = None) -> ExistingEstablishment:
    """The employer, closed since that day."""
    eve = day - timedelta(days=1)
    return ExistingEstablishment(
        siret=ACTIVE.siret,
        periods=(
            Period(start=day, is_active=False),
            Period(start=_OPENED_ON, end=eve, is_active=True),
        ),
        successor=successor,
    )


def verified(
    *, establishment: EstablishmentAnswer = ACTIVE, identity: IdentityAnswer = CONFIRMED
) -> Verified:
    """Both registers, on line and asked an hour before."""
    return Verified(
        establishment=VerifiedEstablishment(
            answer=establishment, is_fresh=True, **_checked(establishment)
        ),
        identity=VerifiedIdentity(answer=identity, is_fresh=True, **_checked(identity)),
    )


def verified_as(example: VerifiedExample, *, raises: bool) -> Verified:
    """What the registers say on one side of an example."""
    answer = example.fails if raises else example.passes
    if isinstance(answer, NotAnswered):
        is_of_ameli = example.register == "Ameli"
        return verified(identity=answer) if is_of_ameli else verified(establishment=answer)
    if isinstance(answer, ComparedIdentity):
        return verified(identity=answer)
    return verified(establishment=answer)


def _checked(answer: EstablishmentAnswer | IdentityAnswer) -> dict[str, Any]:
    if isinstance(answer, NotAnswered):
        return {}
    return {"source": Source.ONLINE, "checked_at": CHECKED_AT}
