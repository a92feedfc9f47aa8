"""What the provider that portals see asks of the flow of signing in (`gateway.identity`)."""

from typing import Protocol

from gateway.model.accounts import Rights, Session


class SignInFlow(Protocol):
    """Sessions and rights as they are now."""

    def session(self, session_id: str) -> Session | None:
        """The session, if it is not over."""
        ...

    def rights(self, session: Session) -> Rights:
        """What its holder may do now."""
        ...

    def leave(self, session: Session, *, state: str) -> str | None:
        """End it here, then say where it can be ended at the provider."""
        ...
