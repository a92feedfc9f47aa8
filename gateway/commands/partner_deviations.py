"""`partner allow-pkcs1`: the documented deviation of a sender whose stack signs no other way."""

from typing import Annotated

import typer

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo


def allow_pkcs1(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="Le partenaire.")],
    thumbprint: Annotated[
        str, typer.Argument(metavar="EMPREINTE", help="De son certificat (x5t#S256).")
    ],
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Ne plus l'admettre.")] = False,
) -> None:
    """Take RSASSA-PKCS1-v1_5 in the signatures of SOAP messages by that certificate."""
    with opened_store(configuration()) as store:
        try:
            store.credentials.allow_rsa_pkcs1_v15(partner_id, thumbprint, is_allowed=not undo)
        except LookupError:
            raise CannotDo(
                "Ce partenaire n'a pas de certificat de cette empreinte.",
                "This partner has no certificate of that thumbprint.",
            ) from None
    OUT.print("Dérogation retirée." if undo else "Dérogation enregistrée.")
