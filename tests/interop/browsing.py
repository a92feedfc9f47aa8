"""A real browser over the pages, and what it must not see: outside requests, errors of policy.

The gateway listens on 127.0.0.1, its provider on localhost, which passes people on to 127.0.0.2:
three origins and three sites, so that what a browser tells apart is told apart here.
"""

import shutil
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from flask import Blueprint, Response
from playwright.sync_api import expect

from gateway.api.identity_pages import IdentityPages
from gateway.api.limits import Limits
from gateway.model.accounts import EstablishmentContact, NoAccount
from gateway.model.contacts import Contact, ContactKind
from gateway.model.federation import Provider, SignInFailure
from gateway.pages.identity.app import create_app
from gateway.pages.identity.refusals import Trouble
from gateway.pages.identity.shell import Shell
from tests.identities import EMPLOYER, a_person, a_professional
from tests.interop.conftest import NPM
from tests.signing_in import Portal
from tests.unit.pages.identity.conftest import REGISTER, a_worker

AXE = NPM / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REFUSALS = (*SignInFailure, *NoAccount, *Trouble)
PATIENCE_MS = 60_000
"""Of a test with its browser, on a loaded machine."""
expect.set_options(timeout=PATIENCE_MS)
_RUN = (
    "tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'],"
    " preload: false})"
)
_STATUS = "Failed to load resource: the server responded with a status of"
BAD_PAGE = (
    "<!DOCTYPE html><html><head><title>x</title><style>p{color:#ddd}</style></head><body><p>pale"
    '<img src="http://127.0.0.3:9/x.png"><script>1</script><div style="width:900px">wide</div>'
)


def chromium():
    """The browser of the machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no browser is installed (apt-get install chromium)")
    if not AXE.is_file():
        pytest.skip("npm packages are not installed (make interop)")
    return found


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def _answer(self, status, *, location=None, content=""):
        self.send_response(status)
        if location is not None:
            self.send_header("location", location)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(content.encode())))
        self.end_headers()
        self.wfile.write(content.encode())

    def _asked(self):
        split = urlsplit(self.path)
        return split.path, {name: values[0] for name, values in parse_qs(split.query).items()}


class ProviderSite:
    """Where people prove who they are: it passes them on to another site, as ProConnect does."""

    def __init__(self):
        self.gateway = ""
        self.is_held = False
        """Answers nothing that a browser would show: it stays on the page that sent it here."""
        site = self

        class Passing(_Quiet):
            def do_GET(self):
                if site.is_held:
                    self._answer(204)
                    return
                path, _ = self._asked()
                onward = f"{site.other}{self.path}"
                self._answer(302 if path.endswith(("authorize", "end")) else 404, location=onward)

        class Proving(_Quiet):
            def do_GET(self):
                path, asked = self._asked()
                slug = path.split("/")[1]
                if "state" not in asked:  # what a browser asks of every site: its icon
                    self._answer(404)
                    return
                if path.endswith("end"):
                    back = f"{site.gateway}/identite/deconnexion/retour"
                    members = {"state": asked["state"]}
                else:
                    back = f"{site.gateway}/identite/{slug}/retour"
                    issuer = f"{site.origin}/{slug}"
                    members = {"state": asked["state"], "code": "good", "iss": issuer}
                link = f"{back}?{urlencode(members)}".replace("&", "&amp;")
                self._answer(200, content=f'<!DOCTYPE html><title>x</title><a href="{link}">OK</a>')

        self._servers = [
            ThreadingHTTPServer(("127.0.0.1", 0), Passing),
            ThreadingHTTPServer(("127.0.0.2", 0), Proving),
        ]
        self.origin = f"http://localhost:{self._servers[0].server_port}"
        self.other = f"http://127.0.0.2:{self._servers[1].server_port}"

    def __enter__(self):
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown()
            server.server_close()


class PagesSite:
    """The pages as served, over the whole flow in memory; `address` is where."""

    def __init__(self, provider_site):
        self.portal = Portal()
        self.portal.people.workers.append(a_worker("CLAIRE"))
        self.number = a_worker().nir.reveal()
        contact = Contact(kind=ContactKind.CRP, name="MOREAU Anne", email="anne.moreau@exemple.fr")
        self.portal.people.contacts.append(EstablishmentContact(employer=EMPLOYER, contact=contact))
        for slug, who in (("proconnect", a_professional()), ("franceconnect", a_person())):
            provider = self.portal.providers[Provider(slug.upper())]
            provider.issuer = f"{provider_site.origin}/{slug}"
            provider.people["good"] = (slug, who)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._late,
                host="127.0.0.1",
                port=0,
                log_config=None,
                lifespan="off",
                interface="asgi3",
            )
        )
        self._app = None

    async def _late(self, scope, receive, send):
        await self._app(scope, receive, send)

    def _listen(self, address):
        host = address.removeprefix("http://")
        shell = Shell(signing_in=self.portal.flow, public_address=address, register=REGISTER)
        app = create_app(shell=shell, portal=_shown(shell))
        self._app = Limits(IdentityPages(app, keys=None), hosts=frozenset({host}))

    @contextmanager
    def served(self):
        thread = threading.Thread(target=self._server.run, daemon=True)
        thread.start()
        while not self._server.started:
            thread.join(0.02)
            assert thread.is_alive()
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._listen(self.address)
        yield self
        self._server.should_exit = True
        thread.join(20)


def _shown(shell):
    """Every refusal, and one page that breaks every rule, at an address of their own."""
    shown = Blueprint("shown", __name__)

    @shown.get("/op/refused/<what>")
    def refused(what):
        return shell.refused(next(one for one in REFUSALS if one.value == what))

    @shown.get("/op/bad")
    def bad():
        return Response(BAD_PAGE)

    return shown


class Seen:
    """What a browser's context told while it showed the pages."""

    def __init__(self, context, *, allowed):
        self._allowed = tuple(allowed)
        self.errors = []
        self.outside = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._request)

    def _console(self, message):
        if message.type in {"error", "warning"} and not message.text.startswith(_STATUS):
            self.errors.append(message.text)

    def _request(self, request):
        if not request.url.startswith(self._allowed):
            self.outside.append(request.url)


def violations(page, axe):
    """What axe-core finds against WCAG 2.2 AA and its own best practices."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(axe)
    found = page.evaluate(_RUN, TAGS)
    return [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found["violations"]
    ]
