"""Access tokens for `send`, asked for with the key of the enrolment pack (RFC 7523)."""

from pathlib import Path
from typing import Any, Final

import orjson
import requests

from gateway.commands.enrolling.pack import HeldCredential, Pack, key_of
from gateway.commands.opening import machine_time
from gateway.commands.sessions import session_with
from gateway.commands.terminal import CannotDo
from signing.client_assertion import sign_client_assertion

_PATH: Final = "/oauth/token"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TIMEOUT_S: Final = (10.0, 30.0)
_MAX_BYTES: Final = 64 * 1024
_AHEAD_S: Final = 60
"""A token is asked for anew that long before its end."""
_PASSING: Final = frozenset({429, 502, 503, 504})


class AccessTokens:
    """Gives the token of the moment; asks for another before it ends."""

    def __init__(self, pack: Pack, folder: Path, *, password: str, url: str) -> None:
        """`url` is where the gateway is.

        Raises:
            CannotDo: the pack holds no key that can ask, or it cannot be opened.
        """
        self._pack = pack
        self._credential = _newest_key(pack)
        self._key = key_of(folder, self._credential, password=password).key
        self._url = url.rstrip("/")
        self._session = session_with(url)
        self._token = ""
        self._ends = 0.0

    def __call__(self) -> str:
        """A token that is good now.

        Raises:
            CannotDo: the gateway refuses this credential.
            requests.RequestException: it does not answer now: ask again.
        """
        now = machine_time()
        if now.timestamp() + _AHEAD_S >= self._ends:
            answer = self._asked(now)
            self._token = str(answer["access_token"])
            self._ends = now.timestamp() + int(answer["expires_in"])
        return self._token

    def _asked(self, now: Any) -> dict[str, Any]:
        assertion = sign_client_assertion(
            self._key,
            kid=self._credential.thumbprint,
            client_id=self._pack.partner.id,
            audience=self._pack.address,
            now=now,
        )
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        with self._session.post(
            f"{self._url}{_PATH}",
            data=form,
            auth=_no_auth,
            timeout=_TIMEOUT_S,
            allow_redirects=False,
            stream=True,
        ) as response:
            octets = response.raw.read(_MAX_BYTES, decode_content=True)
            if response.status_code in _PASSING:
                raise requests.ConnectionError(response.status_code)
        try:
            answer: dict[str, Any] = orjson.loads(octets)
            if response.status_code == 200 and answer["access_token"] and answer["expires_in"]:  # noqa: PLR2004
                return answer
        except (ValueError, LookupError, TypeError):
            pass
        raise CannotDo(
            "La passerelle refuse ce justificatif : est-il révoqué ? L'horloge de ce poste "
            "est-elle juste ? Sinon demandez une invitation.",
            "The gateway refuses this credential: is it revoked? Is this machine's clock right? "
            "Else ask for an invitation.",
        )


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """So that no .netrc adds a credential."""
    return request


def _newest_key(pack: Pack) -> HeldCredential:
    for one in reversed(pack.credentials):
        if one.kind == "JWK":
            return one
    raise CannotDo(
        "Seul un certificat est enrôlé : il signe SOAP et ouvre TLS, « send » demande une clé "
        "(enrol, sans --request ni --certificate) ou un jeton.",
        "A certificate alone is enrolled: it signs SOAP and opens TLS, “send” needs a key (enrol, "
        "without --request or --certificate) or a token.",
    )
