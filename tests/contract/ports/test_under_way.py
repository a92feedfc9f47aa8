"""What strangers begin, over either database: never more than there is room for."""

import secrets
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from gateway.model.federation import Attempt, Provider, SignInWish
from gateway.storage.portal_grants import SqlPortalRequests
from gateway.storage.portal_tables import portal_requests
from gateway.storage.sign_in_attempts import SqlAttempts, sign_in_attempts
from gateway.storage.under_way import MOST
from tests.fakes import FakeSealer
from tests.portal import a_request


def an_attempt(clock: Any) -> Attempt:
    return Attempt(
        id=secrets.token_urlsafe(32),
        provider=Provider.PROCONNECT,
        state="s" * 43,
        nonce="n" * 43,
        code_verifier="v" * 43,
        redirect_uri="https://passerelle.invalid/identite/proconnect/retour",
        wish=SignInWish(),
        begun_at=clock.now(),
        return_to="/identite/sessions",
    )


KEPT = {
    "portal_requests": (SqlPortalRequests, portal_requests, {"request": "x"}, a_request),
    "sign_in_attempts": (
        partial(SqlAttempts, sealer=FakeSealer()),
        sign_in_attempts,
        {"key_generation": 1, "sealed_attempt": b"x"},
        an_attempt,
    ),
}


@pytest.mark.parametrize("table", KEPT)
def test_of_too_many_the_oldest_give_way_and_who_begins_now_is_kept(
    database: Any, clock: Any, table: str
) -> None:
    kind, rows, content, begun = KEPT[table]
    port = kind(**database.parts(), clock=clock)
    first = begun(clock)
    port.keep(first)
    later = [
        {
            "digest": number.to_bytes(32),
            **content,
            "begun_at": clock.now() + timedelta(milliseconds=number + 1),
        }
        for number in range(MOST - 1)
    ]
    with database.engine.begin() as connection:
        connection.execute(insert(rows), later)
    clock.advance(timedelta(minutes=1))
    now = begun(clock)
    port.keep(now)
    assert port.take(first.id) is None
    with database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(rows)).scalar() == MOST
    assert port.take(now.id) == now
