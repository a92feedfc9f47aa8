"""A process that answers every hostile authentication, and says what each cost."""

import gc
import json
import sys
from pathlib import Path

from tests.hostile.authentication.corpus import ATTACKS
from tests.hostile.authentication.world import TWINS, World
from tests.hostile.observed import Memory, measured
from tests.running import loop


def main(home, report):
    memory, costs = Memory(), {}
    with loop() as portal:
        world = World(home, portal=portal)
        for make in TWINS.values():  # whatever is imported late is imported now
            assert world.send(make(world)).status_code == 200
        sound = TWINS["certificate"](world)
        gc.freeze()
        memory.begin()
        for attack in ATTACKS:
            sent = attack.make(world)
            costs[attack.name] = measured(
                memory,
                lambda sent=sent: world.send(sent).status_code,
                settle=lambda: world.send(sound),
            )
        world.close()
    report.write_text(json.dumps(costs), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
