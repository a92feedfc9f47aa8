"""Every page in a real browser: read by axe-core, at 320 and 1280 pixels, in both languages.

And by keyboard alone, without a script, from the choice of a provider to the end of the session.
"""

import msgspec
import pytest
from playwright.sync_api import expect, sync_playwright

from gateway.model.federation import Assurance, Provider, Strength
from tests.identities import an_authentication
from tests.interop.browsing import (
    AXE,
    PATIENCE_MS,
    REFUSALS,
    PagesSite,
    ProviderSite,
    Seen,
    chromium,
    violations,
)

WIDTHS = (320, 1280)
LANGUAGES = ("fr", "en")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def provider():
    with ProviderSite() as site:
        yield site


@pytest.fixture
def site(provider):
    provider.is_held = False
    with PagesSite(provider).served() as served:
        provider.gateway = served.address
        yield served


@pytest.fixture
def visit(browser, site, provider):
    """A new browser window on the site, and what it saw."""
    contexts = []

    def begin(**settings):
        context = browser.new_context(base_url=site.address, locale="fr-FR", **settings)
        contexts.append(context)
        seen = Seen(context, allowed=[site.address, provider.origin, provider.other])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return page, seen

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def axe():
    return AXE.read_text("utf-8")


class Reading:
    """Reads the page that is shown, at both widths."""

    def __init__(self, page, axe):
        self._page, self._axe = page, axe
        self.read = 0

    def at(self, name, language):
        page = self._page
        assert page.locator("html").get_attribute("lang") == language, name
        assert page.locator("h1").count() == 1, name
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert violations(page, self._axe) == [], (name, width)
            self.read += 1


def signed_in(page, slug="proconnect", language="fr"):
    page.goto(f"/identite?lang={language}")
    page.locator(f'form[action="/identite/{slug}"] button').click()
    page.get_by_role("link", name="OK").click()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_readable_by_everybody(visit, axe, language):
    page, seen = visit()
    reading = Reading(page, axe)
    for what in REFUSALS:
        page.goto(f"/op/refused/{what.value}?lang={language}")
        reading.at(what, language)
    assert reading.read == 2 * len(REFUSALS)
    assert (seen.errors, seen.outside) == ([], [])


def pages_of_who_is_not_signed_in(page, site, provider, language):
    """Each page as it is shown; the generator goes on once it was read."""
    page.goto(f"/identite?lang={language}")
    yield "choice"
    provider.is_held = True
    for slug in ("proconnect", "franceconnect"):
        page.goto("/identite")
        page.locator(f'form[action="/identite/{slug}"] button').click()
        page.locator("a.button").wait_for()
        yield f"onward to {slug}"
    provider.is_held = False
    for path in ("/identite/aide", "/identite/aide?erreur=NOT_OURS", "/identite/nulle-part"):
        page.goto(path)
        yield path
    signed_in(page, "franceconnect", language)
    page.wait_for_url("**/rattachement")
    yield "second path"
    page.locator("#nir").fill("1 90 01 75 001 001 21")
    page.locator("main button").click()
    page.locator(".error").wait_for()
    yield "number refused"
    page.locator("#nir").fill(site.number)
    page.locator("main button").click()
    page.wait_for_url("**/sessions")
    yield "sessions of a worker"


def pages_of_who_is_signed_in(page, site, another, language):
    """The same of a professional, whom something is withheld from, in two browsers."""
    for one in (another, page):
        signed_in(one, language=language)
        one.wait_for_url("**/sessions")  # the page between leads there by itself
    weak = an_authentication(Assurance.LOW, Strength.WEAK_MFA)
    kept = site.portal.sessions._kept
    for name, session in kept.items():
        kept[name] = msgspec.structs.replace(session, authentication=weak)
    page.goto("/identite/sessions")
    expect(page.locator(".box")).to_have_count(2)
    yield "sessions of a professional"
    page.locator('form[action="/identite/sessions/fin"] button').first.click()
    page.locator(".done").wait_for()
    yield "one was ended"
    page.goto("/identite")
    yield "choice of who is signed in"
    page.goto("/identite/deconnexion")
    yield "leaving"
    page.locator("main button").click()
    page.get_by_role("link", name="OK").click()
    page.wait_for_url("**/deconnexion/retour**")
    yield "left"
    signed_in(page, language=language)
    page.wait_for_url("**/sessions")
    page.goto("/identite/deconnexion")
    del site.portal.providers[Provider.PROCONNECT]
    page.locator("main button").click()
    page.locator("a.button").wait_for()
    yield "left here alone"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_readable_by_everybody(visit, axe, site, provider, language):
    page, seen = visit()
    reading = Reading(page, axe)
    for name in pages_of_who_is_not_signed_in(page, site, provider, language):
        reading.at(name, language)
    (another, _), (professional, seen_too) = visit(), visit()
    reading_too = Reading(professional, axe)
    for name in pages_of_who_is_signed_in(professional, site, another, language):
        reading_too.at(name, language)
    assert (reading.read, reading_too.read) == (18, 12)
    assert (seen.errors, seen.outside) == ([], [])
    assert (seen_too.errors, seen_too.outside) == ([], [])


def test_what_breaks_every_rule_is_found(visit, axe):
    page, seen = visit()
    page.goto("/op/bad")
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320  # its style is refused
    found = {rule for rule, _ in violations(page, axe)}
    assert {"html-has-lang", "image-alt", "page-has-heading-one"} <= found
    assert any("style-src" in error for error in seen.errors)
    assert any("script" in error for error in seen.errors)
    assert any("img-src" in error or "127.0.0.3" in error for error in seen.errors + seen.outside)
    page.set_content('<div style="width:900px">wide</div>')


def press(page, role, name):
    """Tab to what bears that name, once it is there, and press Enter."""
    page.get_by_role(role, name=name, exact=True).wait_for()
    for _ in range(25):
        page.keyboard.press("Tab")
        if name in page.locator(":focus").all_inner_texts():
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_the_keyboard_alone_is_enough_without_a_script(visit, site):
    page, seen = visit(java_script_enabled=False)
    page.goto("/identite")
    press(page, "link", "Aller au contenu")
    press(page, "button", "Se connecter avec FranceConnect+")
    press(page, "link", "OK")
    page.wait_for_url("**/rattachement")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.locator("#nir:focus").count():
            break
    page.keyboard.type(site.number)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions")
    press(page, "link", "Se déconnecter")
    press(page, "button", "Se déconnecter (FranceConnect+)")
    press(page, "link", "OK")
    expect(page.locator("h1")).to_have_text("Déconnexion faite")
    assert (seen.errors, seen.outside) == ([], [])


def test_whatever_has_the_focus_is_seen_to_have_it(visit):
    page, _ = visit()
    page.goto("/identite")
    outlines = []
    for _ in range(6):
        page.keyboard.press("Tab")
        outlines.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert "none" not in outlines


def test_cookies_are_kept_by_the_browser_under_their_host_prefix(visit):
    page, _ = visit()
    signed_in(page)
    page.wait_for_url("**/sessions")
    kept = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert kept["__Host-siseri"]["httpOnly"]
    assert kept["__Host-siseri"]["secure"]
    assert kept["__Host-siseri"]["sameSite"] == "Lax"
    assert page.evaluate("document.cookie") == ""
    assert not [name for name in kept if name.startswith("__Host-siseri-a-")]
