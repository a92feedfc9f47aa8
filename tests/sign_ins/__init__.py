"""Sign-ins under way while every key is rotated: those of both providers, and ours.

    make sign-ins

Each goes from the portal through a provider and back, four at once; ProConnect and FranceConnect+
in turn. Seven times meanwhile the keys of both providers, or both kinds of ours, are changed.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.federated import ANGELA, ANNE
from tests.visitor import Visitor

AT_ONCE = 4
ROTATIONS = 7


@dataclass
class Outcome:
    """What came of them."""

    count: int
    failures: list = field(default_factory=list)
    """Address and status of the page where each ended that did not come back to the portal."""
    rotations: int = 0
    seconds: float = 0.0


def sign_ins(federated, count):
    """So many, and what came of them."""
    outcome, done, lock = Outcome(count), 0, threading.Lock()
    due = [count * (number + 1) // (ROTATIONS + 1) for number in range(ROTATIONS)]

    def one(number):
        nonlocal done
        person = (ANNE, ANGELA)[number % 2]
        page = federated.hand_over(Visitor(), person)
        if page.said("sub") is None:
            outcome.failures.append((page.url.partition("?")[0], page.status))
        with lock:
            done += 1
            if done in due:
                rotate = (federated.rotate_theirs, federated.rotate_ours)[outcome.rotations % 2]
                rotate()
                outcome.rotations += 1

    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for finished in [pool.submit(one, number) for number in range(count)]:
            finished.result()
    outcome.seconds = time.monotonic() - started
    return outcome
