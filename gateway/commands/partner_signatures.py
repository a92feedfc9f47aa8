"""`partner signatures`: whether a partner's requests must be signed."""

from typing import Annotated

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo


def signatures(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="De « partner list ».")],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Ne plus les exiger.")] = False,
) -> None:
    """Take from this partner signed requests and messages alone."""
    with opened_store(configuration()) as store:
        try:
            store.register.demand_signatures(partner_id, is_demanded=not undo)
        except LookupError:
            raise CannotDo(
                "Aucun partenaire de cet identifiant : voyez « partner list ».",
                "No partner has that id: see “partner list”.",
            ) from None
    OUT.print("Signatures plus exigées." if undo else "Signatures exigées : rien ne s'ouvre sans.")
