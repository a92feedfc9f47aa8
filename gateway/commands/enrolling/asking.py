"""Asking a gateway to enrol: one request, one answer, nothing in clear over a network."""

from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import requests
from requests.auth import AuthBase

from gateway.commands.doors import unsigned
from gateway.commands.sessions import is_here, session_with
from gateway.commands.terminal import CannotDo

_CONNECT_S: Final = 10.0
_READ_S: Final = 60.0
_MAX_BYTES: Final = 4 * 1024 * 1024
_DONE: Final = frozenset({200, 201})


class _Bearer(AuthBase):
    """Sets the header itself, so that no .netrc takes its place."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._secret is not None:
            request.headers["Authorization"] = f"Bearer {self._secret}"
        return request


class Asking:
    """Asks one gateway."""

    def __init__(self, url: str) -> None:
        """`url` is the public address.

        Raises:
            CannotDo: what is asked would cross a network in clear.
        """
        scheme = urlsplit(url).scheme
        if scheme != "https" and not (scheme == "http" and is_here(url)):
            raise CannotDo(
                "Une invitation ne voyage pas en clair : l'adresse doit commencer par https://.",
                "An invitation never travels in clear: the address must begin with https://.",
            )
        self._url = url.rstrip("/")
        self._session = session_with(url)

    def get(self, path: str) -> Any:
        """The JSON that is served there.

        Raises:
            CannotDo: it is refused, or nobody answers.
        """
        return self._asked("GET", path, None, None)

    def post(self, path: str, form: object | None, *, bearer: str) -> Any:
        """What is answered to a form.

        Raises:
            CannotDo: it is refused, or nobody answers.
        """
        return self._asked("POST", path, None if form is None else orjson.dumps(form), bearer)

    def _asked(self, method: str, path: str, body: bytes | None, bearer: str | None) -> Any:
        try:
            with self._session.request(
                method,
                f"{self._url}{path}",
                data=body,
                headers={} if body is None else {"Content-Type": "application/json"},
                auth=_Bearer(bearer),
                timeout=(_CONNECT_S, _READ_S),
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = response.raw.read(_MAX_BYTES + 1, decode_content=True)
                status = response.status_code
        except (requests.RequestException, OSError) as error:
            name = type(error).__name__
            raise CannotDo(
                f"La passerelle ne répond pas ({name}) : relancez la même commande, la même clé "
                "resservira.",
                f"The gateway does not answer ({name}): run the same command again, it goes on "
                "with the same key.",
            ) from None
        if status not in _DONE or len(answer) > _MAX_BYTES:
            raise unsigned(status, answer)
        try:
            return orjson.loads(answer)
        except ValueError:
            raise unsigned(status, answer) from None
