"""A process that answers every message of the corpus, and says what it told and what each cost."""

import gc
import json
import os
import sys
from pathlib import Path

from tests.hostile.observed import Memory, measured
from tests.hostile.tracing import MARK
from tests.hostile.wss import door, envelopes
from tests.hostile.wss.corpus import ATTACKS, BENIGN
from tests.running import Running, loop


def sound(gateway, recipe):
    told = door.post(gateway, envelopes.octets(envelopes.signed(recipe)), version=recipe.version)
    is_answered = told.root.find(".//{*}pong") is not None
    return {"status": told.status, "code": told.code, "is_answered": is_answered}


def hostile(gateway, memory, attack):
    octets, told = attack.make(), []
    os.access(f"{MARK}{attack.name}", os.R_OK)

    def work():
        version, headers = attack.twin.version, attack.headers
        told[:] = [door.post(gateway, octets, version=version, headers=headers)]
        return told[0].status

    # threads keep what they did last until they do something else
    cost = measured(memory, work, settle=lambda: gateway.get("/v1/me"))
    return {**cost, "code": told[0].code, "codes": told[0].codes}


def main(home, report):
    memory = Memory()
    (home / "home").mkdir()
    with loop() as portal:
        gateway = Running(home / "home", portal=portal, partners=door.PARTNERS)
        door.enrol_all(gateway)
        # the sound ones first: whatever is imported late is imported then
        benign = {name: sound(gateway, recipe) for name, recipe in BENIGN.items()}
        recipes = {repr(attack.twin): attack.twin for attack in ATTACKS}
        twins = {name: sound(gateway, recipe) for name, recipe in recipes.items()}
        gc.freeze()
        memory.begin()
        hostiles = {attack.name: hostile(gateway, memory, attack) for attack in ATTACKS}
        os.access(MARK, os.R_OK)
        recorded = gateway.counted("transmissions")
        gateway.close()
    said = {"benign": benign, "twins": twins, "hostile": hostiles, "recorded": recorded}
    report.write_text(json.dumps(said), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
