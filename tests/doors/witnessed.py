"""A gateway in this process that asks one witness over HTTP, and what a test needs of both."""

import json
import time
import uuid

from signing.keys import KeyAccess, SigningKeys
from signing.log.cosignature import cosignatures
from signing.log.policy import parse_policy
from signing.log.proof import parse_proof
from signing.log.witness import KnownLog
from signing.register import load_register
from tests import builders
from tests.fakes import FixedClock
from tests.partners.witness_example.server import Double
from tests.running import NOW
from tests.witnesses import a_witness

WITHIN_S = 60
"""A bound for a loaded machine."""
LATE_S = 600


def submit(gateway):
    return gateway.submit(builders.a_transmission(id=str(uuid.uuid4())))


class Witnessed:
    """A gateway that asks one witness, whose behaviour a test switches.

    Its thread asks every `every_s`; `until` makes rounds of its own, so that nobody has to wait.
    """

    def __init__(self, folder, stack, start, *, every_s=3600, chain=None, **settings):
        self.clock = FixedClock(NOW)
        self.double = stack.enter_context(Double(self._answer, chain=chain))
        memory_folder = folder / "witness"
        with a_witness(memory_folder) as witness:
            self.key = witness.memory.signer.vkey
        policy = folder / "witnesses.policy"
        policy.write_text(f"witness w {self.key.text} {self.double.url}\nquorum w\n")
        self.policy_octets = policy.read_bytes()
        self.policy = parse_policy(self.policy_octets)
        self.gateway = start(
            clock=self.clock,
            witnesses=policy,
            witness_every_s=every_s,
            witness_late_s=LATE_S,
            **settings,
        )
        log = load_register(self.gateway.config.signing_keys).log
        witness = stack.enter_context(
            a_witness(memory_folder, keys=[key.vkey for key in log.keys], clock=FixedClock(NOW))
        )
        self.witness, self.folder = witness, memory_folder
        self.log = KnownLog(origin=log.origin, keys=tuple(key.vkey for key in log.keys))
        self.statuses = []
        self.answer_by = witness.add_checkpoint
        """What it answers by: the honest witness, or what a test puts there."""

    def _answer(self, body):
        answer = self.answer_by(body)
        self.statuses.append(answer.status)
        return answer

    def until(self, found):
        """What `found` gives once it gives something, after rounds; or what it gave last."""
        end = time.monotonic() + WITHIN_S
        while not (value := found()) and time.monotonic() < end:
            self.gateway.gateway.proving.witnessing.ask_all()
        return value

    def signer(self):
        """The gateway's own key of acknowledgements."""
        keys = SigningKeys(self.gateway.config.signing_keys, access=KeyAccess())
        now = self.clock.now()
        return keys.signer(decided_at=now, now=now)

    def cosigned(self, answer):
        """Who cosigned the receipt as it is read now."""
        receipt = self.gateway.get(answer.http.headers["location"])
        proof = json.loads(receipt.content)["proof"]["inclusion"]
        signed = parse_proof(proof.encode()).signed
        return cosignatures(signed, witnesses=self.policy.witnesses)

    def state(self):
        answer = self.gateway.get("/health/ready")
        return answer.http.status_code, json.loads(answer.content).get("warnings", [])
