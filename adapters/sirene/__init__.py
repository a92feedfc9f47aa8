"""Sirene: the register of French establishments, on line and as a monthly file (docs/sirene.md)."""

from adapters.sirene.plans import (
    PRIVATE_ADDRESS,
    PRIVATE_CALLS_A_MINUTE,
    PUBLIC_ADDRESS,
    PUBLIC_CALLS_A_MINUTE,
    TOKEN_ADDRESS,
    Plan,
    PrivatePlan,
    PublicPlan,
)
from adapters.sirene.probe import probe
from adapters.sirene.register import SireneRegister
from adapters.sirene.stock import SireneStock

__all__ = [
    "PRIVATE_ADDRESS",
    "PRIVATE_CALLS_A_MINUTE",
    "PUBLIC_ADDRESS",
    "PUBLIC_CALLS_A_MINUTE",
    "TOKEN_ADDRESS",
    "Plan",
    "PrivatePlan",
    "PublicPlan",
    "SireneRegister",
    "SireneStock",
    "probe",
]
