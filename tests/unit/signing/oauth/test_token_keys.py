"""Keys of access tokens: their own folder, and a rotation that fails no request."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from signing.errors import KeyUnusable
from signing.oauth.jwt import TokenRefused, sign
from signing.oauth.token_keys import (
    HANDOVER,
    TOKEN_KEYS,
    TYPE,
    TokenKeys,
    load_token_keys,
    new_token_key,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CLAIMS = {"iss": "https://gateway.example", "iat": 1}


@pytest.fixture
def folder(tmp_path):
    new_token_key(tmp_path / "token-keys", now=NOW)
    return tmp_path / "token-keys"


def test_a_token_is_believed_as_it_was_signed(folder):
    keys = TokenKeys(folder)
    assert keys.verify(keys.sign(CLAIMS), now=NOW).claims == CLAIMS


def test_a_rotation_changes_the_key_at_once_and_fails_no_token(folder):
    keys = TokenKeys(folder)
    before = keys.sign(CLAIMS)
    kid = new_token_key(folder, now=NOW + timedelta(days=1))
    after = keys.sign(CLAIMS)
    at = NOW + timedelta(days=1)
    assert keys.verify(after, now=at).kid == kid != keys.verify(before, now=at).kid
    assert keys.verify(before, now=at + HANDOVER).claims == CLAIMS
    with pytest.raises(TokenRefused):
        keys.verify(before, now=at + HANDOVER + timedelta(milliseconds=1))
    assert keys.verify(after, now=at + timedelta(days=300)).claims == CLAIMS


def test_a_clock_that_is_behind_believes_what_the_newest_key_signed(folder):
    keys = TokenKeys(folder)
    kid = new_token_key(folder, now=NOW + timedelta(days=1))
    before = NOW + timedelta(days=1, milliseconds=-1)
    assert keys.verify(keys.sign(CLAIMS), now=before).kid == kid


def test_a_key_that_others_may_have_ends_at_once(folder):
    keys = TokenKeys(folder)
    stolen = keys.sign(CLAIMS)
    new_token_key(folder, now=NOW, handover=timedelta(0))
    with pytest.raises(TokenRefused):
        keys.verify(stolen, now=NOW + timedelta(milliseconds=1))


def test_what_is_published_serves_now_and_holds_nothing_private(folder):
    keys = TokenKeys(folder)
    new_token_key(folder, now=NOW + timedelta(hours=2))
    both = keys.published(now=NOW + timedelta(hours=2))["keys"]
    one = keys.published(now=NOW + timedelta(hours=4))["keys"]
    assert [key["kid"] for key in both] == [key.kid for key in load_token_keys(folder)]
    assert one == both[1:]
    assert all(key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"} for key in both)


def test_a_key_that_serves_no_more_leaves_the_folder_at_the_next_rotation(folder):
    for day in (1, 2):
        new_token_key(folder, now=NOW + timedelta(days=day))
    kept = {path.name for path in folder.glob("*.pem")}
    assert kept == {f"{key.kid}.key.pem" for key in load_token_keys(folder)}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.glob("*.pem"))


def test_a_key_of_nobody_s_is_refused_whatever_its_kid(folder):
    keys = TokenKeys(folder)
    kid = load_token_keys(folder)[0].kid
    forged = sign(CLAIMS, typ=TYPE, kid=kid, private_key=ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(TokenRefused):
        keys.verify(forged, now=NOW)


@pytest.mark.parametrize("content", ["", "{}", '{"keys":[]}', '{"keys":[{"kty":"EC"}]}', "[1]"])
def test_a_register_that_is_none_signs_nothing(folder, content):
    (folder / TOKEN_KEYS).write_text(content)
    with pytest.raises(KeyUnusable):
        TokenKeys(folder).sign(CLAIMS)


def test_a_key_under_another_s_name_is_not_believed(folder):
    document = json.loads((folder / TOKEN_KEYS).read_bytes())
    document["keys"][0]["kid"] = "x" * 43
    (folder / TOKEN_KEYS).write_text(json.dumps(document))
    with pytest.raises(KeyUnusable):
        load_token_keys(folder)


def test_a_key_open_to_others_signs_nothing(folder):
    next(folder.glob("*.pem")).chmod(0o644)
    with pytest.raises(KeyUnusable):
        TokenKeys(folder).sign(CLAIMS)
