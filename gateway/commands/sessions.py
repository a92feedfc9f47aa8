"""Sessions of `enrol` and `send` with a gateway: the settings of the machine, but for one."""

from typing import Any, Final
from urllib.parse import urlsplit

import requests

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def is_here(url: str) -> bool:
    """Whether that is this machine: no proxy leads there, and nobody listens."""
    return urlsplit(url).hostname in _LOOPBACK


def session_with(url: str) -> requests.Session:
    """A session whose roots of trust and proxies are the environment's; no proxy leads here."""
    return _Here() if is_here(url) else requests.Session()


class _Here(requests.Session):
    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """See requests: what the environment says of certificates holds, of proxies not."""
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {**settings, "proxies": {}}
