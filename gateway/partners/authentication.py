"""Whose request it is: every way of proving it, and one answer to all that fail.

(1) What a request shows decides the way: an access token in `Authorization` (RFC 6750 §2.1), or the
    signature of a SOAP message (`ws_security`). With both, both must be one partner's.
(2) Each way gives the partner and by what it was proven, or nothing.
(3) A partner that is disabled opens nothing, whatever it proves.
(4) Then, and only then, the senders in whose name it may transmit that day are looked up.
"""

import re
from typing import Final

from gateway.errors import BadRequest, NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Proof, Proven, RequestFacts, Submitter
from gateway.model.parts import legal_day
from gateway.partners.ws_security import SignedMessage
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partner_notices import PartnerUses

_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]{20,512}=*)", re.ASCII)


class Authentication:
    """Authenticates requests."""

    def __init__(self, *, register: PartnerRegister, uses: PartnerUses, clock: Clock) -> None:
        self._register = register
        self._uses = uses
        self._clock = clock

    def is_shown(self, request: RequestFacts) -> bool:
        """Whether the request itself, before its body is read, shows what may prove it."""
        return bool(request.values("authorization"))

    def of(self, request: RequestFacts, *, signed: SignedMessage | None = None) -> Submitter:
        """Who submits `request`; `signed` is its body, where that is a signed message.

        Raises:
            BadRequest: it names two.
            NotAuthenticated: nothing, or nothing that counts, proves it to be a partner's.
        """
        if signed is None:
            return self._submitter(*self._by_token(request))
        if self.is_shown(request) and self._by_token(request)[0].id != signed.partner.id:
            raise NotAuthenticated
        return self._submitter(signed.partner, signed.proven)

    def _by_token(self, request: RequestFacts) -> tuple[Partner, Proven]:
        stated = request.values("authorization")
        if len(stated) > 1:
            raise BadRequest("authorization")
        matched = _BEARER.fullmatch(stated[0]) if stated else None
        partner = self._register.holder_of(matched[1]) if matched else None
        if partner is None:
            raise NotAuthenticated
        return partner, Proven(by=Proof.ACCESS_TOKEN)

    def _submitter(self, partner: Partner, proven: Proven) -> Submitter:
        today = legal_day(self._clock.now())
        self._uses.note(partner.id, today)
        mandators = self._register.mandators_of(partner.id, today)
        return Submitter(partner=partner, proven=proven, mandators=mandators)
