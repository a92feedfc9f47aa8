"""What tells one provider from another: a dialect of OpenID Connect, and this client's contract."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from adapters.oidc.jose import DecryptionKeys
from gateway.model.federation import (
    Authentication,
    Person,
    Professional,
    Provider,
    SignInFailure,
    SignInWish,
)

LONGEST_TEXT: Final = 256
"""Of a name, an address or an identifier that a provider states."""


class UnusableIdentity(Exception):
    """It lacks what is needed, or says it in no known form; `step` names the claim."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


class Dialect(Protocol):
    """How one provider is asked, and what it says is read."""

    provider: Provider
    scope: str
    uses_pkce: bool
    """RFC 7636, S256; where it is refused, the nonce alone protects the code (RFC 9700 §2.1.1)."""

    def asked(self, wish: SignInWish) -> Mapping[str, str]:
        """The parameters beside those of every request, for this wish."""
        ...

    def failure(self, error: str, description: str) -> SignInFailure:
        """Which family an error on the way back is of."""
        ...

    def authentication(
        self, acr: str | None, amr: tuple[str, ...], *, at: datetime
    ) -> Authentication | None:
        """What was proven; None of a level that is not known, or was not said."""
        ...

    def reaches(self, proven: Authentication, wish: SignInWish) -> bool:
        """Whether it is as strong as was asked for: the provider's promise is checked."""
        ...

    def identity(self, claims: Mapping[str, Any], proven: Authentication) -> Professional | Person:
        """Whom the claims describe.

        Raises:
            UnusableIdentity: what is needed is absent or in no known form.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """This client as it is registered at the provider."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    post_logout_redirect_uri: str
    signed_with: str
    """`ES256` or `RS256`: the only algorithm that is believed."""
    userinfo_is_signed: bool
    """Else it is JSON under TLS alone: by configuration, never by what the answer calls itself."""
    decryption: DecryptionKeys | None = None
    """None where tokens are not encrypted."""


def text(claims: Mapping[str, Any], name: str) -> str | None:
    """The text of a claim; None where it is absent or empty.

    Raises:
        UnusableIdentity: it is no text, too long, or holds characters of control.
    """
    value = claims.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise UnusableIdentity(name)
    return value


def needed(claims: Mapping[str, Any], name: str) -> str:
    """The text of a claim that must stand, or raise `UnusableIdentity`."""
    value = text(claims, name)
    if value is None:
        raise UnusableIdentity(name)
    return value


def name_of(claims: Mapping[str, Any], name: str) -> str | None:
    """As `text`, of a person's name: its blanks are plain ones (a no-break space, say)."""
    value = claims.get(name)
    if isinstance(value, str):
        blanks = {letter for letter in value if unicodedata.category(letter) == "Zs"}
        value = value.translate(dict.fromkeys(map(ord, blanks), " ")).strip()
    return text({name: value}, name)


def needed_name(claims: Mapping[str, Any], name: str) -> str:
    """The name of a person that must stand, or raise `UnusableIdentity`."""
    value = name_of(claims, name)
    if value is None:
        raise UnusableIdentity(name)
    return value
