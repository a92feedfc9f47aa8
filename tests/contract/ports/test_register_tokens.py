"""What `ports.directory_writing.RegisterTokens` promises, on every database."""

from typing import Any

import pytest

from gateway.storage.register_tokens import SqlRegisterTokens


@pytest.fixture
def tokens(database: Any, clock: Any) -> SqlRegisterTokens:
    return SqlRegisterTokens(**database.parts(), clock=clock)


def test_the_newest_token_alone_opens(tokens: Any) -> None:
    assert not tokens.opens("")
    former = tokens.renew()
    assert tokens.opens(former)
    newest = tokens.renew()
    assert (tokens.opens(former), tokens.opens(newest)) == (False, True)
    assert not tokens.opens(newest + "x")


def test_once_withdrawn_none_opens(tokens: Any) -> None:
    token = tokens.renew()
    tokens.withdraw()
    assert not tokens.opens(token)


def test_the_token_itself_is_not_kept(tokens: Any, database: Any) -> None:
    token = tokens.renew()
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM register_tokens").all()
    assert len(kept) == 1
    assert token.encode() not in bytes(kept[0].digest)
