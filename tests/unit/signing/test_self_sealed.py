"""What a secret seals opens for that secret alone."""

import secrets

import pytest

from signing.errors import SealBroken
from signing.self_sealed import open_by, seal_by

SECRET = secrets.token_urlsafe(32)


def test_who_brings_the_secret_has_the_content():
    sealed = seal_by(SECRET, b"content", purpose="code")
    assert open_by(SECRET, sealed, purpose="code") == b"content"
    assert b"content" not in sealed
    assert sealed != seal_by(SECRET, b"content", purpose="code")


def test_another_secret_purpose_or_bit_opens_nothing():
    sealed = seal_by(SECRET, b"content", purpose="code")
    spoilt = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for secret, octets, purpose in (
        (secrets.token_urlsafe(32), sealed, "code"),
        (SECRET, sealed, "token"),
        (SECRET, spoilt, "code"),
        (SECRET, b"", "code"),
    ):
        with pytest.raises(SealBroken):
            open_by(secret, octets, purpose=purpose)


def test_a_secret_that_could_be_guessed_seals_nothing():
    with pytest.raises(ValueError, match="256 random bits"):
        seal_by("x" * 42, b"content", purpose="code")
