"""A provider of identity that signs in whom a test says, without any protocol."""

import secrets
from datetime import timedelta

import msgspec

from gateway.errors import SignInRefused
from gateway.model.federation import (
    Assurance,
    Attempt,
    Authentication,
    Departure,
    SignedIn,
    SignInFailure,
    SignOutHandle,
    Strength,
)


class FakeIdentityProvider:
    """Implements ports.sign_in.IdentityProvider."""

    def __init__(self, provider, clock):
        self.provider = provider
        self.issuer = f"https://{provider.lower()}.invalid/api/v2"
        self._clock = clock
        self.people = {}
        """Subject and identity by code."""
        self.is_away = False
        self.authentication = Authentication(
            acr="eidas3",
            assurance=Assurance.HIGH,
            strength=Strength.HARDWARE_MFA,
            at=clock.now(),
        )

    def begin(self, wish, *, return_to):
        if self.is_away:
            raise SignInRefused(SignInFailure.PROVIDER_AWAY, step="metadata")
        attempt = Attempt(
            id=secrets.token_urlsafe(32),
            provider=self.provider,
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            code_verifier=None,
            redirect_uri=f"https://passerelle.invalid/identite/{self.provider.lower()}/retour",
            wish=wish,
            begun_at=self._clock.now(),
            return_to=return_to,
        )
        return Departure(url=f"{self.issuer}/authorize?state={attempt.state}", attempt=attempt)

    def complete(self, attempt, callback):
        if callback.state != attempt.state:
            raise SignInRefused(SignInFailure.NOT_OURS, step="state")
        if callback.issuer != self.issuer:
            raise SignInRefused(SignInFailure.NOT_BELIEVED, step="callback-iss")
        if callback.error is not None:
            raise SignInRefused(SignInFailure.CANCELLED, step="callback-error")
        subject, identity = self.people[callback.code]
        now = self._clock.now()
        return SignedIn(
            provider=self.provider,
            issuer=self.issuer,
            subject=subject,
            authentication=msgspec.structs.replace(self.authentication, at=now),
            identity=identity,
            id_token_sha256=secrets.token_hex(32),
            expires_at=now + timedelta(minutes=1),
            sign_out=SignOutHandle(id_token_hint="header.claims.signature"),  # noqa: S106,
        )

    def sign_out(self, handle, *, state):
        return f"{self.issuer}/session/end?id_token_hint={handle.id_token_hint}&state={state}"
