"""A form is taken from the browser that was shown it on our page, and from no other."""

import pytest

from gateway.model.federation import Provider
from tests.unit.pages.identity.conftest import ADDRESS, form_of

WAY = "/identite/proconnect"
LEFT = "/identite/deconnexion"
CROSS_SITE = {
    "another-site": {"sec-fetch-site": "cross-site"},
    "another-host-of-the-domain": {"sec-fetch-site": "same-site"},
    "an-address-that-was-typed": {"sec-fetch-site": "none"},
    "another-origin": {"origin": "https://ailleurs.invalid"},
    "our-name-without-tls": {"origin": ADDRESS.replace("https", "http")},
    "a-longer-name": {"origin": f"{ADDRESS}.ailleurs.invalid"},
    "another-origin-that-says-to-be-ours": {
        "origin": "https://ailleurs.invalid",
        "sec-fetch-site": "same-origin",
    },
}
OURS = {
    "an-old-browser": {},
    "under-no-referrer": {"origin": "null", "sec-fetch-site": "same-origin"},
    "with-its-origin": {"origin": ADDRESS, "sec-fetch-site": "same-origin"},
}


def departures(portal):
    return len(portal.attempts._kept)


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_our_own_form_is_taken(visitor, portal, headers):
    fields = form_of(visitor.get("/identite"), WAY)
    assert visitor.post(WAY, fields, headers=headers).status_code == 200
    assert departures(portal) == 1


@pytest.mark.parametrize("headers", CROSS_SITE.values(), ids=CROSS_SITE)
def test_what_another_site_makes_a_browser_send_is_not_taken(visitor, portal, headers):
    fields = form_of(visitor.get("/identite"), WAY)
    assert visitor.post(WAY, fields, headers=headers).status_code == 403
    assert departures(portal) == 0
    assert visitor.post(WAY, fields).status_code == 200


def test_a_form_without_its_token_is_not_taken(visitor, portal):
    visitor.get("/identite")
    assert visitor.post(WAY, {"role": "CES"}).status_code == 403
    assert visitor.post(WAY, {"jeton": ""}).status_code == 403
    assert visitor.post(WAY, {"jeton": "0" * 64}).status_code == 403
    assert visitor.post(WAY, {"jeton": "é" * 32}).status_code == 403
    assert departures(portal) == 0


def test_a_token_of_another_browser_is_not_taken(visitor, another, portal):
    another.get("/identite")
    fields = form_of(visitor.get("/identite"), WAY)
    assert another.post(WAY, fields).status_code == 403
    assert departures(portal) == 0
    assert visitor.post(WAY, fields).status_code == 200


def test_a_token_is_not_taken_by_a_browser_that_holds_no_secret(another, visitor):
    fields = form_of(visitor.get("/identite"), WAY)
    assert another.post(WAY, fields).status_code == 403


def test_a_token_of_another_form_is_not_taken(visitor, portal):
    page = visitor.get("/identite")
    fields = form_of(page, "/identite/franceconnect")
    assert visitor.post(WAY, fields).status_code == 403
    assert departures(portal) == 0


def test_a_form_shown_before_somebody_signed_in_is_not_taken_after(visitor):
    fields = form_of(visitor.get("/identite"), WAY)
    visitor.sign_in()
    visitor.get("/identite")
    assert visitor.post(WAY, fields).status_code == 403


def test_two_tabs_hold_forms_that_are_both_taken(visitor, portal):
    first = form_of(visitor.get("/identite"), WAY)
    second = form_of(visitor.get("/identite"), WAY)
    assert visitor.post(WAY, first).status_code == 200
    assert visitor.post(WAY, second).status_code == 200
    assert departures(portal) == 2


@pytest.mark.parametrize(
    "path",
    [WAY, "/identite/rattachement", "/identite/sessions/fin", LEFT, "/identite/franceconnect"],
)
def test_no_form_of_anybody_is_taken_without_its_token(visitor, portal, path):
    session_id = visitor.sign_in()
    answer = visitor.post(path, {"session": "autres", "nir": "1"})
    assert answer.status_code in {400, 403}
    assert portal.flow.session(session_id) is not None
    assert departures(portal) == 0


BROKEN = {
    "repeated": b"jeton=%s&jeton=%s",
    "unknown": b"jeton=%s&autre=1",
    "no-form": b"jeton=%s&\x00",
    "no-text": b"jeton=%s&suite=%%ff",
    "control": b"jeton=%s&suite=%%0d%%0aLocation",
    "too-long": b"jeton=%s&suite=" + b"a" * 65,
    "too-many": b"jeton=%s" + b"".join(b"&n%d=1" % number for number in range(16)),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_form_that_says_a_thing_twice_or_more_than_it_may_is_not_read(visitor, portal, body):
    token = form_of(visitor.get("/identite"), WAY)["jeton"].encode()
    sent = body.replace(b"%s", token).replace(b"%%", b"%")
    kind = "application/x-www-form-urlencoded"
    assert visitor.post(WAY, data=sent, content_type=kind).status_code == 400
    assert departures(portal) == 0
    assert visitor.post(WAY, data=b"jeton=" + token, content_type=kind).status_code == 200


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/json", "text/plain", None])
def test_a_form_in_another_encoding_is_not_read(visitor, kind):
    token = form_of(visitor.get("/identite"), WAY)["jeton"]
    assert visitor.post(WAY, data=f"jeton={token}", content_type=kind).status_code == 400


def test_a_body_longer_than_any_form_is_not_read(visitor):
    kind = "application/x-www-form-urlencoded"
    answer = visitor.post(WAY, data=b"a" * (16 * 1024 + 1), content_type=kind)
    assert answer.status_code == 413


def test_a_role_that_nobody_withholds_asks_for_no_more_than_any_sign_in(visitor, portal):
    visitor.sign_in()
    page = visitor.get("/identite")
    assert visitor.send(page, WAY, role="PHYSICIAN").status_code == 200
    (attempt,) = portal.attempts._kept.values()
    assert attempt.provider is Provider.PROCONNECT
    assert not attempt.wish.needs_certified_role
