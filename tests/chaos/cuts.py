"""Connections are cut at any byte of the request or the answer: no outcome is ambiguous."""

import random

from tests.chaos.cutting import Cut, Proxy
from tests.chaos.killing import chapter
from tests.chaos.resolving import standing
from tests.chaos.sending import Client, Dead, request_of
from tests.running import DOORS

CUTS = 200
"""In each chapter, on one installation."""


def cut_connections(seed, home, *, cuts=CUTS, **given):
    """Each transmission is cut once; its client asks by id, and sends it again."""
    dice = random.Random(seed)
    with chapter(home, dice, **given) as told:
        told.fleet.start()
        with Proxy(told.fleet.ports[0]) as proxy, told.fleet.client() as calm:
            every = Cuts(told, proxy, calm, dice)
            for _ in range(cuts):
                every.play()
        told.settle(every)
        return told.end() | every.seen


class Cuts:
    """As a `Load`: what was sent, cut, asked for and sent again."""

    def __init__(self, told, proxy, calm, dice):
        self._told, self._proxy, self._calm, self._dice = told, proxy, calm, dice
        self.sent, self.faults = [], []
        self._lengths = {door: self._measured(door) for door in DOORS}
        self.seen = {"cuts": 0, "of_request": 0, "of_answer": 0, "whole": 0, "known_at_once": 0}

    @property
    def answered(self):
        return [one for one in self.sent if one.receipt is not None]

    @property
    def unanswered(self):
        return [one for one in self.sent if one.receipt is None]

    def _measured(self, door):
        """Bytes of a whole answer by that door, an example of them."""
        sent = self._told.forms.next(door=door)
        self.sent.append(sent)
        self._proxy.passed.clear()
        with Client(self._proxy.port, self._told.fleet.token) as client:
            client.submit(sent)
        assert sent.receipt is not None
        return sum(self._proxy.passed)

    def play(self):
        sent = self._told.forms.next()
        self.sent.append(sent)
        self._proxy.cut = cut = self._where(sent)
        with Client(self._proxy.port, self._told.fleet.token) as client:
            try:
                client.submit(sent)
            except Dead:
                assert sent.receipt is None
            else:  # the cut fell behind the last byte
                self.seen["whole"] += 1
        self.seen["cuts"] += 1
        self.seen["of_answer" if cut.of_answer else "of_request"] += 1
        known = standing(self._calm, sent)
        self.seen["known_at_once"] += known is not None
        if not cut.of_answer and sent.receipt is None:
            assert known is None, f"{sent.id} recorded before it was wholly sent"

    def _where(self, sent):
        """A byte of the request's head or body, or of the answer's; their edges more often."""
        is_reset = self._dice.random() < 0.5
        path, headers, body = request_of(sent)
        if self._dice.random() < 0.4:
            # http.client writes these, and some bytes of its own that make the head longer
            least = len(path) + sum(map(len, [*headers, *headers.values()])) + len(body)
            return Cut(of_answer=False, offset=self._offset(least), is_reset=is_reset)
        return Cut(of_answer=True, offset=self._offset(self._lengths[sent.door]), is_reset=is_reset)

    def _offset(self, length):
        edges = (0, 1, 16, 17, length - 1, length - 2, length // 2)
        if self._dice.random() < 0.1:
            return self._dice.choice(edges)
        return self._dice.randrange(length)
