"""The relying party: one way to a provider and back, as a small state machine (RFC 9700, D13).

`begin` leaves with:
(1) a state and a nonce of 256 random bits each, and, where the provider takes it, a PKCE challenge
    by S256 (RFC 7636), all of them kept on our side, under an id that this browser alone holds;
(2) a redirect address of this provider alone (mix-up, RFC 9700 §4.4).

`complete` takes what the browser brings back, for an attempt that was taken out of store once:
(3) `state` is that of the attempt, in constant time, on errors too;
(4) `iss` is this provider's issuer (RFC 9207), exactly, on errors too;
(5) an error ends here, as the family that it is of;
(6) the code is exchanged once, with the verifier of the attempt;
(7) the identity token is proven (`jose`, `claims`): signature, issuer, audience, time, nonce;
(8) the level that it states is known, and reaches what was asked for: the provider's word that it
    would is not enough;
(9) what is said of the person is proven likewise, and of the same `sub`.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

import structlog
from joserfc.jwk import Key

from adapters.oidc.claims import CLOCK, IdToken, check_common, id_token
from adapters.oidc.dialect import Dialect, Registration, UnusableIdentity
from adapters.oidc.documents import read_json
from adapters.oidc.error_names import error_name
from adapters.oidc.jose import Claims, TokenNotBelieved, decrypt, verify
from adapters.oidc.keys import ProviderKeys
from adapters.oidc.metadata import Discovery, Metadata, origin_of
from adapters.oidc.provider_calls import LOOKING_UP_S, Granted, ProviderCalls
from gateway.errors import SignInRefused
from gateway.model.federation import (
    Attempt,
    Authentication,
    Callback,
    Departure,
    Provider,
    SignedIn,
    SignInFailure,
    SignInWish,
    SignOutHandle,
)
from gateway.ports import Clock

_RANDOM_BYTES: Final = 32
_CODE: Final = re.compile(r"[A-Za-z0-9._~-]{1,2048}", re.ASCII)
"""What both providers make one of (theirs are base64url), and nothing that a filter before them
could take for an attack: a browser brings it, and whoever it is would have the provider fail us.
RFC 6749 appendix A.11 allows any visible character."""
log = structlog.get_logger(__name__)


class RelyingParty:
    """Implements ports.sign_in.IdentityProvider for one provider; safe to share between threads."""

    def __init__(
        self,
        *,
        dialect: Dialect,
        registration: Registration,
        calls: ProviderCalls,
        clock: Clock,
        monotonic: Callable[[], float],
        metadata: Metadata | None = None,
    ) -> None:
        """`metadata`: the addresses, where the provider serves no discovery."""
        self._dialect = dialect
        self._ours = registration
        self._calls = calls
        self._clock = clock
        fixed: Callable[[], Metadata | None] = (
            calls.discover if metadata is None else lambda: metadata
        )
        self._discovery = Discovery(fixed, within_s=LOOKING_UP_S, monotonic=monotonic)
        # a fetch of keys may begin with one of the addresses
        self._keys = ProviderKeys(self._fetch_keys, within_s=2 * LOOKING_UP_S, monotonic=monotonic)

    @property
    def provider(self) -> Provider:
        """Which one."""
        return self._dialect.provider

    def begin(self, wish: SignInWish, *, return_to: str) -> Departure:
        """Where to send the browser; hold (1) and (2).

        Raises:
            SignInRefused: where the provider is, is not known.
        """
        metadata = self._metadata()
        verifier = secrets.token_urlsafe(_RANDOM_BYTES) if self._dialect.uses_pkce else None
        attempt = Attempt(
            id=secrets.token_urlsafe(_RANDOM_BYTES),
            provider=self.provider,
            state=secrets.token_urlsafe(_RANDOM_BYTES),
            nonce=secrets.token_urlsafe(_RANDOM_BYTES),
            code_verifier=verifier,
            redirect_uri=self._ours.redirect_uri,
            wish=wish,
            begun_at=self._clock.now(),
            return_to=return_to,
        )
        asked = {
            "response_type": "code",
            "client_id": self._ours.client_id,
            "redirect_uri": attempt.redirect_uri,
            "scope": self._dialect.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            **self._dialect.asked(wish),
        }
        if verifier is not None:
            digest = sha256(verifier.encode()).digest()
            challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
            asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        address = f"{origin_of(self._ours.issuer)}{metadata.authorization}"
        return Departure(url=f"{address}?{urlencode(asked)}", attempt=attempt)

    def complete(self, attempt: Attempt, callback: Callback) -> SignedIn:
        """Who signed in; hold (3) to (9). The attempt was taken: it never comes here twice.

        Raises:
            SignInRefused: with its family, and the step that failed.
        """
        code = self._code(attempt, callback)
        metadata = self._metadata()
        # (6) the code, once
        granted = self._calls.exchange(metadata, code=code, code_verifier=attempt.code_verifier)
        try:  # (7), (8) and (9)
            signed, token = self._id_token(granted, attempt)
            proven = self._proven(token, attempt.wish)
            claims = self._userinfo(metadata, granted, token)
            identity = self._dialect.identity(claims, proven)
        except TokenNotBelieved as refused:
            is_clock = refused.step in {CLOCK, "keys"}
            failure = SignInFailure.PROVIDER_AWAY if is_clock else SignInFailure.NOT_BELIEVED
            raise SignInRefused(failure, step=refused.step) from refused
        except UnusableIdentity as refused:
            raise SignInRefused(SignInFailure.UNUSABLE, step=refused.step) from refused
        return SignedIn(
            provider=self.provider,
            issuer=self._ours.issuer,
            subject=token.subject,
            authentication=proven,
            identity=identity,
            id_token_sha256=sha256(signed.encode()).hexdigest(),
            expires_at=datetime.fromtimestamp(token.expires_at, UTC),
            sign_out=SignOutHandle(id_token_hint=signed),
        )

    def sign_out(self, handle: SignOutHandle, *, state: str) -> str | None:
        """Where to send the browser to end the session at the provider too; None: nowhere.

        OpenID Connect RP-Initiated Logout 1.0. The hint is the signed token: an encrypted one is
        refused by those who encrypted it.
        """
        metadata = self._discovery.metadata()
        if metadata is None or metadata.end_session is None:
            return None
        asked = {
            "id_token_hint": handle.id_token_hint,
            "state": state,
            "post_logout_redirect_uri": self._ours.post_logout_redirect_uri,
        }
        return f"{origin_of(self._ours.issuer)}{metadata.end_session}?{urlencode(asked)}"

    def _metadata(self) -> Metadata:
        metadata = self._discovery.metadata()
        if metadata is None:
            raise SignInRefused(SignInFailure.PROVIDER_AWAY, step="metadata")
        return metadata

    def _fetch_keys(self) -> tuple[Key, ...] | None:
        metadata = self._discovery.metadata()
        return None if metadata is None else self._calls.keys(metadata)

    def _code(self, attempt: Attempt, callback: Callback) -> str:
        # (3) state
        given = callback.state or ""
        if attempt.provider is not self.provider:
            raise SignInRefused(SignInFailure.NOT_OURS, step="provider")
        if not hmac.compare_digest(given.encode(), attempt.state.encode()):
            raise SignInRefused(SignInFailure.NOT_OURS, step="state")
        # (4) issuer
        if callback.issuer != self._ours.issuer:
            raise SignInRefused(SignInFailure.NOT_BELIEVED, step="callback-iss")
        # (5) error
        if callback.error is not None:
            failure = self._dialect.failure(callback.error, callback.error_description or "")
            error = error_name(callback.error)
            log.warning("oidc.sign_in_refused", provider=self.provider.value, error=error)
            raise SignInRefused(failure, step="callback-error")
        if callback.code is None or not _CODE.fullmatch(callback.code):
            raise SignInRefused(SignInFailure.NOT_BELIEVED, step="callback-code")
        return callback.code

    def _id_token(self, granted: Granted, attempt: Attempt) -> tuple[str, IdToken]:
        """The identity token: as it was signed, and what it says."""
        signed, claims = self._believed(granted.id_token)
        token = id_token(claims, nonce=attempt.nonce, access_token=granted.access_token)
        return signed, token

    def _believed(self, token: str) -> tuple[str, Claims]:
        """A token as it was signed, and its claims, proven but for what its use asks."""
        ours = self._ours
        replicated: Claims = {}
        if ours.decryption is not None:
            token, replicated = decrypt(token, ours.decryption)
        claims = self._keys.proven(lambda keys: verify(token, alg=ours.signed_with, keys=keys))
        check_common(
            claims,
            issuer=ours.issuer,
            client_id=ours.client_id,
            replicated=replicated,
            now=self._clock.now(),
        )
        return token, claims

    def _proven(self, token: IdToken, wish: SignInWish) -> Authentication:
        proven = self._dialect.authentication(token.acr, token.amr, at=self._clock.now())
        if proven is None:
            raise SignInRefused(SignInFailure.NOT_BELIEVED, step="acr")
        if not self._dialect.reaches(proven, wish):
            raise SignInRefused(SignInFailure.TOO_WEAK, step="acr")
        return proven

    def _userinfo(self, metadata: Metadata, granted: Granted, token: IdToken) -> Claims:
        said = self._calls.userinfo(metadata, access_token=granted.access_token)
        if self._ours.userinfo_is_signed:
            try:
                compact = said.decode("ascii")
            except UnicodeDecodeError as error:
                raise TokenNotBelieved("userinfo-form") from error
            claims = self._believed(compact)[1]
        else:
            claims = _plain(said)
        if claims.get("sub") != token.subject:  # OIDC Core §5.3.2
            raise TokenNotBelieved("userinfo-sub")
        return claims


def _plain(said: bytes) -> Claims:
    try:
        claims = read_json(said)
    except ValueError as error:
        raise TokenNotBelieved("userinfo-form") from error
    if not isinstance(claims, dict):
        raise TokenNotBelieved("userinfo-form")
    return claims
