"""What `ports.Credentials` promises, over every implementation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.model.partners import Credential, CredentialKind
from gateway.storage.partner_credentials import SqlCredentials
from gateway.storage.partner_register import SqlPartnerRegister
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.contract.ports.test_partner_register import LABORATORY
from tests.enrolled import put
from tests.fake_credentials import MemoryCredentials
from tests.fakes import FixedClock, MemoryPartnerRegister

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(params=IMPLEMENTATIONS)
def credentials(request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path) -> Iterator[Any]:
    if request.param == "memory":
        memory = MemoryPartnerRegister(clock=clock)
        memory.add(LABORATORY)
        yield MemoryCredentials()
        return
    with a_database(request.param, tmp_path) as found:
        SqlPartnerRegister(**found.parts(), clock=clock).add(LABORATORY)
        yield SqlCredentials(**found.parts(), clock=clock)


def a_credential(number: int = 1, **changes: object) -> Credential:
    stated = {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "partner_id": LABORATORY.id,
        "kind": CredentialKind.JWK,
        "thumbprint": f"{number:043}",
        "public": b'{"kty":"EC"}',
        "not_before": NOON,
        "enrolled_at": NOON + timedelta(minutes=number),
    }
    return Credential(**(stated | changes))  # type: ignore[arg-type]


def test_a_credential_is_found_by_its_thumbprint_as_it_was_enrolled(credentials: Any) -> None:
    certificate = a_credential(
        2,
        kind=CredentialKind.CERTIFICATE,
        not_after=NOON + timedelta(days=1095),
        allows_rsa_pkcs1_v15=True,
    )
    key = a_credential()
    put(credentials, certificate)
    put(credentials, key)
    assert credentials.credential(key.thumbprint) == key
    assert credentials.credential(certificate.thumbprint) == certificate
    assert credentials.credential("0" * 42) is None
    assert list(credentials.credentials_of(LABORATORY.id)) == [key, certificate]
    assert list(credentials.every()) == [key, certificate]
    assert list(credentials.credentials_of("nobody")) == []
    assert list(credentials.certificates()) == [certificate.thumbprint]
    credentials.revoke(LABORATORY.id, certificate.thumbprint, NOON)
    assert list(credentials.certificates()) == [certificate.thumbprint]


def test_a_revoked_credential_stays_and_keeps_its_first_date(credentials: Any) -> None:
    put(credentials, a_credential())
    for days in (1, 2):
        at = NOON + timedelta(days=days)
        credentials.revoke(LABORATORY.id, a_credential().thumbprint, at)
    revoked = credentials.credential(a_credential().thumbprint)
    assert revoked.revoked_at == NOON + timedelta(days=1)
    assert revoked.opens_at(NOON + timedelta(hours=23))
    assert not revoked.opens_at(NOON + timedelta(days=1))
    for partner, thumbprint in (("nobody", a_credential().thumbprint), (LABORATORY.id, "x")):
        with pytest.raises(LookupError):
            credentials.revoke(partner, thumbprint, NOON)


def test_a_certificate_is_granted_its_deviation_and_no_other_credential(credentials: Any) -> None:
    certificate = a_credential(kind=CredentialKind.CERTIFICATE)
    put(credentials, certificate)
    put(credentials, a_credential(2))
    for is_allowed in (True, False, True):
        credentials.allow_rsa_pkcs1_v15(
            LABORATORY.id, certificate.thumbprint, is_allowed=is_allowed
        )
        kept = credentials.credential(certificate.thumbprint)
        assert kept == msgspec.structs.replace(certificate, allows_rsa_pkcs1_v15=is_allowed)
    key = a_credential(2).thumbprint
    for partner, thumbprint in (("nobody", certificate.thumbprint), (LABORATORY.id, key)):
        with pytest.raises(LookupError):
            credentials.allow_rsa_pkcs1_v15(partner, thumbprint, is_allowed=True)
    assert not credentials.credential(key).allows_rsa_pkcs1_v15


def test_its_last_use_is_known_to_the_hour(credentials: Any) -> None:
    put(credentials, a_credential())

    def use_at(at: datetime) -> datetime | None:
        credentials.note_use(credentials.credential(a_credential().thumbprint), at)
        noted: Credential = credentials.credential(a_credential().thumbprint)
        return noted.last_used_at

    assert use_at(NOON) == NOON
    assert use_at(NOON + timedelta(minutes=59)) == NOON
    assert use_at(NOON + timedelta(minutes=60)) == NOON + timedelta(minutes=60)


def test_it_opens_nothing_before_its_first_moment_nor_from_its_last() -> None:
    certificate = a_credential(not_after=NOON + timedelta(seconds=1))
    assert not certificate.opens_at(NOON - timedelta(milliseconds=1))
    assert certificate.opens_at(NOON)
    assert not certificate.opens_at(NOON + timedelta(seconds=1))
