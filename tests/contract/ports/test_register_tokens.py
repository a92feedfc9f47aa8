"""What `ports.directory_writing.RegisterTokens` promises, on every database."""

import hashlib
from typing import Any

import pytest

from gateway.storage.register_tokens import SqlRegisterTokens


@pytest.fixture
def tokens(database: Any, clock: Any) -> SqlRegisterTokens:
    return SqlRegisterTokens(**database.parts(), clock=clock)


def test_the_newest_token_alone_opens(tokens: Any) -> None:
    assert tokens.name_of("") is None
    former = tokens.renew()
    assert tokens.name_of(former) is not None
    newest = tokens.renew()
    assert tokens.name_of(former) is None
    assert tokens.name_of(newest + "x") is None
    name = tokens.name_of(newest)
    assert name == hashlib.sha256(newest.encode()).hexdigest()[:16], "which says nothing of it"


def test_once_withdrawn_none_opens(tokens: Any) -> None:
    token = tokens.renew()
    tokens.withdraw()
    assert tokens.name_of(token) is None


def test_the_token_itself_is_not_kept(tokens: Any, database: Any) -> None:
    token = tokens.renew()
    with database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM register_tokens").all()
    assert len(kept) == 1
    assert token.encode() not in bytes(kept[0].digest)
