"""Portals: clients of this gateway as a provider of identity, what they ask and are given."""

from datetime import datetime

from gateway.model.directory import Fact


class PortalKey(Fact, frozen=True, kw_only=True):
    """One public key by which a portal proves to be itself."""

    kid: str
    """As the portal names it in its assertions; unique among its keys."""
    jwk: bytes
    """The required members alone (RFC 7517 §4), canonical."""


class Portal(Fact, frozen=True, kw_only=True):
    """A registered client (OpenID Connect Core §1.2, relying party)."""

    id: str
    name: str
    """As people read it."""
    redirect_uris: tuple[str, ...]
    """Compared as strings, to the character (RFC 9700 §2.1)."""
    post_logout_redirect_uris: tuple[str, ...] = ()
    sector: str
    """Portals of one sector see one subject of an account (OpenID Connect Core §8.1)."""
    scopes: tuple[str, ...] = ()
    """What it may ask for beside `openid`: nothing that was not registered."""
    needs_consent: bool
    """Whether the person is asked before anything is handed over, or told."""
    keys: tuple[PortalKey, ...]


class PortalRequest(Fact, frozen=True, kw_only=True):
    """One authorization request that was admitted (OpenID Connect Core §3.1.2.1)."""

    id: str
    """What the browser holds meanwhile: 256 random bits, kept as a digest."""
    portal_id: str
    redirect_uri: str
    state: str | None = None
    nonce: str | None = None
    scopes: tuple[str, ...]
    """Those that exist here, in order; `openid` among them."""
    code_challenge: str
    """S256 (RFC 7636 §4.2)."""
    prompts: tuple[str, ...] = ()
    max_age_s: int | None = None
    acr_values: tuple[str, ...] = ()
    """Levels asked for, those that exist; none where any will do."""
    is_acr_essential: bool = False
    """One of `acr_values` to the letter (§5.5.1.1), or at least the weakest of them."""
    subject: str | None = None
    """Whom it must be, as the portal knows them (`id_token_hint`, §5.5.1 `sub`)."""
    language: str | None = None
    begun_at: datetime
    sent_at: datetime | None = None
    """When the person was last sent to sign in for it."""


class PortalGrant(Fact, frozen=True, kw_only=True):
    """What a code stands for, and then an access token; kept sealed by the secret itself."""

    portal_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    scopes: tuple[str, ...]
    subject: str
    session_id: str
    """Rights are asked of it at each use: nothing outlives the session."""
    acr: str
    amr: tuple[str, ...]
    authenticated_at: datetime


class HandOver(Fact, frozen=True, kw_only=True):
    """That a portal is given somebody's identity, as it is to be entered in the audit trail."""

    account_id: str
    """Pseudonymous; in the entry as a salted digest, which is opened for a year."""
    acr: str
    scopes: tuple[str, ...]


class OpenedHandOver(Fact, frozen=True, kw_only=True):
    """An entry of a hand-over, and what opens it."""

    number: int
    """Of the entry in the audit trail."""
    at: datetime
    portal_id: str
    acr: str
    scopes: str
    account_id: str | None
    """`None` once it is forgotten."""
    salt: bytes
    """With `account_id` it gives the digest in the entry."""
    is_true: bool
    """Whether it does: what opens an entry was not exchanged for another, nor lost too early."""


class KeptCode(Fact, frozen=True, kw_only=True):
    """A code as it is kept."""

    portal_id: str
    sealed: bytes
    """Empty once it is spent."""
    until: datetime
    is_spent: bool
