"""What a portal registers, held to what makes it safe to answer (RFC 9700 §2.1, §4.1; Core §8.1).

(1) an address of return is `https`, or `http` on the loopback of a machine where one develops;
(2) it has no user, no fragment, no dot segment, no letter that two programs could read in two
    ways: it is compared as a string, to the character; its query names nothing that an answer adds;
(3) addresses of several hosts need a sector that is named: by default it is their host;
    Once registered it never changes: by it the portal knows its people (Core §8.1). Addresses on
    a host that is neither it nor one of before are taken where it is stated once more;
(4) keys are public, of a kind and strength that is taken, for ES256 or PS256; each has a name;
(5) it is handed what it was registered for: nothing beside who it is, unless a scope is stated.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from gateway.errors import PortalNotRegistered
from gateway.identity.op.answering import OURS
from gateway.identity.op.asking import OPENID, SCOPES
from gateway.identity.op.portal_clients import ALGORITHMS
from gateway.model.portal import Portal, PortalKey
from gateway.wire.canonical import jcs
from signing.errors import CredentialRefused
from signing.partner_key import algorithms_of, parse_public_jwk, public_jwk_of, thumbprint_of

MAX_ADDRESS_CHARS: Final = 2000
MAX_KEYS: Final = 8
MAX_KEYS_BYTES: Final = 64 * 1024
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_SECTOR: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,253}", re.ASCII)
_ADDRESS: Final = re.compile(
    r"(https?)://([a-z0-9.-]+)(?::[1-9][0-9]{0,4})?(/[A-Za-z0-9._~!$&'()*+,;=:@/-]*)"
    r"(\?[A-Za-z0-9._~!$&'()*+,;=:@/-]+)?",
    re.ASCII,
)
_KID: Final = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost"})
_NAME: Final = re.compile(r"(?<=[?&;])[^=&;]+", re.ASCII)
_DOTS: Final = frozenset({".", ".."})


def registered(
    *,
    portal_id: str,
    name: str,
    redirect_uris: Sequence[str],
    post_logout_redirect_uris: Sequence[str],
    sector: str | None,
    needs_consent: bool,
    scopes: Sequence[str] = (),
    keys: bytes,
) -> Portal:
    """A portal as it will be answered; `keys` is its JWK Set.

    Raises:
        PortalNotRegistered: what it registers is not taken.
    """
    if not _ID.fullmatch(portal_id):
        raise PortalNotRegistered("identifiant", "id")
    hosts = _hosts_of(redirect_uris, post_logout_redirect_uris)
    # (3) one sector
    if sector is None and len(hosts) > 1:
        raise PortalNotRegistered("plusieurs hôtes sans secteur", "several hosts and no sector")
    stated = sector or hosts.pop()
    if not _SECTOR.fullmatch(stated):
        raise PortalNotRegistered("secteur", "sector")
    return Portal(
        id=portal_id,
        name=name,
        redirect_uris=tuple(redirect_uris),
        post_logout_redirect_uris=tuple(post_logout_redirect_uris),
        sector=stated,
        scopes=registered_scopes(scopes),
        needs_consent=needs_consent,
        keys=registered_keys(keys),
    )


def readdressed(
    portal: Portal,
    *,
    redirect_uris: Sequence[str],
    post_logout_redirect_uris: Sequence[str],
    sector: str | None,
) -> Portal:
    """`portal` with these addresses instead of its own; `sector`: its sector, stated once more.

    Raises:
        PortalNotRegistered: an address is not taken, or the sector is not the portal's.
    """
    hosts = _hosts_of(redirect_uris, post_logout_redirect_uris)
    # (3) the sector stays
    if sector not in {None, portal.sector}:
        raise PortalNotRegistered(
            f"le secteur reste {portal.sector} : dans un autre, le portail ne reconnaîtrait plus "
            "personne",
            f"the sector stays {portal.sector}: in another the portal would know nobody any more",
        )
    # addresses of before were taken by the rules of their day, and are not held to those of today
    known = {portal.sector, *(urlsplit(one).hostname for one in portal.redirect_uris)}
    if sector is None and not hosts <= known:
        raise PortalNotRegistered(
            f"un nouvel hôte : confirmez que le secteur reste {portal.sector} par --sector",
            f"a new host: confirm by --sector that the sector stays {portal.sector}",
        )
    return msgspec.structs.replace(
        portal,
        redirect_uris=tuple(redirect_uris),
        post_logout_redirect_uris=tuple(post_logout_redirect_uris),
    )


def registered_scopes(stated: Sequence[str]) -> tuple[str, ...]:
    """Those that a portal may ask for beside `openid`, in order.

    Raises:
        PortalNotRegistered: one of them does not exist.
    """
    # (5) scopes
    for one in stated:
        if one not in SCOPES:
            raise PortalNotRegistered(f"portée inconnue : {one}", f"unknown scope: {one}")
    return tuple(one for one in SCOPES if one in stated and one != OPENID)


def registered_keys(octets: bytes) -> tuple[PortalKey, ...]:
    """The keys of a JWK Set (RFC 7517 §5).

    Raises:
        PortalNotRegistered: one of them is not taken, or there is none.
    """
    # (4) keys
    try:
        document = json.loads(octets) if len(octets) <= MAX_KEYS_BYTES else None
    except (ValueError, RecursionError):
        document = None
    members = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(members, list) or not 1 <= len(members) <= MAX_KEYS:
        raise PortalNotRegistered("aucun jeu de clés JWK lisible", "no JWK Set that can be read")
    keys = tuple(_key(one) for one in members)
    if len({one.kid for one in keys}) != len(keys):
        raise PortalNotRegistered("deux clés de même kid", "two keys of one kid")
    return keys


def _hosts_of(redirect_uris: Sequence[str], post_logout_redirect_uris: Sequence[str]) -> set[str]:
    """The hosts at which a portal is answered; all of its addresses are held to (1) and (2)."""
    if not redirect_uris:
        raise PortalNotRegistered("aucune adresse de retour", "no return address")
    for address in post_logout_redirect_uris:
        _host_of(address)
    return {_host_of(address) for address in redirect_uris}


def _host_of(address: str) -> str:
    found = _ADDRESS.fullmatch(address) if len(address) <= MAX_ADDRESS_CHARS else None
    is_plain = found is not None and found[1] == "http" and found[2] not in _LOOPBACK
    if found is None or is_plain or _DOTS & {*found[3].split("/")} or not _is_port_of(address):
        raise PortalNotRegistered(f"adresse de retour : {address}", f"return address: {address}")
    for name in sorted(OURS & {*_NAME.findall(found[4] or "")}):
        raise PortalNotRegistered(
            f"adresse de retour dont la requête porte déjà « {name} » : {address}",
            f'return address whose query has a "{name}" of its own: {address}',
        )
    return found[2]


def _is_port_of(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def _key(members: Any) -> PortalKey:
    try:
        key = parse_public_jwk(members if isinstance(members, dict) else {})
    except CredentialRefused as refused:
        raise PortalNotRegistered(f"clé : {refused}", f"key: {refused}") from None
    if not ALGORITHMS & {*algorithms_of(key)}:
        raise PortalNotRegistered("clé d'un autre usage que ES256, PS256", "key of no ES256, PS256")
    kid = str(members.get("kid", thumbprint_of(key)))
    if not _KID.fullmatch(kid):
        raise PortalNotRegistered("kid", "kid")
    return PortalKey(kid=kid, jwk=jcs(public_jwk_of(key)))
