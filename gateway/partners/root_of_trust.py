"""What a partner pins when it enrols: whom it will believe, under one fingerprint.

The fingerprint is told beside the invitation, on another way than the network. It covers the
register of signing keys with the evidence log's, the certificates of our own authority, the address
and the environment: whoever stands in between can change none of them. When a key is rotated while
an invitation waits, the fingerprint changes, and is asked for again.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final

from gateway.wire.canonical import jcs
from gateway.wire.shape import Json
from signing.encoding import to_base64url

_PREFIX: Final = "SHA256:"
ENDPOINTS: Final = {
    "enrolment": "/v1/enrolment",
    "revocations": "/v1/enrolment/revocations",
    "transmissions": "/v1/transmissions",
    "soap": "/soap/v1",
    "signingKeys": "/.well-known/siseri-signing-keys.json",
    "authorisationServer": "/.well-known/oauth-authorization-server",
}
"""Where everything is, below the public address; the last, RFC 8414."""


def fingerprint_of(trust: Json) -> str:
    """SHA-256 of its canonical form (RFC 8785), written as SSH does."""
    return _PREFIX + to_base64url(hashlib.sha256(jcs(trust)).digest())


class RootOfTrust:
    """States it as it is now."""

    def __init__(
        self,
        *,
        address: str,
        environment: str,
        published_keys: Callable[[], Json],
        authorities: Callable[[], Sequence[bytes]],
    ) -> None:
        """`authorities` gives our own ones' certificates in DER."""
        self._address = address
        self._environment = environment
        self._published_keys = published_keys
        self._authorities = authorities

    def trust(self) -> Json:
        """What the fingerprint covers; `Overloaded` where keys cannot be read."""
        trust: dict[str, Json] = {
            "address": self._address,
            "environment": self._environment,
            "signingKeys": self._published_keys(),
        }
        authorities = [b64encode(der).decode("ascii") for der in self._authorities()]
        if authorities:
            trust["authorities"] = authorities
        return trust

    def stated(self) -> Json:
        """As it is served."""
        trust = self.trust()
        return {"fingerprint": fingerprint_of(trust), "trust": trust, "endpoints": {**ENDPOINTS}}
