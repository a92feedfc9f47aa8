"""What `ports.Sealer` promises, over every implementation."""

from pathlib import Path
from typing import Any

import pytest

from signing.seal import load_sealing_keys, new_sealing_keys
from tests.fakes import FakeSealer


@pytest.fixture(params=["fake", "real"])
def sealer(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "fake":
        return FakeSealer()
    new_sealing_keys(tmp_path)
    return load_sealing_keys(tmp_path)


def test_an_index_is_the_same_for_the_same_value_and_purpose_alone(sealer: Any) -> None:
    index = sealer.blind_index("worker-nir", "one")
    assert len(index) == 32
    assert index == sealer.blind_index("worker-nir", "one")
    assert index != sealer.blind_index("worker-nir", "two")
    assert index != sealer.blind_index("other", "one")
    assert sealer.index_version >= 1


def test_an_index_says_nothing_without_the_key(sealer: Any, tmp_path: Path) -> None:
    new_sealing_keys(tmp_path / "other")
    other = load_sealing_keys(tmp_path / "other")
    assert sealer.blind_index("worker-nir", "one") != other.blind_index("worker-nir", "one")


def test_a_fresh_key_is_never_the_same_and_its_wrapped_form_gives_it_back(sealer: Any) -> None:
    key, wrapped = sealer.new_data_key()
    _, other = sealer.new_data_key()
    assert wrapped != other
    sealed = key.seal(b"content", context=b"here")
    assert sealer.unwrap(wrapped).open(sealed, context=b"here") == b"content"


def test_another_key_does_not_open(sealer: Any) -> None:
    key, _ = sealer.new_data_key()
    other, _ = sealer.new_data_key()
    sealed = key.seal(b"content", context=b"here")
    with pytest.raises(Exception, match="seal"):
        other.open(sealed, context=b"here")
