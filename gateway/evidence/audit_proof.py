"""The proof that an entry of the audit trail, and so all before it, is in the evidence log."""

from gateway.errors import EvidenceDamaged
from gateway.evidence.drawing import drawn
from gateway.ports import EvidenceLog
from signing.log.checkpoint import parse_checkpoint
from signing.log.note import parse_signature_lines
from signing.log.proof import LogProof
from signing.log.tree import inclusion_proof


def audit_head_proof(evidence: EvidenceLog, index: int | None) -> str:
    """The text of the tlog-proof of the entry at `index`, with the cosignatures there are.

    It is against the latest checkpoint.

    Raises:
        EvidenceDamaged: the entry has no place, or what is stored of the log does not hold.
    """
    latest = evidence.latest()
    if index is None or latest is None or latest.size <= index:
        raise EvidenceDamaged("an entry of the audit trail is not under the latest checkpoint")
    try:
        path = drawn(lambda hashes: inclusion_proof(index, latest.size, hashes), evidence.hashes)
    except LookupError as error:
        raise EvidenceDamaged("a hash of the log is missing") from error
    proof = LogProof(index=index, path=path, signed=parse_checkpoint(latest.note))
    lines = "".join(one.line for one in evidence.cosignatures(latest.size))
    if lines:
        proof = proof.with_signatures(*parse_signature_lines(lines))
    return proof.octets.decode()
