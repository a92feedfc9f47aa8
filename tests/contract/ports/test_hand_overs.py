"""What is entered of an identity that a portal is given: once, or it is not given."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text, update

from gateway.errors import Overloaded
from gateway.model.audit import GATEWAY, Act
from gateway.storage.audit_trail import SqlAuditTrail, audit_entries
from gateway.storage.hand_overs import OPENED_FOR, SqlHandOvers
from gateway.storage.portal_grants import SqlPortalGrants
from gateway.storage.portal_tables import portal_hand_overs
from tests.contract.ports.conftest import Database
from tests.portal import a_code, a_hand_over

CODE, ACCESS = b"c" * 32, b"a" * 32
FULL = {
    "sqlite": (
        "ALTER TABLE audit_entries RENAME TO away",
        "ALTER TABLE away RENAME TO audit_entries",
    ),
    "postgresql": (
        """CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER no_space BEFORE INSERT ON audit_entries EXECUTE FUNCTION no_space()""",
        "DROP TRIGGER no_space ON audit_entries",
    ),
}
"""The trail alone cannot be written; then it can again."""


@pytest.fixture
def trail(database: Database, clock: Any) -> SqlAuditTrail:
    return SqlAuditTrail(**database.parts(), clock=clock, by=GATEWAY)


@pytest.fixture
def hand_overs(database: Database, clock: Any) -> SqlHandOvers:
    """That reads fewer rows at once than there are."""
    return SqlHandOvers(engine=database.engine, clock=clock, rows_at_once=3)


@pytest.fixture
def grants(database: Database, clock: Any) -> SqlPortalGrants:
    return SqlPortalGrants(**database.parts(), clock=clock)


@pytest.fixture
def exchange(grants: SqlPortalGrants, clock: Any) -> Callable[..., bool]:
    def exchanged(code: bytes = CODE, access: bytes = ACCESS, **handed: Any) -> bool:
        until = clock.now() + timedelta(minutes=5)
        given = {"access_sha256": access, "sealed": b"", "until": until}
        return grants.exchange(code, handed=a_hand_over(**handed), **given)

    return exchanged


def entered(trail: SqlAuditTrail) -> list[dict[str, Any]]:
    return [json.loads(entry.octets) for entry in trail.entries()]


def done(engine: Engine, statements: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statements))


def test_an_entry_tells_which_portal_when_and_how_strongly_and_of_whom_to_who_may_know(
    grants: Any, exchange: Any, trail: Any, hand_overs: Any, clock: Any
) -> None:
    grants.keep_code(CODE, a_code(clock))
    assert exchange(scopes=("openid", "siseri"))
    (entry,) = entered(trail)
    told = entry["details"]
    assert (entry["act"], entry["actor"]["kind"]) == (Act.IDENTITY_HANDED_OVER, "GATEWAY")
    assert {name: told[name] for name in ("portal", "acr", "scope")} == {
        "portal": "portail",
        "acr": "eidas2",
        "scope": "openid siseri",
    }
    assert {*told} == {"portal", "acr", "scope", "accountSha256"}
    assert "account-1" not in json.dumps(entry)
    (opened,) = hand_overs.opened()
    assert (opened.number, opened.at) == (entry["number"], clock.now())
    assert (opened.account_id, opened.is_true) == ("account-1", True)


def test_no_two_entries_of_one_account_are_alike_to_who_has_the_export_alone(
    grants: Any, exchange: Any, trail: Any, hand_overs: Any, clock: Any
) -> None:
    for number in range(4):
        code = bytes([number]) * 32
        grants.keep_code(code, a_code(clock))
        assert exchange(code, code)
    assert len({one["details"]["accountSha256"] for one in entered(trail)}) == 4
    assert len([*hand_overs.opened(account_id="account-1")]) == 4
    assert [*hand_overs.opened(account_id="account-2")] == []


def test_of_many_who_bring_a_code_at_once_one_is_entered(
    grants: Any, exchange: Any, trail: Any, clock: Any
) -> None:
    for turn in range(4):
        code = bytes([turn]) * 32
        grants.keep_code(code, a_code(clock))
        accesses = [code[:31] + bytes([100 + number]) for number in range(8)]
        with ThreadPoolExecutor(8) as threads:
            given = list(threads.map(exchange, [code] * 8, accesses))
        assert given.count(True) == 1
        assert len(entered(trail)) == turn + 1


def test_a_code_that_is_brought_again_ended_or_too_late_is_no_hand_over(
    grants: Any, exchange: Any, trail: Any, clock: Any
) -> None:
    for number in range(3):
        grants.keep_code(bytes([number]) * 32, a_code(clock))
    assert exchange(bytes([0]) * 32)
    assert not exchange(bytes([0]) * 32, b"b" * 32)
    grants.revoke(bytes([1]) * 32)
    assert not exchange(bytes([1]) * 32, b"b" * 32)
    clock.advance(timedelta(seconds=60, milliseconds=1))
    assert not exchange(bytes([2]) * 32, b"b" * 32)
    assert len(entered(trail)) == 1


def test_what_cannot_be_entered_is_not_handed_over_and_the_code_serves_once_it_can(
    database: Database, grants: Any, exchange: Any, trail: Any, clock: Any
) -> None:
    grants.keep_code(CODE, a_code(clock))
    away, back = FULL[database.engine.dialect.name]
    done(database.engine, away)
    with pytest.raises(Overloaded):
        exchange()
    done(database.engine, back)
    assert grants.code(CODE) == a_code(clock)
    assert grants.access(ACCESS) is None
    assert entered(trail) == []
    assert exchange()
    assert len(entered(trail)) == 1


def test_who_an_entry_is_of_cannot_be_exchanged_nor_lost_unseen(
    database: Database, grants: Any, exchange: Any, hand_overs: Any, clock: Any
) -> None:
    grants.keep_code(CODE, a_code(clock))
    assert exchange()

    def seen() -> list[tuple[str | None, bool]]:
        return [(one.account_id, one.is_true) for one in hand_overs.opened()]

    assert seen() == [("account-1", True)]
    with database.engine.begin() as connection:
        connection.execute(update(portal_hand_overs).values(account_id="account-2"))
    assert seen() == [("account-2", False)]
    assert [one.is_true for one in hand_overs.opened(account_id="account-2")] == [False]
    with database.engine.begin() as connection:
        connection.execute(portal_hand_overs.delete())
    assert seen() == [(None, False)]
    clock.advance(OPENED_FOR + timedelta(milliseconds=1))
    assert seen() == [(None, True)], "then it is to be forgotten"


def test_an_entry_that_somebody_made_unreadable_is_true_of_nobody(
    database: Database, grants: Any, exchange: Any, hand_overs: Any, clock: Any
) -> None:
    grants.keep_code(CODE, a_code(clock))
    assert exchange()
    with database.engine.begin() as connection:
        connection.execute(update(audit_entries).values(entry=b"{"))
    assert [(one.account_id, one.is_true) for one in hand_overs.opened()] == [("account-1", False)]


@pytest.fixture
def many(grants: Any, exchange: Any, trail: Any, clock: Any) -> list[int]:
    """Hand-overs to two accounts in turn, an hour from one to the next, each after another act."""
    for number in range(7):
        trail.enter(Act.TASK_ORDERED, task="mail")
        code = bytes([number]) * 32
        grants.keep_code(code, a_code(clock))
        assert exchange(code, code, account_id=f"account-{number % 2}")
        clock.advance(timedelta(hours=1))
    return [2 * number + 2 for number in range(7)]


def test_each_is_told_once_in_order_of_one_time_or_one_account(
    many: list[int], hand_overs: Any, clock: Any
) -> None:
    assert [one.number for one in hand_overs.opened()] == many
    assert [one.number for one in hand_overs.opened(account_id="account-1")] == many[1::2]
    begun = clock.now() - timedelta(hours=7)
    within = hand_overs.opened(since=begun + timedelta(hours=2), before=begun + timedelta(hours=4))
    assert [one.number for one in within] == many[2:4]
    assert all(one.is_true for one in hand_overs.opened())
