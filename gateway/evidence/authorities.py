"""The authorities of time-stamps that the operator named, ready to be asked; and whom to believe.

What one sends is proved by the roots of that one. Receivers get the roots of all, in the register
of keys: those of authorities that are asked no more stay, for their stamps stay in receipts.
"""

from pathlib import Path
from typing import Final

from adapters.timestamping import HttpTimestampAuthority
from gateway.errors import AuthorityUnavailable, ConfigurationFault
from gateway.evidence.stamping import TimestampAuthority
from gateway.model.stamping import ConfiguredAuthority, Stamp, StampingPlan
from gateway.ports import Clock
from gateway.wire.shape import Json
from signing.authorities import MEMBER, authorities_member
from signing.errors import KeyUnusable, SignatureInvalid
from signing.timestamp import TimestampQuery, TimestampTrust, new_query, parse_roots, prove_reply

MAX_TOKEN_BYTES: Final = 15_000
"""What the member `timestamp` of a receipt holds, 20,000 characters of base64."""


def authorities_of(plan: StampingPlan, *, clock: Clock) -> tuple[TimestampAuthority, ...]:
    """Those of the plan, in its order.

    Raises:
        ConfigurationFault: a file of roots holds none.
    """
    return tuple(_authority(one, clock=clock) for one in plan.authorities)


def published_authorities(plan: StampingPlan) -> dict[str, Json]:
    """The member of the register of keys that names the roots; none where nobody ever stamped.

    Raises:
        ConfigurationFault: a file of roots holds none.
    """
    former = () if plan.former_roots is None else (plan.former_roots,)
    files = (*(one.roots for one in plan.authorities), *former)
    if not files:
        return {}
    trust = TimestampTrust(roots=tuple(root for file in files for root in _trust(file).roots))
    return {MEMBER: authorities_member(trust)}


def _authority(
    configured: ConfiguredAuthority, *, clock: Clock
) -> HttpTimestampAuthority[TimestampQuery]:
    trust = _trust(configured.roots)

    def prove(reply: bytes, query: TimestampQuery) -> Stamp:
        proved = prove_reply(reply, query=query, trust=trust, now=clock.now()).timestamp
        if len(proved.token) > MAX_TOKEN_BYTES:
            raise AuthorityUnavailable("a token longer than a receipt carries")
        return Stamp(token=proved.token, gen_time=proved.gen_time, authority=proved.authority)

    return HttpTimestampAuthority(
        name=configured.name,
        url=configured.url,
        ask=new_query,
        prove=prove,
        unproved=SignatureInvalid,
        authorities=configured.authorities,
    )


def _trust(file: Path) -> TimestampTrust:
    try:
        return TimestampTrust(roots=parse_roots(file.read_bytes()))
    except (OSError, KeyUnusable):
        raise ConfigurationFault(
            f"{file.name} ne contient aucun certificat d'autorité d'horodatage (PEM)",
            f"{file.name} holds no certificate of a time-stamping authority (PEM)",
        ) from None
