"""By which right API Sirene is asked: the public plan's key, or a token of the private plan.

Public: a key in a header, 30 calls a minute. Private, by agreement with INSEE: OAuth 2 password
grant (RFC 6749 §4.3), a token for each session of it, never refreshed; 500 calls a minute. Neither
stands in an address, a log or a `repr`.
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlencode

import msgspec

from adapters.http import Answer, Assessment, Request, Upstream
from adapters.sirene.documents import document
from adapters.sirene.statuses import OK, assessing
from gateway.model.verification import Cause, NotAnswered, Urgency

PUBLIC_ADDRESS: Final = "https://api.insee.fr/api-sirene/3.11"
PRIVATE_ADDRESS: Final = "https://api.insee.fr/api-sirene/prive/3.11"
TOKEN_ADDRESS: Final = "https://auth.insee.net/auth/realms/apim-gravitee/protocol/openid-connect"  # noqa: S105 - an address
PUBLIC_CALLS_A_MINUTE: Final = 30
PRIVATE_CALLS_A_MINUTE: Final = 500
MIN_BETWEEN_TOKENS_S: Final = 3.0
"""INSEE's own advice for its token endpoint: a call in three seconds at most."""
_EARLY_S: Final = 30.0
"""A token is not used in its last seconds: it would end on the way."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}", re.ASCII)
_FORM: Final = {
    "accept": "application/json",
    "content-type": "application/x-www-form-urlencoded",
}


class Plan(Protocol):
    """How a call proves its right."""

    def may_renew(self, rights: Mapping[str, str]) -> bool:
        """Whether these may be replaced by what is not refused, if they are."""
        ...

    def rights(self, *, urgency: Urgency, deadline_s: float) -> Mapping[str, str] | NotAnswered:
        """Headers that prove it, asked for within `deadline_s` where they are not at hand."""
        ...

    def refused(self, rights: Mapping[str, str]) -> None:
        """The register took these for no proof (401): they are not given again."""
        ...


class PublicPlan:
    """A key of the portal, by subscription to the API."""

    def __init__(self, *, api_key: str) -> None:
        self.headers: Mapping[str, str] = {"x-insee-api-key-integration": api_key}

    def rights(self, *, urgency: Urgency, deadline_s: float) -> Mapping[str, str]:  # noqa: ARG002 - it is at hand
        """See Plan."""
        return self.headers

    def may_renew(self, rights: Mapping[str, str]) -> bool:  # noqa: ARG002 - there is no other key
        """See Plan."""
        return False

    def refused(self, rights: Mapping[str, str]) -> None:
        """See Plan."""


class _Granted(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: float
    token_type: str = "Bearer"  # noqa: S105 - RFC 6750's name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    rights: Mapping[str, str] = field(repr=False)
    ends_at_s: float


class PrivatePlan:
    """A token that is asked for when there is none, by one thread while the others wait for it."""

    def __init__(
        self,
        *,
        tokens: Upstream,
        client_id: str,
        client_secret: str,
        username: str,
        password: str,
        monotonic: Callable[[], float],
    ) -> None:
        """`tokens`: the authority that grants them; `monotonic` counts seconds."""
        form = {
            "grant_type": "password",
            "client_id": client_id,
            "client_secret": client_secret,
            "username": username,
            "password": password,
        }
        self._tokens = tokens
        self._request = Request(
            method="POST", path="/token", content=urlencode(form).encode(), headers=_FORM
        )
        self._monotonic = monotonic
        self._asking = threading.Lock()
        self._token: _Token | None = None
        self._asked_at_s: float | None = None

    def rights(self, *, urgency: Urgency, deadline_s: float) -> Mapping[str, str] | NotAnswered:
        """See Plan."""
        begun_s = self._monotonic()
        if not self._asking.acquire(timeout=deadline_s):
            return NotAnswered(cause=Cause.TIMEOUT)
        try:
            now_s = self._monotonic()
            if self._token is not None and now_s < self._token.ends_at_s:
                return self._token.rights
            if self._asked_at_s is not None and now_s < self._asked_at_s + MIN_BETWEEN_TOKENS_S:
                wait_s = self._asked_at_s + MIN_BETWEEN_TOKENS_S - now_s
                return NotAnswered(cause=Cause.QUOTA, retry_after_s=wait_s)
            self._asked_at_s = now_s
            return self._ask(urgency, deadline_s - (now_s - begun_s))
        finally:
            self._asking.release()

    def may_renew(self, rights: Mapping[str, str]) -> bool:
        """See Plan. A token that is refused as soon as it was given is no matter of its end."""
        with self._asking:
            if self._token is None or self._token.rights != rights or self._asked_at_s is None:
                return True
            return self._monotonic() >= self._asked_at_s + MIN_BETWEEN_TOKENS_S

    def refused(self, rights: Mapping[str, str]) -> None:
        """See Plan."""
        with self._asking:
            if self._token is not None and self._token.rights == rights:
                self._token = None

    def _ask(self, urgency: Urgency, deadline_s: float) -> Mapping[str, str] | NotAnswered:
        """Ask for a token and keep it; the lock is held."""
        answer = self._tokens.call(
            self._request, urgency=urgency, deadline_s=deadline_s, assess=_assess
        )
        if isinstance(answer, NotAnswered):
            return answer
        granted = _granted(answer)
        if granted is None:  # what `_assess` took is read again alike
            return NotAnswered(cause=Cause.UNREADABLE)
        rights = {"authorization": f"Bearer {granted.access_token}"}
        ends_at_s = self._monotonic() + granted.expires_in - _EARLY_S
        self._token = _Token(rights=rights, ends_at_s=ends_at_s)
        return rights


def _granted(answer: Answer) -> _Granted | None:
    granted = document(answer, _Granted)
    if granted is None or not _TOKEN.fullmatch(granted.access_token):
        return None
    return granted if granted.token_type.lower() == "bearer" else None


def _assess(answer: Answer) -> Assessment:
    """The authority's answers (RFC 6749 §5): 400 as 401 says that our credentials are no good."""
    if answer.status == 400:  # noqa: PLR2004 - invalid_grant, invalid_client
        return Assessment.REFUSED_US
    return _assess_others(answer)


_assess_others = assessing(
    reads=lambda answer: answer.status == OK and _granted(answer) is not None,
    says=frozenset(),
    renews=False,
)
