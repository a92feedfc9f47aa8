"""Clients that submit without pause while something is done to the gateway."""

import threading
import time
from typing import Self

from tests.chaos.sending import Client, Dead

CLIENTS = 8
WAIT_S = 120.0
PAUSE_S = 0.1
"""Of a client that was refused."""


class Load:
    """Clients from entering to leaving; what they sent, in `sent`.

    A client that is refused leaves that transmission as it is and goes on with the next; one whose
    connection breaks goes home.
    """

    def __init__(self, ports, token, forms, *, clients=CLIENTS):
        """`ports` of the gateways, of which each client keeps to one."""
        self._forms, self._token = forms, token
        self._is_over = threading.Event()
        self.sent = []
        self.faults = []
        """What no client may meet; the first ends its client."""
        self._threads = [
            threading.Thread(target=self._run, args=(ports[number % len(ports)],))
            for number in range(clients)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_answers(self, count):
        """Until so many receipts are there: what is done next is done under load."""
        self._wait_until(lambda: len(self.answered) >= count)

    def wait_for_refusals(self, count):
        """Until so many were refused, unsigned."""
        self._wait_until(lambda: sum(bool(one.refusals) for one in [*self.sent]) >= count)

    def _wait_until(self, is_so):
        end = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < end, "in vain"
            assert not self.faults, self.faults
            time.sleep(0.002)

    def _run(self, port):
        with Client(port, self._token) as client:
            while not self._is_over.is_set():
                sent = self._forms.next()
                self.sent.append(sent)
                try:
                    client.submit(sent)
                except Dead:
                    return
                except Exception as fault:  # noqa: BLE001 - told by the round, whatever it is
                    self.faults.append(fault)
                    return
                if sent.receipt is None:
                    time.sleep(PAUSE_S)

    @property
    def answered(self):
        return [one for one in [*self.sent] if one.receipt is not None]

    @property
    def unanswered(self):
        return [one for one in [*self.sent] if one.receipt is None]
