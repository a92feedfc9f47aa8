"""A browser as far as redirects and cookies go: it stops where it is sent back to us."""

from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

_MOST = 12


class Browser:
    """One person's: its cookies last as long as it does."""

    def __init__(self):
        self._session = requests.Session()
        self._session.trust_env = False
        self.page = None
        """The last page that was shown, where no redirect led back."""

    def go(self, url, *, until):
        """The parameters that it brings to the address `until`; None where a page keeps it."""
        for _ in range(_MOST):
            answer = self._session.get(url, allow_redirects=False, timeout=20)
            if not answer.is_redirect:
                self.page = answer
                return None
            url = urljoin(url, answer.headers["location"])
            if url.startswith(until):
                return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        raise AssertionError("a circle of redirects")
