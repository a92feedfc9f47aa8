"""`verify RECEIPT --trust FILE`: a receipt proved offline, step by step."""

from dataclasses import replace
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
from signing.authorities import parse_published_authorities
from signing.encoding import instant_text
from signing.errors import KeyUnusable, SignatureInvalid
from signing.evidence import Believed, Evidence, verify_logged_receipt
from signing.log.policy import MAX_POLICY_BYTES, NO_WITNESS, parse_policy
from signing.log.proof import MAX_PROOF_BYTES
from signing.proof import MAX_RECEIPT_BYTES, Proof
from signing.published import parse_published, parse_published_log
from signing.verify import verify_json, verify_xml

_MAX_TRUST_BYTES: Final = 4 * 1024 * 1024


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="ACCUSÉ", help="JSON, JWS ou XML.")],
    *,
    trust: Annotated[Path, typer.Option(help="Clés publiées, prises à une source sûre.")],
    policy: Annotated[
        Path | None,
        typer.Option(
            help="Témoins exigés, au format C2SP tlog-policy (docs/evidence.md) ; sinon aucun."
        ),
    ] = None,
    require_timestamp: Annotated[
        bool, typer.Option("--require-timestamp", help="Refuser sans horodatage reconnu.")
    ] = False,
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
        needs_timestamp=require_timestamp,
    )
    apart = None if inclusion is None else _read(inclusion, MAX_PROOF_BYTES)
    try:
        evidence = prove_evidence(_read(receipt, MAX_RECEIPT_BYTES), believed, apart=apart)
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
        print_json(_document(evidence))
        return
    _show(evidence, lang)


def _document(evidence: Evidence) -> dict[str, object]:
    logged = evidence.logged
    stamp = None if logged is None else logged.timestamp
    times = {
        "seenAt": None if logged is None else logged.seen_at,
        "timestampedAt": None if stamp is None else stamp.gen_time,
    }
    return {
        "proved": True,
        "kid": evidence.receipt.kid,
        **{name: None if at is None else instant_text(at) for name, at in times.items()},
        "steps": [{"number": s.number, "name": s.name, "found": s.found} for s in evidence.steps],
        "acknowledgement": orjson.loads(evidence.receipt.acknowledgement),
    }


def trusted(
    octets: bytes, *, policy: bytes | None = None, needs_timestamp: bool = False
) -> Believed:
    """The keys, log and authorities of a trust file, and the witnesses that a policy asks for.

    Raises:
        CannotDo: it is not one.
    """
    try:
        keys, log = parse_published(octets), parse_published_log(octets)
        authorities = parse_published_authorities(octets)
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
    return Believed(
        keys=keys,
        log=log,
        authorities=authorities,
        policy=asked,
        needs_timestamp=needs_timestamp,
    )


def prove(receipt: bytes, trust: Believed, *, apart: bytes | None = None) -> Proof:
    """Who signed a receipt, whatever its form, with every step of its evidence; as below."""
    evidence = prove_evidence(receipt, trust, apart=apart)
    return replace(evidence.receipt, steps=evidence.steps)


def prove_evidence(receipt: bytes, trust: Believed, *, apart: bytes | None = None) -> Evidence:
    """The proof of a receipt: who signed it, that it is in the log, and since when.

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
        return verify_logged_receipt(receipt, proof, believed=trust, apart=apart)
    except KeyUnusable as fault:
        raise CannotDo(
            f"Le fichier de clés est d'avant le journal de preuve ({fault}) : reprenez-le.",
            f"The trust file is older than the evidence log ({fault}): fetch it again.",
        ) from None


def _read(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(limit + 1)
    except OSError as error:
        raise CannotDo(
            f"{file.name} : fichier illisible ({type(error).__name__}).",
            f"{file.name}: the file cannot be read ({type(error).__name__}).",
        ) from None


def _show(evidence: Evidence, lang: Lang) -> None:
    french = lang is Lang.FR
    proof = replace(evidence.receipt, steps=evidence.steps)
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
    OUT.print(_dated(evidence, french=french), soft_wrap=True)
    if test:
        OUT.print("C'est un essai : il ne prouve rien." if french else "A test: proof of nothing.")
    OUT.print(verdict_view(read, lang=lang))


def _dated(evidence: Evidence, *, french: bool) -> str:
    """Who else tells the time, or that nobody does."""
    logged = evidence.logged
    stamp = None if logged is None else logged.timestamp
    if stamp is not None:
        at, by = instant_text(stamp.gen_time), escape(stamp.authority)
        return f"Horodaté le {at} par {by}." if french else f"Time-stamped {at} by {by}."
    if logged is not None and logged.seen_at is not None:
        at = instant_text(logged.seen_at)
        return (
            f"Sans horodatage reconnu ; vu par des témoins le {at}."
            if french
            else f"No time-stamp that counts; seen by witnesses {at}."
        )
    return (
        "Sans horodatage reconnu ni témoin : sa date n'est que celle qu'il annonce. "
        "Relu à son adresse, l'accusé peut en porter un."
        if french
        else "No time-stamp that counts and no witness: its date is its own claim. "
        "Fetched again at its address, the receipt may carry one."
    )


def steps_table(proof: Proof, *, french: bool) -> Table:
    """The numbered steps of a proof."""
    heading = ("N°", "Étape", "Constat") if french else ("No.", "Step", "Found")
    table = Table(*heading)
    for step in proof.steps:
        name = FRENCH_STEPS.get(step.name, step.name) if french else step.name
        found = french_fact(step.found) if french else step.found
        table.add_row(str(step.number), name, escape(found))
    return table
