"""Machine authentication put together: what gives tokens, and what takes every proof."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from gateway.errors import ConfigurationFault, Overloaded
from gateway.partners.access_tokens import AccessTokens
from gateway.partners.authentication import Authentication
from gateway.partners.client_assertions import ClientAssertions
from gateway.partners.client_certificates import ClientCertificates, Network
from gateway.partners.http_signatures import HttpSignatures
from gateway.partners.token_endpoint import TokenEndpoint
from gateway.partners.ws_security import WsSecurity
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partner_notices import PartnerUses
from gateway.ports.partners import Credentials, SpentAssertions
from signing.oauth.token_keys import TokenKeys


class PartnerStore(Protocol):
    """Where partners, their credentials and what they spent are kept."""

    @property
    def register(self) -> PartnerRegister:
        """The partners."""
        ...

    @property
    def life(self) -> PartnerUses:
        """When they were there last."""
        ...

    @property
    def credentials(self) -> Credentials:
        """Their credentials."""
        ...

    @property
    def spent_assertions(self) -> SpentAssertions:
        """The assertions that were taken."""
        ...

    @property
    def clock(self) -> Clock:
        """By which all is dated."""
        ...


class MachineAuthentication:
    """The parts, over one register."""

    def __init__(
        self,
        *,
        issuer: str,
        token_keys: Path,
        token_lifetime_s: int,
        proxies: Sequence[Network],
        store: PartnerStore,
    ) -> None:
        """`issuer` is the public address: our identifier as a server, and tokens' audience.

        Raises:
            ConfigurationFault: no key may sign tokens.
        """
        self.issuer = issuer
        self._store = store
        self.certificates = ClientCertificates(
            proxies=proxies, credentials=store.credentials, clock=store.clock
        )
        self.tokens = self._tokens(token_keys, token_lifetime_s)
        self.endpoint = self._endpoint()
        self.ws_security = WsSecurity(
            credentials=store.credentials, register=store.register, clock=store.clock
        )
        self.authentication = self._authentication()

    def _tokens(self, folder: Path, lifetime_s: int) -> AccessTokens:
        store = self._store
        tokens = AccessTokens(
            keys=TokenKeys(folder),
            issuer=self.issuer,
            lifetime_s=lifetime_s,
            register=store.register,
            credentials=store.credentials,
            clock=store.clock,
        )
        try:
            tokens.published()
        except Overloaded:
            raise ConfigurationFault(
                "clés des jetons d'accès absentes ou inutilisables : siseri-gateway keys new",
                "keys of access tokens missing or unusable: siseri-gateway keys new",
            ) from None
        return tokens

    def _endpoint(self) -> TokenEndpoint:
        store = self._store
        return TokenEndpoint(
            assertions=ClientAssertions(
                issuer=self.issuer,
                register=store.register,
                credentials=store.credentials,
                spent=store.spent_assertions,
                clock=store.clock,
            ),
            tokens=self.tokens,
            register=store.register,
            credentials=store.credentials,
            clock=store.clock,
        )

    def _authentication(self) -> Authentication:
        store = self._store
        return Authentication(
            register=store.register,
            uses=store.life,
            credentials=store.credentials,
            tokens=self.tokens,
            certificates=self.certificates,
            signatures=HttpSignatures(
                public_address=self.issuer,
                register=store.register,
                credentials=store.credentials,
                clock=store.clock,
            ),
            clock=store.clock,
        )
