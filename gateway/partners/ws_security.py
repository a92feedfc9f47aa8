"""A SOAP message that a partner signed (WS-Security X.509): whose it is, and what was signed.

The proof itself is `signing.wss.verify`. What it asks of us is its step 5: which certificate a name
selects. It must be

(1) enrolled, and the only one of that name, or the latest of one partner who enrolled it again;
(2) in force: begun, not ended, not revoked;
(3) for signing messages, by its own word (RFC 5280 §4.2.1);
(4) of a partner who is not disabled.

One that is not is as unknown as one that nobody enrolled: the sender is told the same.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
import structlog
from lxml import etree

import signing.wss.faults
from gateway.errors import MessageRefused
from gateway.model.directory import Partner
from gateway.model.partners import Credential, CredentialKind, Proof, Proven
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partners import Credentials
from signing.partner_certificate import parse_certificate
from signing.wss.faults import Fault
from signing.wss.token import CertificateName, NameKind, is_named, may_sign, names_of
from signing.wss.verify import Registered, verify

_CODES: Final = {
    Fault.FAILED_AUTHENTICATION: "A001",
    Fault.FAILED_CHECK: "W002",
    Fault.MESSAGE_EXPIRED: "W003",
}
"""Every other fault is of the profile: W001."""
log = structlog.get_logger(__name__)


class SignedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is proven to be a partner's, as the octets that it signed."""

    partner: Partner
    proven: Proven
    body: bytes
    """soap:Body."""
    blocks: tuple[bytes, ...]
    """The header blocks of WS-Addressing."""

    def __repr__(self) -> str:
        return "SignedMessage(…)"


class WsSecurity:
    """Proves signed messages."""

    def __init__(
        self, *, credentials: Credentials, register: PartnerRegister, clock: Clock
    ) -> None:
        self._credentials = credentials
        self._register = register
        self._clock = clock
        self._names: dict[str, dict[NameKind, str]] = {}
        """By thumbprint. A certificate never changes, and each is read once."""

    def prove(self, envelope: etree._Element, *, version: str) -> SignedMessage:
        """Whose message `envelope` is, of that SOAP version, and the octets that were signed.

        Raises:
            MessageRefused: A001 where nothing proves whose it is; else W001 to W003.
        """
        now = self._clock.now()
        selected: list[tuple[Credential, Partner]] = []

        def registry(name: CertificateName) -> Registered | None:
            found = self._selected(name)
            if found is None:
                return None
            selected.append(found)
            return Registered(
                certificate=parse_certificate(found[0].public),
                allows_rsa_pkcs1_v15=found[0].allows_rsa_pkcs1_v15,
            )

        try:
            verified = verify(envelope, version=version, registry=registry, now=now)
        except signing.wss.faults.MessageRefused as refusal:
            log.warning("ws-security.refused", step=refusal.step, reason=refusal.reason)
            code = _CODES.get(refusal.fault, "W001")
            subcodes = (refusal.fault.value,)
            raise MessageRefused(refusal.reason, code=code, subcodes=subcodes) from None
        ((credential, partner),) = selected
        self._credentials.note_use(credential, now)
        return SignedMessage(
            partner=partner,
            proven=Proven(
                by=Proof.MESSAGE_SIGNATURE,
                thumbprint=credential.thumbprint,
                expires_at=credential.not_after,
            ),
            body=verified.body,
            blocks=verified.addressing,
        )

    def _selected(self, name: CertificateName) -> tuple[Credential, Partner] | None:
        """The credential of that name that counts now, with its partner."""
        found = [one for one in self._named(name) if self._counts(one, name)]
        owners = {one.partner_id for one in found}
        # asked for even if there is none: a certificate that is not enrolled costs what one does
        partner = self._register.partner(owners.pop() if len(owners) == 1 else "")
        if partner is None:
            return None
        return max(found, key=lambda one: (one.not_before, one.enrolled_at)), partner

    def _counts(self, credential: Credential, name: CertificateName) -> bool:
        certificate = parse_certificate(credential.public)
        is_in_force = credential.opens_at(self._clock.now())
        return is_in_force and may_sign(certificate) and is_named(certificate, name)

    def _named(self, name: CertificateName) -> Iterable[Credential]:
        """Certificates that may be meant; one is asked for even if there is none."""
        thumbprints = [name.value]
        if name.kind is not NameKind.SHA256:
            thumbprints = list(self._thumbprints_of(name)) or [""]
        for thumbprint in thumbprints:
            credential = self._credentials.credential(thumbprint)
            if credential is not None and credential.kind is CredentialKind.CERTIFICATE:
                yield credential

    def _thumbprints_of(self, name: CertificateName) -> Iterable[str]:
        for thumbprint in self._credentials.certificates():
            if thumbprint not in self._names:
                credential = self._credentials.credential(thumbprint)
                if credential is None:
                    continue
                self._names[thumbprint] = names_of(parse_certificate(credential.public))
            if self._names[thumbprint].get(name.kind) == name.value:
                yield thumbprint
