"""`audit log`: that the evidence log on record is whole."""

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo, ExitCode, print_json
from gateway.evidence.whole_log import Damaged, Defect, WholeLog
from gateway.storage.log_commitments import SqlLogCommitments
from signing.errors import SigningError
from signing.register import load_register

_TOLD: Final[Mapping[Defect, str]] = {
    Defect.ENTRY_MISSING: "une entrée manque à partir d'ici",
    Defect.NOT_COVERED: "aucun point de contrôle ne la couvre",
    Defect.HASH_MISSING: "une empreinte manque à partir d'ici",
    Defect.HASH_DIFFERS: "elle, ou une empreinte au-dessus d'elle, n'est plus celle du journal",
    Defect.ACKNOWLEDGEMENT_GONE: "son accusé n'est plus là",
    Defect.ACKNOWLEDGEMENT_DIFFERS: "son accusé n'est plus celui du journal",
    Defect.NOT_SIGNED: "le point de contrôle qui la couvre n'est pas signé par le journal",
    Defect.ROOT_DIFFERS: "le point de contrôle qui la couvre a une autre racine",
}


def whole(*, json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False) -> None:
    """Prove, entry by entry, that nobody edited, removed or inserted a row of the evidence log."""
    config = configuration()
    try:
        log = load_register(config.signing_keys).log
    except (SigningError, OSError):
        log = None
    if log is None:
        raise CannotDo(
            "Le registre des clés ne nomme pas le journal de preuve.",
            "The register of keys names no evidence log.",
        )
    with opened_store(config) as store:
        commitments = SqlLogCommitments(engine=store.engine)
        found = WholeLog(evidence=store.evidence, commitments=commitments.among, log=log).look()
    if isinstance(found, Damaged):
        if json:
            print_json({"whole": False, "index": found.index, "reason": found.what.value})
        else:
            OUT.print(f"[bold red]Endommagé[/] : entrée {found.index}, {_TOLD[found.what]}.")
        raise typer.Exit(ExitCode.INADMISSIBLE)
    if json:
        counts = {"entries": found.entries, "checkpoints": found.checkpoints}
        print_json({"whole": True, **counts, "erased": found.erased})
        return
    OUT.print(
        f"[bold green]Entier[/] : {found.entries} entrées sous {found.checkpoints} points de "
        f"contrôle ; sel effacé pour {found.erased}.",
        soft_wrap=True,
    )
