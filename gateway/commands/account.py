"""`account list`, `disable`, `enable`, `release`: who may sign in, by pseudonymous ids alone.

No address is an argument: it would stand in the list of processes and in the shell's history.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from gateway.commands.opening import configuration, opened_store
from gateway.commands.partner_contacts import mail_address
from gateway.commands.terminal import OUT, CannotDo, print_json

if TYPE_CHECKING:
    from gateway.storage.account_life import ListedAccount, SqlAccountLife

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
    table = Table("ID", "Qualité", "Ouvert", "Vu", "Désactivé", "Identités", "Adresses")
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
    count = _do(lambda life: life.unlink(account_id) if links else life.release_emails(account_id))
    if links:
        OUT.print(f"Identités déliées : {count}. Chacune sera rapprochée de nouveau.")
    else:
        OUT.print(f"Adresses libérées : {count}. Chacune ira au premier qui se connecte avec elle.")


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
        "identities": one.links,
        "addresses": one.emails,
    }
