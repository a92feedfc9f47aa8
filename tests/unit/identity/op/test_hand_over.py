"""What a portal is handed: the code flow of OpenID Connect Core 1.0, from request to userinfo."""

import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import quote_plus, urlencode

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import KeySet, RSAKey

from gateway.identity.op.outcomes import AskConsent, GoBack, SignInFirst, Unanswerable
from gateway.model.accounts import Right, Rights, Role
from gateway.model.federation import Provider
from gateway.model.portal import HandOver
from signing.oauth.identity_keys import LEAD, new_identity_key
from tests.portal import AFTER, ISSUER, REDIRECT, World, a_portal, portal_key

STATE, ISS = "state-of-the-portal", quote_plus(ISSUER)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_code_goes_back_with_the_state_and_who_answers(world):
    outcome = world.authorize(world.flow.enter())
    assert outcome.address.startswith(f"{REDIRECT}?")
    told = world.told(outcome)
    assert told.keys() == {"code", "state", "iss"}
    assert (told["state"], told["iss"]) == ("state-of-the-portal", ISSUER)
    assert len(told["code"]) == 43


@pytest.mark.parametrize("state", ["é".encode().hex(), "a b&c=d#e?f/%41+", '{"x": [1, "~"]}'])
def test_state_and_nonce_come_back_to_the_character(world, state):
    session = world.flow.enter()
    told = world.told(world.authorize(session, state=state, nonce=state))
    assert told["state"] == state
    claims, _ = world.identity(world.exchange(told["code"]).form["id_token"])
    assert claims["nonce"] == state


QUERIES = {
    "none": "",
    "plain": "?suite=a",
    "a name alone": "?suite",
    "no value": "?suite=&b=1",
    "twice": "?a=1&a=1",
    "what an encoder changes": "?b=a@b:/c,d;e='(z)'!$*+~",
    "a mark of its own": "?b=?&c=/",
    "ended by a separator": "?b=1&",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_the_registered_address_comes_back_to_the_byte_with_our_parameters_after(tmp_path, query):
    back, after = f"{REDIRECT};v=1,2{query}", f"{AFTER}{query}"
    world = World(tmp_path, redirect_uris=(back,), post_logout_redirect_uris=(after,))
    joint = "&" if query else "?"
    session = world.flow.enter()
    given = world.authorize(session, redirect_uri=back)
    assert re.fullmatch(
        re.escape(f"{back}{joint}code=") + r"[\w-]{43}" + re.escape(f"&state={STATE}&iss={ISS}"),
        given.address,
    )
    code = given.address.removeprefix(f"{back}{joint}code=")[:43]
    assert world.exchange(code, redirect_uri=back).status == 200
    refused = world.authorize(None, redirect_uri=back, prompt="none")
    assert refused.address == f"{back}{joint}error=login_required&iss={ISS}&state={STATE}"
    world.flow.leads_to = None
    asked = {"client_id": "portail", "post_logout_redirect_uri": after, "state": "a b&c=é"}
    done = world.provider.sign_out(urlencode(asked).encode(), session, is_agreed=True)
    assert done.address == f"{after}{joint}state=a+b%26c%3D%C3%A9"


def test_the_identity_token_tells_who_when_how_and_nothing_else(world):
    session = world.flow.enter("eidas2")
    world.clock.advance(timedelta(minutes=3))
    given = world.tokens(session)
    assert given.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 300)
    assert given["scope"] == "openid siseri siseri_worker profile"
    claims, header = world.identity(given["id_token"])
    now = int(world.clock.now().timestamp())
    half = hashlib.sha256(given["access_token"].encode()).digest()[:16]
    assert (header["alg"], header["typ"]) == ("ES256", "JWT")
    assert claims == {
        "iss": ISSUER,
        "aud": "portail",
        "sub": claims["sub"],
        "iat": now,
        "exp": now + 300,
        "auth_time": now - 180,
        "nonce": "nonce-of-the-portal",
        "acr": "eidas2",
        "amr": ["pwd", "mfa"],
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


def test_acr_is_carried_through_unchanged_and_amr_left_out_where_none_was_said(world):
    for acr in ("eidas1", "eidas3", "https://proconnect.gouv.fr/assurance/certification-dirigeant"):
        claims, _ = world.identity(world.tokens(world.flow.enter(acr))["id_token"])
        assert claims["acr"] == acr
        assert ("amr" in claims) == (acr == "eidas3")


def test_an_identity_is_handed_over_where_a_code_becomes_tokens_and_nowhere_else(world):
    session = world.flow.enter("eidas3")
    code = world.code(session, scope="openid siseri")
    assert world.exchange(code, assertion=world.assertion(iss="autre")).status == 401
    assert world.exchange(world.code(session), code_verifier="w" * 64).status == 400
    assert world.kept.handed == []
    given = world.exchange(code)
    world.userinfo(given.form["access_token"])
    handed = HandOver(account_id="account-1", acr="eidas3", scopes=("openid", "siseri"))
    assert world.kept.handed == [("portail", handed)]
    assert world.exchange(code).status == 400
    assert len(world.kept.handed) == 1


@pytest.mark.parametrize(
    "go_on",
    [
        lambda world, waits: world.provider.resume(waits, world.flow.enter()),
        lambda world, waits: world.provider.consented(waits, world.flow.enter(), is_given=True),
        lambda world, waits: world.provider.given_up(waits, "TOO_WEAK"),
    ],
)
def test_nobody_is_sent_to_an_address_that_the_portal_had_when_it_asked(world, go_on):
    waits, other = (world.authorize(None).request_id for _ in range(2))
    elsewhere = f"{REDIRECT}/nouveau"
    world.portals.replace_addresses(a_portal(redirect_uris=(elsewhere,)))
    assert go_on(world, waits) is Unanswerable.OVER
    assert world.provider.name_of(waits) is None
    assert world.authorize(world.flow.enter()) is Unanswerable.UNKNOWN_ADDRESS
    world.portals.replace_addresses(a_portal(redirect_uris=(elsewhere, REDIRECT)))
    assert go_on(world, other).address.startswith(f"{REDIRECT}?")
    assert world.told(world.authorize(world.flow.enter(), redirect_uri=elsewhere))["code"]


def test_without_a_nonce_there_is_none(world):
    claims, _ = world.identity(world.tokens(world.flow.enter(), nonce=None)["id_token"])
    assert "nonce" not in claims


def test_userinfo_hands_over_the_roles_of_this_moment_by_scope(world):
    session = world.flow.enter()
    token = world.tokens(session)["access_token"]
    answer = world.userinfo(token)
    assert answer.status == 200
    roles = [{"role": "CRP", "establishments": ["73282932000074"]}]
    assert answer.form == {
        "sub": answer.form["sub"],
        "siseri_roles": roles,
        "given_name": "Marie Anne",
        "family_name": "Dupont",
    }, "a role that is withheld is not told, nor an address of mail"
    world.flow.given = Rights()
    assert world.userinfo(token).form["siseri_roles"] == []
    alone = world.userinfo(world.tokens(session, scope="openid")["access_token"])
    assert alone.form.keys() == {"sub"}


OTHERS = "https://autre.exemple.test/retour"


def handed_to_another(world, session):
    """The scope and the claims of a portal of another sector, which asks for all there is."""
    code = world.code(session, client_id="autre", redirect_uri=OTHERS)
    proof = world.assertion(iss="autre", sub="autre")
    form = world.exchange(code, redirect_uri=OTHERS, assertion=proof).form
    return form["scope"], world.userinfo(form["access_token"]).form


def test_no_two_sectors_can_join_a_worker_unless_both_are_registered_for_it(world):
    world.flow.given = Rights(given=(Right(role=Role.WORKER),), worker_id="w-1")
    session = world.flow.enter(provider=Provider.FRANCECONNECT)
    own = world.userinfo(world.tokens(session)["access_token"]).form
    assert own["siseri_worker_id"] == "w-1"
    world.portals.replace_scopes(a_portal(id="autre", scopes=()))
    scope, others = handed_to_another(world, session)
    assert (scope, others.keys()) == ("openid", {"sub"}), "nothing was registered"
    world.portals.replace_scopes(a_portal(id="autre", scopes=("siseri", "profile")))
    scope, others = handed_to_another(world, session)
    assert scope == "openid siseri profile"
    assert others.keys() == {"sub", "siseri_roles"}
    assert others["sub"] != own["sub"]


def test_what_a_portal_is_registered_for_no_more_is_not_told_by_what_it_was_given(world):
    token = world.tokens(world.flow.enter())["access_token"]
    assert world.userinfo(token).form.keys() > {"sub", "siseri_roles", "given_name"}
    world.portals.replace_scopes(a_portal(scopes=("siseri",)))
    assert world.userinfo(token).form.keys() == {"sub", "siseri_roles"}
    world.portals.replace_scopes(a_portal())
    assert "given_name" in world.userinfo(token).form


def test_a_worker_is_handed_over_by_the_pseudonym_of_the_register(world):
    world.flow.given = Rights(given=(Right(role=Role.WORKER),), worker_id="w-1")
    session = world.flow.enter(provider=Provider.FRANCECONNECT)
    form = world.userinfo(world.tokens(session)["access_token"]).form
    assert form == {
        "sub": form["sub"],
        "siseri_roles": [{"role": "WORKER", "establishments": []}],
        "siseri_worker_id": "w-1",
    }


def test_each_sector_knows_an_account_by_another_name_that_never_changes(world):
    session = world.flow.enter()
    one = world.userinfo(world.tokens(session)["access_token"]).form["sub"]
    new_identity_key(world.keys, now=world.clock.now(), is_compromised=True)
    again = world.flow.enter("eidas3")
    assert world.userinfo(world.tokens(again)["access_token"]).form["sub"] == one
    elsewhere = {"client_id": "autre", "redirect_uri": "https://autre.exemple.test/retour"}
    code = world.code(again, **elsewhere)
    given = world.exchange(
        code,
        redirect_uri=elsewhere["redirect_uri"],
        assertion=world.assertion(iss="autre", sub="autre"),
    )
    assert world.userinfo(given.form["access_token"]).form["sub"] != one
    other = world.flow.enter(account="account-2")
    assert world.userinfo(world.tokens(other)["access_token"]).form["sub"] != one


def test_a_portal_may_sign_by_ps256(tmp_path):
    key = RSAKey.generate_key(3072, {"kid": "rsa"})
    world = World(tmp_path, keys=(portal_key(key),))
    assertion = world.assertion(key=key, header={"alg": "PS256", "kid": "rsa"})
    code = world.code(world.flow.enter())
    assert world.exchange(code, assertion=assertion).status == 200


def test_an_access_token_lives_for_five_minutes_and_no_longer_than_its_session(world):
    session = world.flow.enter()
    token = world.tokens(session)["access_token"]
    world.clock.advance(timedelta(minutes=5))
    assert world.userinfo(token).status == 200
    world.clock.advance(timedelta(milliseconds=1))
    over = world.userinfo(token)
    assert (over.status, over.form) == (401, {"error": "invalid_token"})
    assert 'error="invalid_token"' in over.challenge
    second = world.tokens(session)["access_token"]
    world.flow.leave(session, state="s")
    assert world.userinfo(second).status == 401


def test_a_code_lives_for_a_minute_and_no_longer_than_its_session(world):
    session = world.flow.enter()
    in_time, late = world.code(session), world.code(session)
    world.clock.advance(timedelta(seconds=60))
    assert world.exchange(in_time).status == 200
    world.clock.advance(timedelta(milliseconds=1))
    assert world.exchange(late).form["error"] == "invalid_grant"
    orphan = world.code(session)
    world.flow.leave(session, state="s")
    assert world.exchange(orphan).form["error"] == "invalid_grant"


def test_a_removed_portal_is_given_nothing_any_more(world):
    session = world.flow.enter()
    code, token = world.code(session), world.tokens(session)["access_token"]
    waiting = world.authorize(None)
    world.portals.remove("portail")
    assert world.exchange(code).form["error"] == "invalid_client"
    assert world.userinfo(token).status == 401
    assert world.authorize(session) is Unanswerable.UNKNOWN_PORTAL
    assert world.provider.wish_of(waiting.request_id) is None, "nobody signs in for it"
    assert world.provider.resume(waiting.request_id, session) is Unanswerable.OVER


def test_who_is_not_signed_in_signs_in_and_comes_back_to_it(world):
    first = world.authorize(None)
    assert isinstance(first, SignInFirst)
    assert world.provider.wish_of(first.request_id) is not None
    again = world.provider.resume(first.request_id, None)
    assert again == first, "who comes back without a session is sent once more"
    session = world.flow.enter()
    back = world.provider.resume(first.request_id, session)
    assert world.told(back)["state"] == "state-of-the-portal"
    assert world.provider.resume(first.request_id, session) is Unanswerable.OVER
    assert world.provider.wish_of(first.request_id) is None


def test_consent_is_asked_where_the_portal_needs_it_and_answers_as_given(tmp_path):
    world = World(tmp_path, needs_consent=True)
    session = world.flow.enter()
    asked = world.authorize(session)
    assert isinstance(asked, AskConsent)
    assert (asked.portal_name, asked.scopes) == (
        "Portail SISERI",
        ("openid", "siseri", "siseri_worker", "profile"),
    )
    no = world.provider.consented(asked.request_id, session, is_given=False)
    assert world.told(no)["error"] == "access_denied"
    asked = world.authorize(session)
    yes = world.provider.consented(asked.request_id, session, is_given=True)
    assert "code" in world.told(yes)
    assert world.provider.consented(asked.request_id, session, is_given=True) is Unanswerable.OVER
    assert world.told(world.authorize(session, prompt="none"))["error"] == "consent_required"


def test_consent_to_a_request_of_which_the_session_is_over_signs_in_first(tmp_path):
    world = World(tmp_path, needs_consent=True)
    asked = world.authorize(world.flow.enter())
    assert isinstance(world.provider.consented(asked.request_id, None, is_given=True), SignInFirst)


def test_our_keys_rotate_and_no_token_fails_nor_any_that_was_given(world):
    """A portal that keeps the set for up to the lead knows each key before it signs."""
    session = world.flow.enter()
    known = world.provider.keys()
    first = world.tokens(session)["id_token"]
    for _ in range(3):
        new_identity_key(world.keys, now=world.clock.now())
        before = {key["kid"] for key in known["keys"]}
        assert world.identity(world.tokens(session)["id_token"])[1]["kid"] in before
        world.clock.advance(LEAD - timedelta(milliseconds=1))
        known = world.provider.keys()
        world.clock.advance(timedelta(milliseconds=1))
        _, header = world.identity(world.tokens(session)["id_token"])
        assert header["kid"] in {key["kid"] for key in known["keys"]}
        assert header["kid"] == known["keys"][-1]["kid"]
    hinted = world.authorize(session, id_token_hint=first)
    assert isinstance(hinted, GoBack)


def test_of_200_sign_ins_under_ten_rotations_none_fails_a_portal_that_keeps_the_set(world):
    """It reads our keys every ten minutes, as long as we say that they may be kept."""
    read_at, kids = None, set()
    for number in range(200):
        if number % 20 == 0:
            new_identity_key(world.keys, now=world.clock.now())
        if read_at is None or world.clock.now() - read_at >= timedelta(minutes=10):
            known, read_at = KeySet.import_key_set(world.provider.keys()), world.clock.now()
        token = world.tokens(world.flow.enter(account=f"account-{number}"))["id_token"]
        proven = jws.deserialize_compact(token, known, algorithms=["ES256"])
        kids.add(proven.headers()["kid"])
        world.clock.advance(timedelta(minutes=4))
    assert len(kids) == 11


def test_a_key_that_others_may_have_signs_and_verifies_nothing_any_more(world):
    session = world.flow.enter()
    stolen = world.tokens(session)["id_token"]
    new_identity_key(world.keys, now=world.clock.now())
    new_identity_key(world.keys, now=world.clock.now(), is_compromised=True)
    world.clock.advance(timedelta(seconds=1))
    assert world.told(world.authorize(session, id_token_hint=stolen))["error"] == "invalid_request"
    assert len(world.provider.keys()["keys"]) == 1
    assert world.identity(world.tokens(session)["id_token"])


def test_discovery_names_every_endpoint_under_the_issuer(world):
    document = world.provider.metadata()
    assert document["issuer"] == ISSUER
    named = {name: at for name, at in document.items() if name.endswith(("_endpoint", "_uri"))}
    assert set(named.values()) == {
        f"{ISSUER}/{path}" for path in ("authorize", "token", "userinfo", "jwks.json", "logout")
    }


def test_nothing_shows_what_it_holds(world):
    session = world.flow.enter()
    request = world.provider._requests
    asked = world.authorize(None)
    told = [repr(session), repr(request.find(asked.request_id)), repr(a_portal())]
    assert all(text.endswith("(…)") for text in told)
    assert AFTER not in "".join(told)
    assert msgspec.structs.asdict(a_portal())["post_logout_redirect_uris"] == (AFTER,)
