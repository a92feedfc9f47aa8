"""What `ports.background.ProcessBeats` promises."""

from typing import Any

import pytest

from gateway.storage.background_processes import SqlProcessBeats


@pytest.fixture
def beats(database: Any) -> SqlProcessBeats:
    return SqlProcessBeats(**database.parts())


def test_each_sign_of_life_is_counted_for_its_process(beats: SqlProcessBeats) -> None:
    for process in ("one", "two", "one", "one"):
        beats.beat(process)
    assert beats.beats() == {"one": 3, "two": 1}


def test_who_is_forgotten_is_not_counted_and_may_come_again(beats: SqlProcessBeats) -> None:
    beats.beat("one")
    beats.forget("one")
    assert beats.beats() == {}
    beats.forget("one")
    beats.beat("one")
    assert beats.beats() == {"one": 1}
