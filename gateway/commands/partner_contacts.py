"""`partner contact`: where a partner is written to."""

from typing import Annotated

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo
from gateway.model.partner_notices import MailAddress, NotAnAddress


def contact(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="Identifiant du partenaire.")],
    address: Annotated[
        str | None,
        typer.Argument(metavar="ADRESSE", help="Boîte fonctionnelle ; sans elle, lister."),
    ] = None,
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Ne plus y écrire.")] = False,
) -> None:
    """Write to this partner at that address too, or no more; without one, show them."""
    with opened_store(configuration()) as store:
        if address is not None:
            wanted = mail_address(address)
            try:
                if remove:
                    store.notices.remove_contact(partner_id, wanted)
                else:
                    store.notices.add_contact(partner_id, wanted)
            except LookupError:
                raise CannotDo(
                    "Partenaire ou contact inconnu : « partner list ».",
                    "Unknown partner or contact: see “partner list”.",
                ) from None
        for each in store.notices.contacts(partner_id):
            OUT.print(str(each), markup=False)


def mail_address(text: str) -> MailAddress:
    """The address in `text`.

    Raises:
        CannotDo: it is none.
    """
    try:
        return MailAddress.parse(text)
    except NotAnAddress:
        raise CannotDo(
            "Ce n'est pas l'adresse d'une boîte aux lettres.", "That is no address of a mailbox."
        ) from None
