"""Sign-in at the demonstration: contacts by whom professionals have rights, and a portal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from gateway.commands.demonstration.checks import Checks
from gateway.commands.demonstration.contacts import contacts_csv
from gateway.commands.demonstration.installation import Installation
from gateway.commands.demonstration.plan import Planned
from gateway.commands.directory import Kind, import_file
from gateway.commands.opening import opened_store
from gateway.commands.terminal import OUT, CannotDo
from gateway.directory import BadRow
from gateway.errors import PortalNotRegistered
from gateway.model.portal import Portal

_PAGE: Final = "/identite"


class _Client(msgspec.Struct, kw_only=True):
    """A client's metadata (OpenID Connect Dynamic Client Registration 1.0 §2), as far as used."""

    client_id: str
    client_name: str
    redirect_uris: list[str]
    jwks: msgspec.Raw
    post_logout_redirect_uris: list[str] = []


def open_sign_in(installation: Installation, planned: Sequence[Planned], checks: Checks) -> None:
    """Bring the contacts into the directory, and register the portal if there is one.

    Raises:
        CannotDo: the portal's metadata are not what they should be.
    """
    file = installation.folder / "contacts.csv"
    file.write_text(contacts_csv(planned), encoding="utf-8")
    bad: list[BadRow] = []
    report = import_file(installation.config, file, bad=bad, kind=Kind.CONTACTS)
    checks.expect("les contacts sont importés sans ligne refusée", not bad and report.saved.added)
    if installation.portal is None:
        return
    portal = _portal_of(installation.portal)
    with opened_store(installation.config) as store:
        store.portals.add(portal)
    OUT.print(f"Portail inscrit : {portal.name}.", markup=False)


def where_to_sign_in(installation: Installation) -> tuple[str, ...]:
    """What the demonstration tells of it."""
    if not installation.sign_in:
        return ()
    told = (f"S'identifier                 {installation.url}{_PAGE}",)
    if installation.portal is None:
        return told
    (address, *_) = _portal_of(installation.portal).post_logout_redirect_uris
    return (f"Portail de démonstration     {address}", *told)


def _portal_of(file: Path) -> Portal:
    from gateway.identity.op.asking import SCOPES  # noqa: PLC0415 - slow, see opening
    from gateway.identity.op.registering import registered  # noqa: PLC0415 - likewise

    try:
        client = msgspec.json.decode(file.read_bytes(), type=_Client)
        return registered(
            portal_id=client.client_id,
            name=client.client_name,
            redirect_uris=client.redirect_uris,
            post_logout_redirect_uris=client.post_logout_redirect_uris,
            sector=None,
            needs_consent=False,
            scopes=SCOPES,
            keys=bytes(client.jwks),
        )
    except (OSError, ValueError, msgspec.MsgspecError, PortalNotRegistered):
        raise CannotDo(
            f"{file.name} : métadonnées d'un portail attendues.",
            f"{file.name}: the metadata of a portal are expected.",
        ) from None
