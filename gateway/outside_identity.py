"""By whom people sign in, as the operator states: `SISERI_PROCONNECT_…`, `SISERI_FRANCECONNECT_…`.

A provider whose issuer is not stated is not offered. Where none is, nobody signs in, and nothing is
served under `/identite` and `/op`.
"""

import re
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.model.federation_plan import (
    Addresses,
    FederationPlan,
    FranceConnectPlan,
    ProConnectPlan,
)
from gateway.settings import SettingsReader

_ISSUER: Final = re.compile(
    r"(https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?(/[0-9A-Za-z._~-]+)*)?", re.ASCII
)
_MOST_FORMER: Final = 8
_CLIENT: Final = re.compile(r"[!-~]{0,256}", re.ASCII)
_SECRET: Final = re.compile(r"[!-~]{0,512}", re.ASCII)
_SIGNING: Final = re.compile("ES256|RS256")
_USERINFO: Final = re.compile("JSON|SIGNED")
_ENCRYPTION: Final = re.compile("ECDH-ES|RSA-OAEP-256")
_ASKS: Final = re.compile("|amr|rnipp|amr rnipp")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def federation(reader: SettingsReader, *, home: Path, public_address: str) -> FederationPlan:
    """Both providers, as far as they are configured; keys stand under `home` unless stated."""
    plan = FederationPlan(
        portal_keys=_folder(reader, "PORTAL_KEYS", home / "portal-keys"),
        erased_months=reader.number("ACCOUNTS_ERASED_MONTHS", 36, 1, 120),
        proconnect=_proconnect(reader),
        franceconnect=_franceconnect(reader, home),
    )
    _keep_apart(reader, plan)
    reader.demand(
        "PUBLIC_ADDRESS",
        not plan.is_open or _is_safe(public_address),
        fr="doit être en https, ou de cette machine, pour que quelqu'un s'identifie",
        en="must be https, or of this machine, for anybody to sign in",
    )
    return plan


def _keep_apart(reader: SettingsReader, plan: FederationPlan) -> None:
    """Refuse a former issuer that another provider bears or bore: its people would be taken in."""
    relations = (("PROCONNECT", plan.proconnect), ("FRANCECONNECT", plan.franceconnect))
    known = [(name, relation) for name, relation in relations if relation is not None]
    named = [one for _, each in known for one in (each.issuer, *each.former_issuers)]
    for name, relation in known:
        reader.demand(
            f"{name}_FORMER_ISSUERS",
            all(named.count(one) == 1 for one in relation.former_issuers),
            fr="nomme un émetteur actuel, ou un émetteur nommé deux fois",
            en="names a present issuer, or one that is named twice",
        )


def _proconnect(reader: SettingsReader) -> ProConnectPlan | None:
    relation = _relation(reader, "PROCONNECT")
    if relation is None:
        return None
    return ProConnectPlan(
        **relation,
        signed_with=reader.matching("PROCONNECT_SIGNING", "ES256", _SIGNING),
        userinfo_is_signed=reader.matching("PROCONNECT_USERINFO", "JSON", _USERINFO) == "SIGNED",
    )


def _franceconnect(reader: SettingsReader, home: Path) -> FranceConnectPlan | None:
    relation = _relation(reader, "FRANCECONNECT")
    if relation is None:
        return None
    asks = reader.matching("FRANCECONNECT_ASKS", "", _ASKS).split()
    return FranceConnectPlan(
        **relation,
        keys=_folder(reader, "FRANCECONNECT_KEYS", home / "franceconnect-keys"),
        encrypted_with=reader.matching("FRANCECONNECT_ENCRYPTION", "ECDH-ES", _ENCRYPTION),
        asks_amr="amr" in asks,
        asks_rnipp="rnipp" in asks,
    )


def _relation(reader: SettingsReader, name: str) -> dict[str, Any] | None:
    """The members of a `Relation`; None where no issuer is stated."""
    issuer = reader.matching(f"{name}_ISSUER", "", _ISSUER)
    if not issuer:
        return None
    reader.demand(
        f"{name}_ISSUER",
        not _ISSUER.fullmatch(issuer) or _is_safe(issuer),
        fr="ne peut être en http que sur cette machine",
        en="may be http on this machine only",
    )
    former = tuple(reader.text(f"{name}_FORMER_ISSUERS", "").split())
    reader.demand(
        f"{name}_FORMER_ISSUERS",
        len(former) <= _MOST_FORMER and all(_ISSUER.fullmatch(one) for one in former),
        fr=f"doit nommer {_MOST_FORMER} émetteurs au plus, séparés par des blancs",
        en=f"must name {_MOST_FORMER} issuers at most, separated by blanks",
    )
    client_id = reader.matching(f"{name}_CLIENT_ID", "", _CLIENT)
    client_secret = reader.matching(f"{name}_CLIENT_SECRET", "", _SECRET)
    for part, value in (("ID", client_id), ("SECRET", client_secret)):
        reader.demand(
            f"{name}_CLIENT_{part}",
            value,
            fr=f"manque : SISERI_{name}_ISSUER en a besoin",
            en=f"is missing: SISERI_{name}_ISSUER needs it",
        )
    return {
        "issuer": issuer,
        "former_issuers": former,
        "client_id": client_id,
        "client_secret": client_secret,
        "addresses": _addresses(reader, f"{name}_METADATA"),
        "authorities": reader.certificates(f"{name}_AUTHORITIES"),
    }


def _addresses(reader: SettingsReader, name: str) -> Addresses | Path:
    stated = reader.text(name, Addresses.DISCOVERED)
    return Addresses(stated) if stated in {*Addresses} else reader.named_file(name)


def _folder(reader: SettingsReader, name: str, default: Path) -> Path:
    folder = Path(reader.text(name, str(default)))
    reader.demand(
        name,
        folder == default or folder.is_absolute(),
        fr="doit être un chemin absolu",
        en="must be an absolute path",
    )
    return folder


def _is_safe(address: str) -> bool:
    """Whether what travels to an address is protected, or stays on this machine."""
    return not address.startswith("http:") or urlsplit(address).hostname in _LOOPBACK
