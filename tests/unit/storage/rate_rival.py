"""Run as a process of its own, beside another: asks one budget for calls as fast as it can.

Prints a line for each call that it was given: the database's time before and after, in ms. For the
budget a second lasts 1/SPEED of one. It ends when it was given as many calls as a window has.
`rate_rival.py ADDRESS`
"""

import sys
import threading
import time

from sqlalchemy import Connection

from gateway.model.verification import Urgency
from gateway.storage.engine import open_engine, reading
from gateway.storage.rate_budgets import SqlRateBudget, database_now_ms
from gateway.storage.writer import Writer

SPEED, THREADS, CALLS, PERIOD_S = 60, 4, 7, 60.0


def now_ms(connection: Connection) -> int:
    return database_now_ms(connection) * SPEED


def main(address: str) -> None:
    engine = open_engine(address)
    writer = Writer(engine=engine)
    budget = SqlRateBudget(
        engine=engine,
        writer=writer,
        name="register",
        calls=CALLS,
        period_s=PERIOD_S,
        now_ms=now_ms,
        steady_s=lambda: time.monotonic() * SPEED,
    )
    given: list[str] = []

    def read() -> int:
        with reading(engine).connect() as connection:
            return now_ms(connection)

    def hammer() -> None:
        while len(given) < CALLS:
            before = read()
            if budget.take(Urgency.INTERACTIVE) == 0:
                given.append(f"{before} {read()}")

    threads = [threading.Thread(target=hammer) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(*given, sep="\n")
    writer.close()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
