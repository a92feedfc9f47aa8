"""Whose request it is: every way of proving it, and one answer to all that fail.

(1) What a request shows decides the ways: the signature of a SOAP message (`ws_security`), one of
    its own (RFC 9421), a token in `Authorization` (RFC 6750 §2.1), a certificate of its connection
    (RFC 9440).
(2) Each that is shown must hold, and all must be one partner's: what fails is never passed over.
    The first of them, in that order, is stated.
(3) A partner that is disabled opens nothing, whatever it proves; one that demands signatures
    opens nothing without.
(4) Then, and only then, the senders in whose name it may transmit that day are looked up.
"""

import re
from typing import Final

from gateway.errors import BadRequest, NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Credential, Proof, Proven, RequestFacts, Submitter
from gateway.model.parts import legal_day
from gateway.model.scopes import EVERY_SCOPE, Scope
from gateway.partners.access_tokens import AccessTokens
from gateway.partners.client_certificates import CHAIN, HEADER, ClientCertificates
from gateway.partners.http_signatures import HttpSignatures, is_signed
from gateway.partners.ws_security import SignedMessage
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partner_notices import PartnerUses
from gateway.ports.partners import Credentials

_BEARER: Final = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]{20,2048}=*)", re.ASCII)
_Way = tuple[Partner, Proven, frozenset[Scope]]


class Authentication:
    """Authenticates requests."""

    def __init__(
        self,
        *,
        register: PartnerRegister,
        uses: PartnerUses,
        credentials: Credentials,
        tokens: AccessTokens,
        certificates: ClientCertificates,
        signatures: HttpSignatures,
        clock: Clock,
    ) -> None:
        self._register = register
        self._uses = uses
        self._credentials = credentials
        self._tokens = tokens
        self._certificates = certificates
        self._signatures = signatures
        self._clock = clock

    def is_shown(self, request: RequestFacts) -> bool:
        """Whether the request itself, before its body is read, shows what may prove it."""
        names = ("authorization", HEADER, CHAIN)
        return is_signed(request) or any(request.values(name) for name in names)

    def of(self, request: RequestFacts, *, signed: SignedMessage | None = None) -> Submitter:
        """Who submits `request`; `signed` is its body, where that is a signed message.

        Raises:
            BadRequest: it names two.
            NotAuthenticated: nothing, or nothing that counts, proves it to be a partner's.
        """
        # (1) what is shown
        shown = self._certificates.shown(request)
        ways: list[_Way] = [
            *([] if signed is None else [(signed.partner, signed.proven, EVERY_SCOPE)]),
            *([self._by_signature(request)] if is_signed(request) else ()),
            *([self._by_token(request, shown)] if request.values("authorization") else ()),
            *([self._by_certificate(shown)] if shown is not None else ()),
        ]
        # (2) one partner, (3) live
        if len({partner.id for partner, _, _ in ways}) != 1:
            raise NotAuthenticated
        partner, proven, _ = ways[0]
        scopes = frozenset.intersection(*(scopes for _, _, scopes in ways))
        if partner.demands_signature and proven.by is not Proof.MESSAGE_SIGNATURE:
            raise NotAuthenticated
        # (4) for whom
        today = legal_day(self._clock.now())
        self._uses.note(partner.id, today)
        mandators = self._register.mandators_of(partner.id, today)
        return Submitter(partner=partner, proven=proven, mandators=mandators, scopes=scopes)

    def _by_signature(self, request: RequestFacts) -> _Way:
        partner, credential = self._signatures.signer(request)
        return self._used(partner, credential, Proof.MESSAGE_SIGNATURE)

    def _by_certificate(self, shown: Credential) -> _Way:
        partner = self._register.partner(shown.partner_id)
        if partner is None:
            raise NotAuthenticated
        return self._used(partner, shown, Proof.CERTIFICATE)

    def _by_token(self, request: RequestFacts, shown: Credential | None) -> _Way:
        stated = request.values("authorization")
        if len(stated) > 1:
            raise BadRequest("authorization")
        matched = _BEARER.fullmatch(stated[0])
        if matched is None:
            raise NotAuthenticated
        if "." in matched[1]:  # a signed token; one that was drawn has no dot
            return self._tokens.holder(matched[1], shown=shown)
        partner = self._register.holder_of(matched[1])
        if partner is None:
            raise NotAuthenticated
        return partner, Proven(by=Proof.ACCESS_TOKEN), EVERY_SCOPE

    def _used(self, partner: Partner, credential: Credential, by: Proof) -> _Way:
        self._credentials.note_use(credential, self._clock.now())
        proven = Proven(by=by, thumbprint=credential.thumbprint, expires_at=credential.not_after)
        return partner, proven, EVERY_SCOPE
