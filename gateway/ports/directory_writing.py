"""Who may write the directory over HTTP, as a contract of `gateway.ports`."""

from typing import Protocol


class RegisterTokens(Protocol):
    """The register's own token: one at a time, of which the digest alone is kept."""

    def name_of(self, token: str) -> str | None:
        """By what the audit trail names this token, if it is the one in force.

        The name is the beginning of its digest: it opens nothing.
        """
        ...

    def renew(self) -> str:
        """A new token, durable on return; the former opens nothing any more."""
        ...

    def withdraw(self) -> None:
        """From now on no token opens anything, durable on return."""
        ...
