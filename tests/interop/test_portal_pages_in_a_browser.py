"""Consent and signing out at `/op` in a real browser, read by axe-core; without a script."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from gateway.model.federation import Provider
from tests.identities import a_person
from tests.interop.browsing import AXE, PATIENCE_MS, Seen, chromium
from tests.interop.test_pages_in_a_browser import FLAGS, LANGUAGES, Reading
from tests.interop.test_portals import Site
from tests.portal import a_portal

PAGE = b"<!DOCTYPE html><html lang=fr><title>portail</title><link rel=icon href=data:,><h1>x</h1>"

FRANCECONNECT = "/franceconnect"


class Elsewhere:
    """Two other sites: a portal, which shows one page, and a provider, which believes everybody."""

    def __init__(self):
        self.gateway = ""
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                there = elsewhere.leads(self.path)
                self.send_response(200 if there is None else 303)
                if there is not None:
                    self.send_header("location", there)
                self.send_header("content-type", "text/html")
                self.send_header("content-length", str(len(PAGE)))
                self.end_headers()
                self.wfile.write(PAGE)

            def log_message(self, *_):
                pass

        self._servers = [
            ThreadingHTTPServer((host, 0), Handler) for host in ("127.0.0.2", "127.0.0.3")
        ]
        self.portal, self.provider = (
            f"http://{host}:{port}" for host, port in (one.server_address for one in self._servers)
        )
        self._threads = [threading.Thread(target=one.serve_forever) for one in self._servers]

    def leads(self, path):
        parts = urlsplit(path)
        said = {"state": parse_qs(parts.query).get("state", [""])[0]}
        if parts.path == "/session/end":
            return f"{self.gateway}/identite/deconnexion/retour?{urlencode(said)}"
        if parts.path == "/authorize":
            said |= {"code": "good", "iss": self.provider}
            return f"{self.gateway}/identite/proconnect/retour?{urlencode(said)}"
        if parts.path == f"{FRANCECONNECT}/authorize":
            said |= {"code": "good", "iss": f"{self.provider}{FRANCECONNECT}"}
            return f"{self.gateway}/identite/franceconnect/retour?{urlencode(said)}"
        return None

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def elsewhere():
    with Elsewhere() as sites:
        yield sites


@pytest.fixture(scope="module")
def site(tmp_path_factory, elsewhere):
    with Site(tmp_path_factory.mktemp("op")) as running:
        elsewhere.gateway = running.address
        running.flow.providers[Provider.PROCONNECT].issuer = elsewhere.provider
        another = running.flow.providers[Provider.FRANCECONNECT]
        another.issuer = f"{elsewhere.provider}{FRANCECONNECT}"
        another.people["good"] = ("angela", a_person())
        keys = running.world.portals.portal("portail").keys
        for portal_id, needs_consent in (("prive", True), ("public", False)):
            running.world.portals.add(
                a_portal(
                    id=portal_id,
                    name=f"Portail {portal_id}",
                    redirect_uris=(f"{elsewhere.portal}/retour",),
                    post_logout_redirect_uris=(f"{elsewhere.portal}/au-revoir",),
                    needs_consent=needs_consent,
                    keys=keys,
                )
            )
        yield running


@pytest.fixture
def page(browser, site, elsewhere):
    """A window, and what it saw."""
    context = browser.new_context(base_url=site.address, locale="fr-FR")
    seen = Seen(context, allowed=[site.address, elsewhere.portal, elsewhere.provider])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()
    assert (seen.errors, seen.outside) == ([], [])


def come(page, site, elsewhere, client_id, *, language="fr", slug="proconnect"):
    """From a portal through the provider."""
    back = {"client_id": client_id, "redirect_uri": f"{elsewhere.portal}/retour"}
    page.goto(f"/op/authorize?{site.world.asked(**back, ui_locales=language).decode()}")
    page.locator(f'form[action="/identite/{slug}"] button').click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_consent_and_signing_out_are_readable_and_lead_on(site, elsewhere, page, language):
    reading = Reading(page, AXE.read_text("utf-8"))
    come(page, site, elsewhere, "prive", language=language)
    page.locator('form[action="/op/authorize/suite"]').wait_for()
    reading.at("consent", language)
    page.locator('button[value="oui"]').click()
    page.wait_for_url(f"{elsewhere.portal}/retour?code=*")
    page.goto("/op/logout?client_id=prive")
    reading.at("sign out", language)
    page.locator('form[action="/op/logout/suite"] button').click()
    page.wait_for_url(f"{site.address}/identite/deconnexion/retour?state=*")
    assert page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_number_one_may_return_to_the_portal(site, elsewhere, page, language):
    reading = Reading(page, AXE.read_text("utf-8"))
    come(page, site, elsewhere, "public", language=language, slug="franceconnect")
    page.wait_for_url("**/rattachement")
    reading.at("second path of a portal's request", language)
    page.locator("#nir").fill("1")
    page.locator("main button").click()
    page.locator(".error").wait_for()
    reading.at("number refused of a portal's request", language)
    page.locator('a[href*="renonce="]').click()
    page.wait_for_url(f"{elsewhere.portal}/retour?error=access_denied*")
    assert reading.read == 4


def test_a_portal_leads_through_sign_in_and_out(site, elsewhere, page):
    come(page, site, elsewhere, "public")
    page.wait_for_url(f"{elsewhere.portal}/retour?code=*")
    code = parse_qs(urlsplit(page.url).query)["code"][0]
    assertion = site.world.assertion(iss="public", sub="public")
    redirect_uri = f"{elsewhere.portal}/retour"
    given = site.world.exchange(code, redirect_uri=redirect_uri, assertion=assertion)
    back = f"{elsewhere.portal}/au-revoir"
    hint = given.form["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": back, "state": "s"}
    page.goto(f"/op/logout?{urlencode(asked)}")
    page.wait_for_url(f"{back}?state=s")
