"""Posting to a gateway until it has answered: the same bytes, the same id, never twice recorded."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from gateway.commands.doors import Door, NotAReceipt, unsigned
from gateway.commands.sessions import is_here, session_with
from gateway.commands.terminal import CannotDo

MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024
MAX_WAIT_S: Final = 120.0
_CONNECT_S: Final = 10.0
_READ_S: Final = 120.0
_PASSING: Final = frozenset({409, 429, 502, 503, 504})
"""Statuses after which the same request is simply sent again."""
_PASSING_FAULTS: Final = frozenset({"B004", "B007", "B008"})
"""The same in SOAP, where a fault is a 400 or a 500."""

Waiting = Callable[[str, float], None]
"""Told why the sender waits, and for how many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A signed answer."""

    status: int
    receipt: bytes
    is_replay: bool
    """Whether the gateway said so (REST alone can)."""


class AnswerTooLong(CannotDo):
    """An answer beyond `MAX_ANSWER_BYTES`, which the same file would get again."""

    def __init__(self) -> None:
        super().__init__("Réponse trop longue.", "The answer is too long.")


class _Bearer(AuthBase):
    """Sets the header itself, so that no .netrc takes its place."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token()}"
        return request


class Poster:
    """Posts transmissions to one gateway."""

    def __init__(
        self,
        *,
        url: str,
        token: str | Callable[[], str],
        attempts: int = 8,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is the public address; `token` may be asked for before each request.

        Raises:
            CannotDo: there is no token, or it would cross a network in clear.
        """
        host = urlsplit(url)
        if not token:
            raise CannotDo(
                "Rien ne vous authentifie : enrôlez une clé (siseri-gateway enrol), ou indiquez "
                "SISERI_TOKEN_FILE (ou SISERI_TOKEN).",
                "Nothing authenticates you: enrol a key (siseri-gateway enrol), or set "
                "SISERI_TOKEN_FILE (or SISERI_TOKEN).",
            )
        if host.scheme not in {"http", "https"} or not host.hostname:
            raise CannotDo("L'adresse n'est pas une URL.", "The address is not a URL.")
        if host.scheme != "https" and not is_here(url):
            raise CannotDo(
                "Le jeton ne voyage pas en clair : l'adresse doit commencer par https://.",
                "A token never travels in clear: the address must begin with https://.",
            )
        self._url = url.rstrip("/")
        self._attempts = attempts
        self._sleep = sleep
        self._session = session_with(url)
        self._session.auth = _Bearer(token if callable(token) else lambda: token)
        self._session.headers["Accept-Language"] = "fr"

    def post(self, body: bytes, door: Door, *, on_wait: Waiting = lambda _why, _s: None) -> Posted:
        """Post until answered.

        Raises:
            AnswerTooLong: the gateway answered, with more than is read.
            CannotDo: refused unsigned, unreachable, or busy at every attempt.
        """
        dressed, stop = door.dressed(body), CannotDo("Aucun essai.", "No attempt.")
        for attempt in range(self._attempts):
            stated: float | None = None
            try:
                status, headers, answer = self._once(dressed, door)
            except requests.exceptions.SSLError:
                raise CannotDo(
                    "Le certificat de la passerelle n'est pas digne de confiance.",
                    "The gateway's certificate is not trusted.",
                ) from None
            except requests.RequestException as error:
                why, stop = "liaison", _unreachable(error)
            else:
                try:
                    receipt = door.receipt(answer)
                except NotAReceipt:
                    refusal = unsigned(status, answer)
                    if status not in _PASSING and refusal.code not in _PASSING_FAULTS:
                        raise refusal from None
                    why, stop, stated = refusal.code, refusal, _stated_wait(headers)
                else:
                    is_replay = headers.get("Idempotent-Replayed") == "true"
                    return Posted(status=status, receipt=receipt, is_replay=is_replay)
            if attempt + 1 < self._attempts:
                pause = _pause(attempt, stated)
                on_wait(why, pause)
                self._sleep(pause)
        raise stop

    def _once(
        self, body: bytes, door: Door
    ) -> tuple[int, "requests.structures.CaseInsensitiveDict[str]", bytes]:
        with self._session.post(
            f"{self._url}{door.path}",
            data=body,
            headers=door.headers(),
            timeout=(_CONNECT_S, _READ_S),
            allow_redirects=False,
            stream=True,
        ) as response:
            answer = b""
            for chunk in response.iter_content(65_536):
                answer += chunk
                if len(answer) > MAX_ANSWER_BYTES:
                    raise AnswerTooLong
            return response.status_code, response.headers, answer


def _stated_wait(headers: "requests.structures.CaseInsensitiveDict[str]") -> float | None:
    text = headers.get("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None  # noqa: PLR2004


def _pause(attempt: int, stated: float | None) -> float:
    """As long as the gateway asks; else twice as long each time, spread so that senders part."""
    if stated is not None:
        return min(stated, MAX_WAIT_S)
    return min(0.5 * 2.0**attempt, 30.0) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def _unreachable(error: requests.RequestException) -> CannotDo:
    name = type(error).__name__
    return CannotDo(
        f"La passerelle ne répond pas ({name}) : relancez la même commande, rien n'est doublé.",
        f"The gateway does not answer ({name}): run the same command again, nothing is doubled.",
    )
