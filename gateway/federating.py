"""Who lets people sign in, composed once for a process: providers, the flow, pages, the hand-over.

A provider that is not configured is not there; where none is, there are no pages. One that is away
is warned of: transmissions go on.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from adapters.franceconnect import FranceConnect
from adapters.http import Breaker, Bulkhead, CallLimits, State, TlsFiles, Upstream
from adapters.oidc.decryption import KeysLookedUp
from adapters.oidc.dialect import Dialect, Registration
from adapters.oidc.metadata import Metadata, MetadataRefused, origin_of
from adapters.oidc.party import RelyingParty
from adapters.oidc.provider_calls import ProviderCalls
from adapters.proconnect import ProConnect
from gateway.api.identity_pages import IdentityPages
from gateway.config import Config
from gateway.errors import ConfigurationFault, Overloaded, SignInRefused
from gateway.identity.op import OpenIdProvider
from gateway.identity.signing_in import SigningIn
from gateway.model.federation import Provider, SignInFailure
from gateway.model.federation_plan import Addresses, FranceConnectPlan, ProConnectPlan, Relation
from gateway.pages.identity.app import create_app
from gateway.pages.identity.shell import Shell
from gateway.pages.portal import portal_blueprint
from gateway.ports import Clock
from gateway.ports.sign_in import IdentityProvider
from gateway.ports.verification import Verification
from gateway.storage.portal_grants import SqlPortalGrants, SqlPortalRequests, SqlPortalReturns
from gateway.storage.portals import SqlPairwiseSubjects
from gateway.store import Store
from gateway.verification.figures import CallFigures
from signing.errors import SigningError
from signing.oauth.decryption_keys import DecryptionFolder
from signing.oauth.identity_keys import IdentityKeys

_LIMITS: Final = CallLimits(connect_s=3.0, attempt_s=10.0, max_bytes=64 << 10, attempts=1)
"""A code is exchanged once; documents and tokens take some kibibytes."""
_PLACES: Final = 8
_OPEN_S: Final = 10.0
"""Somebody waits before each page: a provider that is back is asked soon."""
_NO_KEY_RETRY_AFTER_S: Final = 60
_SLUGS: Final = {Provider.PROCONNECT: "proconnect", Provider.FRANCECONNECT: "franceconnect"}
log = structlog.get_logger(__name__)


class Federating:
    """Sign-in at an installation. To be closed."""

    def __init__(
        self, config: Config, store: Store, *, verification: Verification | None = None
    ) -> None:
        """Over an open store; nobody is asked yet. `verification` knows establishments.

        Raises:
            ConfigurationFault: a file of a provider cannot be used, or is of another one.
        """
        self._config = config
        self._clock = store.clock
        self._waiting = store.users.waiting
        self._ends = ExitStack()
        self._calls: list[Upstream] = []
        self._ours: OurKeys | None = None
        self.providers: dict[Provider, IdentityProvider] = {}
        """Those configured, in the order in which they are offered."""
        plan = config.federation
        if plan.proconnect is not None:
            self._add_proconnect(plan.proconnect)
        if plan.franceconnect is not None:
            self._add_franceconnect(plan.franceconnect)
        self.signing_in = _signing_in(
            self.providers, store, verification, former_issuers=plan.former_issuers
        )
        self.pages: IdentityPages | None = None
        """Of `/identite` and `/op`; None where nobody signs in."""
        if self.providers:
            self.pages = _pages(config, store, self.signing_in, keys=self.decryption_keys)
            self._ends.callback(self.pages.close)

    @property
    def warnings(self) -> Mapping[str, Callable[[], bool]]:
        """What readiness is to warn of, by name: nothing where nobody signs in."""
        found: dict[str, Callable[[], bool]] = {
            f"{one.name}-away": partial(_is_away, one) for one in self._calls
        }
        if self._ours is not None:
            found["franceconnect-keys"] = self._ours.are_missing
            found["numbers-refused"] = self._waiting.is_cap_reached
        if self.providers:
            keys = IdentityKeys(self._config.federation.portal_keys)
            found["portal-keys"] = partial(_are_missing, keys, self._clock)
        return found

    @property
    def decryption_keys(self) -> Callable[[], bytes] | None:
        """Gives our JWKS for FranceConnect+; None where it is not configured."""
        return None if self._ours is None else self._ours.published

    def figures(self) -> Sequence[CallFigures]:
        """Of the calls to each provider."""
        return [
            CallFigures(
                upstream=one.name,
                breaker=one.breaker.state.value,
                under_way=one.bulkhead.taken,
                left=None,
            )
            for one in self._calls
        ]

    def close(self) -> None:
        """End threads and close connections."""
        self._ends.close()

    def _add_proconnect(self, plan: ProConnectPlan) -> None:
        self._add(
            Provider.PROCONNECT,
            plan,
            ProConnect(),
            signed_with=plan.signed_with,
            userinfo_is_signed=plan.userinfo_is_signed,
        )

    def _add_franceconnect(self, plan: FranceConnectPlan) -> None:
        self._ours = OurKeys(plan.keys, clock=self._clock)
        self._add(
            Provider.FRANCECONNECT,
            plan,
            FranceConnect(asks_amr=plan.asks_amr, asks_rnipp=plan.asks_rnipp),
            signed_with="ES256",
            userinfo_is_signed=True,
            decryption=KeysLookedUp(self._ours.find),
        )

    def _add(self, provider: Provider, plan: Relation, dialect: Dialect, **registered: Any) -> None:
        slug = _SLUGS[provider]
        ours = f"{self._config.public_address}/identite"
        registration = Registration(
            issuer=plan.issuer,
            client_id=plan.client_id,
            client_secret=plan.client_secret,
            redirect_uri=f"{ours}/{slug}/retour",
            post_logout_redirect_uri=f"{ours}/deconnexion/retour",
            **registered,
        )
        upstream = Upstream(
            name=slug,
            base_url=origin_of(plan.issuer),
            limits=_LIMITS,
            breaker=Breaker(open_s=_OPEN_S),
            bulkhead=Bulkhead(places=_PLACES),
            tls=TlsFiles(authorities=plan.authorities),
        )
        self._ends.callback(upstream.close)
        self._calls.append(upstream)
        self.providers[provider] = RelyingParty(
            dialect=dialect,
            registration=registration,
            calls=ProviderCalls(calls=upstream, registration=registration),
            clock=self._clock,
            monotonic=time.monotonic,
            metadata=_metadata(plan, name=f"{provider.value}_METADATA"),
        )


def _signing_in(
    providers: Mapping[Provider, IdentityProvider],
    store: Store,
    verification: Verification | None,
    *,
    former_issuers: Mapping[Provider, Sequence[str]],
) -> SigningIn:
    users = store.users
    return SigningIn(
        providers=providers,
        attempts=users.attempts,
        accounts=users.accounts,
        sessions=users.sessions,
        waiting=users.waiting,
        people=users.people,
        establishments=verification,
        clock=store.clock,
        former_issuers=former_issuers,
    )


def _pages(
    config: Config, store: Store, signing_in: SigningIn, *, keys: Callable[[], bytes] | None
) -> IdentityPages:
    shell = Shell(
        signing_in=signing_in, public_address=config.public_address, register=config.issuer
    )
    provider = _hand_over(config, store, signing_in)
    app = create_app(
        shell=shell,
        portal=portal_blueprint(provider=provider, shell=shell),
        portal_wish=provider.wish_of,
        portal_name=provider.name_of,
        way_back=provider.way_back,
    )
    return IdentityPages(app, keys=keys)


def _hand_over(config: Config, store: Store, signing_in: SigningIn) -> OpenIdProvider:
    """What portals see of it (OpenID Connect Core §1.2, OpenID Provider)."""
    engine, writer, clock = store.engine, store.writer, store.clock
    return OpenIdProvider(
        issuer=f"{config.public_address}/op",
        portals=store.portals,
        requests=SqlPortalRequests(engine=engine, writer=writer, clock=clock),
        grants=SqlPortalGrants(engine=engine, writer=writer, clock=clock),
        subjects=SqlPairwiseSubjects(engine=engine, writer=writer),
        returns=SqlPortalReturns(engine=engine, writer=writer, clock=clock),
        spent=store.spent_assertions,
        keys=IdentityKeys(config.federation.portal_keys),
        signing_in=signing_in,
        clock=clock,
    )


class OurKeys:
    """The keys that FranceConnect+ encrypts for, as they stand in their folder now."""

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = DecryptionFolder(folder)
        self._clock = clock

    def find(self, kid: str) -> tuple[str, Any] | None:
        """Algorithm and private key of that id, while it serves.

        Raises:
            SignInRefused: the folder cannot be used: nobody may say what was sent.
        """
        try:
            return self._folder.find(kid, now=self._clock.now())
        except SigningError as error:
            log.error("franceconnect.keys_unusable", what=str(error))  # noqa: TRY400 - names files
            raise SignInRefused(SignInFailure.MISCONFIGURED, step="our-keys") from None

    def published(self) -> bytes:
        """The JWK Set of those that serve now, newest first (RFC 7517 §5).

        Raises:
            Overloaded: there is none, or they cannot be read.
        """
        try:
            return json.dumps(self._folder.published(now=self._clock.now())).encode()
        except SigningError:
            raise Overloaded(
                "no key of FranceConnect+", retry_after_s=_NO_KEY_RETRY_AFTER_S
            ) from None

    def are_missing(self) -> bool:
        """Whether there is none: workers cannot sign in."""
        try:
            return not self._folder.published(now=self._clock.now())["keys"]
        except SigningError:
            return True


def _is_away(upstream: Upstream) -> bool:
    """Whether the last who asked found it failing."""
    return upstream.breaker.state is not State.CLOSED


def _are_missing(keys: IdentityKeys, clock: Clock) -> bool:
    """Whether nobody can be handed over to a portal."""
    try:
        return not keys.published(now=clock.now())["keys"]
    except SigningError:
        return True


def _metadata(plan: Relation, *, name: str) -> Metadata | None:
    """The addresses as configured; None where they are discovered."""
    if plan.addresses is Addresses.DISCOVERED:
        return None
    if plan.addresses is Addresses.STANDARD:
        return Metadata.under(plan.issuer)
    try:
        document = json.loads(Path(plan.addresses).read_bytes())
        return Metadata.read(document, issuer=plan.issuer)
    except (OSError, ValueError, RecursionError) as error:  # MetadataRefused is a ValueError
        what = str(error) if isinstance(error, MetadataRefused) else type(error).__name__
        raise ConfigurationFault(
            f"SISERI_{name} n'est pas le document de ce fournisseur ({what})",
            f"SISERI_{name} is not the document of this provider ({what})",
        ) from None
