"""`portal add`, `list`, `remove` and what is replaced: portals to which people are handed over."""

from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from gateway.commands.opening import configuration, opened_store
from gateway.commands.terminal import OUT, CannotDo, print_json
from gateway.errors import PortalNotRegistered
from gateway.model.portal import Portal
from gateway.wire.leaves import Misread
from gateway.wire.leaves import text as normal_text

_NAME_LENGTH: Final = 80
_Id = Annotated[str, typer.Argument(metavar="ID", help="Identifiant (client_id).")]
_Keys = Annotated[Path, typer.Option("--keys", help="Jeu de clés publiques (JWK Set) du portail.")]
_Scopes = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        help="Ce qu'il peut demander : siseri, siseri_worker, profile ; à répéter.",
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Sortie en JSON.")]


def add(
    name: Annotated[str, typer.Argument(metavar="NOM", help="Nom montré aux personnes.")],
    *,
    portal_id: Annotated[str, typer.Option("--id", help="Identifiant (client_id).")],
    redirect_uri: Annotated[list[str], typer.Option(help="Adresse de retour ; à répéter.")],
    keys: _Keys,
    post_logout_redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Adresse d'après déconnexion ; à répéter.")
    ] = None,
    sector: Annotated[
        str | None, typer.Option(help="Secteur des identifiants ; par défaut l'hôte de retour.")
    ] = None,
    scope: _Scopes = None,
    asks_consent: Annotated[
        bool, typer.Option("--asks-consent", help="La personne est interrogée, non informée.")
    ] = False,
    json: _Json = False,
) -> None:
    """Register a portal; tell what it configures itself by."""
    from gateway.identity.op.registering import registered  # noqa: PLC0415 - slow, see opening

    config = configuration()
    try:
        portal = registered(
            portal_id=portal_id,
            name=_name(name),
            redirect_uris=redirect_uri,
            post_logout_redirect_uris=post_logout_redirect_uri or [],
            sector=sector,
            needs_consent=asks_consent,
            scopes=scope or [],
            keys=_read(keys),
        )
    except PortalNotRegistered as fault:
        raise _not_taken(fault) from None
    with opened_store(config) as store:
        try:
            store.portals.add(portal)
        except ValueError:
            raise CannotDo(
                "Cet identifiant est, ou fut, celui d'un portail : il n'est jamais réattribué.",
                "That id is, or was, a portal's: it is never given again.",
            ) from None
    issuer = f"{config.public_address}/op"
    if json:
        print_json(_form(portal) | {"issuer": issuer})
        return
    OUT.print(f"Portail {portal.id} inscrit. Émetteur à configurer :", markup=False)
    OUT.print(issuer, soft_wrap=True, markup=False)


def listed(*, json: _Json = False) -> None:
    """Show the portals."""
    with opened_store(configuration()) as store:
        portals = store.portals.every()
    if json:
        print_json([_form(portal) for portal in portals])
        return
    table = Table("ID", "Nom", "Retour", "Secteur", "Portées", "Accord", "Clés", title="Portails")
    for portal in portals:
        table.add_row(
            escape(portal.id),
            escape(portal.name),
            escape("\n".join(portal.redirect_uris)),
            escape(portal.sector),
            escape("\n".join(portal.scopes)),
            "demandé" if portal.needs_consent else "information",
            escape("\n".join(key.kid for key in portal.keys)),
        )
    OUT.print(table)


def remove(portal_id: _Id) -> None:
    """From now on this portal is given nothing; its codes and tokens open nothing."""
    with opened_store(configuration()) as store:
        try:
            store.portals.remove(portal_id)
        except LookupError:
            raise _unknown() from None
    OUT.print("Portail retiré ; ce qui lui a été donné n'ouvre plus rien.")


def keys(
    portal_id: _Id,
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Nouveau JWK Set du portail.")],
) -> None:
    """Replace the keys of a portal; those that are not in the file prove nothing any more."""
    from gateway.identity.op.registering import registered_keys  # noqa: PLC0415 - see opening

    try:
        renewed = registered_keys(_read(file))
    except PortalNotRegistered as fault:
        raise _not_taken(fault) from None
    with opened_store(configuration()) as store:
        portal = store.portals.portal(portal_id)
        if portal is None:
            raise _unknown()
        store.portals.replace_keys(msgspec.structs.replace(portal, keys=renewed))
    OUT.print("Clés remplacées : " + ", ".join(key.kid for key in renewed), soft_wrap=True)


def scopes(portal_id: _Id, *, scope: _Scopes = None) -> None:
    """Replace what a portal may ask for beside who it is; with no scope, nothing."""
    from gateway.identity.op.registering import registered_scopes  # noqa: PLC0415 - see opening

    try:
        renewed = registered_scopes(scope or [])
    except PortalNotRegistered as fault:
        raise _not_taken(fault) from None
    with opened_store(configuration()) as store:
        portal = store.portals.portal(portal_id)
        if portal is None:
            raise _unknown()
        store.portals.replace_scopes(msgspec.structs.replace(portal, scopes=renewed))
    OUT.print("Portées : " + (", ".join(renewed) or "aucune"), soft_wrap=True, markup=False)


def addresses(
    portal_id: _Id,
    *,
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Adresse de retour, au lieu de toutes ; à répéter.")
    ] = None,
    post_logout_redirect_uri: Annotated[
        list[str] | None,
        typer.Option(help="Adresse d'après déconnexion, au lieu de toutes ; à répéter."),
    ] = None,
    no_post_logout_redirect_uri: Annotated[
        bool, typer.Option("--no-post-logout-redirect-uri", help="Plus aucune de celles-ci.")
    ] = False,
    sector: Annotated[
        str | None, typer.Option(help="Son secteur, à confirmer pour un nouvel hôte.")
    ] = None,
    json: _Json = False,
) -> None:
    """Replace the addresses of a portal; it keeps its sector, and knows its people as before."""
    from gateway.identity.op.registering import readdressed  # noqa: PLC0415 - see opening

    is_after_stated = post_logout_redirect_uri is not None
    if is_after_stated and no_post_logout_redirect_uri:
        raise CannotDo(
            "Des adresses d'après déconnexion, ou aucune : l'un ou l'autre.",
            "Addresses for after a logout, or none: the one or the other.",
        )
    if redirect_uri is None and not is_after_stated and not no_post_logout_redirect_uri:
        raise CannotDo("Aucune adresse à remplacer.", "No address to replace.")
    with opened_store(configuration()) as store:
        portal = store.portals.portal(portal_id)
        if portal is None:
            raise _unknown()
        kept = () if no_post_logout_redirect_uri else portal.post_logout_redirect_uris
        try:
            moved = readdressed(
                portal,
                redirect_uris=redirect_uri or portal.redirect_uris,
                post_logout_redirect_uris=post_logout_redirect_uri or kept,
                sector=sector,
            )
        except PortalNotRegistered as fault:
            raise _not_taken(fault) from None
        store.portals.replace_addresses(moved)
    if json:
        print_json(_form(moved))
        return
    OUT.print(f"Adresses remplacées ; le secteur reste {moved.sector}.", markup=False)


def _form(portal: Portal) -> dict[str, Any]:
    return {
        "clientId": portal.id,
        "name": portal.name,
        "redirectUris": list(portal.redirect_uris),
        "postLogoutRedirectUris": list(portal.post_logout_redirect_uris),
        "sector": portal.sector,
        "scopes": list(portal.scopes),
        "asksConsent": portal.needs_consent,
        "keys": [key.kid for key in portal.keys],
    }


def _name(text: str) -> str:
    try:
        name = normal_text(text)
    except Misread:
        name = ""
    if not 1 <= len(name) <= _NAME_LENGTH:
        raise CannotDo(
            "Nom : 1 à 80 caractères, sans blanc au bord ni caractère de contrôle.",
            "Name: 1 to 80 characters, no blank at an edge and no control character.",
        )
    return name


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotDo(
            f"{file} ne peut être lu ({type(error).__name__}).",
            f"{file} cannot be read ({type(error).__name__}).",
        ) from None


def _not_taken(fault: PortalNotRegistered) -> CannotDo:
    return CannotDo(f"Refusé : {fault.fr}.", f"Refused: {fault.en}.")


def _unknown() -> CannotDo:
    return CannotDo(
        "Aucun portail de cet identifiant : voyez « portal list ».",
        "No portal has that id: see “portal list”.",
    )
