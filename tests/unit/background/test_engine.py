"""The durable engine: each occurrence once, JSON alone, nobody's number in it."""

import base64
import json
import logging
import os
import pickle
import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway.background import engine as durable
from gateway.errors import ConfigurationFault
from gateway.model.background import Stopped, Task
from tests import builders
from tests.unit.background.looking import everything, execute, is_pickled, states, until

SECRET = builders.nir_of(1)


def nothing(_):
    """A task that has nothing to do."""


def test_an_occurrence_waits_while_its_task_runs_and_another_task_does_not(opened, address):
    go, begun, others = threading.Event(), [], []

    def slow(turn):
        begun.append(turn)
        assert go.wait(60)

    engine = opened(JUDGE_AGAIN=slow, MAIL=others.append)
    assert engine.enqueue_occurrence(Task.JUDGE_AGAIN, key="judge-again@1")
    until(lambda: begun)
    assert not engine.enqueue_occurrence(Task.JUDGE_AGAIN, key="judge-again@2")
    assert engine.enqueue_occurrence(Task.MAIL, key="mail@1")
    until(lambda: others)
    go.set()
    until(lambda: states(address)["judge-again@1"] == "SUCCESS")
    assert engine.enqueue_occurrence(Task.JUDGE_AGAIN, key="judge-again@2")
    until(lambda: len(begun) == 2)


def test_an_occurrence_is_done_once_however_often_it_is_asked(opened, address):
    done = []
    engine = opened(MAIL=done.append)
    for _ in range(3):
        engine.enqueue_occurrence(Task.MAIL, key="one")
    until(lambda: states(address) == {"one": "SUCCESS"})
    engine.enqueue_occurrence(Task.MAIL, key="one")
    engine.enqueue_occurrence(Task.MAIL, key="two")
    until(lambda: states(address) == {"one": "SUCCESS", "two": "SUCCESS"})
    assert len(done) == 2


def test_an_occurrence_that_fails_is_not_tried_again_and_the_next_one_is_done(opened, address):
    tried = []

    def fails_at_first(turn):
        tried.append(turn)
        if len(tried) == 1:
            raise RuntimeError(SECRET)

    engine = opened(MAIL=fails_at_first)
    engine.enqueue_occurrence(Task.MAIL, key="one")
    until(lambda: states(address) == {"one": "SUCCESS"})
    assert engine.enqueue_occurrence(Task.MAIL, key="two")
    until(lambda: states(address) == {"one": "SUCCESS", "two": "SUCCESS"})
    assert len(tried) == 2
    assert SECRET not in repr(everything(address))


def test_what_is_cut_short_by_a_stop_is_handed_back_and_done_by_the_next(opened, address):
    begun, done = threading.Event(), []

    def long(turn):
        begun.set()
        while True:
            turn.go_on()

    first = opened(MAIL=long)
    first.enqueue_occurrence(Task.MAIL, key="one")
    assert begun.wait(60)
    first.close()
    assert states(address) == {"one": "ENQUEUED"}
    opened(MAIL=done.append)
    until(lambda: states(address) == {"one": "SUCCESS"})
    assert len(done) == 1


def test_nothing_is_pickled(opened, address):
    def fails(_):
        raise ValueError(SECRET)

    engine = opened(MAIL=fails, JUDGE_AGAIN=nothing)
    engine.enqueue_occurrence(Task.MAIL, key="one")
    engine.enqueue_occurrence(Task.JUDGE_AGAIN, key="two")
    until(lambda: set(states(address).values()) == {"SUCCESS"})
    values = [v for rows in everything(address).values() for row in rows for v in row.values()]
    stated = {v for v in values if isinstance(v, str) and v.startswith(("{", "[", '"'))}
    assert len(stated) >= 3  # two inputs, two outcomes of which one is said twice
    for value in stated:
        json.loads(value)
    assert not any(map(is_pickled, values))
    assert is_pickled(base64.b64encode(pickle.dumps([1])).decode())  # the check can fail


def test_what_is_kept_of_an_occurrence_is_names_and_moments(opened, address):
    def fails(_):
        raise ValueError(SECRET)

    engine = opened(MAIL=fails)
    engine.enqueue_occurrence(Task.MAIL, key="one")
    until(lambda: states(address) == {"one": "SUCCESS"})
    (row,) = everything(address)["workflow_status"]
    stated = {name for name, value in row.items() if value not in (None, "", "null")}
    assert stated <= {
        *("workflow_uuid", "status", "name", "executor_id", "created_at", "updated_at"),
        *("application_version", "queue_name", "started_at_epoch_ms", "completed_at", "owner_xid"),
        *("serialization", "inputs", "output", "priority", "recovery_attempts"),
        *("application_name", "creator_xid", "rate_limited", "was_forked_from", "is_debounced"),
    }
    kept = [v for rows in everything(address).values() for row in rows for v in row.values()]
    assert json.dumps({"args": ["mail"], "kwargs": {}}, separators=(",", ":")) in kept
    assert SECRET not in repr(kept)


class Explosive:
    """A pickle that leaves a folder behind when it is read."""

    def __init__(self, trace):
        self.trace = str(trace)

    def __reduce__(self):
        return os.mkdir, (self.trace,)


def test_a_pickled_row_is_not_loaded(opened, address, tmp_path, caplog):
    trace = tmp_path / "was-loaded"
    bomb = base64.b64encode(pickle.dumps({"args": (Explosive(trace),), "kwargs": {}})).decode()
    engine = opened(MAIL=nothing)
    engine.enqueue_occurrence(Task.MAIL, key="before")
    until(lambda: states(address) == {"before": "SUCCESS"})
    _plant(address, bomb)
    until(lambda: "nothing pickled is read" in caplog.text)
    engine.enqueue_occurrence(Task.MAIL, key="after")  # and it harms no other
    until(lambda: states(address)["after"] == "SUCCESS")
    assert not trace.exists()
    pickle.loads(base64.b64decode(bomb))  # noqa: S301 - what must not happen
    assert trace.exists()  # whoever loads it sees it


def _plant(address, bomb):
    """Make of the row "before" one to be done, whose input asks to be unpickled."""
    execute(address, "UPDATE {schema}workflow_input SET inputs = :bomb", bomb=bomb)
    execute(address, "DELETE FROM {schema}workflow_output")
    execute(
        address,
        "UPDATE {schema}workflow_status SET status = 'ENQUEUED', serialization = 'py_pickle', "
        "inputs = :bomb, output = NULL, completed_at = NULL",
        bomb=bomb,
    )


def test_a_task_that_is_stopped_is_not_taken_for_a_fault():
    assert not issubclass(Stopped, Exception)


def test_the_cloud_that_the_environment_names_is_not_believed():
    assert durable._utils.GlobalParams.dbos_cloud is False


def test_what_the_library_says_goes_through_our_handler_alone(opened):
    opened()
    theirs = logging.getLogger("dbos")
    assert [type(handler) for handler in theirs.handlers] == [logging.NullHandler]
    assert theirs.propagate
    assert theirs.level == logging.WARNING


def test_what_ended_long_ago_is_forgotten(opened, address):
    engine = opened(MAIL=nothing)
    engine.enqueue_occurrence(Task.MAIL, key="one")
    until(lambda: states(address) == {"one": "SUCCESS"})
    assert engine.purge(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert engine.purge(datetime.now(UTC) + timedelta(hours=1)) == 1
    assert not any(
        rows for name, rows in everything(address).items() if name.startswith("workflow_")
    )


def test_without_its_tables_it_does_not_begin_and_makes_none(tmp_path):
    engine = durable.DurableEngine(
        url=f"sqlite:///{tmp_path / 'absent.db'}", process_id="p", tasks={}
    )
    with pytest.raises(ConfigurationFault, match="migrate"):
        engine.start()
    assert list(tmp_path.iterdir()) == []
