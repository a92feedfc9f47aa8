"""Whom the gateway turns to, as its operator states: authorities of time-stamps, a mail relay."""

import re
from datetime import timedelta

from gateway.model.partner_notices import MailAddress, NotAnAddress, Relay, Tls
from gateway.model.stamping import ConfiguredAuthority, StampingPlan
from gateway.settings import SettingsReader

_AUTHORITIES = re.compile(r"([A-Z][A-Z0-9]{0,15}( [A-Z][A-Z0-9]{0,15}){0,7})?", re.ASCII)
_AUTHORITY_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?", re.ASCII)
_A_DAY_S = 86_400
_MAIL_HOST = re.compile(r"([A-Za-z0-9.-]{1,253}|::1)?", re.ASCII)
_TLS = re.compile("starttls|implicit|none")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def stamping(reader: SettingsReader) -> StampingPlan:
    """`SISERI_TSA` names authorities; each has an address, and roots by which it is believed."""
    names = reader.matching("TSA", "", _AUTHORITIES).split()
    every_s = reader.number("TSA_EVERY_S", 60, 1, _A_DAY_S)
    warn_s = reader.number("TSA_WARN_S", 3_600, 1, _A_DAY_S)
    refuse_s = reader.number("TSA_REFUSE_S", 14_400, 0, _A_DAY_S)
    former_roots = reader.file("TSA_FORMER_ROOTS")
    reader.demand(
        "TSA_WARN_S",
        not names or 2 * every_s <= warn_s,
        fr="doit être au moins le double de SISERI_TSA_EVERY_S",
        en="must be at least twice SISERI_TSA_EVERY_S",
    )
    reader.demand(
        "TSA_REFUSE_S",
        not names or refuse_s == 0 or warn_s < refuse_s,
        fr="doit dépasser SISERI_TSA_WARN_S, ou être 0",
        en="must be more than SISERI_TSA_WARN_S, or 0",
    )
    authorities = tuple(
        ConfiguredAuthority(
            name=name.lower(),
            url=reader.matching(f"TSA_{name}_URL", "", _AUTHORITY_ADDRESS),
            roots=reader.named_file(f"TSA_{name}_ROOTS"),
            authorities=reader.certificates(f"TSA_{name}_AUTHORITIES"),
        )
        for name in names
    )
    return StampingPlan(
        authorities=authorities,
        former_roots=former_roots,
        every=timedelta(seconds=every_s),
        warn_after=timedelta(seconds=warn_s) if authorities else None,
        refuse_after=timedelta(seconds=refuse_s) if authorities and refuse_s else None,
    )


def relay(reader: SettingsReader) -> Relay | None:
    """`SISERI_SMTP_HOST` names the relay; what it is told goes under TLS, but on this machine."""
    host = reader.matching("SMTP_HOST", "", _MAIL_HOST)
    tls = Tls(reader.matching("SMTP_TLS", Tls.STARTTLS.value, _TLS))
    stated = reader.text("SMTP_FROM", "")
    try:
        sender = MailAddress.parse(stated)
    except NotAnAddress:
        sender = MailAddress()
    reader.demand(
        "SMTP_TLS",
        tls is not Tls.NONE or host in _LOOPBACK,
        fr="ne peut être « none » que pour un relais de cette machine",
        en="may be “none” for a relay on this machine only",
    )
    reader.demand(
        "SMTP_FROM",
        bool(sender) or not (host or stated),
        fr="doit être l'adresse d'une boîte aux lettres",
        en="must be the address of a mailbox",
    )
    found = Relay(
        host=host,
        port=reader.number("SMTP_PORT", 465 if tls is Tls.IMPLICIT else 587, 1, 65_535),
        tls=tls,
        sender=sender,
        user=reader.text("SMTP_USER", ""),
        password=reader.text("SMTP_PASSWORD", ""),
        authorities=reader.certificates("SMTP_AUTHORITIES"),
    )
    return found if host else None
