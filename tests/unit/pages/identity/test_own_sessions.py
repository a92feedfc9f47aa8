"""One's own sessions, and the way out: here first, then at the provider."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gateway.errors import Overloaded
from gateway.model.accounts import LONGEST_SESSION, EstablishmentContact
from gateway.model.contacts import Contact, ContactKind
from gateway.model.federation import Assurance, Provider, Strength
from tests.identities import EMPLOYER, an_authentication
from tests.unit.pages.identity.conftest import ADDRESS, Visitor, form_of

LIST = "/identite/sessions"
END = f"{LIST}/fin"
LEAVE = "/identite/deconnexion"


def left_with(answer):
    """The `state` that the provider brings back."""
    return parse_qs(urlsplit(answer.headers["refresh"].partition("url=")[2]).query)["state"][0]


def test_whoever_is_not_signed_in_is_led_to_the_choice(visitor):
    for path in (LIST, LEAVE):
        assert visitor.get(path).headers["location"] == "/identite"


def test_both_browsers_of_one_account_are_listed_and_this_one_is_named(visitor, another):
    visitor.sign_in()
    another.sign_in()
    page = visitor.get(LIST)
    assert page.text.count("Ce navigateur") == 1
    assert page.text.count("Autre navigateur") == 1


def test_nobody_s_session_id_stands_in_a_page(visitor, another):
    ids = [visitor.sign_in(), another.sign_in()]
    page = visitor.get(LIST)
    assert not any(session_id in page.text for session_id in ids)


def test_one_of_the_others_is_ended(visitor, another, portal):
    own, other = visitor.sign_in(), another.sign_in()
    answer = visitor.send(visitor.get(LIST), END)
    assert answer.headers["location"] == f"{LIST}?fini=1"
    assert portal.flow.session(other) is None
    assert portal.flow.session(own) is not None
    assert "C'est fait" in visitor.get(answer.headers["location"]).text.replace("&#39;", "'")


def test_all_others_are_ended_and_not_this_one(visitor, another, portal):
    own, others = visitor.sign_in(), []
    others.append(another.sign_in())
    another.hold("__Host-siseri", "")
    others.append(another.sign_in())
    fields = form_of(visitor.get(LIST), END)
    assert visitor.post(END, {**fields, "session": "autres"}).status_code == 303
    assert [portal.flow.session(one) for one in others] == [None, None]
    assert portal.flow.session(own) is not None


def test_a_session_of_somebody_else_is_not_ended(visitor, another, portal, app):
    stranger = Visitor(app)
    visitor.sign_in()
    other, theirs = another.sign_in(), stranger.sign_in("franceconnect")
    (seen,) = portal.flow.sessions_of(portal.flow.session(theirs))
    fields = form_of(visitor.get(LIST), END)
    assert visitor.post(END, {**fields, "session": seen.mark}).status_code == 303
    assert portal.flow.session(theirs) is not None
    assert visitor.post(END, fields).status_code == 303
    assert portal.flow.session(other) is None


def test_a_form_that_names_no_session_ends_none(visitor, another, portal):
    visitor.sign_in()
    other = another.sign_in()
    fields = form_of(visitor.get(LIST), END)
    assert visitor.post(END, {"jeton": fields["jeton"]}).status_code == 400
    assert visitor.post(END, {"jeton": fields["jeton"], "session": "nobody's"}).status_code == 303
    assert portal.flow.session(other) is not None


def test_a_session_ended_elsewhere_ends_nothing_and_leads_to_the_choice(visitor, another, portal):
    own = visitor.sign_in()
    other = another.sign_in()
    fields = form_of(visitor.get(LIST), END)
    portal.sessions.end(own)
    assert visitor.post(END, fields).headers["location"] == "/identite"
    assert portal.flow.session(other) is not None


@pytest.mark.parametrize(
    "by", [LONGEST_SESSION, timedelta(minutes=31)], ids=["eight-hours", "idle"]
)
def test_a_session_that_is_over_opens_nothing(visitor, portal, by):
    visitor.sign_in()
    assert visitor.get(LIST).status_code == 200
    portal.clock.advance(by)
    assert visitor.get(LIST).headers["location"] == "/identite"


def test_a_link_alone_signs_nobody_out(visitor, portal):
    session_id = visitor.sign_in()
    assert visitor.get(LEAVE).status_code == 200
    assert portal.flow.session(session_id) is not None


def test_signing_out_ends_it_here_before_the_provider_is_asked(visitor, portal):
    session_id = visitor.sign_in()
    answer = visitor.send(visitor.get(LEAVE), LEAVE)
    assert portal.flow.session(session_id) is None
    assert answer.headers["refresh"].startswith("0; url=https://proconnect.invalid/")
    assert visitor.cookie("__Host-siseri") is None
    back = visitor.get(f"{LEAVE}/retour", query_string={"state": left_with(answer)})
    assert back.status_code == 200
    assert "Déconnexion faite" in back.text


def test_who_does_not_come_back_from_the_provider_is_signed_out_here(visitor):
    visitor.sign_in()
    visitor.send(visitor.get(LEAVE), LEAVE)
    assert visitor.get(LIST).headers["location"] == "/identite"


@pytest.mark.parametrize("state", [None, "", "x" * 43, "é"])
def test_a_return_that_nobody_left_for_is_not_believed(visitor, state):
    visitor.sign_in()
    left = visitor.send(visitor.get(LEAVE), LEAVE)
    query = {} if state is None else {"state": state}
    assert visitor.get(f"{LEAVE}/retour", query_string=query).status_code == 400
    good = {"state": left_with(left)}
    assert visitor.get(f"{LEAVE}/retour", query_string=good).status_code == 200
    assert visitor.get(f"{LEAVE}/retour", query_string=good).status_code == 400


def test_asking_for_the_head_alone_does_not_end_a_sign_out(visitor):
    visitor.sign_in()
    left = visitor.send(visitor.get(LEAVE), LEAVE)
    back = f"{LEAVE}/retour?state={left_with(left)}"
    assert visitor._client.head(back, base_url=ADDRESS).status_code == 404
    assert visitor.get(back).status_code == 200


def test_a_return_of_another_browser_is_not_believed(visitor, another):
    visitor.sign_in()
    left = visitor.send(visitor.get(LEAVE), LEAVE)
    query = {"state": left_with(left)}
    assert another.get(f"{LEAVE}/retour", query_string=query).status_code == 400


def test_a_provider_without_a_way_out_ends_here(visitor, portal):
    session_id = visitor.sign_in()
    page = visitor.get(LEAVE)
    del portal.providers[Provider.PROCONNECT]
    answer = visitor.send(page, LEAVE)
    assert answer.status_code == 200
    assert "refresh" not in answer.headers
    assert portal.flow.session(session_id) is None


def test_a_session_that_cannot_be_ended_is_not_said_to_be(visitor, portal):
    class Full:
        def __init__(self, real):
            self._real = real

        def __getattr__(self, name):
            return getattr(self._real, name)

        def end(self, _session_id):
            raise Overloaded

    session_id = visitor.sign_in()
    page = visitor.get(LEAVE)
    portal.flow._sessions = Full(portal.sessions)
    assert visitor.send(page, LEAVE).status_code == 503
    assert visitor.cookie("__Host-siseri") == session_id


def test_a_role_that_asks_for_more_is_offered_and_then_asked_for(visitor, portal):
    contact = Contact(
        kind=ContactKind.PHYSICIAN, name="Dr MOREAU Anne", email="anne.moreau@exemple.fr"
    )
    portal.people.contacts.append(EstablishmentContact(employer=EMPLOYER, contact=contact))
    session_id = visitor.sign_in()
    assert "Médecin du travail" in visitor.get(LIST).text
    weak = an_authentication(Assurance.LOW, Strength.SINGLE)
    session = portal.sessions._kept[session_id]
    portal.sessions._kept[session_id] = msgspec.structs.replace(session, authentication=weak)
    page = visitor.get(LIST)
    assert "identification plus forte" in page.text
    visitor.send(page, "/identite/proconnect")
    (attempt,) = portal.attempts._kept.values()
    assert attempt.wish.least_assurance is Assurance.SUBSTANTIAL


def test_who_lacks_the_level_to_represent_steps_up_or_is_certified(visitor, portal):
    stated = Contact(
        kind=ContactKind.LEGAL_REPRESENTATIVE,
        name="MOREAU Anne",
        email="anne.moreau@exemple.fr",
    )
    portal.people.contacts.append(EstablishmentContact(employer=EMPLOYER, contact=stated))
    visitor.sign_in()
    for name, session in portal.sessions._kept.items():
        weak = an_authentication(Assurance.LOW, Strength.WEAK_MFA)
        portal.sessions._kept[name] = msgspec.structs.replace(session, authentication=weak)
    page = visitor.get("/identite/sessions")
    asked = {}
    way = r'<form method="post" action="/identite/proconnect".*?</form>'
    for form in re.findall(way, page.text, re.DOTALL):
        before = set(portal.attempts._kept)
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        assert visitor.post("/identite/proconnect", fields).status_code == 200
        (made,) = set(portal.attempts._kept) - before
        asked[fields.get("certification")] = portal.attempts._kept[made].wish
    assert asked[None].least_assurance is Assurance.SUBSTANTIAL
    assert not asked[None].needs_certified_role
    assert asked["oui"].needs_certified_role
