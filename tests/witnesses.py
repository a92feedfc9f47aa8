"""A log in memory whose past a test may rewrite, and witnesses over folders of their own."""

from contextlib import contextmanager
from datetime import UTC, datetime

from gateway.errors import WitnessRefused
from gateway.evidence.cosigning import CosigningWitness
from gateway.model.witnessing import Cosigned, OutOfStep
from signing.log.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from signing.log.tiles import hash_tile, parse_path
from signing.log.tree import consistency_proof, root_at
from signing.log.witness import AddCheckpoint
from signing.log.witness_folder import WitnessFolder, new_witness
from tests.fakes import FixedClock
from tests.unit.signing.log.merkle import StoredInMemory, entries
from tests.unit.signing.log.small_log import signer

KEY = signer(1)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
NAME = "temoin.example/1"


class ALog:
    """A log of `size` entries; `rewritten` and `without` are the entries of which it lies."""

    def __init__(self, size=300, *, key=KEY, rewritten=(), without=()):
        self.key = key
        held = entries(size)
        for index in rewritten:
            held[index] = b"rewritten"
        self.stored = StoredInMemory(e for index, e in enumerate(held) if index not in without)

    def signed(self, size, *, root=None):
        root = root_at(size, self.stored) if root is None else root
        checkpoint = Checkpoint(origin=self.key.vkey.name, size=size, root=root)
        note = sign_checkpoint(checkpoint, self.key).note
        return parse_checkpoint(note.octets)

    def request(self, old_size, size, *, proof=None, root=None):
        if proof is None:
            proof = consistency_proof(old_size, size, self.stored)
        return AddCheckpoint(old_size=old_size, proof=proof, signed=self.signed(size, root=root))


class Shown:
    """What a log shows by C2SP tlog-tiles at the size that it is set to."""

    def __init__(self, log, size):
        self.log, self.size = log, size
        self.read_paths = []

    def read(self, path):
        self.read_paths.append(path)
        if path == "checkpoint":
            return self.log.signed(self.size).note.octets
        return hash_tile(parse_path(path), self.log.stored)


@contextmanager
def a_witness(folder, *, keys=(KEY.vkey,), clock=None, name=NAME):
    """A witness over `folder`, made there if it is not; the folder is its attribute `memory`."""
    if not (folder / "witness.json").exists():
        new_witness(folder, name=name)
    memory = WitnessFolder(folder)
    try:
        witness = CosigningWitness(memory=memory, keys=keys, clock=clock or FixedClock(NOW))
        witness.memory = memory
        yield witness
    finally:
        memory.close()


class Asked:
    """`gateway.evidence.witnessing.Witness` over a witness in this process."""

    def __init__(self, witness):
        self.witness = witness
        self.requests = []

    def add_checkpoint(self, request):
        self.requests.append(request)
        answer = self.witness.add_checkpoint(request)
        if answer.status == 200:
            return Cosigned(lines=answer.content)
        if answer.media_type == "text/x.tlog.size":
            return OutOfStep(size=int(answer.content))
        raise WitnessRefused(f"status {answer.status}")
