"""Keys of identity tokens: published before they sign, and believed while a session may last."""

from datetime import UTC, datetime, timedelta

import pytest

from signing.errors import KeyUnusable
from signing.oauth.identity_keys import (
    HANDOVER,
    IDENTITY_KEYS,
    LEAD,
    IdentityKeys,
    load_identity_keys,
    new_identity_key,
)
from signing.oauth.jwt import TokenRefused
from signing.oauth.token_keys import TokenKeys, new_token_key

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
A_MOMENT = timedelta(milliseconds=1)
CLAIMS = {"iss": "https://passerelle.exemple.test/op", "iat": 1}


@pytest.fixture
def folder(tmp_path):
    new_identity_key(tmp_path / "keys", now=NOW)
    return tmp_path / "keys"


def published(folder, now):
    return [key["kid"] for key in IdentityKeys(folder).published(now=now)["keys"]]


def test_the_first_key_signs_at_once_and_a_token_is_believed_as_it_was_signed(folder):
    keys = IdentityKeys(folder)
    assert keys.verify(keys.sign(CLAIMS, now=NOW), now=NOW).claims == CLAIMS
    assert published(folder, NOW) == [load_identity_keys(folder)[0].kid]


def test_a_new_key_is_published_at_once_and_signs_after_the_lead(folder):
    keys = IdentityKeys(folder)
    (first,) = published(folder, NOW)
    second = new_identity_key(folder, now=NOW)
    assert published(folder, NOW) == [first, second]
    before = keys.sign(CLAIMS, now=NOW + LEAD - A_MOMENT)
    after = keys.sign(CLAIMS, now=NOW + LEAD)
    assert keys.verify(before, now=NOW + LEAD).kid == first
    assert keys.verify(after, now=NOW + LEAD).kid == second
    until = NOW + LEAD + HANDOVER
    assert keys.verify(before, now=until).claims == CLAIMS
    with pytest.raises(TokenRefused):
        keys.verify(before, now=until + A_MOMENT)
    assert published(folder, until + A_MOMENT) == [second]


def test_rotated_again_within_the_lead_each_takes_its_turn(folder):
    keys = IdentityKeys(folder)
    later = NOW + timedelta(minutes=20)
    second, third = new_identity_key(folder, now=NOW), new_identity_key(folder, now=later)
    turns = [NOW, NOW + LEAD, later + LEAD]
    signed = [keys.verify(keys.sign(CLAIMS, now=at), now=at).kid for at in turns]
    assert signed == [load_identity_keys(folder)[0].kid, second, third]


def test_a_clock_that_is_behind_believes_what_the_newest_key_signed(folder):
    second = new_identity_key(folder, now=NOW)
    keys = IdentityKeys(folder)
    ahead = keys.sign(CLAIMS, now=NOW + LEAD)
    assert keys.verify(ahead, now=NOW + LEAD - A_MOMENT).kid == second


def test_where_somebody_else_may_have_a_key_none_of_the_former_is_believed(folder):
    keys = IdentityKeys(folder)
    stolen = keys.sign(CLAIMS, now=NOW)
    waiting = new_identity_key(folder, now=NOW)
    newest = new_identity_key(folder, now=NOW, is_compromised=True)
    at = NOW + A_MOMENT
    with pytest.raises(TokenRefused):
        keys.verify(stolen, now=at)
    assert keys.verify(keys.sign(CLAIMS, now=at), now=at).kid == newest
    assert waiting not in published(folder, at + LEAD)


def test_no_token_of_another_kind_passes(folder, tmp_path):
    new_token_key(tmp_path / "tokens", now=NOW)
    access = TokenKeys(tmp_path / "tokens").sign(CLAIMS)
    with pytest.raises(TokenRefused):
        IdentityKeys(folder).verify(access, now=NOW)


def test_what_is_published_holds_nothing_private(folder):
    (key,) = IdentityKeys(folder).published(now=NOW)["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_folder_without_a_key_that_serves_signs_nothing(folder):
    with pytest.raises(KeyUnusable):
        IdentityKeys(folder).sign(CLAIMS, now=NOW - A_MOMENT)
    (folder / IDENTITY_KEYS).unlink()
    with pytest.raises(KeyUnusable):
        IdentityKeys(folder).sign(CLAIMS, now=NOW)
