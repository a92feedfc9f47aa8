"""What the evidence log costs: clients of one line each, receipts with and without a proof.

Two gateways in one process, each on a database of its own, take the same load by turns: one numbers
every leaf, signs checkpoints, gives proofs, and in each turn has a checkpoint cosigned by a witness
and stamped by an authority, which are processes of their own; the other does none of it (its leaves
are written, and wait for ever: a row of each closing is in both). By default a gateway asks
witnesses every 5 s and authorities every minute; a turn takes a few seconds, so that this is more
than it costs. Requests are calls of the ASGI application: CPU is that of the gateway and its event
loop, all threads; that of PostgreSQL's processes is told beside, and with it.

python -m tests.bench.log_cost --database sqlite --pairs 30 [--clients 64 --threads 64]
"""

import argparse
import asyncio
import math
import statistics
from collections.abc import Sequence

from tests.bench import material
from tests.bench.log_sides import IDLE, Side, Turn, sides

CONFIDENCE = 0.95


def interval(figures: Sequence[float]) -> tuple[float, float, float]:
    """Median, and the bounds of the smallest interval of order statistics that holds the true one.

    In 95 of 100 such series, whatever the distribution (binomial, sign test).
    """
    ordered, count = sorted(figures), len(figures)
    tail, below = 0.0, 0
    while True:
        tail += math.comb(count, below) / 2**count
        if 2 * tail > 1 - CONFIDENCE:
            break
        below += 1
    low = max(below - 1, 0)
    return statistics.median(ordered), ordered[low], ordered[count - 1 - low]


def told(name: str, ratios: Sequence[float]) -> None:
    print("  {:28} {:.3f} ({:.3f} to {:.3f})".format(name, *interval(ratios)))


def main(database: str, *, pairs: int, clients: int, each: int, threads: int) -> None:
    people = material.workers(2 * clients * each * (pairs + 1) + 2 * IDLE)
    loop = asyncio.new_event_loop()
    rows: list[dict[bool, Turn]] = []
    with sides(database, people, clients=clients, each=each, threads=threads) as both:
        both[True].one_by_one(loop)  # statements are made at the first use
        for pair in range(pairs + 1):
            order = (True, False) if pair % 2 else (False, True)
            rows.append({one: both[one].turn(loop) for one in order})
            if pair == 0:
                begun = both[True].count("log_checkpoints")
        del rows[0]
        checkpoints = both[True].count("log_checkpoints") - begun
        print(f"{database}: {pairs} pairs of {clients * each} receipts, {clients} clients")
        _costs(rows)
        print(f"  receipts a checkpoint: {pairs * clients * each / checkpoints:.1f}")
        for table in ("log_cosignatures", "log_timestamps"):
            print(f"  {table} kept: {both[True].count(table)}")
        _idle(both[True], loop)


def _costs(rows: Sequence[dict[bool, Turn]]) -> None:
    for one, name in ((True, "log"), (False, "no log")):
        gateway = 1e3 * statistics.median(row[one].cpu_s for row in rows)
        server = 1e3 * statistics.median(row[one].server_cpu_s for row in rows)
        a_second = 1 / statistics.median(row[one].wall_s for row in rows)
        print(f"  {name:6}: CPU ms a receipt: {gateway:.2f} of the gateway, {server:.2f} of")
        print(f"          the database's own processes; {a_second:.0f} receipts/s")
    told("CPU with : without", [row[True].cpu_s / row[False].cpu_s for row in rows])
    both = [[row[one].cpu_s + row[one].server_cpu_s for one in (True, False)] for row in rows]
    told("likewise, database included", [one / other for one, other in both])
    told("pace with : without", [row[False].wall_s / row[True].wall_s for row in rows])


def _idle(side: Side, loop: asyncio.AbstractEventLoop) -> None:
    before = side.count("log_checkpoints")
    waits = sorted(side.one_by_one(loop))
    made = side.count("log_checkpoints") - before
    median, last = (1e3 * waits[place] for place in (IDLE // 2, IDLE - IDLE // 10))
    print(f"  one by one: {made} checkpoints for {IDLE} receipts, {median:.0f} ms each")
    print(f"              (last tenth {last:.0f} ms)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--each", type=int, default=20, help="transmissions of each in a turn")
    parser.add_argument("--threads", type=int, default=4, help="judgements at once (default: 4)")
    asked = parser.parse_args()
    main(
        asked.database,
        pairs=asked.pairs,
        clients=asked.clients,
        each=asked.each,
        threads=asked.threads,
    )
