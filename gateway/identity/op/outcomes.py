"""What becomes of a request that a browser brings: frozen, and rendered by whoever serves it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec


class Unanswerable(StrEnum):
    """Why nothing is sent back to a portal: a page says so (RFC 6749 §4.1.2.1, RFC 9700 §4.11)."""

    MALFORMED = "MALFORMED"
    """Not a form, or a parameter twice."""
    UNKNOWN_PORTAL = "UNKNOWN_PORTAL"
    UNKNOWN_ADDRESS = "UNKNOWN_ADDRESS"
    """An address that is not, to the character, one that the portal registered."""
    OVER = "OVER"
    """Nothing waits under that id: too late, answered already, or made up."""
    FORGED_HINT = "FORGED_HINT"
    """An identity token that is not of ours, or of another portal."""


class GoBack(msgspec.Struct, frozen=True, kw_only=True):
    """The portal is answered: an authorization response, at its own address."""

    address: str
    portal_id: str
    """For the log."""
    portal_name: str
    error: str | None = None
    """For the log."""


class SignInFirst(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has to sign in; the request waits under that id."""

    request_id: str
    language: str | None = None
    """`fr` or `en`, where the portal said so."""


class AskConsent(msgspec.Struct, frozen=True, kw_only=True):
    """The person is asked; the request waits under that id."""

    request_id: str
    portal_name: str
    scopes: tuple[str, ...]
    language: str | None = None
    """`fr` or `en`, where the portal said so and the person was not asked yet."""


class AskSignOut(msgspec.Struct, frozen=True, kw_only=True):
    """The person is asked: nothing proves that the portal speaks for them."""

    portal_name: str | None
    asked: Mapping[str, str]
    """To be sent again with the answer."""


class SignOutThere(msgspec.Struct, frozen=True, kw_only=True):
    """It is over here; the browser goes on to the provider, and comes back with `state`."""

    address: str
    state: str


class SignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """It is over; the browser goes back to the portal, or nowhere."""

    address: str | None = None
    portal_name: str | None = None


AuthorizationOutcome = GoBack | SignInFirst | AskConsent | Unanswerable
SignOutOutcome = AskSignOut | SignOutThere | SignedOut | Unanswerable


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a portal itself is answered, before it is JSON."""

    status: int
    form: Mapping[str, Any]
    challenge: str | None = None
    """Of `WWW-Authenticate` (RFC 6750 §3)."""
