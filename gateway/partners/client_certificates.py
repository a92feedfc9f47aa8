"""The certificate of the TLS connection, as the proxy that ended it hands it over (RFC 9440).

No Python server shows a client certificate: mutual TLS ends at the proxy, which proves that the
client holds the private key. A numbered proof of what is left:

(1) the field comes from a peer that the configuration names: anybody else who sends it is refused,
    so that a forged one never counts and a proxy that was forgotten is noticed (RFC 9440 §4);
(2) it stands once, as one Byte Sequence without parameters (RFC 9440 §2.2), in its one spelling;
(3) the certificate is of a TLS client, strong, and in its time (`signing.oauth`);
(4) it is one that a partner enrolled, by its SHA-256, and that nobody revoked: a chain to some
    authority would let in whatever that authority signs.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from gateway.errors import NotAuthenticated
from gateway.model.partners import Credential, CredentialKind, RequestFacts
from gateway.ports import Clock
from gateway.ports.partners import Credentials
from signing.encoding import from_base64
from signing.errors import SigningError
from signing.oauth.client_certificate import client_thumbprint

HEADER: Final = "client-cert"
CHAIN: Final = "client-cert-chain"
_BYTES: Final = re.compile(r":([A-Za-z0-9+/]{16,8192}={0,2}):", re.ASCII)
Network = IPv4Network | IPv6Network


class ClientCertificates:
    """Reads what trusted proxies hand over."""

    def __init__(
        self, *, proxies: Sequence[Network], credentials: Credentials, clock: Clock
    ) -> None:
        """`proxies` are the networks of the peers that end TLS for us; none, none is believed."""
        self._proxies = tuple(proxies)
        self._credentials = credentials
        self._clock = clock

    def shown(self, request: RequestFacts) -> Credential | None:
        """The enrolled certificate by which the client's connection is held; None without one.

        Raises:
            NotAuthenticated: one is stated, and proves nothing.
        """
        stated = request.values(HEADER)
        if not stated and not request.values(CHAIN):
            return None
        # (1) from a proxy of ours, (2) one byte sequence
        matched = _BYTES.fullmatch(stated[0].strip(" \t")) if len(stated) == 1 else None
        if matched is None or not self._is_from_proxy(request.peer):
            raise NotAuthenticated
        # (3) of a TLS client
        now = self._clock.now()
        try:
            thumbprint = client_thumbprint(from_base64(matched[1]), now=now)
        except (SigningError, ValueError):
            raise NotAuthenticated from None
        # (4) enrolled
        return self._enrolled(thumbprint, now)

    def _enrolled(self, thumbprint: str, now: datetime) -> Credential:
        credential = self._credentials.credential(thumbprint)
        is_live = (
            credential is not None
            and credential.kind is CredentialKind.CERTIFICATE
            and credential.opens_at(now)
        )
        if credential is None or not is_live:
            raise NotAuthenticated
        return credential

    def _is_from_proxy(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address in network for network in self._proxies)
