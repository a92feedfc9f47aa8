"""More than the gateway judges at once is told to come back, and loses nothing by it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import builders
from tests.builders import a_line, a_transmission


def a_long_transmission(number):
    lines = [
        a_line(ref=f"P-{n}", worker=builders.a_worker(1_000 * (number + 1) + n)) for n in range(300)
    ]
    return a_transmission(results=lines)


@pytest.mark.parametrize("door", ["json", "soap12"])
def test_a_full_queue_is_a_503_with_its_delay_and_a_retry_is_judged(start, door):
    gateway = start(threads=1, queue=0)
    forms = [a_long_transmission(number) for number in range(12)]
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda form: gateway.submit(form, door=door), forms))
    judged = [answer for answer in answers if answer.status == 200]
    turned_away = [answer for answer in answers if answer.status != 200]
    assert judged
    assert turned_away
    status = 500 if door == "soap12" else 503
    assert {(answer.status, answer.fault_code) for answer in turned_away} == {(status, "B008")}
    assert {answer.headers["retry-after"] for answer in turned_away} == {"1"}
    assert gateway.counted("transmissions") == len(judged)
    again = [gateway.submit(form, door=door) for form in forms]
    assert {answer.disposition for answer in again} == {"HELD"}
    assert gateway.counted("transmissions") == len(forms)


def test_health_answers_while_the_lanes_are_full(start):
    gateway = start(threads=1, queue=0)
    with ThreadPoolExecutor(8) as threads:
        submitted = [threads.submit(gateway.submit, a_long_transmission(n)) for n in range(6)]
        live = [gateway.request("GET", "/health/live").status_code for _ in range(5)]
        ready = [gateway.request("GET", "/health/ready").status_code for _ in range(5)]
        assert {future.result().status for future in submitted} == {200, 503}
    assert (set(live), set(ready)) == ({200}, {200})
