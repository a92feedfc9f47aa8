"""What a provider of identity keeps, as contracts of `gateway.ports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gateway.model.portal import HandOver, KeptCode, Portal, PortalRequest


class Portals(Protocol):
    """The registered portals."""

    def portal(self, portal_id: str) -> Portal | None:
        """The one of that id, unless there is none or it was removed."""
        ...

    def every(self) -> Sequence[Portal]:
        """Those that are registered, by id."""
        ...

    def add(self, portal: Portal) -> None:
        """Register it, durable on return, with its entry in the audit trail.

        Raises:
            ValueError: one of that id is, or was, registered.
        """
        ...

    def remove(self, portal_id: str) -> None:
        """From now on it is given nothing, and what it was given opens nothing; durable on return.

        Raises:
            LookupError: none of that id is registered.
        """
        ...

    def replace_keys(self, portal: Portal) -> None:
        """Put the keys of `portal` in the place of those of that id, durable on return.

        Raises:
            LookupError: none of that id is registered.
        """
        ...

    def replace_scopes(self, portal: Portal) -> None:
        """Put the scopes of `portal` in the place of those of that id, durable on return.

        Raises:
            LookupError: none of that id is registered.
        """
        ...

    def replace_addresses(self, portal: Portal) -> None:
        """Put the addresses of `portal` in the place of those of that id, durable on return.

        Its sector stays, and with it the names by which it knows people.

        Raises:
            LookupError: none of that id is registered.
        """
        ...


class PortalRequests(Protocol):
    """The authorization requests under way; each ends ten minutes after it began."""

    def keep(self, request: PortalRequest) -> None:
        """Keep one that begins, durable on return; where too many are under way, the oldest ends.

        Raises:
            Overloaded: the database cannot write.
        """
        ...

    def renew(self, request: PortalRequest) -> bool:
        """Keep one that is under way as it is now; False of one that was taken meanwhile, or ended.

        Raises:
            Overloaded: the database cannot write.
        """
        ...

    def find(self, request_id: str) -> PortalRequest | None:
        """The one of that id, if it is under way."""
        ...

    def take(self, request_id: str) -> PortalRequest | None:
        """Take it out, once, whoever else asks at the same time; None of one that is not there.

        Raises:
            Overloaded: the database cannot write.
        """
        ...


class PortalGrants(Protocol):
    """Codes and access tokens, by the SHA-256 of each; what they stand for is sealed by them."""

    def keep_code(self, code_sha256: bytes, code: KeptCode) -> None:
        """Keep a code that is not spent, durable on return."""
        ...

    def code(self, code_sha256: bytes) -> KeptCode | None:
        """The one of that digest, spent or not, until it is forgotten: an hour after its end."""
        ...

    def exchange(
        self,
        code_sha256: bytes,
        *,
        access_sha256: bytes,
        sealed: bytes,
        until: datetime,
        handed: HandOver,
    ) -> bool:
        """Spend a live code for an access token, and enter `handed` in the audit trail.

        All or nothing, durable on return. What a spent code stood for is forgotten: that it was
        spent is not.

        False where it is over, or was spent before: then nothing that it gave opens any more,
        whoever else asks at the same time.

        Raises:
            Overloaded: the database cannot write, or the entry: the code is not spent.
        """
        ...

    def revoke(self, code_sha256: bytes) -> None:
        """Spend a code for nothing: it opens nothing, nor does what it gave; durable on return."""
        ...

    def access(self, access_sha256: bytes) -> tuple[str, bytes] | None:
        """Of a live access token, the id of its portal and what is sealed by it."""
        ...


class PairwiseSubjects(Protocol):
    """By which name each sector knows an account."""

    def subject(self, account_id: str, *, sector: str) -> str:
        """Random, made at the first call, the same ever after; no two are equal. Durable.

        Raises:
            Overloaded: the database cannot write.
        """
        ...


class PortalReturns(Protocol):
    """Where a browser goes once it comes back from its provider's logout."""

    def keep(self, state: str, address: str) -> None:
        """Keep it for ten minutes, durable on return."""
        ...

    def take(self, state: str) -> str | None:
        """Take it out, once."""
        ...
