"""What Ameli and Sirene answer in the stories: at every door the same, by worker, by employer."""

from datetime import UTC, date, datetime

from gateway.identifiers import Siret
from gateway.model.verification import (
    Cause,
    ComparedIdentity,
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    IdentityOutcome,
    NotAnswered,
    Period,
    Source,
    UnknownEstablishment,
    VerifiedEstablishment,
    VerifiedIdentity,
)
from tests.differential import people

CHECKED_AT = datetime(2026, 11, 19, 4, 0, tzinfo=UTC)
OUTCOMES = {person.nir: outcome for outcome, person in people.SEEN_BY_AMELI.items()}


class OutsideAnswers:
    """A `Verification` that knows everything, or that Ameli is silent of somebody."""

    def establishments(self, sirets, *, on, within_s, later=False):
        del on, within_s, later
        return {siret: _establishment(siret) for siret in sirets}

    def identities(self, workers, *, within_s, later=False):
        del within_s, later
        return {nir: _identity(nir) for nir in workers}


def _establishment(siret):
    opened = date(1990, 1, 1)
    existing = ExistingEstablishment(siret=siret, periods=(Period(start=opened, is_active=True),))
    closed = ExistingEstablishment(
        siret=siret,
        periods=(
            Period(start=date(2026, 3, 1), is_active=False),
            Period(start=opened, end=date(2026, 2, 28), is_active=True),
        ),
        successor=Siret.parse(people.E1) if str(siret) == people.SUCCEEDED else None,
    )
    answer = {
        people.NEVER_HEARD_OF: UnknownEstablishment(siret=siret),
        people.CLOSED: closed,
        people.SUCCEEDED: closed,
        people.DOUBLE: DuplicateEstablishment(siret=siret, kept=Siret.parse(people.E1)),
        people.E3: HiddenEstablishment(siret=siret),
    }.get(str(siret), existing)
    return VerifiedEstablishment(answer=answer, source=Source.ONLINE, checked_at=CHECKED_AT)


def _identity(nir):
    outcome = OUTCOMES.get(nir.reveal(), "VERIFIED")
    if outcome == "SILENT":
        return VerifiedIdentity(answer=NotAnswered(cause=Cause.TIMEOUT))
    answer = ComparedIdentity(outcome=IdentityOutcome(outcome))
    return VerifiedIdentity(answer=answer, source=Source.ONLINE, checked_at=CHECKED_AT)
