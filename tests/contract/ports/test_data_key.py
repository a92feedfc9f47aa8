"""What `ports.DataKey` promises, over every implementation."""

from typing import Any

import pytest

from signing.seal import DataKey
from tests.fakes import FakeDataKey

KEY = bytes(range(32))


@pytest.fixture(params=[FakeDataKey, DataKey])
def key(request: pytest.FixtureRequest) -> Any:
    return request.param(KEY)


def test_what_is_sealed_opens_under_the_same_context(key: Any) -> None:
    for plaintext in (b"", b"content", bytes(100_000)):
        assert key.open(key.seal(plaintext, context=b"here"), context=b"here") == plaintext


def test_the_same_content_never_looks_the_same(key: Any) -> None:
    sealed = [key.seal(b"content", context=b"here") for _ in range(10)]
    assert len(set(sealed)) == 10
    assert not any(b"content" in one for one in sealed)


def test_another_context_does_not_open(key: Any) -> None:
    sealed = key.seal(b"content", context=b"here")
    with pytest.raises(Exception, match="seal"):
        key.open(sealed, context=b"there")


def test_no_changed_bit_opens(key: Any) -> None:
    sealed = key.seal(b"content", context=b"here")
    for bit in range(8 * len(sealed)):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Exception, match="seal"):
            key.open(bytes(changed), context=b"here")
