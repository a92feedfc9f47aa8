"""Where a provider is asked: discovered (OpenID Connect Discovery 1.0), or as configured.

What is discovered is believed as far as it stays at home:
(1) `issuer` is the one that was configured, exactly (§4.3);
(2) every address is https, on the issuer's own origin: a document that names another host is
    refused whole;
(3) it is kept for an hour; while the provider does not answer, the one that was read last is
    believed, and asked for again every ten seconds at most.

FranceConnect+ serves no discovery to strangers in production: its addresses are then configured.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from adapters.oidc.published import Lifetimes, Published

KEPT_S: Final = 3_600.0
RETRY_S: Final = 10.0
_PATH: Final = re.compile(r"/[0-9A-Za-z._~/-]{0,200}", re.ASCII)
WELL_KNOWN: Final = "/.well-known/openid-configuration"


class MetadataRefused(ValueError):
    """A document that names something else than this provider."""


def origin_of(address: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The addresses of a provider: paths on its origin."""

    issuer: str
    authorization: str
    token: str
    userinfo: str
    jwks: str
    end_session: str | None

    @classmethod
    def read(cls, document: object, *, issuer: str) -> Self:
        """The addresses in a discovery document, by (1) and (2).

        Raises:
            MetadataRefused: it is not this provider's.
        """
        if not isinstance(document, dict) or document.get("issuer") != issuer:
            raise MetadataRefused("issuer")
        end_session = document.get("end_session_endpoint")
        return cls(
            issuer=issuer,
            authorization=_path(document.get("authorization_endpoint"), issuer),
            token=_path(document.get("token_endpoint"), issuer),
            userinfo=_path(document.get("userinfo_endpoint"), issuer),
            jwks=_path(document.get("jwks_uri"), issuer),
            end_session=None if end_session is None else _path(end_session, issuer),
        )

    @classmethod
    def under(cls, issuer: str) -> Self:
        """The addresses that both French providers have under their issuer."""
        path = urlsplit(issuer).path
        return cls(
            issuer=issuer,
            authorization=f"{path}/authorize",
            token=f"{path}/token",
            userinfo=f"{path}/userinfo",
            jwks=f"{path}/jwks",
            end_session=f"{path}/session/end",
        )


def _path(address: object, issuer: str) -> str:
    """The path of an address on the issuer's origin."""
    origin = origin_of(issuer)
    if not isinstance(address, str) or not address.startswith(f"{origin}/"):
        raise MetadataRefused("address")
    path = address.removeprefix(origin)
    if not _PATH.fullmatch(path):
        raise MetadataRefused("address")
    return path


class Discovery:
    """The metadata of a provider, as it is now; safe to share between threads."""

    def __init__(
        self,
        fetch: Callable[[], Metadata | None],
        *,
        within_s: float,
        monotonic: Callable[[], float],
    ) -> None:
        """`fetch` reads it anew, in `within_s` at most; None where the provider does not tell."""
        lifetimes = Lifetimes(kept_s=KEPT_S, retry_s=RETRY_S, reading_s=within_s)
        self._published = Published(fetch, lifetimes=lifetimes, monotonic=monotonic)

    def metadata(self) -> Metadata | None:
        """The one read last, while it is read anew too (`published`); None where none ever was."""
        return self._published.known()
