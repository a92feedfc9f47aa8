"""`demo`: the main job end to end on an installation of its own; it fails if anything is amiss."""

import signal
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from gateway.commands.demonstration.acts import (
    Stage,
    compare_doors,
    comparison_sample,
    replay,
    send_all,
)
from gateway.commands.demonstration.checks import Checks, act
from gateway.commands.demonstration.installation import (
    STOP_S,
    Installation,
    Server,
    free_port,
    require_free,
    running,
)
from gateway.commands.demonstration.plan import ACCREDITATION, Planned, transmissions
from gateway.commands.demonstration.proving import TRUST_NAME, fetch_trust, prove_all
from gateway.commands.demonstration.registers import (
    PROVIDERS,
    REGISTERS,
    settings_of,
    verify_whole_directory,
)
from gateway.commands.demonstration.signing_in import open_sign_in, where_to_sign_in
from gateway.commands.demonstration.witnessing import LocalWitness, witnessed
from gateway.commands.directory import import_file
from gateway.commands.keys_making import make_keys
from gateway.commands.migrate import migrate_database
from gateway.commands.opening import machine_time
from gateway.commands.partner import enrol
from gateway.commands.posting import Poster
from gateway.commands.receipts import acknowledgement_of
from gateway.commands.samples.files import directory_csv
from gateway.commands.samples.transmissions import DEFAULT_SENDERS, Sample
from gateway.commands.terminal import OUT, ExitCode
from gateway.directory import BadRow
from gateway.identifiers import Siret
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType


def demo(
    *,
    keep_running: Annotated[
        bool, typer.Option("--keep-running", help="Laisser la passerelle en marche.")
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port si elle reste.")] = 8480,
    tsa_url: Annotated[
        str | None, typer.Option(help="Autorité d'horodatage (RFC 3161) de son journal.")
    ] = None,
    tsa_roots: Annotated[
        Path | None, typer.Option(help="Ses racines, en PEM.", resolve_path=True)
    ] = None,
    registers: Annotated[
        Path | None, typer.Option(help="Réglages SISERI_SIRENE_… et SISERI_AMELI_…, un par ligne.")
    ] = None,
    sign_in: Annotated[
        Path | None,
        typer.Option(help="Réglages SISERI_PROCONNECT_… et SISERI_FRANCECONNECT_…, de même."),
    ] = None,
    portal: Annotated[
        Path | None, typer.Option(help="Métadonnées d'un portail à inscrire, en JSON.")
    ] = None,
) -> None:
    """Show everything once, on temporary data."""
    signal.signal(signal.SIGTERM, _interrupted)
    started = time.monotonic()
    checks = Checks()
    if keep_running:
        require_free(port)
    with tempfile.TemporaryDirectory(prefix="siseri-demo-") as name:
        installation = Installation(
            folder=Path(name),
            port=port if keep_running else free_port(),
            tsa_url=tsa_url,
            tsa_roots=tsa_roots,
            registers={} if registers is None else settings_of(registers, REGISTERS),
            sign_in={} if sign_in is None else settings_of(sign_in, PROVIDERS),
            portal=portal,
        )
        _play(installation, checks, keep_running=keep_running, started=started)
    if checks.missed:
        OUT.print(f"[bold red]{len(checks.missed)} attentes déçues[/] : {', '.join(checks.missed)}")
        raise typer.Exit(ExitCode.SOME_LINES)


def _play(
    installation: Installation, checks: Checks, *, keep_running: bool, started: float
) -> None:
    day = machine_time().date()
    planned, comparison = transmissions(day), comparison_sample(day)
    tokens = _install(installation, planned, comparison, checks)
    if installation.registers:
        verify_whole_directory(installation.settings, checks)
    act("Serveur")
    with ExitStack() as stack:
        witness = stack.enter_context(witnessed(installation)) if keep_running else None
        if witness is not None:
            installation = replace(installation, witnesses=witness.policy)
        server = stack.enter_context(running(installation))
        waited = server.wait_ready()
        OUT.print(f"En marche sur {installation.url}, en {waited:.1f} s.")
        sending = installation.folder / "envois"
        sending.mkdir()
        posters = {flow: Poster(url=installation.url, token=tokens[flow]) for flow in tokens}
        stage = Stage(folder=sending, posters=posters, checks=checks)
        send_all(stage, planned)
        replay(stage, planned[0], planned[2])
        compare_doors(stage, comparison)
        trust = fetch_trust(installation.url, sending)
        prove_all(stage.kept, trust, checks)
        if witness is not None:
            _stay(installation, server, tokens, sending / planned[0].name, witness)
        _finish(server, checks)
    OUT.print(
        f"{checks.held} attentes tenues, {len(checks.missed)} déçues, "
        f"en {time.monotonic() - started:.0f} s."
    )


def _install(
    installation: Installation, planned: tuple[Planned, ...], comparison: Sample, checks: Checks
) -> dict[Flow, str]:
    act("Installation · clés, base, partenaires, annuaire")
    config = installation.config
    make_keys(config)
    migrate_database(config)
    tokens = {flow: enrol(config, _partner(flow)) for flow in DEFAULT_SENDERS}
    OUT.print("Clés faites, base à jour, un organisme accrédité et un exploitant enrôlés.")
    file = installation.folder / "annuaire.csv"
    samples = [*(one.sample for one in planned), comparison]
    file.write_text(directory_csv(*samples), encoding="utf-8")
    bad: list[BadRow] = []
    report = import_file(config, file, bad=bad)
    OUT.print(f"Annuaire : {report.saved.added} travailleurs fictifs.")
    checks.expect("l'annuaire est importé sans ligne refusée", not bad and report.saved.added)
    if installation.sign_in:
        open_sign_in(installation, planned, checks)
    return tokens


def _partner(flow: Flow) -> Partner:
    is_passive = flow is Flow.PASSIVE_EXTERNAL
    return Partner(
        id="oa" if is_passive else "exploitant",
        name="Organisme accrédité fictif" if is_passive else "Exploitant fictif",
        siret=Siret.parse(DEFAULT_SENDERS[flow]),
        type=SenderType.OA if is_passive else SenderType.OPERATOR,
        flows=frozenset({flow}),
        accreditation=ACCREDITATION if is_passive else None,
    )


def _finish(server: Server, checks: Checks) -> None:
    act("Arrêt")
    code, seconds = server.stop()
    checks.expect(f"arrêt propre en {seconds:.1f} s", code == 0 and seconds < STOP_S)


def _stay(
    installation: Installation,
    server: Server,
    tokens: dict[Flow, str],
    example: Path,
    witness: LocalWitness,
) -> None:
    act("La passerelle reste en marche ; Ctrl-C l'arrête")
    url, token = installation.url, tokens[Flow.PASSIVE_EXTERNAL]
    lines = (
        f"Documentation  {url}/docs",
        f"WSDL           {url}/soap/v1?wsdl",
        f"Témoin du journal de preuve  {witness.url}",
        *where_to_sign_in(installation),
        f"Jeton de l'organisme accrédité  {token}",
        f"Jeton de l'exploitant           {tokens[Flow.OPERATIONAL]}",
        "",
        "À essayer dans un autre terminal :",
        f"  curl -sS -H 'Authorization: Bearer {token}' {url}/v1/me",
        f"  SISERI_TOKEN={token} siseri-gateway send --url {url} {example}",
        *_read_again(installation, token, example),
    )
    try:
        for line in lines:
            OUT.print(line, soft_wrap=True, markup=False)
        server.wait()
    except KeyboardInterrupt:
        OUT.print()


def _read_again(installation: Installation, token: str, example: Path) -> tuple[str, ...]:
    """How to see what others have signed since."""
    receipt = example.with_suffix(".receipt.json")
    known = acknowledgement_of(receipt.read_bytes()).id
    address = f"{installation.url}/v1/receipts/{known}"
    asked = f"--trust {example.with_name(TRUST_NAME)} --policy {installation.witnesses}"
    if installation.tsa_url is not None:
        asked += " --require-timestamp"
    return (
        "",
        "Un accusé relu à son adresse porte la cosignature et l'horodatage venus depuis :",
        f"  curl -sS -H 'Authorization: Bearer {token}' {address} > accuse.json",
        f"  siseri-gateway verify accuse.json {asked}",
    )


def _interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
