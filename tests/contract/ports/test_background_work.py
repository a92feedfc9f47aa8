"""What `ports.background.BackgroundWork` promises."""

import threading
import uuid

import pytest

from gateway.model.background import Task
from tests import builders
from tests.durable import engine_tables, opener
from tests.postgresql import KINDS
from tests.unit.background.looking import everything, states, until

SECRET = builders.nir_of(1)


@pytest.fixture(params=KINDS)
def address(request, tmp_path):
    with engine_tables(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def opened(address):
    with opener(address) as open_with:
        yield open_with


def test_what_is_enqueued_is_done_once_however_often_it_is_asked(opened, address):
    done = []
    engine = opened(MAIL=lambda turn: done.append(turn.ids))
    some = uuid.uuid4()
    for _ in range(3):
        engine.enqueue(Task.MAIL, key="one", ids=(7, some))
    until(lambda: states(address) == {"one": "SUCCESS"})
    assert done == [(7, some)]
    engine.enqueue(Task.MAIL, key="one", ids=(7, some))
    engine.enqueue(Task.MAIL, key="two")
    until(lambda: len(done) == 2)
    assert done[1] == ()


def test_what_fails_is_tried_again_later_and_then_given_up(opened, address):
    tried = []

    def fails(turn):
        tried.append(turn.ids)
        raise RuntimeError(SECRET)

    engine = opened(MAIL=fails)
    engine.enqueue(Task.MAIL, key="one", ids=(5,), attempts=3)
    until(lambda: len(tried) == 3)
    until(lambda: states(address).get("one+3") == "SUCCESS")
    assert tried == [(5,)] * 3
    assert states(address) == {"one": "SUCCESS", "one+2": "SUCCESS", "one+3": "SUCCESS"}
    assert SECRET not in repr(everything(address))


def test_what_is_cut_short_by_a_stop_is_handed_back_and_done_by_the_next(opened, address):
    begun, done = threading.Event(), []

    def long(turn):
        begun.set()
        while True:
            turn.go_on()

    first = opened(MAIL=long)
    first.enqueue(Task.MAIL, key="one", ids=(1,))
    assert begun.wait(60)
    first.close()
    assert states(address) == {"one": "ENQUEUED"}
    opened(MAIL=lambda turn: done.append(turn.ids))
    until(lambda: states(address) == {"one": "SUCCESS"})
    assert done == [(1,)]


def test_only_internal_ids_are_taken(opened, address):
    engine = opened()
    for number in (int(SECRET[:13]), 10**12, -1, True, SECRET, 1.5, builders.LABORATORY):
        with pytest.raises(ValueError, match="internal ids"):
            engine.enqueue(Task.MAIL, key="one", ids=(number,))
    assert states(address) == {}
