"""A process that answers every hostile offer, then its twin, and says what each cost."""

import gc
import json
import sys
from pathlib import Path

from signing.authority import new_authority
from signing.held_key import Kind, new_key
from tests.enrolling import JSON, enrol, invite, of_key, trust
from tests.hostile.enrolment.offers import every
from tests.hostile.observed import Memory, measured
from tests.partner_pki import Pki
from tests.running import NOW, THE_LABORATORY, THE_OPERATOR, Running, loop


def main(home, report):
    memory, costs, pki = Memory(), {}, Pki()
    offers = every(pki)
    with loop() as portal:
        running = Running(home, portal=portal)
        new_authority(
            running.config.authority_keys, common_name="Essai", organisation="Essai", now=NOW
        )
        trust(running, "essai", pki, lists=pki.lists(at=NOW))
        sound, invitation = new_key(Kind.P256), invite(running)
        form = of_key(sound, invitation=invitation, now=NOW)
        assert enrol(running, form, by=invitation).status_code == 201
        gc.freeze()
        memory.begin()
        for offer in offers:
            running.forget(partners=(THE_LABORATORY, THE_OPERATOR), keeps_directory=True)
            invitation, answers = invite(running), []
            hostile = offer.body(invitation)

            def send(body=hostile, by=invitation, answers=answers):
                answers.append(
                    running.request("POST", "/v1/enrolment", by=by, headers=JSON, content=body)
                )
                return answers[-1].status_code

            cost = measured(memory, send)
            enrolled = running.store.credentials.credentials_of("laboratory")
            twin = enrol(running, offer.twin(invitation), by=invitation)
            costs[offer.name] = {
                **cost, "code": answers[-1].json().get("code", ""), "enrolled": len(enrolled),
                "twin": twin.status_code,
            }  # fmt: skip
        running.close()
    report.write_text(json.dumps(costs), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
