"""`partner release`: verification begins again for a partner who named too many unknown workers."""

from typing import Annotated

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.partner import FailureBudget
from gateway.commands.terminal import OUT, CannotDo


def release(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="Partenaire suspendu.")],
    *,
    failure_budget: FailureBudget = None,
) -> None:
    """Let a partner be told again whom the directory knows, its count begun anew."""
    with opened_store(configuration()) as store:
        try:
            store.failure_budget.release(partner_id, budget=failure_budget)
        except LookupError:
            raise CannotDo(
                "Aucun partenaire de cet identifiant : voyez « partner list ».",
                "No partner has that id: see “partner list”.",
            ) from None
    OUT.print("Vérification rétablie : « judge-again » juge les lignes qui attendaient.")
