"""People of nobody who sign in, as tests state them."""

import secrets
from datetime import UTC, datetime, timedelta

from gateway.identifiers import Siret
from gateway.model.accounts import (
    LONGEST_SESSION,
    AccountKind,
    LinkBasis,
    NewLink,
    Session,
    Subject,
    WaitingIdentity,
)
from gateway.model.federation import (
    FRANCE,
    Assurance,
    Authentication,
    BirthDay,
    Person,
    Pivot,
    Professional,
    Provider,
    SignedIn,
    SignOutHandle,
    Strength,
)

NOW = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
EMPLOYER = Siret.parse("78467169500012")
HINT = "header.claims.signature"
AGENT = Siret.parse("35600000000048")
ISSUERS = {
    Provider.PROCONNECT: "https://proconnect.invalid/api/v2",
    Provider.FRANCECONNECT: "https://franceconnect.invalid/api/v2",
}


def a_subject(subject="s-1", provider=Provider.PROCONNECT):
    return Subject(issuer=ISSUERS[provider], subject=subject)


def an_authentication(
    assurance=Assurance.SUBSTANTIAL, strength=Strength.STRONG_MFA, *, is_certified=False, at=NOW
):
    return Authentication(
        acr=f"eidas{assurance:d}",
        assurance=assurance,
        strength=strength,
        is_role_certified=is_certified,
        at=at,
    )


def a_professional(
    email="anne.moreau@exemple.fr", usual_name="MOREAU", siret=EMPLOYER, given_name="Anne"
):
    return Professional(
        given_name=given_name, usual_name=usual_name, email=email, uid="u-1", siret=siret
    )


def a_person(**changes):
    """Angela Dubois, born in Paris in 1962."""
    pivot = {
        "birth_name": "DUBOIS",
        "given_names": ("Angela", "Claire", "Louise"),
        "birth": BirthDay(year=1962, month=8, day=24),
        "sex": "F",
        "birthplace": "75107",
        "birthcountry": FRANCE,
    }
    return Person(pivot=Pivot(**pivot | changes), email="angela@exemple.fr")


def a_sign_in(identity=None, subject="s-1", **changes):
    identity = identity or a_person()
    is_person = isinstance(identity, Person)
    provider = Provider.FRANCECONNECT if is_person else Provider.PROCONNECT
    stated = {
        "provider": provider,
        "issuer": ISSUERS[provider],
        "subject": subject,
        "authentication": an_authentication(),
        "identity": identity,
        "id_token_sha256": secrets.token_hex(32),
        "expires_at": NOW + timedelta(minutes=1),
        "sign_out": SignOutHandle(id_token_hint=HINT),
    }
    return SignedIn(**stated | changes)


def a_link(subject=None, *, email="anne.moreau@exemple.fr", pivot=None, at=NOW, **changes):
    stated = {
        "subject": subject or a_subject(),
        "provider": Provider.PROCONNECT,
        "basis": LinkBasis.FIRST_SIGN_IN,
        "acr": "eidas2",
        "email": email,
        "claims_email": email is not None,
        "pivot_sha256": pivot,
        "at": at,
    }
    return NewLink(**stated | changes)


def a_session(account_id, session_id=None, *, at=NOW, **changes):
    stated = {
        "id": session_id or secrets.token_urlsafe(32),
        "account_id": account_id,
        "kind": AccountKind.PROFESSIONAL,
        "provider": Provider.PROCONNECT,
        "authentication": an_authentication(at=at),
        "professional": a_professional(),
        "sign_out": SignOutHandle(id_token_hint=HINT),
        "begun_at": at,
        "last_seen_at": at,
        "ends_at": at + LONGEST_SESSION,
    }
    return Session(**stated | changes)


def who_waits(waiting_id=None, *, since=NOW, **changes):
    return WaitingIdentity(
        id=waiting_id or secrets.token_urlsafe(32),
        signed_in=a_sign_in(**changes),
        return_to="/identite/sessions",
        since=since,
    )
