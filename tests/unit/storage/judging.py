"""Run as a process of its own, beside another: judges again whatever is due, as the command does.

`judging.py HOME ADDRESS`: prints a line for each transmission, its row and its outcome.
"""

import sys

from gateway.judging import judging_again
from gateway.store import Store
from tests.fakes import FixedClock
from tests.running import NOW, config_at

config = config_at(sys.argv[1], database_url=sys.argv[2])
store = Store(config, clock=FixedClock(NOW))
judging = judging_again(config, store)
due = judging.due()
print("ready", flush=True)
sys.stdin.readline()
for row in due:
    print(row, judging.judge_again(row).outcome.value, flush=True)
store.close()
