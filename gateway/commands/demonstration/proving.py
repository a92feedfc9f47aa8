"""The act of proof: every receipt offline, by the published keys alone."""

from pathlib import Path
from typing import Final

import requests
from rich.table import Table

from gateway.commands.demonstration.checks import Checks, act
from gateway.commands.receipts import acknowledgement_of, is_xml
from gateway.commands.terminal import OUT
from gateway.commands.verify import prove, steps_table, trusted
from gateway.model.acknowledgement import Disposition
from signing.errors import SignatureInvalid
from signing.evidence import Believed
from signing.proof import Proof

TRUST_NAME: Final = "siseri-signing-keys.json"


def fetch_trust(url: str, folder: Path) -> Path:
    """The published keys, kept in a file."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"{url}/.well-known/{TRUST_NAME}", timeout=10)
    file = folder / TRUST_NAME
    file.write_bytes(answer.content)
    return file


def prove_all(kept: list[Path], trust_file: Path, checks: Checks) -> None:
    """Prove every receipt, show two proofs in full, then try one that was altered."""
    act("Preuve · chaque accusé, hors ligne, par les clés publiées")
    trust = trusted(trust_file.read_bytes())
    proofs = {file: _proof(file, trust) for file in kept}
    for form, wanted in (("JSON", False), ("XML", True)):
        shown = next(proof for file, proof in proofs.items() if proof and _is_xml(file) is wanted)
        OUT.print(f"Preuve complète d'un accusé {form} :")
        OUT.print(steps_table(shown, french=True))
    table = Table("Accusé", "Forme", "Décision", "Preuve")
    for file, proof in proofs.items():
        read = acknowledgement_of(file.read_bytes())
        said = f"{len(proof.steps)} étapes sur {len(proof.steps)}" if proof else "échouée"
        form = "XML, XAdES" if _is_xml(file) else "JSON, JWS"
        table.add_row(file.name, form, read.disposition.value, said)
    OUT.print(table)
    checks.expect(f"{len(proofs)} accusés sur {len(proofs)} prouvés", all(proofs.values()))
    for file in (kept[0], next(file for file in kept if _is_xml(file))):
        altered = _altered(file.read_bytes())
        checks.expect(f"{file.name} altéré ne prouve rien", not _holds(altered, trust))


def _altered(receipt: bytes) -> bytes:
    """The receipt with another decision written in it."""
    said = acknowledgement_of(receipt).disposition
    other = Disposition.REJECTED if said is Disposition.ACCEPTED else Disposition.ACCEPTED
    return receipt.replace(said.encode(), other.encode(), 1)


def _is_xml(file: Path) -> bool:
    return is_xml(file.read_bytes())


def _proof(file: Path, trust: Believed) -> Proof | None:
    try:
        return prove(file.read_bytes(), trust)
    except SignatureInvalid as fault:
        OUT.print(f"{file.name} : étape {fault.step}, {fault.reason}")
        return None


def _holds(receipt: bytes, trust: Believed) -> bool:
    try:
        prove(receipt, trust)
    except SignatureInvalid:
        return False
    return True
