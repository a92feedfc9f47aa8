"""`verify RECEIPT --trust FILE`: a receipt proved offline, step by step."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.proofs import FRENCH_STEPS, french_fact
from gateway.commands.receipts import acknowledgements, decoded, is_xml
from gateway.commands.terminal import OUT, CannotDo, ExitCode, Lang, print_json
from gateway.commands.verdicts import verdict_view
from signing.errors import KeyUnusable, SignatureInvalid
from signing.evidence import verify_logged_receipt
from signing.log.policy import MAX_POLICY_BYTES, NO_WITNESS, WitnessPolicy, parse_policy
from signing.log.proof import MAX_PROOF_BYTES
from signing.log.published import PublishedLog
from signing.proof import MAX_RECEIPT_BYTES, Proof
from signing.published import PublishedKey, parse_published, parse_published_log
from signing.verify import verify_json, verify_xml

_MAX_TRUST_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What a verifier believes before it reads a receipt."""

    keys: tuple[PublishedKey, ...]
    log: PublishedLog | None
    """The evidence log, where the trust file names one."""
    policy: WitnessPolicy = NO_WITNESS


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="ACCUSÉ", help="JSON, JWS ou XML.")],
    *,
    trust: Annotated[Path, typer.Option(help="Clés publiées, prises à une source sûre.")],
    policy: Annotated[
        Path | None, typer.Option(help="Témoins exigés, en tlog-policy ; sinon aucun.")
    ] = None,
    inclusion: Annotated[
        Path | None, typer.Option("--proof", help="Preuve du journal, hors de l'accusé.")
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Langue.")] = Lang.FR,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Prove a receipt without a network; every step holds, or the failing one is named."""
    believed = trusted(
        _read(trust, _MAX_TRUST_BYTES),
        policy=None if policy is None else _read(policy, MAX_POLICY_BYTES),
    )
    apart = None if inclusion is None else _read(inclusion, MAX_PROOF_BYTES)
    try:
        proof = prove(_read(receipt, MAX_RECEIPT_BYTES), believed, apart=apart)
    except SignatureInvalid as fault:
        if json:
            print_json({"proved": False, "step": fault.step, "reason": fault.reason})
        else:
            OUT.print(
                f"[bold red]Cet accusé ne prouve rien[/] : étape {fault.step}, {fault.reason}."
                if lang is Lang.FR
                else f"[bold red]This receipt proves nothing[/]: step {fault.step}, {fault.reason}."
            )
        raise typer.Exit(ExitCode.INADMISSIBLE) from None
    if json:
        print_json(
            {
                "proved": True,
                "kid": proof.kid,
                "steps": [
                    {"number": s.number, "name": s.name, "found": s.found} for s in proof.steps
                ],
                "acknowledgement": orjson.loads(proof.acknowledgement),
            }
        )
        return
    _show(proof, lang)


def trusted(octets: bytes, *, policy: bytes | None = None) -> Trusted:
    """The keys and the log of a trust file, and the witnesses that a policy asks for.

    Raises:
        CannotDo: it is not one.
    """
    try:
        keys, log = parse_published(octets), parse_published_log(octets)
    except KeyUnusable as fault:
        raise CannotDo(
            f"Le fichier de clés est inutilisable ({fault}).",
            f"The trust file cannot be used ({fault}).",
        ) from None
    try:
        asked = NO_WITNESS if policy is None else parse_policy(policy)
    except KeyUnusable as fault:
        raise CannotDo(
            f"La politique de témoins est inutilisable ({fault}).",
            f"The policy of witnesses cannot be used ({fault}).",
        ) from None
    return Trusted(keys=keys, log=log, policy=asked)


def prove(receipt: bytes, trust: Trusted, *, apart: bytes | None = None) -> Proof:
    """The proof of a receipt, whatever its form: who signed it, and that it is in the log.

    `apart` is a proof of the log that came by itself, as beside a bare JWS.

    Raises:
        SignatureInvalid: it proves nothing.
    """
    if is_xml(receipt):
        canonical_of = acknowledgements().canonical_of
        proof = verify_xml(receipt, trust=trust.keys, canonical_form=canonical_of)
    else:
        proof = verify_json(receipt, trust=trust.keys)
    try:
        evidence = verify_logged_receipt(
            receipt, proof, trust=trust.keys, log=trust.log, policy=trust.policy, apart=apart
        )
    except KeyUnusable as fault:
        raise CannotDo(
            f"Le fichier de clés est d'avant le journal de preuve ({fault}) : reprenez-le.",
            f"The trust file is older than the evidence log ({fault}): fetch it again.",
        ) from None
    return replace(proof, steps=evidence.steps)


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise CannotDo(
            f"{file.name} : fichier illisible ({type(error).__name__}).",
            f"{file.name}: the file cannot be read ({type(error).__name__}).",
        ) from None


def _show(proof: Proof, lang: Lang) -> None:
    french = lang is Lang.FR
    OUT.print(steps_table(proof, french=french))
    read = decoded(proof.acknowledgement)
    signed_by = escape(proof.certificate.subject.rfc4514_string())
    test = bool(read.test)
    OUT.print(
        f"[bold green]Prouvé[/] : signé par {signed_by}, "
        f"installation « {read.environment} », décidé le {read.decided_at}."
        if french
        else f"[bold green]Proved[/]: signed by {signed_by}, "
        f"environment “{read.environment}”, decided {read.decided_at}.",
        soft_wrap=True,
    )
    if test:
        OUT.print("C'est un essai : il ne prouve rien." if french else "A test: proof of nothing.")
    OUT.print(verdict_view(read, lang=lang))


def steps_table(proof: Proof, *, french: bool) -> Table:
    """The numbered steps of a proof."""
    heading = ("N°", "Étape", "Constat") if french else ("No.", "Step", "Found")
    table = Table(*heading)
    for step in proof.steps:
        name = FRENCH_STEPS.get(step.name, step.name) if french else step.name
        found = french_fact(step.found) if french else step.found
        table.add_row(str(step.number), name, escape(found))
    return table
