"""`audit export`, `audit verify`: the audit trail with its proof, and the proof of it offline."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo, ExitCode, print_json
from gateway.commands.verify import trusted
from gateway.errors import GatewayError
from gateway.evidence.audit_proof import audit_head_proof
from gateway.evidence.installed_keys import log_growth
from gateway.wire.canonical import jcs
from signing.errors import SignatureInvalid
from signing.log.audit import verify_audit

if TYPE_CHECKING:
    from gateway.config import Config
    from gateway.store import Store

_MAX_BYTES: Final = 256 * 1024 * 1024


def export(
    *,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Premier jour, AAAA-MM-JJ (UTC)."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Dernier jour, AAAA-MM-JJ (UTC)."),
    ] = None,
) -> None:
    """Write the entries of these days as JSON Lines, and the proof of the last one."""
    config = configuration()
    with opened_store(config) as store:
        try:
            lines = exported(
                config,
                store,
                since=None if since is None else since.replace(tzinfo=UTC),
                before=None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1),
            )
        except GatewayError:
            raise CannotDo(
                "Le journal de preuve ne peut s'étendre : vérifiez sa clé et la base.",
                "The evidence log cannot be extended: check its key and the database.",
            ) from None
    if not lines:
        raise CannotDo("Aucune entrée de ces jours.", "No entry of these days.")
    for line in lines:
        typer.echo(line)


def exported(
    config: "Config", store: "Store", *, since: datetime | None, before: datetime | None
) -> list[bytes]:
    """The lines of an export; none where no entry is of that time."""
    entries = store.trail.entries(since=since, before=before)
    if not entries:
        return []
    growth = log_growth(config.signing_keys, clock=store.clock)
    # the entries first: what is entered while others get their place has none yet
    while store.evidence.extend(lambda tip: growth.of(tip).extension) is not None:
        pass
    index = store.trail.place_of(entries[-1].number)
    proof = audit_head_proof(store.evidence, index)
    return [*(entry.octets for entry in entries), jcs({"proof": proof})]


def verify(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="D'« audit export ».")],
    *,
    trust: Annotated[Path, typer.Option(help="Clés publiées, prises à une source sûre.")],
    policy: Annotated[
        Path | None, typer.Option(help="Témoins exigés, en tlog-policy ; sinon aucun.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Prove without a network that no entry was edited, removed, inserted or moved."""
    believed = trusted(_read(trust), policy=None if policy is None else _read(policy))
    if believed.log is None:
        raise CannotDo(
            "Le fichier de clés ne nomme pas le journal de preuve.",
            "The trust file names no evidence log.",
        )
    lines = _read(file).removesuffix(b"\n").split(b"\n")
    try:
        proved = verify_audit(lines, log=believed.log, policy=believed.policy)
    except SignatureInvalid as fault:
        if json:
            print_json({"proved": False, "step": fault.step, "reason": fault.reason})
        else:
            OUT.print(f"[bold red]Ne prouve rien[/] : étape {fault.step}, {fault.reason}.")
        raise typer.Exit(ExitCode.INADMISSIBLE) from None
    if json:
        seen = None if proved.seen_at is None else proved.seen_at.isoformat()
        places = {"first": proved.first, "last": proved.last, "index": proved.index}
        print_json({"proved": True, **places, "size": proved.size, "seenAt": seen})
        return
    seen = (
        "aucun témoin n'en dit la date"
        if proved.seen_at is None
        else f"vue le {proved.seen_at:%F %T} UTC"
    )
    OUT.print(
        f"[bold green]Prouvé[/] : entrées {proved.first} à {proved.last}, la dernière en place "
        f"{proved.index} d'un journal de {proved.size} ; {seen}.",
        soft_wrap=True,
    )


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            octets = stream.read(_MAX_BYTES + 1)
    except OSError as error:
        raise CannotDo(
            f"{file.name} : fichier illisible ({type(error).__name__}).",
            f"{file.name}: the file cannot be read ({type(error).__name__}).",
        ) from None
    if len(octets) > _MAX_BYTES:
        raise CannotDo(f"{file.name} : trop long.", f"{file.name}: too long.")
    return octets
