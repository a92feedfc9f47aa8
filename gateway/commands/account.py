"""`account list`, `disable`, `enable`, `release`, `refused`, `reopen`: by pseudonymous ids alone.

No address is an argument: it would stand in the list of processes and in the shell's history.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.table import Table

from gateway.commands.opening import configuration, opened_store
from gateway.commands.partner_contacts import mail_address
from gateway.commands.terminal import OUT, CannotDo, print_json
from gateway.model.accounts import AccountKind

if TYPE_CHECKING:
    from gateway.storage.account_life import ListedAccount, SqlAccountLife

_NEXT_OF_ADDRESS: Final = "Chacune ira au premier qui se connecte avec elle, nommé par l'annuaire."
_Id = Annotated[str, typer.Argument(metavar="ID", help="Identifiant donné par « account list ».")]


def listed(
    *,
    email: Annotated[
        bool,
        typer.Option("--email", help="Le seul compte de l'adresse lue sur l'entrée standard."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False,
) -> None:
    """Show accounts, the last seen first; nothing of a person."""
    address = mail_address(sys.stdin.readline().strip()) if email else None
    with opened_store(configuration()) as store:
        found = store.users.life.listed(email=address)
    if json:
        print_json([_form(one) for one in found])
        return
    heads = ("ID", "Qualité", "Ouvert", "Vu", "Désactivé", "Effacé", "Identités", "Adresses")
    table = Table(*heads)
    for one in found:
        table.add_row(*("" if cell is None else str(cell) for cell in _form(one).values()))
    OUT.print(table)


def disable(account_id: _Id) -> None:
    """Disable an account: its sessions end, and signing in opens nothing."""
    _do(lambda life: life.disable(account_id))
    OUT.print("Compte désactivé : ses sessions sont closes.")


def enable(account_id: _Id) -> None:
    """Enable an account again; its 24 months begin anew."""
    _do(lambda life: life.enable(account_id))
    OUT.print("Compte activé.")


def release(
    account_id: _Id,
    *,
    links: Annotated[
        bool,
        typer.Option("--links", help="Délier ses identités, au lieu de libérer ses adresses."),
    ] = False,
) -> None:
    """Give up the addresses of an account, or the identities that open it; its sessions end."""
    if not links:
        count = _do(lambda life: life.release_emails(account_id))
        OUT.print(f"Adresses libérées : {count}. {_NEXT_OF_ADDRESS}")
        return
    unlinked = _do(lambda life: life.unlink(account_id))
    if unlinked.kind is AccountKind.WORKER:
        next_time = (
            "Chacune est écartée de ce travailleur, quoi qu'elle saisisse : « account barred » les"
            " montre, « account unbar » en admet une de nouveau."
        )
    else:
        next_time = f"Adresses libérées : {unlinked.emails}. {_NEXT_OF_ADDRESS}"
    OUT.print(f"Identités déliées : {unlinked.links}. {next_time}")


def refused(
    *, json: Annotated[bool, typer.Option("--json", help="Sortie en JSON.")] = False
) -> None:
    """Show identities that may type no number any more, the last that typed one first."""
    with opened_store(configuration()) as store:
        found = store.users.numbers.closed()
    shown = [
        {"mark": one.mark, "refused": one.refused, "lastAt": f"{one.last_at:%Y-%m-%dT%H:%M:%SZ}"}
        for one in found
    ]
    if json:
        print_json(shown)
        return
    table = Table("Marque", "Numéros refusés", "Dernier (UTC)")
    for each in shown:
        table.add_row(*(str(cell) for cell in each.values()))
    OUT.print(table)


def reopen(
    mark: Annotated[
        str, typer.Argument(metavar="MARQUE", help="Marque donnée par « account refused ».")
    ],
) -> None:
    """Let an identity type numbers again, as if none had been refused."""
    with opened_store(configuration()) as store:
        try:
            store.users.numbers.reopen(mark)
        except LookupError:
            raise CannotDo(
                "Aucune identité fermée de cette marque : « account refused ».",
                "No closed identity bears this mark: see “account refused”.",
            ) from None
    OUT.print("Saisie du numéro rouverte.")


def _do(decided: "Callable[[SqlAccountLife], Any]") -> Any:
    with opened_store(configuration()) as store:
        try:
            return decided(store.users.life)
        except LookupError:
            raise CannotDo(
                "Compte inconnu : « account list ».", "Unknown account: see “account list”."
            ) from None


def _form(one: "ListedAccount") -> dict[str, Any]:
    account = one.account
    return {
        "id": account.id,
        "kind": account.kind.value,
        "begunAt": f"{account.begun_at:%Y-%m-%d}",
        "lastSeenAt": f"{account.last_seen_at:%Y-%m-%d}",
        "disabledAt": None if account.disabled_at is None else f"{account.disabled_at:%Y-%m-%d}",
        "erasedAt": None if one.erased_at is None else f"{one.erased_at:%Y-%m-%d}",
        "identities": one.links,
        "addresses": one.emails,
    }
