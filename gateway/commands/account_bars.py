"""`account barred`, `account unbar`: identities that the operator took away from a worker."""

from typing import Annotated

import typer
from rich.table import Table

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo, print_json


def barred(
    *, json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False
) -> None:
    """Show identities that are kept from a worker's account, the last taken away first."""
    with opened_store(configuration()) as store:
        found = store.users.bars.listed()
    shown = [
        {
            "mark": one.mark,
            "account": one.account_id,
            "linkedAt": f"{one.linked_at:%Y-%m-%dT%H:%M:%SZ}",
            "barredAt": f"{one.barred_at:%Y-%m-%dT%H:%M:%SZ}",
        }
        for one in found
    ]
    if json:
        print_json(shown)
        return
    table = Table("Marque", "Compte", "Liée (UTC)", "Déliée (UTC)")
    for each in shown:
        table.add_row(*("" if cell is None else cell for cell in each.values()))
    OUT.print(table)


def unbar(
    mark: Annotated[
        str, typer.Argument(metavar="MARQUE", help="Marque donnée par « account barred ».")
    ],
) -> None:
    """Let an identity be linked again to the worker whom it was taken away from."""
    with opened_store(configuration()) as store:
        try:
            store.users.bars.lift(mark)
        except LookupError:
            raise CannotDo(
                "Aucune identité écartée de cette marque : « account barred ».",
                "No barred identity bears this mark: see “account barred”.",
            ) from None
    OUT.print("Identité admise de nouveau : le numéro devra être saisi.")
