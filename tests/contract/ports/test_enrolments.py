"""What `ports.Enrolments` promises, over every implementation."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.errors import (
    EnrolledAlready,
    GatewayError,
    InvitationOver,
    NotAuthenticated,
    SlotsTaken,
)
from gateway.identifiers import Siret
from gateway.model.enrolment import Enrolling, RefusedEnrolment
from gateway.model.partners import Credential, CredentialKind
from gateway.storage.enrolments import SqlEnrolments
from gateway.storage.partner_credentials import SqlCredentials
from gateway.storage.partner_register import SqlPartnerRegister
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fake_credentials import MemoryCredentials
from tests.fake_enrolments import MemoryEnrolments
from tests.fakes import FixedClock, MemoryPartnerRegister

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OTHER = msgspec.structs.replace(LABORATORY, id="other", siret=Siret.parse("73282932000074"))


class Kept(msgspec.Struct, kw_only=True):
    """An implementation with those beside it."""

    enrolments: Any
    credentials: Any
    register: Any


@pytest.fixture(params=IMPLEMENTATIONS)
def kept(request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "memory":
        register: Any = MemoryPartnerRegister(clock=clock)
        credentials = MemoryCredentials()
        enrolments = MemoryEnrolments(register=register, credentials=credentials)
        for partner in (LABORATORY, OTHER):
            register.add(partner)
        yield Kept(enrolments=enrolments, credentials=credentials, register=register)
        return
    with a_database(request.param, tmp_path) as found:
        register = SqlPartnerRegister(**found.parts(), clock=clock)
        for partner in (LABORATORY, OTHER):
            register.add(partner)
        yield Kept(
            enrolments=SqlEnrolments(**found.parts()),
            credentials=SqlCredentials(**found.parts(), clock=clock),
            register=register,
        )


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def invite(kept: Kept, secret: str, partner: str = LABORATORY.id) -> bytes:
    kept.enrolments.invite(
        partner, digest=digest(secret), issued_at=NOON, expires_at=NOON + 14 * DAY
    )
    return digest(secret)


def enrolling(number: int = 1, key: int | None = None, **changes: Any) -> Enrolling:
    stated = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "partner_id": LABORATORY.id,
        "kind": CredentialKind.CERTIFICATE,
        "thumbprint": f"{number:043}",
        "public": b"DER",
        "not_before": NOON,
        "not_after": NOON + 1095 * DAY,
        "enrolled_at": NOON + timedelta(minutes=number),
    }
    return Enrolling(
        credential=Credential(**(stated | changes)),
        key_thumbprint=f"{number if key is None else key:042}k",
        authority="authority",
        serial=f"{number:x}",
    )


def test_an_invitation_is_found_by_its_digest_with_its_partner(kept: Kept) -> None:
    invite(kept, "secret")
    found = kept.enrolments.invitation(digest("secret"))
    assert found.partner == LABORATORY
    assert (found.issued_at, found.expires_at) == (NOON, NOON + 14 * DAY)
    assert (found.used_at, found.withdrawn_at) == (None, None)
    assert kept.enrolments.invitation(digest("another")) is None


def test_nobody_is_invited_who_is_no_partner(kept: Kept) -> None:
    with pytest.raises(LookupError):
        invite(kept, "secret", "nobody")
    kept.register.disable(LABORATORY.id)
    with pytest.raises(LookupError):
        invite(kept, "secret")


def test_the_invitation_of_a_disabled_partner_is_none(kept: Kept) -> None:
    found = invite(kept, "secret")
    kept.register.disable(LABORATORY.id)
    assert kept.enrolments.invitation(found) is None


def test_a_later_invitation_withdraws_the_one_before_of_that_partner_alone(kept: Kept) -> None:
    first, others = invite(kept, "first"), invite(kept, "others", OTHER.id)
    kept.enrolments.invite(
        LABORATORY.id, digest=digest("second"), issued_at=NOON + DAY, expires_at=NOON + 2 * DAY
    )
    assert kept.enrolments.invitation(first).withdrawn_at == NOON + DAY
    assert kept.enrolments.invitation(others).withdrawn_at is None
    with pytest.raises(InvitationOver):
        kept.enrolments.enrol_invited(enrolling(), digest=first)


def test_an_invitation_enrols_once_and_says_when(kept: Kept) -> None:
    found = invite(kept, "secret")
    kept.enrolments.enrol_invited(enrolling(), digest=found)
    assert kept.credentials.credentials_of(LABORATORY.id) == [enrolling().credential]
    assert kept.enrolments.invitation(found).used_at == enrolling().credential.enrolled_at
    with pytest.raises(InvitationOver):
        kept.enrolments.enrol_invited(enrolling(2), digest=found)
    assert kept.credentials.credential(enrolling(2).credential.thumbprint) is None


def test_of_eight_at_once_one_is_enrolled(kept: Kept) -> None:
    found = invite(kept, "secret")

    def attempt(number: int) -> str:
        try:
            kept.enrolments.enrol_invited(enrolling(number), digest=found)
        except GatewayError as error:
            return error.code
        return "enrolled"

    with ThreadPoolExecutor(8) as threads:
        outcomes = sorted(threads.map(attempt, range(1, 9)))
    assert outcomes == ["K015"] * 7 + ["enrolled"]
    assert len(kept.credentials.credentials_of(LABORATORY.id)) == 1


def test_an_invitation_serves_its_partner_and_its_time(kept: Kept) -> None:
    found = invite(kept, "secret")
    with pytest.raises(InvitationOver):
        kept.enrolments.enrol_invited(enrolling(partner_id=OTHER.id), digest=found)
    with pytest.raises(InvitationOver):
        kept.enrolments.enrol_invited(enrolling(enrolled_at=NOON + 14 * DAY), digest=found)
    kept.enrolments.enrol_invited(enrolling(enrolled_at=NOON + 13 * DAY), digest=found)


def test_a_refused_enrolment_does_not_use_the_invitation_up(kept: Kept) -> None:
    kept.enrolments.enrol_invited(enrolling(), digest=invite(kept, "first"))
    second = invite(kept, "second")
    with pytest.raises(EnrolledAlready):
        kept.enrolments.enrol_invited(enrolling(), digest=second)
    assert kept.enrolments.invitation(second).used_at is None
    kept.enrolments.enrol_invited(enrolling(2), digest=second)


def test_a_key_is_one_partners_whatever_its_certificates(kept: Kept) -> None:
    kept.enrolments.enrol_invited(enrolling(), digest=invite(kept, "first"))
    foreign = invite(kept, "foreign", OTHER.id)
    with pytest.raises(EnrolledAlready):
        kept.enrolments.enrol_invited(enrolling(2, key=1, partner_id=OTHER.id), digest=foreign)
    own = enrolling(3, key=1)
    kept.enrolments.enrol_beside(own, live=enrolling().credential.thumbprint)
    assert len(kept.credentials.credentials_of(LABORATORY.id)) == 2


def test_two_of_a_kind_are_live_at_once(kept: Kept) -> None:
    first = enrolling().credential.thumbprint
    kept.enrolments.enrol_invited(enrolling(), digest=invite(kept, "first"))
    kept.enrolments.enrol_beside(enrolling(2), live=first)
    with pytest.raises(SlotsTaken):
        kept.enrolments.enrol_beside(enrolling(3), live=first)
    kept.enrolments.enrol_beside(enrolling(4, kind=CredentialKind.JWK), live=first)
    kept.credentials.revoke(LABORATORY.id, first, NOON + DAY)
    kept.enrolments.enrol_beside(enrolling(5), live=enrolling(2).credential.thumbprint)


def test_one_past_its_time_takes_no_slot_and_opens_none(kept: Kept) -> None:
    short = {"not_after": NOON + DAY}
    kept.enrolments.enrol_invited(enrolling(**short), digest=invite(kept, "first"))
    kept.enrolments.enrol_beside(enrolling(2), live=enrolling().credential.thumbprint)
    later = {"enrolled_at": NOON + DAY}
    with pytest.raises(NotAuthenticated):
        kept.enrolments.enrol_beside(enrolling(3, **later), live=enrolling().credential.thumbprint)
    kept.enrolments.enrol_beside(enrolling(3, **later), live=enrolling(2).credential.thumbprint)


def test_a_live_credential_opens_for_its_own_partner(kept: Kept) -> None:
    kept.enrolments.enrol_invited(enrolling(), digest=invite(kept, "first"))
    live = enrolling().credential.thumbprint
    with pytest.raises(NotAuthenticated):
        kept.enrolments.enrol_beside(enrolling(2, partner_id=OTHER.id), live=live)
    with pytest.raises(NotAuthenticated):
        kept.enrolments.enrol_beside(enrolling(2), live="x" * 43)
    kept.credentials.revoke(LABORATORY.id, live, NOON)
    with pytest.raises(NotAuthenticated):
        kept.enrolments.enrol_beside(enrolling(2), live=live)


def test_refusals_are_kept_in_order_by_partner(kept: Kept) -> None:
    told = [
        RefusedEnrolment(partner_id=LABORATORY.id, at=NOON + number * DAY, code=f"K00{number}")
        for number in (1, 2, 3)
    ]
    for refused in (*reversed(told), RefusedEnrolment(partner_id=OTHER.id, at=NOON, code="K001")):
        kept.enrolments.note_refusal(refused)
    assert list(kept.enrolments.refusals(LABORATORY.id, since=NOON + 2 * DAY)) == told[1:]
    kept.enrolments.note_refusal(told[0])
    assert len(kept.enrolments.refusals(LABORATORY.id, since=NOON)) == 4
