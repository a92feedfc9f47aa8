"""Sealing: what is sealed opens in its context only; indexes are keyed, versioned, 32 bytes."""

import hashlib
import hmac
import stat

import pytest

from signing.errors import KeyUnusable, SealBroken
from signing.seal import (
    SealingKeys,
    load_sealing_keys,
    new_sealing_keys,
    next_key,
    retire_key,
)

MASTER, INDEX = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture
def keys() -> SealingKeys:
    return SealingKeys(masters={1: MASTER}, indexes={1: INDEX})


def test_key_files_are_0600_versioned_and_never_replaced(tmp_path):
    folder = tmp_path / "sealing"
    new_sealing_keys(folder)
    names = {path.name for path in folder.iterdir()}
    assert names == {"sealing-master-v1.key", "sealing-index-v1.key"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    with pytest.raises(KeyUnusable, match="already"):
        new_sealing_keys(folder)


@pytest.mark.parametrize("name", ["sealing-master-v1.key", "sealing-index-v1.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_sealing_key_open_to_others_is_refused(tmp_path, name, mode):
    new_sealing_keys(tmp_path)
    (tmp_path / name).chmod(mode)
    with pytest.raises(KeyUnusable, match="open to group or others"):
        load_sealing_keys(tmp_path)


@pytest.mark.parametrize("octets", [b"", b"00", b"zz" * 32, b"00" * 33, b"\x00" * 32])
def test_malformed_sealing_key_is_refused(tmp_path, octets):
    new_sealing_keys(tmp_path)
    (tmp_path / "sealing-index-v1.key").write_bytes(octets)
    with pytest.raises(KeyUnusable):
        load_sealing_keys(tmp_path)


def test_absent_keys_are_refused(tmp_path):
    with pytest.raises(KeyUnusable):
        load_sealing_keys(tmp_path)


def test_blind_index_is_the_full_hmac_of_purpose_and_value(keys):
    expected = hmac.new(INDEX, b"worker-nir|185057800608436", hashlib.sha256).digest()
    assert keys.blind_index("worker-nir", "185057800608436") == expected
    assert len(expected) == 32


def test_purposes_keep_equal_values_apart_and_hold_no_separator(keys):
    assert keys.blind_index("a", "x") != keys.blind_index("b", "x")
    with pytest.raises(ValueError, match="purpose"):
        keys.blind_index("a|b", "x")


def test_index_rotation_changes_the_version_and_still_finds_the_old(tmp_path):
    old = new_sealing_keys(tmp_path)
    assert next_key(tmp_path, kind="index", beyond=1) == 2
    new = load_sealing_keys(tmp_path)
    assert (old.index_version, new.index_version, set(new.index_versions)) == (1, 2, {1, 2})
    found = old.blind_index("worker-nir", "1")
    assert new.blind_index("worker-nir", "1") != found
    assert new.blind_index("worker-nir", "1", version=1) == found
    with pytest.raises(KeyUnusable):
        new.blind_index("worker-nir", "1", version=3)


def test_wrapped_key_opens_what_its_key_sealed(keys):
    key, wrapped = keys.new_data_key()
    sealed = key.seal("é".encode(), context=b"worker|1")
    assert keys.unwrap(wrapped).open(sealed, context=b"worker|1") == "é".encode()


def test_equal_plaintexts_are_sealed_differently(keys):
    key, _ = keys.new_data_key()
    assert len({key.seal(b"same", context=b"c") for _ in range(100)}) == 100


def test_every_changed_bit_of_a_seal_is_refused(keys):
    key, _ = keys.new_data_key()
    sealed = key.seal(b"1850578006084", context=b"c")
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            key.open(bytes(changed), context=b"c")


def test_another_context_another_key_or_a_cut_seal_is_refused(keys):
    key, _ = keys.new_data_key()
    other, _ = keys.new_data_key()
    sealed = key.seal(b"x", context=b"worker|1")
    with pytest.raises(SealBroken):
        key.open(sealed, context=b"worker|2")
    with pytest.raises(SealBroken):
        other.open(sealed, context=b"worker|1")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            key.open(sealed[:length], context=b"worker|1")


def test_every_changed_bit_of_a_wrapped_key_is_refused(keys):
    _, wrapped = keys.new_data_key()
    for bit in range(8 * len(wrapped)):
        changed = bytearray(wrapped)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBroken):
            keys.unwrap(bytes(changed))
    with pytest.raises(SealBroken):
        keys.unwrap(b"")


def test_wrapping_version_cannot_be_exchanged_between_equal_master_keys():
    keys = SealingKeys(masters={1: MASTER, 2: MASTER}, indexes={1: INDEX})
    _, wrapped = keys.new_data_key()
    with pytest.raises(SealBroken):
        keys.unwrap(b"\x00\x01" + wrapped[2:])


def test_master_rotation_rewraps_without_sealing_anew(tmp_path):
    old = new_sealing_keys(tmp_path)
    key, wrapped = old.new_data_key()
    sealed = key.seal(b"x", context=b"c")
    assert next_key(tmp_path, kind="master", beyond=1) == 2
    new = load_sealing_keys(tmp_path)
    assert (new.master_version, new.master_versions) == (2, {1, 2})
    assert new.unwrap(wrapped).open(sealed, context=b"c") == b"x"
    rewrapped = new.rewrap(wrapped)
    assert new.unwrap(rewrapped).open(sealed, context=b"c") == b"x"
    with pytest.raises(SealBroken, match="version 2"):
        old.unwrap(rewrapped)
    with pytest.raises(KeyUnusable, match="version 2"):
        old.rewrap(wrapped, version=2)
    back = new.rewrap(rewrapped, version=1)
    assert old.unwrap(back).open(sealed, context=b"c") == b"x"


def test_a_rotation_cut_short_makes_no_second_key(tmp_path):
    new_sealing_keys(tmp_path)
    assert next_key(tmp_path, kind="master", beyond=1) == 2
    made = (tmp_path / "sealing-master-v2.key").read_bytes()
    assert next_key(tmp_path, kind="master", beyond=1) == 2
    assert (tmp_path / "sealing-master-v2.key").read_bytes() == made
    assert next_key(tmp_path, kind="master", beyond=2) == 3


def test_a_retired_key_is_put_by_and_read_no_more(tmp_path):
    new_sealing_keys(tmp_path)
    next_key(tmp_path, kind="index", beyond=1)
    octets = (tmp_path / "sealing-index-v1.key").read_bytes()
    assert retire_key(tmp_path, kind="index", version=1)
    assert not retire_key(tmp_path, kind="index", version=1)
    assert set(load_sealing_keys(tmp_path).index_versions) == {2}
    retired = tmp_path / "sealing-index-v1.key.retired"
    assert retired.read_bytes() == octets
    assert stat.S_IMODE(retired.stat().st_mode) == 0o600


def test_representations_show_no_key(keys):
    key, _ = keys.new_data_key()
    assert repr(key) == "DataKey(***)"
    assert repr(keys) == "SealingKeys(master=v1, index=v1, keys=***)"


@pytest.mark.parametrize(
    ("masters", "indexes"),
    [({}, {1: INDEX}), ({1: MASTER}, {}), ({1: b"x"}, {1: INDEX}), ({0: MASTER}, {1: INDEX})],
)
def test_missing_short_or_misnumbered_keys_are_refused(masters, indexes):
    with pytest.raises(KeyUnusable):
        SealingKeys(masters=masters, indexes=indexes)
