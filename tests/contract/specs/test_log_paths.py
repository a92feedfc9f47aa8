"""The paths of the evidence log in the OpenAPI document are those of C2SP tlog-tiles."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire import json
from signing.log.tiles import Tile, index_text

OPENAPI = json.openapi()
PATHS = [path for path in OPENAPI["paths"] if path.startswith("/log/tile/")]
PARAMETERS = {one["name"]: one["schema"] for one in OPENAPI["components"]["parameters"].values()}
FORMS = {
    "level": "(0|[1-9][0-9]?)",
    "index": PARAMETERS["index"]["pattern"].strip("^$"),
    "width": "[1-9][0-9]*",
}


def described(path: str) -> list[str]:
    """The paths of the document that this one is an instance of, by the schemas."""
    return [
        known
        for known in PATHS
        for form in [re.sub(r"\{(\w+)\}", lambda name: f"(?P<{name[1]}>{FORMS[name[1]]})",
                            known.replace(".", "[.]"))]
        for found in [re.fullmatch(form, path)]
        if found and all(_is_within(name, text) for name, text in found.groupdict().items())
    ]  # fmt: skip


def _is_within(name: str, text: str) -> bool:
    schema = PARAMETERS[name]
    if schema["type"] == "integer":
        return bool(schema["minimum"] <= int(text) <= schema["maximum"])
    return bool(schema["minLength"] <= len(text) <= schema["maxLength"])


@given(
    st.none() | st.just(0),
    st.integers(0, 2**55 - 1) | st.integers(0, 2_000_000),
    st.integers(1, 256),
)
def test_the_path_of_a_tile_is_described_once(level: int | None, index: int, width: int) -> None:
    tile = Tile(level=level, index=index, width=width)
    (known,) = described(f"/log/{tile.path}")
    assert ("entries" in known) is (level is None)
    assert ("{width}" in known) is (width < 256)


@given(st.integers(0, 63), st.from_regex(f"^({FORMS['index']})\\Z"), st.integers(1, 255))
def test_what_is_described_is_spelt_like_a_tile(level: int, index: str, width: int) -> None:
    for path in (f"tile/{level}/{index}", f"tile/entries/{index}.p/{width}"):
        assert described(f"/log/{path}")
    assert index_text(int(index.replace("x", "").replace("/", ""))) == index


@pytest.mark.parametrize(
    "path",
    ["0/0", "00/000", "64/000", "0/x000/001", "0/000.p/0", "0/000.p/256", "entries/x001/1", "0/"],
)
def test_no_other_spelling_is_described(path: str) -> None:
    assert described(f"/log/tile/{path}") == []
