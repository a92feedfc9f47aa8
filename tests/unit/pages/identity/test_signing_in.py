"""To a provider and back: who gets in, and what this browser then holds."""

import msgspec
import pytest

from gateway.model.federation import Assurance, Provider, SignInWish
from gateway.pages.identity.app import create_app
from gateway.pages.identity.shell import Shell
from tests.signing_in import Portal
from tests.unit.pages.identity.conftest import ADDRESS, PORTAL_ID, REGISTER, Visitor, a_worker


@pytest.mark.parametrize("slug", ["proconnect", "franceconnect"])
def test_whoever_signs_in_holds_a_session_under_a_host_cookie(visitor, portal, slug):
    session_id = visitor.sign_in(slug)
    assert portal.flow.session(session_id).provider is Provider(slug.upper())
    assert visitor.answers[-1].headers["location"] == "/identite/sessions"
    for cookie in visitor.cookies().values():
        assert cookie.key.startswith("__Host-siseri")
        assert cookie.secure
        assert cookie.http_only
        assert cookie.path == "/"
    for answer in visitor.answers:
        assert not any("domain=" in said.lower() for said in answer.headers.getlist("set-cookie"))
    assert visitor.get("/identite/sessions").status_code == 200


def test_signing_in_again_ends_the_session_that_the_browser_held(visitor, portal):
    first = visitor.sign_in()
    second = visitor.sign_in("franceconnect")
    assert second != first
    assert portal.flow.session(first) is None


def test_one_provider_is_offered_where_one_is_configured():
    portal = Portal()
    del portal.providers[Provider.PROCONNECT]
    shell = Shell(signing_in=portal.flow, public_address=ADDRESS, register=REGISTER)
    visitor = Visitor(create_app(shell=shell))
    page = visitor.get("/identite")
    assert "FranceConnect+" in page.text
    assert "ProConnect" not in page.text
    assert visitor.get("/identite/proconnect/retour").status_code == 404


def test_a_request_of_the_portal_is_continued_with_what_it_asks_for(visitor, portal, wishes):
    wishes[PORTAL_ID] = SignInWish(least_assurance=Assurance.HIGH)
    state = visitor.depart(suite=PORTAL_ID)
    (attempt,) = portal.attempts._kept.values()
    assert attempt.wish == wishes[PORTAL_ID]
    assert visitor.back(state).headers["location"] == f"/op/authorize/suite?id={PORTAL_ID}"


@pytest.mark.parametrize("suite", [PORTAL_ID, "https://ailleurs.invalid", "../x"])
def test_a_request_that_the_portal_did_not_make_is_not_continued(visitor, suite):
    assert visitor.get("/identite", query_string={"suite": suite}).status_code == 404


@pytest.mark.parametrize(
    "path", ["https://ailleurs.invalid/", "//ailleurs.invalid", "/op/authorize/suite?id=x", "/v1"]
)
def test_nobody_is_led_to_a_path_that_is_not_on_the_list(visitor, portal, path):
    state = visitor.depart()
    ((name, attempt),) = portal.attempts._kept.items()
    portal.attempts._kept[name] = msgspec.structs.replace(attempt, return_to=path)
    assert visitor.back(state).headers["location"] == "/identite/sessions"


def test_who_is_not_told_by_civil_status_alone_types_the_number(visitor, portal):
    portal.people.workers[:] = [a_worker("CLAIRE")]
    asked = visitor.back(visitor.depart("franceconnect"), slug="franceconnect")
    assert asked.headers["location"] == "/identite/rattachement"
    page = visitor.get("/identite/rattachement")
    assert 'name="nir"' in page.text
    assert 'autocomplete="off"' in page.text
