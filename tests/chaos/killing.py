"""Processes are killed under load: of the gateway, on either database, or of PostgreSQL itself."""

import contextlib
import random
import time

from signing.keys import REGISTER, load_published
from tests.chaos.fleet import Fleet
from tests.chaos.invariants import Record
from tests.chaos.load import CLIENTS, Load
from tests.chaos.resolving import assert_receipts_hold, resolve
from tests.chaos.sending import Forms
from tests.postgresql import Cluster

KILLS = 10
"""In each chapter, on one installation."""
LONGEST_S = 0.8
"""From the first answer under load to the kill."""


class Chapter:
    """One installation under load, round after round; what was seen, in `told`."""

    def __init__(self, fleet, dice):
        self.fleet, self._dice = fleet, dice
        self.forms = Forms(dice)
        self.record = Record(fleet.config.database_url, fleet.trust)
        self._earlier, self._last = [], []
        """Every transmission of the rounds before, and of the last."""
        self.told = {"rounds": 0, "answered": 0, "unanswered": 0, "found": 0, "absent": 0}
        self.told |= {"in_flight": 0, "recorded": 0}

    @property
    def _register(self):
        return self.fleet.config.signing_keys / REGISTER

    def pause(self, longest_s=LONGEST_S):
        time.sleep(self._dice.random() * longest_s)

    def trust_anew(self):
        """Read the published keys again: some came since."""
        self.fleet.trust = self.record.trust = load_published(self.fleet.config.signing_keys)

    def load(self, *, clients=CLIENTS):
        return Load(self.fleet.ports, self.fleet.token, self.forms, clients=clients)

    def settle(self, load, *, place=0):
        """Clients come back to the gateway at `place`; then all that must hold is asked."""
        assert not load.faults, load.faults
        answered, unanswered = load.answered, load.unanswered
        with self.fleet.client(place) as client:
            resolved = resolve(client, unanswered)
            self.assert_receipts_hold(client, load.sent)
        self._earlier += self._last
        self._last = load.sent
        self.told["recorded"] = self.record.assert_holds()
        sent = len(self._earlier) + len(self._last)
        assert self.told["recorded"] == sent, "recorded more, or less, than sent"
        self.told["rounds"] += 1
        self.told["answered"] += len(answered)
        self.told["unanswered"] += len(unanswered)
        self.told["found"] += resolved.found
        self.told["absent"] += resolved.absent
        self.told["in_flight"] += resolved.in_flight

    def end(self):
        """What was held after any round is held after the last."""
        with self.fleet.client() as client:
            self.assert_receipts_hold(client, self._earlier)
        return self.told

    def assert_receipts_hold(self, client, every):
        """See `resolving`."""
        assert_receipts_hold(client, every, self._register)


@contextlib.contextmanager
def chapter(home, dice, *, kind=Chapter, **given):
    fleet = Fleet(home, **given)
    try:
        yield kind(fleet, dice)
    finally:
        fleet.stop()


@contextlib.contextmanager
def own_cluster(**given):
    """A PostgreSQL server that may be killed."""
    cluster = Cluster(**given)
    try:
        yield cluster
    finally:
        cluster.stop()


def kill_on_sqlite(seed, home, *, rounds=KILLS):
    """The one process over SQLite, killed at any moment."""
    with chapter(home, random.Random(seed)) as told:
        fleet = told.fleet
        fleet.start()
        ready = []
        for _ in range(rounds):
            with told.load() as load:
                load.wait_for_answers(1)
                told.pause()
                fleet.kill()
            ready.append(fleet.start())
            told.settle(load)
        return told.end() | _ready(ready)


def kill_on_postgresql(seed, home, *, cluster, rounds=KILLS):
    """One of two processes over PostgreSQL; clients go to the other at once."""
    dice = random.Random(seed)
    with cluster.database() as address, chapter(home, dice, database_url=address, size=2) as told:
        fleet = told.fleet
        fleet.start(0)
        fleet.start(1)
        ready = []
        for _ in range(rounds):
            killed = dice.randrange(2)
            with told.load() as load:
                load.wait_for_answers(1)
                told.pause()
                fleet.kill(killed)
            told.settle(load, place=1 - killed)
            ready.append(fleet.start(killed))
        return told.end() | _ready(ready)


def kill_of_postgresql(seed, home, *, rounds=KILLS):
    """The server under the gateway crashes and comes back; the gateway stays as it is."""
    with (
        own_cluster() as cluster,
        cluster.database() as address,
        chapter(home, random.Random(seed), database_url=address) as told,
    ):
        told.fleet.start()
        for _ in range(rounds):
            with told.load() as load:
                load.wait_for_answers(1)
                told.pause()
                cluster.kill()
                told.pause()
            assert refusals_of(load) <= {503, 500}, refusals_of(load)
            cluster.start_again()
            told.settle(load)
        return told.end()


def refusals_of(load):
    """Statuses of unsigned refusals. Faults of SOAP are 500 (1.1) and 400 or 500 (1.2)."""
    return {status for one in load.sent for status in one.refusals}


def _ready(every):
    return {"ready_s": [round(s, 2) for s, _ in every], "ready_cpu_s": [cpu for _, cpu in every]}
