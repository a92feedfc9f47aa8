"""Why somebody is not let in, or a request is not taken: one explanation each, for people.

What is shown never tells which proof failed. A reference stands on the page and in the log.
"""

from enum import StrEnum

import msgspec

from gateway.model.accounts import NoAccount
from gateway.model.federation import SignInFailure


class Trouble(StrEnum):
    """What is wrong with a request of the pages themselves."""

    FORM_REFUSED = "FORM_REFUSED"
    """Not a form of ours, or of another browser (csrf.py)."""
    UNREADABLE = "UNREADABLE"
    NOT_FOUND = "NOT_FOUND"
    NOT_ALLOWED = "NOT_ALLOWED"
    TOO_LARGE = "TOO_LARGE"
    REQUEST_OVER = "REQUEST_OVER"
    """Nothing of the portal waits under that id."""
    PORTAL_NOT_KNOWN = "PORTAL_NOT_KNOWN"
    """What a service asks cannot be answered to it: its name or its address is not registered."""
    SIGN_OUT_UNPROVEN = "SIGN_OUT_UNPROVEN"
    """Back from a provider, and nobody signed out from this browser."""
    FULL = "FULL"
    BROKEN = "BROKEN"


What = SignInFailure | NoAccount | Trouble
"""Each has its explanation in `explanations`."""


class Explanation(msgspec.Struct, frozen=True):
    """What happened, and what to do, in one language."""

    title: str
    happened: str
    remedies: tuple[str, ...]


STATUSES: dict[What, int] = {
    SignInFailure.CANCELLED: 403,
    SignInFailure.NOT_OURS: 400,
    SignInFailure.TOO_WEAK: 403,
    SignInFailure.PROVIDER_AWAY: 503,
    SignInFailure.NOT_BELIEVED: 403,
    SignInFailure.UNUSABLE: 403,
    SignInFailure.MISCONFIGURED: 502,
    NoAccount.DISABLED: 403,
    NoAccount.EMAIL_TAKEN: 409,
    NoAccount.TOO_MANY_NUMBERS: 429,
    NoAccount.WAITED_TOO_LONG: 400,
    Trouble.FORM_REFUSED: 403,
    Trouble.UNREADABLE: 400,
    Trouble.NOT_FOUND: 404,
    Trouble.NOT_ALLOWED: 405,
    Trouble.TOO_LARGE: 413,
    Trouble.REQUEST_OVER: 404,
    Trouble.PORTAL_NOT_KNOWN: 400,
    Trouble.SIGN_OUT_UNPROVEN: 400,
    Trouble.FULL: 503,
    Trouble.BROKEN: 500,
}
RETRY_AFTER_S: dict[What, int] = {
    SignInFailure.PROVIDER_AWAY: 120,
    NoAccount.TOO_MANY_NUMBERS: 86_400,
    Trouble.FULL: 30,
}
