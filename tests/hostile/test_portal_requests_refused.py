"""Lies to the provider that portals see, each with its own refusal, and the truth taken after."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway.identity.op.levels import CERTIFIED_ROLE
from gateway.identity.op.outcomes import GoBack, SignedOut, SignInFirst, Unanswerable
from gateway.model.federation import Assurance, Provider
from signing.oauth.identity_keys import IdentityKeys
from tests.fake_portals import MemoryPortalGrants
from tests.fakes import FixedClock
from tests.portal import AFTER, REDIRECT, VERIFIER, World, challenge_of


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def session(world):
    return world.flow.enter()


HOST = "portail.exemple.test"
ADDRESSES = {
    "of another host": "https://evil.test/connexion/retour",
    "a prefix": REDIRECT[:-1],
    "longer": f"{REDIRECT}/",
    "a path below": f"{REDIRECT}/../../evil",
    "a query": f"{REDIRECT}?x=1",
    "an empty query": f"{REDIRECT}?",
    "a fragment": f"{REDIRECT}#x",
    "an empty fragment": f"{REDIRECT}#",
    "userinfo": f"https://user@{HOST}/connexion/retour",
    "the host as userinfo": f"https://{HOST}@evil.test/connexion/retour",
    "the host as a subdomain": f"https://{HOST}.evil.test/connexion/retour",
    "a default port": f"https://{HOST}:443/connexion/retour",
    "another port": f"https://{HOST}:8443/connexion/retour",
    "plain": REDIRECT.replace("https", "http"),
    "a scheme in capitals": REDIRECT.replace("https", "HTTPS"),
    "a host in capitals": REDIRECT.replace(HOST, HOST.upper()),
    "a letter encoded": REDIRECT.replace("/connexion", "/%63onnexion"),
    "a slash encoded": REDIRECT.replace("/retour", "%2Fretour"),
    "a dot segment": REDIRECT.replace("/connexion", "/./connexion"),
    "a backslash": REDIRECT.replace(f"{HOST}/", f"{HOST}\\"),
    "a blank before": f" {REDIRECT}",
    "a line break after": f"{REDIRECT}\n",
    "a zero after": f"{REDIRECT}\0",
    "script": "javascript:alert(1)",
    "the loopback": "http://127.0.0.1/connexion/retour",
    "another portal's": "https://autre.exemple.test/retour",
    "none": None,
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_is_not_registered_to_the_character_is_never_gone_to(
    world, session, address
):
    assert world.authorize(session, redirect_uri=address) is Unanswerable.UNKNOWN_ADDRESS
    assert world.authorize(None, redirect_uri=address, prompt="none") is (
        Unanswerable.UNKNOWN_ADDRESS
    )
    assert world.authorize(session).address.startswith(f"{REDIRECT}?")


@pytest.mark.parametrize("client_id", ["portail2", "PORTAIL", "portail ", "", None])
def test_a_portal_that_is_none_is_not_answered(world, session, client_id):
    assert world.authorize(session, client_id=client_id) is Unanswerable.UNKNOWN_PORTAL
    assert isinstance(world.authorize(session), GoBack)


@pytest.mark.parametrize(
    "name", ["client_id", "redirect_uri", "state", "scope", "response_type", "code_challenge", "x"]
)
def test_a_parameter_twice_is_answered_to_nobody(world, session, name):
    octets = world.asked(x="1")
    twice = octets + b"&" + urlencode({name: "y"}).encode()
    assert world.provider.authorize(twice, session) is Unanswerable.MALFORMED
    assert isinstance(world.provider.authorize(octets, session), GoBack)


@pytest.mark.parametrize("octets", [b"a", b"client_id=%", b"client_id=%ff", b"\xff=1", b"a=1;b= 2"])
def test_what_is_no_form_is_answered_to_nobody(world, session, octets):
    assert world.provider.authorize(octets, session) is Unanswerable.MALFORMED


@pytest.mark.parametrize("state", ["é", "a\nb", "x" * 1025])
def test_a_state_that_could_not_be_given_back_exactly_is_not_taken(world, session, state):
    assert world.authorize(session, state=state) is Unanswerable.MALFORMED
    told = world.told(world.authorize(session, state="x" * 1024))
    assert told["state"] == "x" * 1024


def _claims(**id_token):
    return json.dumps({"id_token": id_token})


TOLD = {
    "a request object": ({"request": "e30.e30."}, "request_not_supported"),
    "a request by reference": (
        {"request_uri": "https://evil.test/r"},
        "request_uri_not_supported",
    ),
    "a registration": ({"registration": "{}"}, "registration_not_supported"),
    "no response type": ({"response_type": None}, "invalid_request"),
    "implicit": ({"response_type": "id_token"}, "unsupported_response_type"),
    "a token": ({"response_type": "token"}, "unsupported_response_type"),
    "hybrid": ({"response_type": "code id_token"}, "unsupported_response_type"),
    "code twice": ({"response_type": "code code"}, "unsupported_response_type"),
    "none at all": ({"response_type": "none"}, "unsupported_response_type"),
    "in the fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "by a form": ({"response_mode": "form_post"}, "invalid_request"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "not OpenID Connect": ({"scope": "siseri"}, "invalid_scope"),
    "a scope in capitals": ({"scope": "OPENID"}, "invalid_scope"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "no method": ({"code_challenge_method": None}, "invalid_request"),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "s256": ({"code_challenge_method": "s256"}, "invalid_request"),
    "a short challenge": ({"code_challenge": "c" * 42}, "invalid_request"),
    "a challenge with padding": ({"code_challenge": "c" * 43 + "="}, "invalid_request"),
    "a nonce with a line break": ({"nonce": "a\nb"}, "invalid_request"),
    "a prompt unknown": ({"prompt": "create"}, "invalid_request"),
    "none and more": ({"prompt": "none login"}, "invalid_request"),
    "a negative age": ({"max_age": "-1"}, "invalid_request"),
    "an age that is no number": ({"max_age": "1e3"}, "invalid_request"),
    "claims that are no JSON": ({"claims": "{"}, "invalid_request"),
    "claims that are a list": ({"claims": "[]"}, "invalid_request"),
    "a claim twice": ({"claims": '{"id_token":{},"id_token":{}}'}, "invalid_request"),
    "acr that is a text": ({"claims": _claims(acr="eidas2")}, "invalid_request"),
    "values that are no list": (
        {"claims": _claims(acr={"essential": True, "values": "eidas2"})},
        "invalid_request",
    ),
    "half a character whom it must be": (
        {"claims": '{"id_token":{"sub":{"value":"\\ud800"}}}'},
        "invalid_request",
    ),
    "half a character as a name": ({"claims": '{"id_token":{"\\udfff":null}}'}, "invalid_request"),
    "claims of no number": ({"claims": '{"id_token":{"x":NaN}}'}, "invalid_request"),
    "claims of the token that are a list": ({"claims": '{"id_token":[]}'}, "invalid_request"),
    "claims beyond their bound": (
        {"claims": json.dumps({"userinfo": "a" * 4096})},
        "invalid_request",
    ),
    "an essential value and no values": (
        {"claims": _claims(acr={"essential": True, "value": "eidas3", "values": []})},
        "invalid_request",
    ),
    "a value and values": (
        {"claims": _claims(acr={"essential": True, "value": "eidas3", "values": ["eidas2"]})},
        "invalid_request",
    ),
    "no values": ({"claims": _claims(acr={"essential": True, "values": []})}, "invalid_request"),
    "a level that does not exist": (
        {"acr_values": "eidas4"},
        "unmet_authentication_requirements",
    ),
    "an essential level that does not exist": (
        {"claims": _claims(acr={"essential": True, "value": "eidas4"})},
        "unmet_authentication_requirements",
    ),
    "a fresh proof of an essential level that none has": (
        {"prompt": "login", "claims": _claims(acr={"essential": True, "value": "eidas1"})},
        "unmet_authentication_requirements",
    ),
    "one lately of essential levels that none has": (
        {
            "max_age": "600",
            "claims": _claims(acr={"essential": True, "values": ["eidas0-mfa", "eidas1-mfa"]}),
        },
        "unmet_authentication_requirements",
    ),
    "a fresh proof of a certified officer": (
        {"prompt": "login", "acr_values": CERTIFIED_ROLE},
        "unmet_authentication_requirements",
    ),
    "a hint that is no token": ({"id_token_hint": "x"}, "invalid_request"),
}


@pytest.mark.parametrize(("changes", "error"), TOLD.values(), ids=TOLD)
def test_what_is_not_taken_is_told_at_the_portals_own_address(world, session, changes, error):
    outcome = world.authorize(session, **changes)
    told = world.told(outcome)
    assert outcome.address.startswith(f"{REDIRECT}?")
    assert told == {"error": error, "state": "state-of-the-portal", "iss": world.issuer}
    assert "code" in world.told(world.authorize(session))


def test_what_is_not_known_is_passed_over(world, session):
    changes = {"scope": "openid email offline_access", "x": "1", "login_hint": "a@b.test"}
    given = world.tokens(session, **changes, claims='{"userinfo":{"email":{"essential":true}}}')
    assert given["scope"] == "openid"
    assert "refresh_token" not in given


# codes


def test_a_code_is_used_once_and_a_second_use_ends_what_the_first_gave(world, session):
    code, other = world.code(session), world.tokens(session)["access_token"]
    token = world.exchange(code).form["access_token"]
    assert world.userinfo(token).status == 200
    assert world.exchange(code).form["error"] == "invalid_grant"
    assert world.userinfo(token).status == 401
    assert world.userinfo(other).status == 200


class AllAtOnce(MemoryPortalGrants):
    """Eight have found the code unspent before the first of them spends it."""

    def __init__(self, *, clock):
        super().__init__(clock=clock)
        self._together = Barrier(8, timeout=60)

    def code(self, code_sha256):
        found = super().code(code_sha256)
        self._together.wait()
        return found


def test_of_many_who_exchange_a_code_at_once_none_keeps_anything(tmp_path):
    clock = FixedClock()
    world = World(tmp_path, clock=clock, kept=AllAtOnce(clock=clock))
    code = world.code(world.flow.enter())
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: world.exchange(code), range(8)))
    given = [answer.form for answer in answers if answer.status == 200]
    assert len(given) == 1
    assert world.userinfo(given[0]["access_token"]).status == 401


def test_the_code_of_another_portal_is_none_and_stays_with_its_own(world, session):
    code = world.code(session)
    assertion = world.assertion(iss="autre", sub="autre")
    stolen = world.exchange(code, assertion=assertion)
    assert (stolen.status, stolen.form["error"]) == (400, "invalid_grant")
    assert world.exchange(code).status == 200


WRONG = {
    "no verifier": ({"code_verifier": None}, "invalid_request"),
    "a wrong verifier": ({"code_verifier": "w" * 64}, "invalid_grant"),
    "the challenge itself": ({"code_verifier": challenge_of(VERIFIER)}, "invalid_grant"),
    "a short verifier": ({"code_verifier": "v" * 42}, "invalid_request"),
    "another address": ({"redirect_uri": AFTER}, "invalid_grant"),
    "no address": ({"redirect_uri": None}, "invalid_grant"),
}


@pytest.mark.parametrize(("changes", "error"), WRONG.values(), ids=WRONG)
def test_a_code_that_comes_without_what_belongs_to_it_is_over(world, session, changes, error):
    code = world.code(session)
    assert world.exchange(code, **changes).form["error"] == error
    assert world.exchange(code).form["error"] == "invalid_grant"
    assert world.exchange(world.code(session)).status == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"code": None}, "invalid_request"),
        ({"code": "x" * 43}, "invalid_grant"),
        ({"code": "é"}, "invalid_grant"),
    ],
)
def test_another_grant_or_a_code_that_is_none_gives_nothing(world, session, changes, error):
    code = world.code(session)
    answer = world.exchange(**{"code": code} | changes)
    assert (answer.status, answer.form["error"]) == (400, error)
    assert world.exchange(code).status == 200


def test_a_parameter_twice_gives_nothing(world, session):
    code = world.code(session)
    octets = urlencode([("grant_type", "authorization_code"), ("code", code), ("code", code)])
    assert world.provider.token(octets.encode()).form["error"] == "invalid_request"
    assert world.exchange(code).status == 200


# assertions of portals

EC, RSA = ECKey.generate_key("P-256", {"kid": "of-the-portal"}), RSAKey.generate_key(2048)
HMAC = OctKey.import_key("k" * 64)
ASSERTIONS = {
    "of another audience": {"aud": "https://autre.test"},
    "of the token endpoint": {"aud": "https://passerelle.exemple.test/op/token"},
    "of two audiences": {"aud": ["https://passerelle.exemple.test/op", "https://evil.test"]},
    "of one audience in a list": {"aud": ["https://passerelle.exemple.test/op"]},
    "of no audience": {"aud": None},
    "of the gateway's partners": {"aud": "https://passerelle.exemple.test"},
    "of another issuer": {"iss": "autre"},
    "of another subject": {"sub": "autre"},
    "of nobody": {"iss": "x", "sub": "x"},
    "without jti": {"jti": None},
    "with a short jti": {"jti": "short"},
    "without exp": {"exp": None},
    "without iat": {"iat": None},
    "without a kid": {"header": {"kid": None}},
    "with an unknown kid": {"header": {"kid": "another"}},
    "with a key in its header": {"header": {"jwk": EC.as_dict(private=False)}},
    "of another kind": {"header": {"typ": "at+jwt"}},
    "by another key": {"key": EC},
    "by HS256": {"key": HMAC, "header": {"alg": "HS256"}},
    "by RS256": {"key": RSA, "header": {"alg": "RS256"}},
}


@pytest.mark.parametrize("lie", ASSERTIONS.values(), ids=ASSERTIONS)
def test_a_portal_that_does_not_prove_itself_is_given_nothing(world, session, lie):
    code = world.code(session)
    header = {k: v for k, v in lie.get("header", {}).items() if v is not None}
    if lie.get("header") == {"kid": None}:
        forged = _without_kid(world)
    else:
        forged = world.assertion(**lie | {"header": header})
    answer = world.exchange(code, assertion=forged)
    assert (answer.status, answer.form["error"]) == (401, "invalid_client")
    assert answer.challenge == 'Bearer realm="siseri"'
    assert world.exchange(code).status == 200, "and the code is untouched"


def _without_kid(world):
    from joserfc import jws  # noqa: PLC0415 - here alone

    claims = json.dumps(world.claims_of_assertion())
    return jws.serialize_compact({"alg": "ES256"}, claims, world.key, algorithms=["ES256"])


@pytest.mark.parametrize("alg", ["none", "None"])
def test_an_assertion_without_a_signature_proves_nothing(world, session, alg):
    _, claims, _ = world.assertion().split(".")
    header = OctKey.import_key(json.dumps({"alg": alg, "kid": "of-the-portal"})).as_dict()["k"]
    answer = world.exchange(world.code(session), assertion=f"{header}.{claims}.")
    assert answer.form["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("lifetime_s", "age_s", "status"),
    [(60, 0, 200), (61, 0, 401), (60, 90, 200), (60, 91, 401), (60, -30, 200), (60, -31, 401)],
)
def test_an_assertion_is_short_and_of_now(world, session, lifetime_s, age_s, status):
    now = int(world.clock.now().timestamp()) - age_s
    assertion = world.assertion(iat=now, exp=now + lifetime_s)
    assert world.exchange(world.code(session), assertion=assertion).status == status


def test_an_assertion_is_taken_once(world, session):
    assertion = world.assertion()
    assert world.exchange(world.code(session), assertion=assertion).status == 200
    again = world.exchange(world.code(session), assertion=assertion)
    assert again.form["error"] == "invalid_client"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_assertion_type": None},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        {"client_id": "autre"},
        {"client_secret": "secret"},
    ],
)
def test_a_second_way_or_a_second_name_proves_nothing(world, session, changes):
    code = world.code(session)
    assert world.exchange(code, **changes).form["error"] == "invalid_client"
    assert world.exchange(code, client_id="portail").status == 200


# who, when, how strongly


@pytest.mark.parametrize("prompt", ["none"])
def test_nobody_signed_in_is_told_without_a_page(world, session, prompt):
    assert world.told(world.authorize(None, prompt=prompt))["error"] == "login_required"
    assert "code" in world.told(world.authorize(session, prompt=prompt))


WEAKER = {
    "by acr_values": {"acr_values": "eidas2 eidas3"},
    "essential": {"claims": _claims(acr={"essential": True, "values": ["eidas2", "eidas3"]})},
    "both": {
        "acr_values": "eidas1",
        "claims": _claims(acr={"essential": True, "values": ["eidas2"]}),
    },
    "one essential value": {"claims": _claims(acr={"essential": True, "value": "eidas2"})},
}


@pytest.mark.parametrize("changes", WEAKER.values(), ids=WEAKER)
def test_a_level_is_stepped_up_and_never_answered_weaker(world, changes):
    weak = world.flow.enter("eidas1-mfa")
    silent = world.told(world.authorize(weak, prompt="none", **changes))
    assert silent["error"] == "interaction_required"
    sent = world.authorize(weak, **changes)
    assert isinstance(sent, SignInFirst)
    wish = world.provider.wish_of(sent.request_id)
    assert wish.least_assurance is Assurance.SUBSTANTIAL
    assert world.provider.resume(sent.request_id, weak) == sent, "nobody signed in since"
    world.clock.advance(timedelta(seconds=20))
    still_weak = world.flow.enter("eidas1-mfa")
    told = world.told(world.provider.resume(sent.request_id, still_weak))
    assert told["error"] == "unmet_authentication_requirements"
    sent = world.authorize(weak, **changes)
    world.clock.advance(timedelta(seconds=20))
    strong = world.flow.enter("eidas2")
    assert "code" in world.told(world.provider.resume(sent.request_id, strong))


def test_an_essential_level_is_met_to_the_letter_and_another_by_more(world):
    high = world.flow.enter("eidas3")
    essential = _claims(acr={"essential": True, "values": ["eidas2"]})
    assert isinstance(world.authorize(high, claims=essential), SignInFirst)
    voluntary = _claims(acr={"values": ["eidas2"]})
    assert "code" in world.told(world.authorize(high, claims=voluntary))
    assert "code" in world.told(world.authorize(high, acr_values="eidas2"))


def test_prompt_login_is_never_answered_by_a_session_that_was_there(world):
    session = world.flow.enter("eidas3")
    world.clock.advance(timedelta(seconds=1))
    sent = world.authorize(session, prompt="login")
    assert isinstance(sent, SignInFirst)
    assert world.provider.wish_of(sent.request_id).is_fresh
    assert world.provider.resume(sent.request_id, session) == sent
    world.clock.advance(timedelta(seconds=20))
    lazy = world.flow.enter("eidas1-mfa")
    told = world.told(world.provider.resume(sent.request_id, lazy))
    assert told["error"] == "login_required", "a level at which the provider's own session stands"
    sent = world.authorize(session, prompt="login")
    world.clock.advance(timedelta(seconds=20))
    fresh = world.flow.enter("eidas2")
    assert "code" in world.told(world.provider.resume(sent.request_id, fresh))


ATTAINABLE = {
    "an essential level that is fresh": {
        "claims": _claims(acr={"essential": True, "value": "eidas2"})
    },
    "one of the essential levels": {
        "claims": _claims(acr={"essential": True, "values": ["eidas1", "eidas2"]})
    },
    "a weak level that a stronger one passes for": {"acr_values": "eidas1"},
    "a weak value that is voluntary": {"claims": _claims(acr={"values": ["eidas1-mfa"]})},
}


@pytest.mark.parametrize("changes", ATTAINABLE.values(), ids=ATTAINABLE)
@pytest.mark.parametrize("fresh", [{"prompt": "login"}, {"max_age": "60"}], ids=["login", "age"])
def test_a_level_that_a_fresh_proof_can_reach_is_asked_for(world, changes, fresh):
    sent = world.authorize(None, **changes, **fresh)
    assert isinstance(sent, SignInFirst)
    assert world.provider.wish_of(sent.request_id).is_fresh
    world.clock.advance(timedelta(seconds=20))
    strong = world.flow.enter("eidas2")
    assert "code" in world.told(world.provider.resume(sent.request_id, strong))


def test_an_essential_weak_level_without_a_fresh_proof_is_asked_for(world):
    essential = _claims(acr={"essential": True, "value": "eidas1"})
    for changes in ({}, {"prompt": "select_account"}, {"prompt": "consent"}):
        sent = world.authorize(None, claims=essential, **changes)
        assert isinstance(sent, SignInFirst)


CERTIFIED = "https://proconnect.gouv.fr/assurance/certification-dirigeant"


def test_certification_is_a_step_up_that_a_portal_asks_for(world):
    weak = world.flow.enter("eidas1-mfa")
    sent = world.authorize(weak, acr_values=CERTIFIED)
    assert world.provider.wish_of(sent.request_id).needs_certified_role
    world.clock.advance(timedelta(seconds=20))
    certified = world.flow.enter(CERTIFIED)
    assert "code" in world.told(world.provider.resume(sent.request_id, certified))
    assert isinstance(world.authorize(certified, acr_values="eidas2"), SignInFirst)


def test_certified_or_substantial_freshly_is_substantial_freshly(world):
    """ProConnect answers certification out of its own session (identity.md §1.2)."""
    sent = world.authorize(None, prompt="login", acr_values=f"{CERTIFIED} eidas2")
    wish = world.provider.wish_of(sent.request_id)
    assert (wish.is_fresh, wish.needs_certified_role) == (True, False)
    world.clock.advance(timedelta(seconds=20))
    strong = world.flow.enter("eidas2")
    assert "code" in world.told(world.provider.resume(sent.request_id, strong))


@pytest.mark.parametrize("acr", ["eidas2", "eidas3"])
def test_a_fresh_proof_of_a_worker_is_of_the_level_that_never_is_a_single_sign_on(world, acr):
    sent = world.authorize(None, prompt="login")
    world.clock.advance(timedelta(seconds=20))
    worker = world.flow.enter(acr, provider=Provider.FRANCECONNECT)
    told = world.told(world.provider.resume(sent.request_id, worker))
    assert ("code" in told) == (acr == "eidas3")


def test_max_age_counts_by_our_clock_from_the_proof(world):
    session = world.flow.enter()
    world.clock.advance(timedelta(seconds=60))
    assert "code" in world.told(world.authorize(session, max_age="60"))
    world.clock.advance(timedelta(seconds=1))
    assert isinstance(world.authorize(session, max_age="60"), SignInFirst)
    silent = world.authorize(session, max_age="60", prompt="none")
    assert world.told(silent)["error"] == "login_required"
    sent = world.authorize(session, max_age="0")
    world.clock.advance(timedelta(seconds=20))
    fresh = world.flow.enter()
    assert "code" in world.told(world.provider.resume(sent.request_id, fresh))


def test_another_person_than_the_portal_means_is_never_handed_over(world, session):
    hint = world.tokens(session)["id_token"]
    subject = world.identity(hint)[0]["sub"]
    world.clock.advance(timedelta(hours=1))
    other = world.flow.enter(account="account-2")
    for changes in ({"id_token_hint": hint}, {"claims": _claims(sub={"value": subject})}):
        silent = world.authorize(other, prompt="none", **changes)
        assert world.told(silent)["error"] == "login_required"
        sent = world.authorize(other, **changes)
        assert isinstance(sent, SignInFirst)
        world.clock.advance(timedelta(seconds=1))
        again = world.flow.enter(account="account-2")
        told = world.told(world.provider.resume(sent.request_id, again))
        assert told["error"] == "login_required"
        assert "code" in world.told(world.authorize(session, prompt="none", **changes))
    elsewhere = {"client_id": "autre", "redirect_uri": "https://autre.exemple.test/retour"}
    theirs = world.authorize(session, id_token_hint=hint, **elsewhere)
    assert world.told(theirs)["error"] == "invalid_request", "a token of another portal"


def test_requests_in_parallel_are_answered_each_by_its_own(world):
    sent = [world.authorize(None, state=f"s{n}", nonce=f"n{n}") for n in range(4)]
    session = world.flow.enter()
    for number, one in enumerate(sent):
        told = world.told(world.provider.resume(one.request_id, session))
        assert told["state"] == f"s{number}"
        claims, _ = world.identity(world.exchange(told["code"]).form["id_token"])
        assert claims["nonce"] == f"n{number}"


def test_a_request_that_many_resume_at_once_gives_one_code(world):
    sent = world.authorize(None)
    session = world.flow.enter()
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(
            threads.map(lambda _: world.provider.resume(sent.request_id, session), range(8))
        )
    assert [isinstance(one, GoBack) for one in outcomes].count(True) == 1
    assert outcomes.count(Unanswerable.OVER) == 7


def test_a_request_waits_for_ten_minutes(world):
    sent = world.authorize(None)
    session = world.flow.enter()
    world.clock.advance(timedelta(minutes=10, milliseconds=1))
    assert world.provider.resume(sent.request_id, session) is Unanswerable.OVER


# userinfo


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer " + "x" * 43, "Bearer " + "é" * 43],
)
def test_what_is_no_live_token_opens_nothing(world, session, authorization):
    assert world.provider.userinfo(authorization).status == 401
    assert world.provider.userinfo(None).challenge == 'Bearer realm="siseri"'
    given = world.tokens(session)
    assert world.userinfo(given["id_token"]).status == 401
    assert world.userinfo(given["access_token"]).status == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_of_a_token_is_the_same_in_any_case(world, session, scheme):
    """RFC 9110 §11.1; the token itself is compared to the letter."""
    token = world.tokens(session)["access_token"]
    assert world.provider.userinfo(f"{scheme} {token}").status == 200
    assert world.provider.userinfo(f"{scheme} {token.swapcase()}").status == 401


# signing out


def _out(world, session, *, is_agreed=False, **stated):
    kept = {name: value for name, value in stated.items() if value is not None}
    return world.provider.sign_out(urlencode(kept).encode(), session, is_agreed=is_agreed)


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.test/",
        f"{AFTER}/",
        f"{AFTER}?x=1",
        f"{AFTER}#x",
        AFTER.replace("https", "http"),
        AFTER.replace(HOST, f"{HOST}@evil.test"),
        AFTER.replace(HOST, f"{HOST}:443"),
        REDIRECT,
        "//evil.test",
        "/identite",
    ],
)
def test_a_logout_leads_nowhere_but_to_what_was_registered(world, session, back):
    hint = world.tokens(session)["id_token"]
    refused = _out(world, session, id_token_hint=hint, post_logout_redirect_uri=back, state="s")
    assert refused is Unanswerable.UNKNOWN_ADDRESS
    assert _out(world, None, client_id="portail", post_logout_redirect_uri=back) is (
        Unanswerable.UNKNOWN_ADDRESS
    )
    assert session.id in world.flow.sessions, "and nothing is ended"
    good = _out(world, session, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="s")
    assert world.provider.way_back(good.state) == f"{AFTER}?state=s"


def test_nobody_is_signed_out_by_a_link_alone(world, session):
    hint = world.tokens(world.flow.enter(account="account-2"))["id_token"]
    for stated in ({}, {"client_id": "portail"}, {"id_token_hint": hint}, {"client_id": "x"}):
        asked = _out(world, session, **stated)
        assert asked.asked == stated
        assert session.id in world.flow.sessions
    done = _out(world, session, is_agreed=True, id_token_hint=hint)
    assert done.address.startswith("https://proconnect.invalid/session/end?state=")
    assert session.id not in world.flow.sessions


def test_a_hint_that_is_forged_or_of_another_portal_is_refused(world, session):
    hint = world.tokens(session)["id_token"]
    head, claims, signature = hint.split(".")
    swapped = signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")
    for stated in (
        {"id_token_hint": f"{head}.{claims}.{swapped}"},
        {"id_token_hint": f"{head}.{claims}."},
        {"id_token_hint": "x"},
        {"id_token_hint": hint, "client_id": "autre"},
    ):
        assert _out(world, session, **stated) is Unanswerable.FORGED_HINT
    assert session.id in world.flow.sessions
    assert _out(world, session, id_token_hint=hint, client_id="portail").state


def test_a_token_by_our_keys_under_another_name_of_ours_is_no_hint(world, session):
    """As where the public address changed: whom it spoke to is not known here."""
    claims, _ = world.identity(world.tokens(session)["id_token"])
    keys, now = IdentityKeys(world.keys), world.clock.now()
    other = keys.sign({**claims, "iss": "https://autre.exemple.test/op"}, now=now)
    assert _out(world, session, id_token_hint=other) is Unanswerable.FORGED_HINT
    assert _out(world, session, id_token_hint=keys.sign(claims, now=now)).state


def test_an_old_hint_ends_the_session_and_leads_back_with_its_state(world, session):
    hint = world.tokens(session)["id_token"]
    world.clock.advance(timedelta(hours=7))
    stated = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER, "state": "a b&c=é"}
    there = _out(world, session, **stated)
    assert session.id not in world.flow.sessions
    assert world.provider.way_back(there.state) == f"{AFTER}?state=a+b%26c%3D%C3%A9"
    assert world.provider.way_back(there.state) is None


def test_who_is_not_signed_in_any_more_is_led_back_with_a_hint_alone(world, session):
    hint = world.tokens(session)["id_token"]
    back = {"post_logout_redirect_uri": AFTER}
    assert _out(world, None, id_token_hint=hint, **back).address == AFTER
    assert _out(world, None, client_id="portail", **back) == SignedOut(portal_name="Portail SISERI")


def test_where_the_provider_has_no_logout_the_portal_comes_next(world, session):
    world.flow.leads_to = None
    hint = world.tokens(session)["id_token"]
    done = _out(world, session, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert done == SignedOut(address=AFTER, portal_name="Portail SISERI")


def test_a_parameter_twice_signs_nobody_out(world, session):
    assert world.provider.sign_out(b"state=a&state=b", session) is Unanswerable.MALFORMED


@pytest.mark.parametrize("state", ["a\nb", "\0", "s" * 1025])
def test_a_state_that_no_form_gives_back_signs_nobody_out(world, session, state):
    stated = {"client_id": "portail", "post_logout_redirect_uri": AFTER}
    assert _out(world, session, state=state, **stated) is Unanswerable.MALFORMED
    asked = _out(world, session, state="s" * 1024, **stated)
    assert asked.asked["state"] == "s" * 1024
