"""Cosignatures that come by another way than an answer to us: from a witness that follows the log.

Whoever follows a log by its tiles needs no server that the gateway could reach; what it cosigned is
a checkpoint of ours with its line below. It counts as if it had been asked for: by the witnesses
that the operator lists, over a checkpoint that is on record, verified before it is kept.
"""

from gateway.model.evidence import KeptCosignature
from gateway.ports import EvidenceLog
from signing.log.checkpoint import parse_checkpoint
from signing.log.cosignature import cosignatures
from signing.log.policy import WitnessPolicy


class NotTaken(Exception):
    """A note of which nothing was kept; the message says why, in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


_UNREAD = NotTaken(
    "ce n'est pas un point de contrôle, ou une cosignature n'en est pas vérifiée",
    "it is no checkpoint, or a cosignature of it does not verify",
)
_ANOTHER_PAST = NotTaken(
    "ce point de contrôle n'est pas au journal : s'il porte sa signature, le journal a deux passés",
    "this checkpoint is not on record: if the log signed it, it has two pasts",
)
_STRANGERS = NotTaken(
    "aucun témoin de SISERI_WITNESSES ne l'a cosigné",
    "no witness of SISERI_WITNESSES cosigned it",
)


def keep_cosignatures(
    note: bytes, *, evidence: EvidenceLog, policy: WitnessPolicy
) -> tuple[int, tuple[KeptCosignature, ...]]:
    """Keep what listed witnesses cosigned; the size of the checkpoint, and their lines.

    The first line of each witness stays, as where it is asked.

    Raises:
        NotTaken: nothing of it can be kept.
    """
    keys = [one.key for one in policy.listed]
    try:
        signed = parse_checkpoint(note)
        found = {one.witness: one.at for one in cosignatures(signed, witnesses=keys)}
    except ValueError:
        raise _UNREAD from None
    size = signed.checkpoint.size
    stored = evidence.checkpoint(size)
    if stored is None or parse_checkpoint(stored.note).note.text != signed.note.text:
        raise _ANOTHER_PAST
    lines = {(line.name, line.key_id): line.line for line in signed.note.signatures}
    kept = tuple(
        KeptCosignature(witness=key.text, line=lines[key.name, key.key_id], at=at)
        for key, at in found.items()
    )
    if not kept:
        raise _STRANGERS
    evidence.cosign(size, kept)
    return size, kept
