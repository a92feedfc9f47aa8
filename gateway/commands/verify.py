"""`verify RECEIPT --trust FILE`: a receipt proved offline, step by step."""

from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.proofs import FRENCH_STEPS
from gateway.commands.receipts import acknowledgements, decoded, is_xml
from gateway.commands.terminal import OUT, CannotDo, ExitCode, Lang, print_json
from gateway.commands.verdicts import verdict_view
from signing.errors import KeyUnusable, SignatureInvalid
from signing.proof import MAX_RECEIPT_BYTES, Proof
from signing.published import PublishedKey, parse_published
from signing.verify import verify_json, verify_xml

_MAX_TRUST_BYTES: Final = 4 * 1024 * 1024


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="ACCUSÉ", help="JSON, JWS ou XML.")],
    *,
    trust: Annotated[Path, typer.Option(help="Clés publiées, prises à une source sûre.")],
    lang: Annotated[Lang, typer.Option(help="Langue.")] = Lang.FR,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Prove a receipt without a network; every step holds, or the failing one is named."""
    try:
        proof = prove(_read(receipt, MAX_RECEIPT_BYTES), trusted(_read(trust, _MAX_TRUST_BYTES)))
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


def trusted(octets: bytes) -> tuple[PublishedKey, ...]:
    """The keys of a trust file.

    Raises:
        CannotDo: it is not one.
    """
    try:
        return parse_published(octets)
    except KeyUnusable as fault:
        raise CannotDo(
            f"Le fichier de clés est inutilisable ({fault}).",
            f"The trust file cannot be used ({fault}).",
        ) from None


def prove(receipt: bytes, trust: tuple[PublishedKey, ...]) -> Proof:
    """The proof of a receipt, whatever its form.

    Raises:
        SignatureInvalid: it proves nothing.
    """
    if is_xml(receipt):
        return verify_xml(receipt, trust=trust, canonical_form=acknowledgements().canonical_of)
    return verify_json(receipt, trust=trust)


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
        table.add_row(str(step.number), name, escape(step.found))
    return table
