"""The n-th call of a kind fails while one transmission is received, for every n until none is left.

After each, nothing is half-applied, and the client's next attempt has the outcome it expects.
"""

import random
import re
import sqlite3
from contextlib import contextmanager

from sqlalchemy import event

from tests.chaos.invariants import Record
from tests.chaos.killing import chapter
from tests.chaos.resolving import acknowledgement_of, assert_verdicts
from tests.chaos.sending import Forms
from tests.chaos.tracing import traced

MANY = 300
"""More fault points than one transmission has."""
_REFUSED = {503, 500}
"""An unsigned refusal: 503, which SOAP 1.1 and 1.2 write as 500."""


class Statements:
    """The statements of a gateway in this process, of which the n-th from now on fails."""

    def __init__(self, engine, fail):
        """`fail` gets the connection of the driver; it raises, or breaks that connection."""
        self._fail = fail
        self._left = 0
        self.has_failed = False
        for name in ("do_execute", "do_executemany", "do_execute_no_params"):
            event.listen(engine, name, self._count)

    def arm(self, number):
        self._left, self.has_failed = number, False

    def disarm(self):
        self._left = 0

    def _count(self, cursor, *_):
        if self._left == 0:
            return
        self._left -= 1
        if self._left == 0:
            self.has_failed = True
            self._fail(cursor.connection)


def disk_error(_connection):
    """What SQLite says of a disk that fails."""
    raise sqlite3.OperationalError("disk I/O error")


class Commits:
    """Likewise the commits: the connection is broken when COMMIT is to be sent."""

    def __init__(self, engine, fail):
        self._fail, self._left, self.has_failed = fail, 0, False
        event.listen(engine, "commit", self._count)

    arm, disarm = Statements.arm, Statements.disarm

    def _count(self, connection):
        if self._left == 0:
            return
        self._left -= 1
        if self._left == 0:
            self.has_failed = True
            self._fail(connection.connection.dbapi_connection)


def backend_killed(cluster):
    """What breaks a connection to PostgreSQL: the server ends the process behind it."""

    def fail(connection):
        pid = connection.info.backend_pid
        cluster.do(f"SELECT pg_terminate_backend({pid}, 5000)")

    return fail


def every_fault(running, faults, *, seed=0, doors=("json",)):
    """Through a gateway in this process; how many fault points there were, by door."""
    forms = Forms(random.Random(seed))
    record = Record(running.config.database_url, running.trust)
    found = {}
    for door in doors:
        for number in range(1, MANY):
            sent = forms.next(door=door)
            faults.arm(number)
            answer = running.submit(sent.form, door=door)
            faults.disarm()
            _assert_one_outcome(running, sent, answer)
            record.assert_holds()
            if not faults.has_failed:
                found[door] = number - 1
                break
    return found


def _assert_one_outcome(running, sent, answer):
    """A receipt, or a refusal that a retry repairs: never a duplicate, never another receipt."""
    if not running.is_receipt(answer.content):
        assert answer.status in _REFUSED
        assert answer.fault_code == "B008", answer.content
        address = f"/v1/transmissions/{sent.id}"
        assert running.get(address, by="operator").status in {200, 404}
        answer, first = running.submit(sent.form, door=sent.door), None
    else:
        first = answer.content
    assert_verdicts(sent, acknowledgement_of(answer.content))
    again = running.submit(sent.form, door=sent.door)
    assert again.content == answer.content == (first or answer.content)


_INJECTED = re.compile(r"\w+\(\d+<([^>]*)>.*\(INJECTED\)")
_SOUND = re.compile(r"-wal>.*\) += \d")


def every_call_of_the_kernel(seed, home, *, call, error):
    """The n-th `call` of each thread fails with `error`, as the gateway's process sees it."""
    dice = random.Random(seed)
    with chapter(home, dice) as told:
        told.fleet.start()
        load = _OneByOne()
        for number in range(1, MANY):
            sent = told.forms.next()
            load.sent.append(sent)
            trace = home / f"trace-{number}"
            with told.fleet.client() as client, _failing(told.fleet, trace, call, error, number):
                client.submit(sent)
            injected = _INJECTED.search(trace.read_text())
            if injected is None:
                assert sent.receipt is not None
                break
            # SQLite passes over a folder that cannot be flushed, never over the log; where another
            # writer of the process met the fault, the answer's own call came after it
            is_of_log = injected[1].endswith("-wal")
            came_after = _SOUND.search(trace.read_text(), injected.end())
            assert sent.receipt is None or not is_of_log or came_after, injected[0]
            assert set(sent.refusals) <= _REFUSED
        points = number - 1
        refused = len(load.unanswered)
        told.settle(load)
        return told.end() | {"points": points, "refused": refused}


class _OneByOne:
    """As a `Load`."""

    def __init__(self):
        self.sent, self.faults = [], []

    @property
    def answered(self):
        return [one for one in self.sent if one.receipt is not None]

    @property
    def unanswered(self):
        return [one for one in self.sent if one.receipt is None]


@contextmanager
def _failing(fleet, trace, call, error, number):
    stated = ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={number}")
    with traced(fleet.processes[0].pid, trace, *stated):
        yield
