"""The portal's provider as browsers and portals meet it, beside the real pages of signing in."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import structlog
from markupsafe import escape

from gateway.errors import Overloaded
from gateway.model.accounts import TRIES
from gateway.model.federation import Provider
from gateway.pages.identity.app import create_app
from gateway.pages.identity.shell import Shell
from gateway.pages.portal import portal_blueprint
from tests.identities import a_person
from tests.portal import AFTER, REDIRECT, World
from tests.signing_in import Portal
from tests.unit.pages.identity.conftest import (
    ADDRESS,
    REGISTER,
    SIGNS_IN,
    Visitor,
    a_worker,
    form_of,
)

FORM = "application/x-www-form-urlencoded"


class Site:
    """The pages and the blueprint over one world."""

    def __init__(self, folder, flow, **registered):
        self.flow = flow
        self.world = World(
            folder, flow=flow.flow, clock=flow.clock, issuer=f"{ADDRESS}/op", **registered
        )
        provider = self.world.provider
        shell = Shell(signing_in=flow.flow, public_address=ADDRESS, register=REGISTER)
        self.app = create_app(
            shell=shell,
            portal=portal_blueprint(provider=provider, shell=shell),
            portal_wish=provider.wish_of,
            portal_name=provider.name_of,
            way_back=provider.way_back,
        )
        self.visitor = Visitor(self.app)

    def asks(self, visitor=None, **changes):
        query = self.world.asked(**changes).decode()
        return (visitor or self.visitor).get(f"/op/authorize?{query}")

    def code(self, **changes):
        return told(self.asks(**changes))["code"]

    def exchange(self, code, *, path="/op/token", named=None, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": "v" * 64,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.world.assertion(),
        }
        return self.visitor.post(path, form | changes, **(named or {}))

    def userinfo(self, token, method="get"):
        ask = getattr(self.visitor, method)
        return ask("/op/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def flow():
    """The whole flow in memory; the code `good` signs in somebody whom the directory knows."""
    standing = Portal()
    standing.people.workers.append(a_worker())
    for slug, who in SIGNS_IN.items():
        standing.providers[Provider(slug.upper())].people["good"] = who
    return standing


@pytest.fixture
def site(tmp_path, flow):
    return Site(tmp_path, flow)


def told(answer):
    assert answer.status_code == 303, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def onward(answer):
    """Where a page leads that answers a form."""
    assert answer.status_code == 200, answer.text
    return answer.headers["Refresh"].partition("url=")[2]


@pytest.mark.parametrize(("slug", "role"), [("proconnect", None), ("franceconnect", "WORKER")])
def test_somebody_comes_from_the_portal_signs_in_and_is_handed_over(site, slug, role):
    sent = site.asks()
    suite = sent.headers["Location"].partition("suite=")[2]
    assert sent.headers["Location"] == f"/identite?suite={suite}"
    assert "Portail SISERI" in site.visitor.get(sent.headers["Location"]).text
    state = site.visitor.depart(slug, suite=suite)
    back = site.visitor.back(state, slug=slug)
    assert back.headers["Location"] == f"/op/authorize/suite?id={suite}"
    answered = site.visitor.get(back.headers["Location"])
    assert answered.headers["Location"].startswith(f"{REDIRECT}?")
    assert told(answered)["state"] == "state-of-the-portal"
    given = site.exchange(told(answered)["code"])
    assert given.status_code == 200
    claims, _ = site.world.identity(given.json["id_token"])
    assert (claims["acr"], claims["nonce"]) == ("eidas3", "nonce-of-the-portal")
    for method in ("get", "post"):
        said = site.userinfo(given.json["access_token"], method)
        assert said.status_code == 200
        assert said.json["sub"] == claims["sub"]
        assert [one["role"] for one in said.json["siseri_roles"]] == ([role] if role else [])
    assert site.visitor.get(back.headers["Location"]).status_code == 404


def test_a_request_by_a_form_is_the_same_by_a_link(site):
    octets = site.world.asked(state="a b")
    answer = site.visitor.post("/op/authorize", octets, content_type=FORM)
    assert answer.headers["Location"] == f"/op/authorize?{octets.decode()}"
    site.visitor.sign_in()
    assert told(site.visitor.get(answer.headers["Location"]))["state"] == "a b"
    assert site.visitor.post("/op/authorize", b"{}", content_type="text/plain").status_code == 400
    injected = site.visitor.post("/op/authorize", b"a=1\r\nx: y", content_type=FORM)
    assert injected.status_code == 400


def test_the_language_that_the_portal_asks_for_is_spoken(site):
    sent = site.asks(ui_locales="de en-GB fr")
    assert sent.headers["Location"].endswith("&lang=en")
    page = site.visitor.get(sent.headers["Location"])
    assert '<html lang="en">' in page.text
    assert "never your social security number" in page.text


@pytest.mark.parametrize(
    "changes", [{"client_id": "x"}, {"redirect_uri": "https://evil.test/"}, {"state": "é"}]
)
def test_what_cannot_be_answered_is_a_page_that_leads_nowhere(site, changes):
    site.visitor.sign_in()
    for answer in (site.asks(**changes), site.visitor.get("/op/authorize?a=1&a=2")):
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert "evil.test" not in answer.text
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "code" in told(site.asks())


def test_asking_for_the_head_alone_spends_nothing(site):
    site.visitor.sign_in()
    query = site.world.asked().decode()
    headed = site.app.test_client().head(f"/op/authorize?{query}", base_url=ADDRESS)
    assert headed.status_code == 404
    assert site.app.test_client().head("/op/logout", base_url=ADDRESS).status_code == 404


@pytest.mark.parametrize(
    ("brings", "error"),
    [
        ({"code": None, "error": "access_denied"}, "access_denied"),
        ({"iss": "https://evil.invalid"}, "server_error"),
    ],
)
def test_whoever_does_not_get_in_may_try_again_or_have_the_portal_told(site, brings, error):
    suite = site.asks().headers["Location"].partition("suite=")[2]
    failed = site.visitor.back(site.visitor.depart(suite=suite), **brings)
    assert failed.status_code == 403
    assert f'href="/identite?suite={suite}"' in failed.text
    (link,) = re.findall(r'href="(/op/authorize/suite[^"]*)"', failed.text)
    assert site.visitor.get(f"/identite?suite={suite}").status_code == 200
    answered = told(site.visitor.get(link.replace("&amp;", "&")))
    assert (answered["error"], answered["state"]) == (error, "state-of-the-portal")
    assert site.visitor.get(f"/identite?suite={suite}").status_code == 404


def test_a_provider_that_is_away_may_be_waited_for_or_told(site):
    suite = site.asks().headers["Location"].partition("suite=")[2]
    page = site.visitor.get(f"/identite?suite={suite}")
    site.flow.providers[Provider.PROCONNECT].is_away = True
    failed = site.visitor.send(page, "/identite/proconnect")
    assert failed.status_code == 503
    (link,) = re.findall(r'href="(/op/authorize/suite[^"]*)"', failed.text)
    answered = told(site.visitor.get(link.replace("&amp;", "&")))
    assert answered["error"] == "temporarily_unavailable"


@pytest.mark.parametrize(
    ("why", "error"), [("TOO_WEAK", "unmet_authentication_requirements"), ("x", "access_denied")]
)
def test_what_the_portal_is_told_is_of_a_closed_list(site, why, error):
    suite = site.asks().headers["Location"].partition("suite=")[2]
    answer = site.visitor.get(f"/op/authorize/suite?id={suite}&renonce={why}")
    assert told(answer)["error"] == error


# the second path

SECOND_PATH = "/identite/rattachement"
OWN_NUMBER = str(a_worker().nir.reveal())
GIVE_UP = {
    "fr": "Renoncer, et retourner au service d'où vous venez",
    "en": "Give up, and return to the service that you came from",
}


@pytest.fixture
def suite(site):
    """The request of a portal, for whose person civil status is not enough."""
    site.flow.people.workers[:] = [a_worker("CLAIRE")]
    suite = site.asks().headers["Location"].partition("suite=")[2]
    state = site.visitor.depart("franceconnect", suite=suite)
    answer = site.visitor.back(state, slug="franceconnect")
    assert answer.headers["Location"] == SECOND_PATH
    return suite


def way_back(page):
    """The one link by which the portal is told."""
    (link,) = re.findall(r'href="(/op/authorize/suite[^"]*)"', page.text)
    return link.replace("&amp;", "&")


def types(site, number):
    return site.visitor.send(site.visitor.get(SECOND_PATH), SECOND_PATH, nir=number)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("tries", [0, 1])
def test_whoever_is_asked_for_the_number_may_return_to_the_portal(site, suite, language, tries):
    for _ in range(tries):
        assert types(site, "1").status_code == 422
    page = site.visitor.get(f"{SECOND_PATH}?lang={language}")
    assert escape(GIVE_UP[language]) in page.text
    answer = site.visitor.get(way_back(page))
    assert answer.headers["Location"].startswith(f"{REDIRECT}?")
    assert told(answer) == {
        "error": "access_denied",
        "iss": f"{ADDRESS}/op",
        "state": "state-of-the-portal",
    }
    gone = site.visitor.get(SECOND_PATH)
    assert (gone.status_code, suite in gone.text) == (200, False), "the portal waits no more"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_whoever_typed_too_many_numbers_may_try_again_or_have_the_portal_told(
    site, suite, language
):
    page = site.visitor.get(f"{SECOND_PATH}?lang={language}")
    for _ in range(TRIES):
        last = site.visitor.send(page, SECOND_PATH, nir="1")
    assert last.status_code == 429
    assert escape(GIVE_UP[language]) in last.text
    assert f'href="/identite?suite={suite}"' in last.text
    answered = told(site.visitor.get(way_back(last)))
    assert (answered["error"], answered["state"]) == ("access_denied", "state-of-the-portal")
    assert site.visitor.get(f"/identite?suite={suite}").status_code == 404


def test_a_number_that_is_refused_leads_back_and_one_s_own_leads_on(site, suite):
    refused = types(site, "1")
    assert (refused.status_code, suite in way_back(refused)) == (422, True)
    entered = types(site, OWN_NUMBER)
    assert onward(entered) == f"/op/authorize/suite?id={suite}"
    assert "code" in told(site.visitor.get(onward(entered)))


def test_a_number_that_opens_a_disabled_account_leads_back_too(site, suite):
    types(site, OWN_NUMBER)
    (account_id,) = site.flow.accounts.accounts
    site.flow.life.disable(account_id)
    site.flow.providers[Provider.FRANCECONNECT].people["good"] = ("another", a_person())
    suite = site.asks().headers["Location"].partition("suite=")[2]
    state = site.visitor.depart("franceconnect", suite=suite)
    assert site.visitor.back(state, slug="franceconnect").headers["Location"] == SECOND_PATH
    failed = types(site, OWN_NUMBER)
    assert failed.status_code == 403
    assert told(site.visitor.get(way_back(failed)))["error"] == "access_denied"


@pytest.mark.parametrize("planted", ["x" * 43, "../../evil", '"><b>', f"{'x' * 43}.1"])
def test_a_request_that_no_portal_made_is_led_back_to_by_nobody(site, suite, planted):
    held = site.visitor.cookie("__Host-siseri-w")
    assert held.endswith(f".{suite}")
    site.visitor.hold("__Host-siseri-w", held.replace(suite, planted))
    page = site.visitor.get(SECOND_PATH)
    assert "/op/authorize/suite" not in page.text
    assert planted not in page.text
    site.visitor.hold("__Host-siseri-w", held)
    assert suite in way_back(site.visitor.get(SECOND_PATH))


def test_who_comes_from_no_portal_is_led_back_to_none(site):
    site.flow.people.workers[:] = [a_worker("CLAIRE")]
    site.visitor.back(site.visitor.depart("franceconnect"), slug="franceconnect")
    page = site.visitor.get(SECOND_PATH)
    assert (page.status_code, "/op/authorize/suite" in page.text) == (200, False)


# consent


@pytest.fixture
def private(tmp_path, flow):
    site = Site(tmp_path, flow, needs_consent=True, name="Portail d'un tiers <b>")
    site.visitor.sign_in()
    return site


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "Transmettre vos informations"), ("en", "Pass your information on")],
)
def test_consent_says_who_is_handed_what_in_both_languages(private, language, title):
    sent = private.asks(ui_locales=language)
    page = private.visitor.get(sent.headers["Location"])
    assert title in page.text, "in the language that the portal asked for"
    suite = form_of(page, "/op/authorize/suite")["id"]
    again = private.visitor.get(f"/op/authorize/suite?id={suite}&lang={language}")
    assert title in again.text
    assert "Portail d&#39;un tiers &lt;b&gt;" in again.text


@pytest.mark.parametrize(
    ("slug", "language", "who"),
    [
        ("proconnect", "fr", "Identification avec ProConnect (Anne MOREAU)."),
        ("proconnect", "en", "Signed in with ProConnect (Anne MOREAU)."),
        ("franceconnect", "fr", "Identification avec FranceConnect+."),
        ("franceconnect", "en", "Signed in with FranceConnect+."),
    ],
)
def test_consent_says_who_is_signed_in_and_lets_somebody_else_out(
    tmp_path, flow, slug, language, who
):
    """Of a worker the session keeps no name: the provider alone is said."""
    site = Site(tmp_path, flow, needs_consent=True)
    site.visitor.sign_in(slug)
    page = site.visitor.get(site.asks(ui_locales=language).headers["Location"])
    assert who in page.text
    out = re.search(r'<a href="(/identite/deconnexion)">([^<]+)</a>', page.text)
    assert out[2] == {"fr": "Ce n&#39;est pas vous\u00a0?", "en": "Not you?"}[language]
    assert form_of(site.visitor.get(out[1]), "/identite/deconnexion")


@pytest.mark.parametrize(("answer", "member"), [("oui", "code"), ("non", "error")])
def test_consent_is_answered_as_it_is_given(private, answer, member):
    page = private.asks()
    done = private.visitor.send(page, "/op/authorize/suite", reponse=answer)
    said = dict(parse_qsl(urlsplit(onward(done)).query))
    assert member in said
    assert said.get("error") in {None, "access_denied"}
    assert said["state"] == "state-of-the-portal"
    again = private.visitor.send(page, "/op/authorize/suite", reponse=answer)
    assert again.status_code == 404


def test_nobody_else_consents_in_ones_place(private):
    page = private.asks()
    fields = form_of(page, "/op/authorize/suite") | {"reponse": "oui"}
    stranger = Visitor(private.app)
    foreign = {"headers": {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}}
    for refused in (
        private.visitor.post("/op/authorize/suite", fields | {"jeton": ""}),
        private.visitor.post("/op/authorize/suite", fields | {"jeton": "0" * 64}),
        private.visitor.post("/op/authorize/suite", fields, **foreign),
        stranger.post("/op/authorize/suite", fields),
    ):
        assert refused.status_code == 403
        assert "Refresh" not in refused.headers
    stranger.sign_in()
    assert stranger.post("/op/authorize/suite", fields).status_code == 403
    done = private.visitor.post("/op/authorize/suite", fields)
    assert "code=" in onward(done)


# signing out


def test_a_portal_signs_out_here_then_at_the_provider_then_leads_back(site):
    site.visitor.sign_in()
    hint = site.exchange(site.code()).json["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER, "state": "s t"}
    gone = site.visitor.get(f"/op/logout?{urlencode(asked)}")
    there = urlsplit(gone.headers["Location"])
    assert there.netloc == "proconnect.invalid"
    assert site.visitor.cookie("__Host-siseri") is None
    assert site.asks().headers["Location"].startswith("/identite?suite=")
    state = dict(parse_qsl(there.query))["state"]
    forged = Visitor(site.app).get(f"/identite/deconnexion/retour?state={state}")
    assert forged.status_code == 400, "another browser is led nowhere"
    headed = site.visitor._client.head(
        f"/identite/deconnexion/retour?state={state}", base_url=ADDRESS
    )
    assert headed.status_code == 404, "and leads nowhere yet"
    back = site.visitor.get(f"/identite/deconnexion/retour?state={state}")
    assert back.headers["Location"] == f"{AFTER}?state=s+t"


def test_a_logout_by_a_form_of_the_portal_is_the_same_by_a_link(site):
    site.visitor.sign_in()
    hint = site.exchange(site.code()).json["id_token"]
    octets = urlencode({"id_token_hint": hint}).encode()
    answer = site.visitor.post("/op/logout", octets, content_type=FORM)
    assert answer.headers["Location"] == f"/op/logout?{octets.decode()}"
    assert site.visitor.cookie("__Host-siseri") is not None, "the form alone ends nothing"
    assert site.visitor.get(answer.headers["Location"]).status_code == 303


def test_nobody_is_signed_out_by_a_link_or_by_another_site(site):
    session = site.visitor.sign_in()
    page = site.visitor.get("/op/logout?client_id=portail&state=%3Cb%3E")
    assert page.status_code == 200
    assert "Portail SISERI" in page.text
    fields = form_of(page, "/op/logout/suite")
    refused = site.visitor.post("/op/logout/suite", fields | {"jeton": "0" * 64})
    assert refused.status_code == 403
    assert site.flow.flow.session(session) is not None
    done = site.visitor.send(page, "/op/logout/suite")
    assert onward(done).startswith("https://proconnect.invalid/")
    assert site.flow.flow.session(session) is None


def test_an_open_redirect_is_none_and_ends_nothing(site):
    session = site.visitor.sign_in()
    hint = site.exchange(site.code()).json["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.test/"}
    answer = site.visitor.get(f"/op/logout?{urlencode(asked)}")
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert site.flow.flow.session(session) is not None


def test_who_is_not_signed_in_is_told_so_and_keeps_open_forms(site):
    form = site.visitor.get("/identite")
    page = site.visitor.get("/op/logout")
    assert page.status_code == 200
    assert "Déconnexion faite" in page.text
    assert "Set-Cookie" not in page.headers
    assert onward(site.visitor.send(form, "/identite/proconnect")).startswith("https://proconnect")


# machines


def test_documents_are_public_and_cached_no_longer_than_a_key_is_announced(site):
    document = site.visitor.get("/op/.well-known/openid-configuration")
    keys = site.visitor.get("/op/jwks.json")
    assert document.json["issuer"] == f"{ADDRESS}/op"
    assert keys.json["keys"][0].keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (document.mimetype, keys.mimetype) == ("application/json", "application/jwk-set+json")
    assert {one.headers["Cache-Control"] for one in (document, keys)} == {"public, max-age=600"}
    assert "Set-Cookie" not in document.headers


def test_what_a_machine_is_answered_is_json_and_never_kept(site):
    site.visitor.sign_in()
    code = site.code()
    wrong = site.exchange(code, named={"content_type": "multipart/form-data"})
    by_query = site.exchange(code, path="/op/token?x=1")
    secret = site.exchange(code, named={"headers": {"Authorization": "Basic eA=="}})
    for answer in (wrong, by_query, secret):
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    unknown = site.exchange(code, client_assertion="x")
    assert unknown.status_code == 401
    assert unknown.headers["WWW-Authenticate"] == 'Bearer realm="siseri"'
    good = site.exchange(code)
    for answer in (wrong, unknown, good, site.userinfo("x" * 43)):
        assert answer.mimetype == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"
    assert site.visitor.get("/op/userinfo").headers["WWW-Authenticate"] == 'Bearer realm="siseri"'


MACHINES = (
    "/op/.well-known/openid-configuration",
    "/op/jwks.json",
    "/op/token",
    "/op/userinfo",
)


@pytest.mark.parametrize("path", MACHINES)
@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_a_method_that_a_machines_door_has_not_is_refused_without_a_page(site, path, method):
    answer = site.app.test_client().open(path, method=method, base_url=ADDRESS)
    assert (answer.status_code, answer.mimetype) == (405, "application/json")
    assert answer.json == {"error": "invalid_request"}
    assert answer.headers["Allow"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not {"Content-Language", "Set-Cookie"} & {*answer.headers.keys()}


def test_a_form_beyond_its_bound_and_a_fault_of_ours_are_told_to_a_machine_as_json(site):
    too_long = site.visitor.post("/op/token", b"a" * 17_000, content_type=FORM)
    assert (too_long.status_code, too_long.json) == (413, {"error": "invalid_request"})
    site.world.provider._userinfo = None  # whatever fails
    broken = site.userinfo("x" * 43)
    assert (broken.status_code, broken.json) == (500, {"error": "server_error"})
    person = site.app.test_client().delete("/op/authorize", base_url=ADDRESS)
    assert (person.status_code, person.mimetype) == (405, "text/html"), "people have a page"


def test_a_token_in_the_address_opens_nothing(site):
    site.visitor.sign_in()
    token = site.exchange(site.code()).json["access_token"]
    assert site.visitor.get(f"/op/userinfo?access_token={token}").status_code == 401
    assert site.visitor.post("/op/userinfo", {"access_token": token}).status_code == 401
    assert site.userinfo(token).status_code == 200


def test_a_database_that_is_away_is_told_in_the_answers_own_form(site):
    site.visitor.sign_in()
    code = site.code()

    class Away:
        def code(self, _digest):
            raise Overloaded("away", retry_after_s=7)

    grants = site.world.provider._server.grants
    kept, grants._kept = grants._kept, Away()
    answer = site.exchange(code)
    grants._kept = kept
    assert (answer.status_code, answer.json) == (503, {"error": "temporarily_unavailable"})
    assert answer.headers["Retry-After"] == "7"
    assert site.exchange(code).status_code == 200


def test_an_identity_that_cannot_be_entered_is_not_handed_over(site):
    site.visitor.sign_in()
    code = site.code()
    kept = site.world.kept
    kept.is_full = True
    answer = site.exchange(code)
    kept.is_full = False
    assert (answer.status_code, answer.json) == (503, {"error": "temporarily_unavailable"})
    assert answer.headers["Retry-After"]
    assert kept.handed == []
    assert site.exchange(code).status_code == 200
    assert [portal for portal, _ in kept.handed] == ["portail"]


def test_no_secret_and_nothing_of_a_person_is_logged(site):
    with structlog.testing.capture_logs() as lines:
        site.visitor.sign_in()
        code = site.code(state="marked-state", nonce="marked-nonce")
        given = site.exchange(code).json
        site.userinfo(given["access_token"])
        site.exchange(code)
        site.asks(redirect_uri="https://marked.test/")
        site.visitor.get(f"/op/logout?id_token_hint={given['id_token']}")
        site.flow.clock.advance(timedelta(hours=9))
        site.userinfo(given["access_token"])
    said = repr(lines)
    answered = {line["portal"] for line in lines if line["event"] == "portal.answered"}
    assert answered == {"portail"}
    assert {"portal.answered", "portal.token", "portal.userinfo", "portal.signed_out"} <= {
        line["event"] for line in lines
    }
    secrets = (code, given["access_token"], given["id_token"], "marked-")
    people = [text for _, who in SIGNS_IN.values() for text in (getattr(who, "email", ""),) if text]
    assert people
    assert not [text for text in (*secrets, *people) if text in said]


def test_a_browser_is_sent_to_the_registered_address_to_the_byte(tmp_path, flow):
    back = f"{REDIRECT}?b=a@b:/c,d;e='(z)'!$*+~&f"
    site = Site(tmp_path, flow, redirect_uris=(back,))
    response = site.asks(redirect_uri=back, prompt="none")
    assert response.headers["Location"].startswith(f"{back}&error=login_required&iss=")
