"""What `ports.RevocationLists` promises, over every implementation."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.model.enrolment import RevocationList, Withdrawn
from gateway.storage.revocation_lists import SqlRevocationLists
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.contract.ports.test_enrolments import NOON, Kept, enrolling, invite
from tests.contract.ports.test_partner_register import LABORATORY
from tests.fake_credentials import MemoryCredentials
from tests.fake_enrolments import MemoryEnrolments, MemoryRevocationLists
from tests.fakes import FixedClock, MemoryPartnerRegister

AUTHORITY = "authority"


@pytest.fixture(params=IMPLEMENTATIONS)
def both(
    request: pytest.FixtureRequest, clock: FixedClock, tmp_path: Path
) -> Iterator[tuple[Kept, Any]]:
    from gateway.storage.enrolments import SqlEnrolments  # noqa: PLC0415
    from gateway.storage.partner_credentials import SqlCredentials  # noqa: PLC0415
    from gateway.storage.partner_register import SqlPartnerRegister  # noqa: PLC0415

    if request.param == "memory":
        register: Any = MemoryPartnerRegister(clock=clock)
        credentials: Any = MemoryCredentials()
        enrolments: Any = MemoryEnrolments(register=register, credentials=credentials)
        register.add(LABORATORY)
        kept = Kept(enrolments=enrolments, credentials=credentials, register=register)
        yield kept, MemoryRevocationLists(enrolments=enrolments)
        return
    with a_database(request.param, tmp_path) as found:
        register = SqlPartnerRegister(**found.parts(), clock=clock)
        register.add(LABORATORY)
        enrolments = SqlEnrolments(**found.parts())
        credentials = SqlCredentials(**found.parts(), clock=clock)
        kept = Kept(enrolments=enrolments, credentials=credentials, register=register)
        yield kept, SqlRevocationLists(**found.parts())


def made(number: int, entries: int = 0) -> RevocationList:
    return RevocationList(number=number, issued_at=NOON, entries=entries, der=b"%d" % number)


def test_there_is_none_before_the_first(both: tuple[Kept, Any]) -> None:
    _, lists = both
    assert lists.latest(AUTHORITY) == (None, 0)


def test_the_latest_is_the_one_published_last_of_that_authority(both: tuple[Kept, Any]) -> None:
    _, lists = both
    seen: list[tuple[RevocationList | None, list[Withdrawn]]] = []

    def next_one(last: RevocationList | None, revoked: Sequence[Withdrawn]) -> RevocationList:
        seen.append((last, list(revoked)))
        return made(1 if last is None else last.number + 1)

    lists.publish(AUTHORITY, next_one)
    lists.publish(AUTHORITY, next_one)
    lists.publish("other", next_one)
    assert lists.latest(AUTHORITY) == (made(2), 0)
    assert lists.latest("other") == (made(1), 0)
    assert seen == [(None, []), (made(1), []), (None, [])]
    lists.publish(AUTHORITY, lambda _last, _revoked: None)
    assert lists.latest(AUTHORITY) == (made(2), 0)


def test_what_is_revoked_of_that_authority_is_told_in_order(both: tuple[Kept, Any]) -> None:
    kept, lists = both
    kept.enrolments.enrol_invited(enrolling(), digest=invite(kept, "first"))
    live = enrolling().credential.thumbprint
    kept.enrolments.enrol_beside(enrolling(2), live=live)
    for number in (2, 1):
        at = NOON + timedelta(days=3 - number)
        kept.credentials.revoke(LABORATORY.id, enrolling(number).credential.thumbprint, at)
    told: list[Withdrawn] = []

    def keep(_last: RevocationList | None, revoked: Sequence[Withdrawn]) -> None:
        told.extend(revoked)

    lists.publish(AUTHORITY, keep)
    assert told == [
        Withdrawn(serial="2", at=NOON + timedelta(days=1)),
        Withdrawn(serial="1", at=NOON + timedelta(days=2)),
    ]
    assert lists.latest(AUTHORITY) == (None, 2)
    assert lists.latest("other") == (None, 0)


def test_eight_at_once_are_numbered_without_a_gap(both: tuple[Kept, Any]) -> None:
    _, lists = both

    def publish(_: int) -> None:
        lists.publish(AUTHORITY, lambda last, _revoked: made((last.number if last else 0) + 1))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(publish, range(8)))
    assert lists.latest(AUTHORITY) == (made(8), 0)
