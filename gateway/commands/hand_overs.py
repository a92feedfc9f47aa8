"""`audit hand-overs`: of whom the entries are that tell of an identity handed over to a portal."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, ExitCode, print_json
from gateway.model.portal import OpenedHandOver


def opened(
    *,
    account: Annotated[
        str | None, typer.Option(metavar="ID", help="Un seul compte, de « account list ».")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Premier jour, AAAA-MM-JJ (UTC)."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Dernier jour, AAAA-MM-JJ (UTC)."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Show hand-overs with the account of each, for a year; whether the trail bears it out."""
    with opened_store(configuration()) as store:
        found = list(
            store.users.hand_overs.opened(
                since=None if since is None else since.replace(tzinfo=UTC),
                before=None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1),
                account_id=account,
            )
        )
    if json:
        print_json([_form(one) for one in found])
    else:
        OUT.print(_table(found))
    if not all(one.is_true for one in found):
        raise typer.Exit(ExitCode.INADMISSIBLE)


def _form(one: OpenedHandOver) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        "portal": one.portal_id,
        "acr": one.acr,
        "scope": one.scopes,
        "account": one.account_id,
        "salt": one.salt.hex() or None,
        "isTrue": one.is_true,
    }


def _table(found: Iterable[OpenedHandOver]) -> Table:
    table = Table("Entrée", "Instant (UTC)", "Portail", "Niveau", "Compte", "État")
    for one in found:
        table.add_row(
            str(one.number),
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            escape(one.portal_id),
            escape(one.acr),
            escape(one.account_id or "oublié"),
            "conforme" if one.is_true else "[bold red]altéré[/]",
        )
    return table
