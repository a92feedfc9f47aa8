"""The authorities of time-stamps that an installation is configured with, if any."""

from collections.abc import Mapping, Sequence

from gateway.evidence.stamping import TimestampAuthority
from gateway.model.stamping import StampingPlan
from gateway.ports import Clock
from gateway.wire.shape import Json


def configured_authorities(
    plan: StampingPlan, *, clock: Clock
) -> tuple[Sequence[TimestampAuthority], Mapping[str, Json]]:
    """Who stamps the evidence log, and what is published of those who do or did.

    Raises:
        ConfigurationFault: a file of roots holds none.
    """
    if not plan.authorities and plan.former_roots is None:
        return (), {}
    from gateway.evidence.authorities import (  # noqa: PLC0415 - slow, and not for everybody
        authorities_of,
        published_authorities,
    )

    return authorities_of(plan, clock=clock), published_authorities(plan)
