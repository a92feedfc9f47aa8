"""A credential to the partner who holds it, or a refusal that tells a stranger nothing."""

import re
from typing import Final

from gateway.errors import NotAuthenticated
from gateway.model.directory import Partner
from gateway.ports import PartnerRegister

_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]{20,512}=*)", re.ASCII)


def authenticate(authorization: str | None, register: PartnerRegister) -> Partner:
    """The partner who holds the bearer token of that `Authorization` header (RFC 6750 §2.1).

    Raises:
        NotAuthenticated: no header, not a bearer token, or a token that nobody holds.
    """
    matched = _BEARER.fullmatch(authorization or "")
    partner = register.holder_of(matched[1]) if matched else None
    if partner is None:
        raise NotAuthenticated
    return partner
