"""Tiles are those of C2SP tlog-tiles: paths, bytes, and which exist at a size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.log.tiles import (
    Tile,
    TiledHashes,
    entry_bundle,
    hash_tile,
    index_text,
    new_tiles,
    parse_entry_bundle,
    parse_hash_tile,
    parse_path,
    tiles_at,
)
from signing.log.tree import consistency_proof, inclusion_proof, root_at
from tests.unit.signing.log import merkle
from tests.unit.signing.log.merkle import StoredInMemory, entries

LARGEST = 700
ENTRIES = entries(LARGEST)
STORED = StoredInMemory(ENTRIES)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, index=0), "tile/0/000"),
        (Tile(level=0, index=1234067), "tile/0/x001/x234/067"),
        (Tile(level=1, index=999, width=17), "tile/1/999.p/17"),
        (Tile(level=0, index=1000, width=255), "tile/0/x001/000.p/255"),
        (Tile(level=None, index=1234067, width=1), "tile/entries/x001/x234/067.p/1"),
        (Tile(level=None, index=273, width=112), "tile/entries/273.p/112"),
        (Tile(level=63, index=0), None),
    ],
)
def test_paths_are_those_of_the_specification(tile, path):
    if path is None:
        path = tile.path
    assert tile.path == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "/tile/0/000",
            "tile/0/000/",
            "tile/0/00",
            "tile/0/0000",
        ),
        *("tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/x/000"),
        *("tile/0/x000/000", "tile/0/001/000", "tile/0/x1/000", "tile/0/x001", "tile/0/X001/000"),
        *("tile/0/x000/x001/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01"),
        *("tile/0/000.p/", "tile/0/000.p", "tile/0/000.p/1/", "tile/0/000.P/1", "tile/0/000\n"),
        *("tile/0/00\u0661", "tile/0/..", "tile/0/../0/000", "tile/entries/", "tile/Entries/000"),
        *("tile/0/" + "x999/" * 6 + "999", "tile/entries/" + "x001/" * 7 + "000", "tile/7/001"),
    ],
)
def test_a_path_of_another_spelling_is_refused(path):
    with pytest.raises(ValueError):
        parse_path(path)


@given(st.integers(0, 2**55 - 1), st.sampled_from([None, 0]), st.integers(1, 256))
def test_every_path_is_read_back_and_its_elements_have_three_digits(index, level, width):
    tile = Tile(level=level, index=index, width=width)
    assert parse_path(tile.path) == tile
    *groups, last = index_text(index).split("/")
    assert all(len(group) == 4 and group[0] == "x" for group in groups)
    assert len(last) == 3
    assert int("".join(group[1:] for group in groups) + last) == index


def test_a_log_of_70000_entries_has_the_tiles_that_the_specification_counts():
    tiles = list(tiles_at(70_000))
    count = {}
    for tile in tiles:
        count.setdefault((tile.level, tile.width), []).append(tile.index)
    assert len(count.pop((0, 256))) == len(count.pop((None, 256))) == 273
    assert count == {(0, 112): [273], (1, 256): [0], (1, 17): [1], (2, 1): [0], (None, 112): [273]}


def test_a_log_of_256_entries_has_a_full_tile_and_a_partial_one_above():
    assert list(tiles_at(256)) == [
        Tile(level=0, index=0),
        Tile(level=1, index=0, width=1),
        Tile(level=None, index=0),
    ]
    assert list(tiles_at(0)) == []


@given(st.integers(0, 70_000), st.integers(0, 1_000))
def test_the_new_tiles_are_those_of_the_size_that_the_old_size_had_not(old_size, more):
    size = old_size + more
    assert set(new_tiles(old_size, size)) == set(tiles_at(size)) - set(tiles_at(old_size))


def test_a_log_that_shrinks_has_no_new_tiles():
    with pytest.raises(ValueError, match="shrinks"):
        list(new_tiles(2, 1))


def test_every_tile_holds_the_hashes_of_its_formal_definition():
    for tile in tiles_at(LARGEST):
        if tile.level is None:
            continue
        span = 256**tile.level
        expected = [
            merkle.mth(ENTRIES[(tile.index * 256 + at) * span : (tile.index * 256 + at + 1) * span])
            for at in range(tile.width)
        ]
        octets = hash_tile(tile, STORED)
        assert octets == b"".join(expected)
        assert parse_hash_tile(octets, tile) == tuple(expected)


def test_a_hash_tile_of_another_length_is_refused():
    tile = Tile(level=0, index=0, width=2)
    for octets in (b"", bytes(63), bytes(65), bytes(96)):
        with pytest.raises(ValueError, match="length"):
            parse_hash_tile(octets, tile)
    with pytest.raises(ValueError, match="entries"):
        hash_tile(Tile(level=None, index=0), STORED)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_an_entry_bundle_is_uint16_prefixed_and_read_back(bundle):
    tile = Tile(level=None, index=0, width=len(bundle))
    octets = entry_bundle(bundle)
    assert len(octets) == sum(2 + len(entry) for entry in bundle)
    assert parse_entry_bundle(octets, tile) == tuple(bundle)


def test_an_entry_bundle_is_big_endian():
    assert entry_bundle([b"", b"a", b"b" * 258]) == b"\0\0\0\1a\1\2" + b"b" * 258
    assert len(entry_bundle([bytes(65_535)])) == 65_537
    with pytest.raises(ValueError, match=r"65,535"):
        entry_bundle([bytes(65_536)])


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\1", b"\0\1ab", b"\0\1a\0\1", b"\0\1a\0\0\0\0"])
def test_an_entry_bundle_of_another_form_or_number_is_refused(octets):
    with pytest.raises(ValueError, match="entr"):
        parse_entry_bundle(octets, Tile(level=None, index=0, width=2))


@given(st.integers(1, LARGEST), st.data())
def test_roots_and_proofs_drawn_from_tiles_alone_are_those_of_the_tree(size, data):
    read = []

    def read_tile(tile):
        assert tile in held
        read.append(tile)
        return hash_tile(tile, STORED)

    held = {tile for tile in tiles_at(size) if tile.level is not None}
    tiled = TiledHashes(size=size, read_tile=read_tile)
    index = data.draw(st.integers(0, size - 1))
    assert root_at(size, tiled) == root_at(size, STORED)
    assert inclusion_proof(index, size, tiled) == inclusion_proof(index, size, STORED)
    assert consistency_proof(index, size, tiled) == consistency_proof(index, size, STORED)
    assert len(set(read)) == len(read), "a tile is read once"


def test_a_subtree_beyond_the_size_is_refused():
    tiled = TiledHashes(size=5, read_tile=lambda tile: hash_tile(tile, STORED))
    for level, index in ((0, 5), (1, 2), (3, 0), (0, -1)):
        with pytest.raises(ValueError, match="no such complete subtree"):
            tiled.subtree_hash(level, index)


@pytest.mark.parametrize(
    "tile",
    [
        {"level": 64, "index": 0},
        {"level": -1, "index": 0},
        {"level": 0, "index": -1},
        {"level": 0, "index": 0, "width": 0},
        {"level": 0, "index": 0, "width": 257},
        {"level": 0, "index": 2**55},
        {"level": 7, "index": 1},
    ],
)
def test_a_tile_that_no_log_has_is_refused(tile):
    with pytest.raises(ValueError, match="tile"):
        Tile(**tile)
