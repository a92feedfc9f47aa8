"""Which outside registers the gateway asks, as its operator states: `SISERI_SIRENE_…`, `…_AMELI_…`.

A register whose address is not stated is not asked, and nothing waits for it.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from gateway.model.verification_plan import (
    AmeliPlan,
    Doubt,
    PrivateAccess,
    SirenePlan,
    VerificationPlan,
)
from gateway.settings import SettingsReader

_ADDRESS: Final = re.compile(
    r"(https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?(/[!-~]*)?)?", re.ASCII
)
_KEY: Final = re.compile(r"[!-~]{0,512}", re.ASCII)
_IDAM: Final = re.compile(r"[0-9A-Za-z-]{0,32}", re.ASCII)
_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}", re.ASCII)
_EMITTER: Final = re.compile(r"[!-~ ]{0,128}", re.ASCII)
_UUID: Final = re.compile(r"([0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})?", re.ASCII)
_MODE: Final = re.compile("search|verification")
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_PLAN: Final = re.compile("public|private")
_MOST_A_MINUTE: Final = 6_000


def registers(reader: SettingsReader) -> VerificationPlan:
    """Both, as far as they are configured."""
    return VerificationPlan(sirene=_sirene(reader), ameli=_ameli(reader))


def _sirene(reader: SettingsReader) -> SirenePlan | None:
    """Asked where a credential is stated; the address is INSEE's unless another is."""
    is_private = reader.matching("SIRENE_PLAN", "public", _PLAN) == "private"
    api_key = reader.matching("SIRENE_API_KEY", "", _KEY)
    private = _private(reader)
    plan = SirenePlan(
        url=_address(reader, "SIRENE_URL"),
        api_key=api_key,
        private=private if is_private else None,
        calls_per_minute=reader.number(
            "SIRENE_CALLS_PER_MINUTE", 500 if is_private else 30, 2, _MOST_A_MINUTE
        ),
        places=reader.number("SIRENE_IN_FLIGHT", 4, 2, 64),
        authorities=reader.certificates("SIRENE_AUTHORITIES"),
        doubt=_doubt(reader, "SIRENE", percent=25),
    )
    stated = (private.client_id, private.client_secret, private.username, private.password)
    if is_private:
        reader.demand(
            "SIRENE_CLIENT_ID",
            all(stated) or not any(stated),
            fr="va avec _CLIENT_SECRET, _USERNAME et _PASSWORD",
            en="goes with _CLIENT_SECRET, _USERNAME and _PASSWORD",
        )
        return plan if any(stated) else None
    return plan if api_key else None


def _private(reader: SettingsReader) -> PrivateAccess:
    return PrivateAccess(
        token_url=_address(reader, "SIRENE_TOKEN_URL"),
        client_id=reader.text("SIRENE_CLIENT_ID", ""),
        client_secret=reader.text("SIRENE_CLIENT_SECRET", ""),
        username=reader.text("SIRENE_USERNAME", ""),
        password=reader.text("SIRENE_PASSWORD", ""),
    )


def _ameli(reader: SettingsReader) -> AmeliPlan | None:
    url = _address(reader, "AMELI_URL")
    if not url:
        return None
    wsdl, messages = reader.file("AMELI_WSDL"), reader.file("AMELI_MESSAGES")
    plan = AmeliPlan(
        url=url,
        certificate=reader.named_file("AMELI_CERTIFICATE"),
        key=reader.file("AMELI_KEY"),
        authorities=reader.certificates("AMELI_AUTHORITIES"),
        idam=reader.matching("AMELI_IDAM", "", _IDAM),
        emitter=reader.matching("AMELI_EMITTER", "", _EMITTER),
        software=reader.matching("AMELI_SOFTWARE", "siseri-gateway", _NAME),
        version=reader.matching("AMELI_VERSION", "1.0", _NAME),
        instance=reader.matching("AMELI_INSTANCE", "", _UUID),
        mode=reader.matching("AMELI_MODE", "search", _MODE),
        wsdl=wsdl,
        messages=messages,
        calls_per_minute=reader.number("AMELI_CALLS_PER_MINUTE", 300, 2, _MOST_A_MINUTE),
        places=reader.number("AMELI_IN_FLIGHT", 4, 2, 64),
        doubt=_doubt(reader, "AMELI", percent=50),
    )
    for name, value in (
        ("IDAM", plan.idam),
        ("EMITTER", plan.emitter),
        ("INSTANCE", plan.instance),
        ("AUTHORITIES", plan.authorities),
    ):
        reader.demand(
            f"AMELI_{name}",
            value,
            fr="manque : SISERI_AMELI_URL en a besoin",
            en="is missing: SISERI_AMELI_URL needs it",
        )
    reader.demand(
        "AMELI_MESSAGES",
        (wsdl is None) == (messages is None),
        fr="va avec SISERI_AMELI_WSDL",
        en="goes with SISERI_AMELI_WSDL",
    )
    return plan


def _address(reader: SettingsReader, name: str) -> str:
    """An address; without TLS on this machine only."""
    url = reader.matching(name, "", _ADDRESS)
    host = urlsplit(url).hostname if _ADDRESS.fullmatch(url) else None
    reader.demand(
        name,
        not url.startswith("http:") or host in _LOOPBACK,
        fr="ne peut être en http que sur cette machine",
        en="may be http on this machine only",
    )
    return url


def _doubt(reader: SettingsReader, name: str, *, percent: int) -> Doubt:
    return Doubt(
        percent=reader.number(f"{name}_DOUBT_PERCENT", percent, 1, 100),
        minimum=reader.number(f"{name}_DOUBT_MINIMUM", 50, 1, 1_000_000),
    )
