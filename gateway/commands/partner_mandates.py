"""`partner speaks-for`: who may transmit in whose name, and on which days."""

from datetime import datetime
from typing import Annotated

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo
from gateway.model.partners import Mandate
from gateway.model.parts import legal_day

_Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="AAAA-MM-JJ.")]


def speaks_for(
    agent: Annotated[str, typer.Argument(metavar="MANDATAIRE", help="Qui transmettra.")],
    mandator: Annotated[str, typer.Argument(metavar="MANDANT", help="Au nom de qui.")],
    *,
    start: _Day = None,
    end: _Day = None,
    undo: Annotated[bool, typer.Option("--undo", help="Retirer ce mandat.")] = False,
) -> None:
    """Let a partner transmit in the name of a sender who gave it a mandate."""
    with opened_store(configuration()) as store:
        first = legal_day(store.clock.now()) if start is None else start.date()
        last = None if end is None else end.date()
        try:
            if undo:
                store.register.end_mandate(agent, mandator)
            else:
                mandate = Mandate(agent=agent, mandator=mandator, start=first, end=last)
                store.register.mandate(mandate)
        except LookupError:
            raise CannotDo(
                "Partenaire inconnu, mandant qui n'est pas émetteur, ou mandat absent : "
                "« partner list ».",
                "Unknown partner, mandator that is no sender, or no such mandate: "
                "see “partner list”.",
            ) from None
        except ValueError:
            raise CannotDo(
                "On ne se donne pas mandat à soi-même, ni pour une période qui finit avant de "
                "commencer.",
                "Nobody is his own agent, nor for days that end before they begin.",
            ) from None
    OUT.print("Mandat retiré." if undo else "Mandat enregistré.")
