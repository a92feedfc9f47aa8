"""Sign-in, step-up, refusal, hand-over and logout by hand, in a real browser, between real servers.

ProConnect on both versions, FranceConnect+ with both ways of encrypting, a portal on authlib's
client, and one on openid-client. Gateway and parties are different sites to the browser. It sees no
error of policy, and asks nobody else for anything.
"""

import json
import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.contract.ports.people import HIS
from tests.federated import ANGELA, ANNE, BRUNO, LUC, node_of
from tests.interop.browsing import PATIENCE_MS, Seen, chromium
from tests.partners.portal_example.node_portal import NodePortal


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


class Person:
    """Somebody before the browser."""

    def __init__(self, page, federated):
        self.page, self._federated = page, federated

    def at_portal(self):
        self.page.goto(self._federated.portal.address)
        return self

    def enter(self, person, *, by="enter"):
        """From the portal's link through the choice of a provider to the choice of a person."""
        self.page.click(f"#{by}")
        self.page.wait_for_url(re.compile(r"/identite\?suite="))
        return self.prove(person)

    def prove(self, person):
        is_worker = person in {ANGELA, LUC}
        kind = "franceconnect" if is_worker else "proconnect"
        self.page.click(f"form[action='/identite/{kind}'] button")
        self.page.get_by_role("button", name=person, exact=True).click()
        return self

    def is_back(self):
        self.page.wait_for_url(f"{self._federated.portal.address}/**")
        expect(self.page.locator("#sub")).to_be_visible()
        return self

    def said(self, name):
        return self.page.locator(f"#{name}").inner_text()


@pytest.fixture
def openid_client(federated, run_node, tmp_path):
    """The example of docs/portal.md, registered."""

    def register(key, client_id, address):
        federated.register(
            {
                "client_id": client_id,
                "client_name": "Portail openid-client",
                "redirect_uris": [f"{address}/connexion/retour"],
                "post_logout_redirect_uris": [f"{address}/au-revoir"],
                "jwks": {"keys": [key.as_dict(private=False)]},
            }
        )

    node = node_of(run_node)
    with NodePortal(node, tmp_path, gateway=federated.address, register=register) as running:
        yield running


@pytest.fixture
def person(browser, federated, request):
    federated.believe()
    context = browser.new_context(locale="fr-FR")
    parties = [federated.address, federated.portal.address]
    if "openid_client" in request.fixturenames:
        parties.append(request.getfixturevalue("openid_client").address)
    providers = (federated.proconnect.origin, federated.franceconnect.origin)
    seen = Seen(context, allowed=[*parties, *providers])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield Person(page, federated)
    assert (seen.errors, seen.outside) == ([], [])
    context.close()


def test_a_professional_signs_in_steps_up_and_signs_out_everywhere(person, federated):
    person.at_portal().enter(ANNE).is_back()
    assert (person.said("acr"), json.loads(person.said("siseri_roles"))) == ("eidas1-mfa", [])
    subject = person.said("sub")
    person.enter(ANNE, by="more").is_back()
    (role,) = json.loads(person.said("siseri_roles"))
    assert (person.said("acr"), role["role"], person.said("sub")) == ("eidas2", "CRP", subject)
    person.page.click("#leave")
    person.page.click("button[name=logout]")
    person.page.wait_for_url(f"{federated.portal.address}/**")
    expect(person.page.locator("#enter")).to_be_visible()
    person.page.goto(f"{federated.address}/identite/sessions")
    person.page.wait_for_url(f"{federated.address}/identite")


def test_a_worker_signs_in_and_sees_and_ends_the_session(person, federated):
    person.at_portal().enter(ANGELA).is_back()
    assert (person.said("acr"), person.said("siseri_worker_id") != "") == ("eidas2", True)
    person.page.goto(f"{federated.address}/identite/sessions")
    expect(person.page.locator("h1")).to_have_text("Mes connexions")
    person.page.goto(f"{federated.address}/identite/deconnexion")
    person.page.click("form[action='/identite/deconnexion'] button")
    person.page.click("button[name=logout]")
    person.page.wait_for_url(re.compile(r"/identite/deconnexion/retour\?"))
    person.page.goto(f"{federated.address}/identite/sessions")
    person.page.wait_for_url(f"{federated.address}/identite")


def test_a_worker_of_a_doubtful_civil_status_types_the_number(person, federated):
    person.at_portal().enter(LUC)
    person.page.wait_for_url(re.compile(rf"/identite/rattachement|{federated.portal.address}/"))
    if "/rattachement" in person.page.url:  # unless the number was typed before
        person.page.fill("input[name=nir]", HIS.reveal())
        person.page.click("form[action='/identite/rattachement'] button")
    person.is_back()
    assert json.loads(person.said("siseri_roles"))[0]["role"] == "WORKER"


def test_who_goes_back_or_is_too_weak_reads_what_to_do(person, federated):
    page = person.page
    page.goto(f"{federated.address}/identite")
    page.click("form[action='/identite/franceconnect'] button")
    page.get_by_role("button", name="Annuler").click()
    page.wait_for_url(re.compile("/identite/franceconnect/retour"))
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "fr"
    person.at_portal().enter(BRUNO).is_back()
    person.enter(BRUNO, by="most")
    page.wait_for_url(re.compile("/identite/proconnect/retour"))
    expect(page.locator("h1")).to_be_visible()
    person.at_portal()
    assert person.said("acr") == "eidas1-mfa"


@pytest.mark.parametrize("who", [ANNE, ANGELA])
def test_a_portal_on_openid_client_is_handed_the_same(person, openid_client, who):
    page = person.page

    def said():
        page.wait_for_url(f"{openid_client.address}/")
        return json.loads(page.locator("body").inner_text())

    page.goto(f"{openid_client.address}/connexion")
    person.prove(who)
    first = said()
    page.goto(f"{openid_client.address}/connexion?acr_values=eidas3")
    person.prove(who)
    stronger = said()
    assert (stronger["who"]["acr"], stronger["who"]["sub"]) == ("eidas3", first["who"]["sub"])
    (role,) = stronger["rights"]["siseri_roles"]
    assert role["role"] == {ANNE: "CRP", ANGELA: "WORKER"}[who]
    page.goto(f"{openid_client.address}/deconnexion")
    page.click("button[name=logout]")
    page.wait_for_url(re.compile(f"{openid_client.address}/au-revoir"))
    assert json.loads(page.locator("body").inner_text()) == {"signedOut": True}
