"""The authority of tokens of the private plan: OAuth 2 password grant (RFC 6749 §4.3).

The real one is another host, `auth.insee.net`; here it is a path of the same.
"""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

TOKEN_PATH = "/auth/realms/apim-gravitee/protocol/openid-connect/token"  # noqa: S105 - an address
GRANT = {
    "grant_type": "password",
    "client_id": "client-de-nobody",
    "client_secret": "secret-de-nobody",
    "username": "compte-de-nobody",
    "password": "passe-de-nobody",
}


class Tokens:
    """Those that were given, and which of them are good."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self.given: list[str] = []
        self.expires_in_s = 600.0
        self.are_refused = False
        """Every token, as if a subscription had ended."""
        self.replies: list[tuple[int, str, bytes]] = []
        """What it says to the next requests in the place of a token."""
        self._monotonic = monotonic
        self._good: dict[str, float] = {}

    def revoke(self) -> None:
        """Those given so far are good for nothing."""
        self._good.clear()

    def answer(self, body: bytes) -> tuple[int, str, bytes]:
        """Status, media type and content."""
        if self.replies:
            return self.replies.pop(0)
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form != GRANT:
            return 401, "application/json", b'{"error":"unauthorized_client"}'
        token = f"jeton-{len(self.given)}"
        self.given.append(token)
        self._good[token] = self._monotonic() + self.expires_in_s
        content = {
            "access_token": token,
            "expires_in": self.expires_in_s,
            "refresh_expires_in": 0,
            "token_type": "Bearer",
            "scope": "profile email",
        }
        return 200, "application/json", json.dumps(content).encode()

    def admits(self, authorization: str) -> bool:
        ends_at_s = self._good.get(authorization.removeprefix("Bearer "), 0.0)
        return not self.are_refused and self._monotonic() < ends_at_s
