"""What `ports.sign_in.Attempts` promises, on every database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from gateway.model.federation import Attempt, Provider, SignInWish
from gateway.storage.sign_in_attempts import LIFETIME, SqlAttempts, sign_in_attempts


@pytest.fixture
def attempts(database: Any, clock: Any, sealer: Any) -> SqlAttempts:
    return SqlAttempts(**database.parts(), sealer=sealer, clock=clock)


def _attempt(clock: Any, attempt_id: str = "browser-1") -> Attempt:
    return Attempt(
        id=attempt_id,
        provider=Provider.FRANCECONNECT,
        state="s" * 43,
        nonce="n" * 43,
        code_verifier="v" * 43,
        redirect_uri="https://passerelle.invalid/identite/franceconnect/retour",
        wish=SignInWish(login_hint="anne.moreau@exemple.fr"),
        begun_at=clock.now(),
        return_to="/identite/",
    )


def test_an_attempt_is_taken_once_and_whole(attempts: Any, clock: Any) -> None:
    attempt = _attempt(clock)
    attempts.keep(attempt)
    assert attempts.take("browser-1") == attempt
    assert attempts.take("browser-1") is None


def test_several_attempts_of_one_person_stand_beside_each_other(attempts: Any, clock: Any) -> None:
    one, other = (
        _attempt(clock, "one"),
        msgspec.structs.replace(_attempt(clock, "other"), state="t"),
    )
    attempts.keep(one)
    attempts.keep(other)
    assert (attempts.take("other"), attempts.take("one")) == (other, one)


@pytest.mark.parametrize("unknown", ["", "browser-2", "browser-1 ", "\ud800"])
def test_what_was_never_kept_is_not_there(attempts: Any, clock: Any, unknown: str) -> None:
    attempts.keep(_attempt(clock))
    assert attempts.take(unknown) is None


def test_an_attempt_ends_after_ten_minutes(attempts: Any, clock: Any) -> None:
    attempts.keep(_attempt(clock, "in time"))
    attempts.keep(_attempt(clock, "late"))
    clock.advance(LIFETIME)
    assert attempts.take("in time") is not None
    clock.advance(timedelta(milliseconds=1))
    assert attempts.take("late") is None


def test_of_many_who_bring_it_back_at_once_one_has_it(attempts: Any, clock: Any) -> None:
    for turn in range(4):
        attempts.keep(_attempt(clock, f"turn {turn}"))
        with ThreadPoolExecutor(8) as threads:
            taken = list(threads.map(attempts.take, [f"turn {turn}"] * 8))
        assert [attempt is not None for attempt in taken].count(True) == 1


def _row(database: Any) -> Any:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT * FROM sign_in_attempts").one()


def test_nothing_stands_open_of_what_the_browser_or_the_provider_is_to_bring_back(
    attempts: Any, clock: Any, database: Any
) -> None:
    attempts.keep(_attempt(clock, "a-secret-of-the-browser"))
    row = _row(database)
    assert {*row._mapping} == {"digest", "begun_at", "key_generation", "sealed_attempt"}
    for secret in (b"a-secret-of-the-browser", b"sss", b"nnn", b"vvv", b"moreau", b"identite"):
        assert secret not in bytes(row.digest) + bytes(row.sealed_attempt)


def test_an_attempt_that_was_put_in_the_place_of_another_is_not_taken(
    attempts: Any, clock: Any, database: Any
) -> None:
    """Whoever writes in the database would have a browser bring back their own way."""
    attempts.keep(_attempt(clock, "theirs"))
    theirs = _row(database)
    assert attempts.take("theirs") is not None
    attempts.keep(_attempt(clock, "mine"))
    swapped = update(sign_in_attempts).values(sealed_attempt=bytes(theirs.sealed_attempt))
    with database.engine.begin() as connection:
        connection.execute(swapped)
    with pytest.raises(ValueError, match="not sealed by this key"):
        attempts.take("mine")


def test_an_identity_token_is_spent_once_until_it_ends(attempts: Any, clock: Any) -> None:
    until = clock.now() + timedelta(minutes=1)
    assert attempts.spend("a" * 64, until=until)
    assert not attempts.spend("a" * 64, until=until)
    assert attempts.spend("b" * 64, until=until)
    clock.advance(timedelta(minutes=2))
    assert attempts.spend("a" * 64, until=until)
