"""A browser without scripts, over HTTP: cookies by origin, redirects, refreshes, forms.

It keeps `__Host-` cookies over http on this machine, as browsers do, and shows each request that it
is about to make, so that a test may hold it back, change it, or make it from another browser.
"""

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import urllib3
from lxml import html

_MOST = 20
_REFRESH = re.compile(r"0; url=(.+)")
_FORM = "application/x-www-form-urlencoded"


@dataclass
class Page:
    """What was answered."""

    url: str
    status: int
    headers: object
    content: bytes

    @property
    def text(self):
        return self.content.decode()

    @property
    def tree(self):
        return html.fromstring(self.content)

    def said(self, element_id):
        """The text of an element; None where there is none."""
        found = self.tree.xpath("//*[@id=$id]", id=element_id)
        return found[0].text_content().strip() if found else None

    def link(self, element_id):
        """Where a link leads."""
        return urljoin(self.url, self.tree.xpath("//a[@id=$id]/@href", id=element_id)[0])

    def form(self, ending="", **given):
        """Where a form is sent, and its fields with those that are `given`."""
        (form,) = (one for one in self.tree.forms if (one.action or "").endswith(ending))
        fields = {name: value or "" for name, value in form.fields.items() if name}
        return urljoin(self.url, form.action or self.url), {**fields, **given}


class Visitor:
    """One browser; `held_back` is where it would go next, once it stopped before `until`."""

    def __init__(self, *, language="fr"):
        self._pool = urllib3.PoolManager(retries=False, timeout=60.0)
        self._language = language
        self.cookies = {}
        """By origin, then by name."""
        self.page = None
        self.held_back = None

    def go(self, url, *, until=None):
        """Follow a link to the page at its end, or up to an address that begins with `until`."""
        return self._follow("GET", url, None, until)

    def send(self, ending="", *, until=None, **given):
        """Send a form of this page, by the end of its address."""
        url, fields = self.page.form(ending, **given)
        return self._follow("POST", url, fields, until)

    def post(self, url, fields, *, until=None, **headers):
        """Send fields to an address, from no page at all."""
        return self._follow("POST", url, fields, until, headers)

    def brought(self):
        """The parameters of the request that was held back."""
        return dict(parse_qsl(urlsplit(self.held_back).query, keep_blank_values=True))

    def named(self, name):
        """The value of a cookie that any origin set, by the beginning of its name."""
        return next(
            (v for jar in self.cookies.values() for k, v in jar.items() if k.startswith(name)), None
        )

    def _follow(self, method, url, fields, until, headers=None):
        self.held_back = None
        for _ in range(_MOST):
            if until is not None and url.startswith(until):
                self.held_back = url
                return None
            self.page = self._ask(method, url, fields, headers)
            refresh = _REFRESH.fullmatch(self.page.headers.get("refresh", ""))
            if self.page.status in {301, 302, 303}:
                next_url = self.page.headers["location"]
            elif refresh:
                next_url = refresh[1]
            else:
                return self.page
            method, url, fields, headers = "GET", urljoin(url, next_url), None, None
        raise AssertionError(f"a circle of redirects at {urlsplit(url).path}")

    def _ask(self, method, url, fields, headers):
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        jar = self.cookies.setdefault(origin, {})
        sent = {"accept-language": self._language, "accept": "text/html,*/*"}
        sent["connection"] = "close"  # one that is kept may end under the next request
        if jar:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        body = None
        if fields is not None:
            body = urlencode(fields)
            sent["content-type"] = _FORM
            if self.page is not None:
                from_ = urlsplit(self.page.url)
                sent["origin"] = f"{from_.scheme}://{from_.netloc}"
        answer = self._pool.request(
            method, url, body=body, headers={**sent, **(headers or {})}, redirect=False
        )
        for line in answer.headers.getlist("set-cookie"):
            self._keep(jar, SimpleCookie(line))
        return Page(url, answer.status, answer.headers, answer.data)

    @staticmethod
    def _keep(jar, stated):
        for name, morsel in stated.items():
            if name.startswith("__Host-"):
                assert morsel["secure"], name
                assert (morsel["path"], morsel["domain"]) == ("/", ""), name
            is_over = morsel["max-age"] == "0" or "1970" in morsel["expires"]
            if is_over:
                jar.pop(name, None)
            else:
                jar[name] = morsel.value
