"""The gateway and its witness are killed under load, one, the other, or both at once, stamps on.

Nothing that a witness cosigned is ever missing from the log, or another in it, and every receipt is
completed afterwards: cosigned, stamped, and proved so by the policy of a partner.
"""

import random
import time

from gateway.commands.verify import prove_evidence, trusted
from tests.chaos.killing import Chapter, chapter
from tests.chaos.resolving import ACCEPTS, acknowledgement_of, assert_verdicts
from tests.outsiders import Outsiders

KILLS = 10
"""In each chapter, on one installation."""
LONGEST_S = 2.5
"""From the first answer to the kill: the gateway asks the witness every second."""
VICTIMS = (("gateway", "witness"), ("witness",), ("gateway",))
WITHIN_S = 120
_REGISTER = "/.well-known/siseri-signing-keys.json"
_UNSEEN = """
    SELECT max(size) FROM log_checkpoints WHERE size > 0 AND (
        size > (SELECT coalesce(max(size), 0) FROM log_cosignatures)
        OR size > (SELECT coalesce(max(size), 0) FROM log_timestamps))"""


class SeenChapter(Chapter):
    """A chapter whose receipts grow: what comes to them later is proved with them."""

    outsiders = None

    def assert_receipts_hold(self, client, every):
        """The replay is the same bytes for ever; read again, each is completed and proved."""
        self._wait_until_seen()
        policy = self.outsiders.policy.read_bytes()
        believed = trusted(client.get(_REGISTER)[2], policy=policy, needs_timestamp=True)
        for sent in every:
            held, (status, _) = sent.receipt, client.submit(sent)
            assert (status in {200, 422}, sent.receipt) == (True, held)
            name = acknowledgement_of(held)["id"]
            assert_verdicts(sent, acknowledgement_of(held))
            status, _, completed = client.get(f"/v1/receipts/{name}", ACCEPTS[sent.door])
            assert status == 200
            assert acknowledgement_of(completed) == acknowledgement_of(held)
            assert prove_evidence(completed, believed).logged.seen_at is not None

    def _wait_until_seen(self):
        """Until the newest checkpoint has both a cosignature and a stamp."""
        end = time.monotonic() + WITHIN_S
        while self.record.ask(_UNSEEN) != [(None,)]:
            assert time.monotonic() < end, self.fleet.log_text()
            time.sleep(0.1)

    def assert_one_past(self):
        """What the witness saw is in the log, and it accuses nobody; it is killed for that."""
        self.outsiders.kill_witness()
        signed = self.outsiders.seen(self.fleet.config.log_origin)
        if signed is not None:  # it was asked before it was killed
            size, root = signed.checkpoint.size, signed.checkpoint.root
            query = f"SELECT root FROM log_checkpoints WHERE size = {size}"  # noqa: S608 - a number
            assert self.record.ask(query) == [(root,)]
        assert self.outsiders.accusations == []
        assert "it saw" not in (self.fleet.home / "server.log").read_text()


def kill_with_witness(seed, home, *, rounds=KILLS):
    """On SQLite; the witness is asked, and a stamp asked for, every second."""
    outsiders = Outsiders(home / "outsiders")
    settings = outsiders.settings(every_s=1)
    dice = random.Random(seed)
    try:
        with chapter(home, dice, kind=SeenChapter, settings=settings) as told:
            fleet, told.outsiders = told.fleet, outsiders
            outsiders.start_witness(fleet.config.signing_keys)
            fleet.start()
            killed = {"gateway": 0, "witness": 0}
            for number in range(rounds):
                victims = VICTIMS[(seed + number) % len(VICTIMS)]
                with told.load() as load:
                    load.wait_for_answers(1)
                    told.pause(LONGEST_S)
                    if "witness" in victims:
                        outsiders.kill_witness()
                    if "gateway" in victims:
                        fleet.kill()
                if "gateway" in victims:
                    fleet.start()
                told.assert_one_past()
                outsiders.start_witness(fleet.config.signing_keys)
                told.settle(load)
                for victim in victims:
                    killed[victim] += 1
            return told.end() | {f"{name}_killed": count for name, count in killed.items()}
    finally:
        outsiders.stop()
