"""Whether a form that comes was ours, filled in by this browser (ASVS 5.0, 3.5.1 to 3.5.3).

(1) `Sec-Fetch-Site`, where a browser says it: from this origin. (2) `Origin`, where it is said:
ours, or `null`, which is what browsers say under `no-referrer` (Fetch §3.2). (3) The token of the
form: HMAC of its path under a secret that this browser alone holds, in a `__Host-` cookie, compared
in constant time. (1) and (2) may be missing, (3) never.
"""

import hmac
import secrets
from typing import Final

from flask import Request

from gateway.errors import NotAuthorised
from gateway.pages.identity import cookies

FIELD: Final = "jeton"
"""Name of the hidden field."""
LENGTH: Final = 64
"""Of a token, in characters."""


class FormSecret:
    """The secret of one browser; `is_new` where it does not hold it yet."""

    def __init__(self, request: Request) -> None:
        found = cookies.held(request, cookies.FORM)
        self.is_new = found is None
        self.value = found or secrets.token_urlsafe(32)

    def token(self, path: str) -> str:
        """For a form that is sent to `path`; of no use at another."""
        return hmac.digest(self.value.encode(), path.encode(), "sha256").hex()


def demand_own_form(request: Request, token: str, *, origin: str) -> None:
    """Refuse what another site made a browser send.

    Raises:
        NotAuthorised: the form is not of `origin`, or not of this browser.
    """
    # (1) where the browser says that it comes from
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise NotAuthorised("Sec-Fetch-Site")
    # (2) the origin that it says
    if request.headers.get("Origin", "null").lower() not in {"null", origin.lower()}:
        raise NotAuthorised("Origin")
    # (3) the token, whatever was said
    secret = FormSecret(request)
    expected = secret.token(request.path)
    if secret.is_new or not hmac.compare_digest(expected.encode(), token.encode()):
        raise NotAuthorised(FIELD)
