"""An entry commits to one acknowledgement, and tells nothing about it without its salt."""

import hmac
from base64 import b64decode
from hashlib import sha256

import pytest

from signing.log.entry import acknowledgement_entry, new_salt
from tests.unit.signing.log.small_log import CANONICAL_SHA256, SALT

LINE = b"siseri-gateway/acknowledgement@v1\n"
FIXED = "ZFH3cC+OUxbyqwaJl/IrdwKyxFaXuOMKcft+/C6Olvs="


def test_an_entry_is_its_kind_and_a_commitment_that_anyone_recomputes():
    commitment = hmac.new(SALT, LINE + CANONICAL_SHA256, "sha256").digest()
    entry = acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=SALT)
    kind, encoded, rest = entry.split(b"\n")
    assert (kind + b"\n", rest) == (LINE, b"")
    assert b64decode(encoded, validate=True) == commitment


def test_an_entry_never_changes_its_form():
    """A receipt of today is proved in fifty years: this text is for ever."""
    entry = acknowledgement_entry(canonical_sha256=bytes(32), salt=bytes(32))
    assert entry == (b"siseri-gateway/acknowledgement@v1\n" + FIXED.encode("ascii") + b"\n")


def test_the_same_acknowledgement_under_two_salts_leaves_two_unlike_entries():
    one, other = (
        acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=new_salt()) for _ in range(2)
    )
    assert one != other


def test_an_entry_holds_neither_the_digest_nor_a_digest_of_it():
    entry = acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=SALT)
    commitment = b64decode(entry.split(b"\n")[1])
    assert commitment not in {CANONICAL_SHA256, sha256(CANONICAL_SHA256).digest()}
    assert commitment != hmac.new(b"", LINE + CANONICAL_SHA256, "sha256").digest()


def test_another_digest_or_salt_is_another_entry():
    entry = acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=SALT)
    for at in range(32):
        flipped = bytes(one ^ (index == at) for index, one in enumerate(SALT))
        assert acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=flipped) != entry
        digest = bytes(one ^ (index == at) for index, one in enumerate(CANONICAL_SHA256))
        assert acknowledgement_entry(canonical_sha256=digest, salt=SALT) != entry


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_salt_or_digest_of_another_length_is_refused(length):
    """HMAC pads its key with zeros: two lengths of salt could open one entry in two ways."""
    with pytest.raises(ValueError, match="32 bytes"):
        acknowledgement_entry(canonical_sha256=CANONICAL_SHA256, salt=bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        acknowledgement_entry(canonical_sha256=bytes(length), salt=SALT)


def test_a_salt_has_32_bytes_and_is_never_the_same():
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {32}
