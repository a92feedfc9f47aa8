"""What `ports.Sealer` promises, over every implementation."""

from pathlib import Path
from typing import Any

import pytest

from gateway.evidence.sealer_in_force import SealerInForce
from gateway.model.sealing import KeysInUse
from signing.seal import new_sealing_keys
from tests.fakes import FakeSealer

ONE_OF_EACH = KeysInUse(master=1, index=1, complete=(1,), written=(1,))


@pytest.fixture(params=["fake", "real"])
def sealer(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "fake":
        return FakeSealer()
    return a_sealer(tmp_path)


def a_sealer(folder: Path) -> SealerInForce:
    new_sealing_keys(folder)
    return SealerInForce(folder, read=lambda: ONE_OF_EACH)


def test_an_index_is_the_same_for_the_same_value_and_purpose_alone(sealer: Any) -> None:
    sealer.follow(ONE_OF_EACH)
    assert sealer.index_version == 1
    index = sealer.blind_index("worker-nir", "one", version=1)
    assert len(index) == 32
    assert index == sealer.blind_index("worker-nir", "one", version=1)
    assert index != sealer.blind_index("worker-nir", "two", version=1)
    assert index != sealer.blind_index("other", "one", version=1)


def test_an_index_says_nothing_without_the_key(sealer: Any, tmp_path: Path) -> None:
    other = a_sealer(tmp_path / "other")
    index = sealer.blind_index("worker-nir", "one", version=1)
    assert index != other.blind_index("worker-nir", "one", version=1)


def test_a_fresh_key_is_never_the_same_and_its_wrapped_form_gives_it_back(sealer: Any) -> None:
    key, wrapped = sealer.new_data_key()
    _, other = sealer.new_data_key()
    assert wrapped != other
    sealed = key.seal(b"content", context=b"here")
    assert sealer.unwrap(wrapped).open(sealed, context=b"here") == b"content"
    assert wrapped[:2] == b"\x00\x01"


def test_a_key_wrapped_anew_is_the_same_key(sealer: Any) -> None:
    key, wrapped = sealer.new_data_key()
    anew = sealer.rewrap(wrapped)
    assert anew != wrapped
    sealed = key.seal(b"content", context=b"here")
    assert sealer.unwrap(anew).open(sealed, context=b"here") == b"content"


def test_another_key_does_not_open(sealer: Any) -> None:
    key, _ = sealer.new_data_key()
    other, _ = sealer.new_data_key()
    sealed = key.seal(b"content", context=b"here")
    with pytest.raises(Exception, match="seal"):
        other.open(sealed, context=b"here")
