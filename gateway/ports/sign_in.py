"""Identity providers, and the ways to them that are under way, as contracts of `gateway.ports`."""

from datetime import datetime
from typing import Protocol

from gateway.model.federation import (
    Attempt,
    Callback,
    Departure,
    Provider,
    SignedIn,
    SignInWish,
    SignOutHandle,
)


class IdentityProvider(Protocol):
    """One provider of identity, as this gateway's registration at it opens it."""

    @property
    def provider(self) -> Provider:
        """Which one."""
        ...

    def begin(self, wish: SignInWish, *, return_to: str) -> Departure:
        """Where to send the browser, and what to keep until it comes back.

        Raises:
            SignInRefused: the provider is away, or not where it was configured to be.
        """
        ...

    def complete(self, attempt: Attempt, callback: Callback) -> SignedIn:
        """Who signed in, proven. `attempt` was taken out of its store, so that it comes but once.

        Raises:
            SignInRefused: with its family and the step that failed; nothing is weaker than asked.
        """
        ...

    def sign_out(self, handle: SignOutHandle, *, state: str) -> str | None:
        """Where to send the browser to end the session there too; None where there is no such."""
        ...


class Attempts(Protocol):
    """The ways to providers that are under way, and what they brought that is spent."""

    def keep(self, attempt: Attempt) -> None:
        """Keep it for ten minutes from `begun_at`; durable on return.

        Raises:
            Overloaded: the database cannot write.
        """
        ...

    def take(self, attempt_id: str) -> Attempt | None:
        """Take it out, once, whoever else asks at the same time; None of one that is not there.

        Raises:
            Overloaded: the database cannot write.
        """
        ...

    def spend(self, id_token_sha256: str, *, until: datetime) -> bool:
        """Whether this identity token comes for the first time; remembered until then.

        Raises:
            Overloaded: the database cannot write.
        """
        ...
