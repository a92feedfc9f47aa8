"""Sign-in, refusal and logout through oidc-provider, as ProConnect and FranceConnect+ run it.

ProConnect's double on the version that ProConnect runs (7.14.3) and on the newest (9.13.3);
FranceConnect+'s on 9.13.3, with both ways of encrypting, keys fetched for real.
"""

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey

from adapters.franceconnect import FranceConnect
from adapters.http import Breaker, Bulkhead, CallLimits, Upstream
from adapters.oidc.dialect import Registration
from adapters.oidc.party import RelyingParty
from adapters.oidc.provider_calls import ProviderCalls
from adapters.proconnect import ProConnect
from adapters.proconnect.dialect import CERTIFIED_OFFICER
from gateway.errors import SignInRefused
from gateway.model.federation import Assurance, Callback, Professional, SignInWish
from gateway.store import SystemClock
from tests.hostile.relying import PERSON, OurKeys, decryption_key
from tests.interop.conftest import NPM
from tests.partners.identity_providers import Browser, NodeProvider, OurKeySet
from tests.partners.identity_providers.process import (
    AFTER,
    SECRET,
    of_franceconnect,
    of_proconnect,
)

MARIE = {
    "given_name": "Marie Anne",
    "usual_name": "Dupont",
    "email": "marie.dupont@exemple.test",
    "uid": "m-dupont",
    "siret": "55208131766522",
    "idp_id": "71144ab3-ee1a-4401-b7b3-79b44f7daeeb",
    "organization_label": "EDF",
}


@pytest.fixture(scope="module")
def node_binary(run_node):
    if not (NPM / "node_modules" / "oidc-provider-9").is_dir():
        pytest.skip("npm packages are not installed (make interop)")
    return run_node(NPM / "which.cjs").stdout.strip()


class Way:
    """One person's way through a double and back to the party."""

    def __init__(self, double, party):
        self.double, self.party = double, party

    def brought(self, wish, browser=None):
        """The attempt, and what the browser brought back of it."""
        departure = self.party.begin(wish, return_to="/identite/")
        browser = browser or Browser()
        told = browser.go(departure.url, until=self.double.redirect_uri)
        assert told is not None, browser.page.text
        return departure.attempt, Callback(
            state=told.get("state"),
            code=told.get("code"),
            issuer=told.get("iss"),
            error=told.get("error"),
            error_description=told.get("error_description"),
        )

    def sign_in(self, wish, browser=None):
        return self.party.complete(*self.brought(wish, browser))

    def refusal(self, wish):
        with pytest.raises(SignInRefused) as refused:
            self.sign_in(wish)
        return refused.value.failure, refused.value.step


def party_of(double, dialect, **registered):
    upstream = Upstream(
        name=double.kind,
        base_url=double.origin,
        limits=CallLimits(connect_s=3.0, attempt_s=10.0, max_bytes=65_536, attempts=1),
        breaker=Breaker(failures=1_000, open_s=0.1),
        bulkhead=Bulkhead(places=8, reserve=0),
    )
    registration = Registration(
        issuer=double.issuer,
        client_id="gateway",
        client_secret=SECRET,
        redirect_uri=double.redirect_uri,
        post_logout_redirect_uri=AFTER,
        **registered,
    )
    return RelyingParty(
        dialect=dialect,
        registration=registration,
        calls=ProviderCalls(calls=upstream, registration=registration),
        clock=SystemClock(),
        monotonic=time.monotonic,
    )


@pytest.fixture(scope="module", params=[(7, "RS256"), (9, "ES256")], ids=["v7", "v9"])
def proconnect_double(request, node_binary) -> Iterator[NodeProvider]:
    version, alg = request.param
    with NodeProvider(
        node_binary,
        kind="proconnect",
        version=version,
        **of_proconnect(alg),
    ) as double:
        double.signed_with = alg
        yield double


@pytest.fixture
def proconnect(proconnect_double):
    proconnect_double.says(
        acr="eidas1-mfa", amr=["pwd", "mfa"], sub="marie", claims=MARIE, abort=None, away=[]
    )
    party = party_of(
        proconnect_double,
        ProConnect(),
        signed_with=proconnect_double.signed_with,
        userinfo_is_signed=True,
    )
    return Way(proconnect_double, party)


class Workers(Way):
    """FranceConnect+'s double with our keys."""

    def __init__(self, double, keys, alg):
        self.keys, self.alg = keys, alg
        self.ours = [decryption_key(alg, kid="first")]
        super().__init__(double, None)
        self.publish()

    def publish(self):
        kind = ECKey if self.alg == "ECDH-ES" else RSAKey
        documents = [kind.import_key(key.key.as_dict(private=False)).as_dict() for key in self.ours]
        self.keys.document = {"keys": documents}
        self.party = party_of(
            self.double,
            FranceConnect(asks_amr=True, asks_rnipp=False),
            signed_with="ES256",
            userinfo_is_signed=True,
            decryption=OurKeys(*self.ours),
        )


@pytest.fixture(scope="module", params=["ECDH-ES", "RSA-OAEP-256"])
def workers_double(request, node_binary) -> Iterator[Workers]:
    alg = request.param
    with OurKeySet({"keys": []}) as keys:
        double = NodeProvider(
            node_binary,
            kind="franceconnect",
            version=9,
            **of_franceconnect(alg, jwks_uri=keys.url),
        )
        with double:
            yield Workers(double, keys, alg)


@pytest.fixture
def franceconnect(workers_double):
    workers_double.double.says(
        acr="eidas2", amr=["fc"], sub="a" * 64 + "v1", claims=PERSON, abort=None, away=[]
    )
    return workers_double


LOW = SignInWish(least_assurance=Assurance.LOW)
SUBSTANTIAL = SignInWish(least_assurance=Assurance.SUBSTANTIAL)
HIGH = SignInWish(least_assurance=Assurance.HIGH)


def test_a_professional_signs_in(proconnect):
    signed_in = proconnect.sign_in(LOW)
    assert isinstance(signed_in.identity, Professional)
    assert signed_in.identity.email == MARIE["email"]
    assert (signed_in.subject, signed_in.authentication.acr) == ("marie", "eidas1-mfa")
    assert signed_in.authentication.amr == ("pwd", "mfa")


def test_a_level_that_is_not_reached_comes_back_as_too_weak(proconnect):
    assert proconnect.refusal(SUBSTANTIAL) == ("TOO_WEAK", "callback-error")
    proconnect.double.says(acr="eidas2")
    assert proconnect.sign_in(SUBSTANTIAL).authentication.acr == "eidas2"


def test_stepping_up_opens_a_new_round_and_reaches_more(proconnect):
    browser = Browser()
    assert proconnect.sign_in(LOW, browser).authentication.assurance is Assurance.LOW
    proconnect.double.says(acr="eidas3")
    stepped = proconnect.sign_in(SignInWish(least_assurance=Assurance.HIGH), browser)
    assert stepped.authentication.assurance is Assurance.HIGH


def test_stepping_up_by_being_certified_as_an_officer(proconnect):
    browser = Browser()
    certified = SignInWish(needs_certified_role=True)
    assert not proconnect.sign_in(LOW, browser).authentication.is_role_certified
    assert proconnect.refusal(certified) == ("TOO_WEAK", "callback-error")
    proconnect.double.says(acr=CERTIFIED_OFFICER)
    stepped = proconnect.sign_in(certified, browser).authentication
    assert (stepped.acr, stepped.is_role_certified) == (CERTIFIED_OFFICER, True)
    assert stepped.assurance is Assurance.LOW, "of the person it proves no more than before"


@pytest.mark.parametrize(("version", "alg"), [(7, "RS256"), (9, "ES256")], ids=["v7", "v9"])
def test_what_is_said_of_a_person_is_json_where_no_signature_was_registered(
    node_binary, version, alg
):
    registered = {"id_token_signed_response_alg": alg}
    with NodeProvider(node_binary, kind="proconnect", version=version, **registered) as double:
        double.says(acr="eidas1-mfa", amr=["pwd", "mfa"], sub="marie", claims=MARIE)
        plain, signed = (
            Way(double, party_of(double, ProConnect(), signed_with=alg, userinfo_is_signed=one))
            for one in (False, True)
        )
        assert plain.sign_in(LOW).identity.email == MARIE["email"]
        assert signed.refusal(LOW)[0] == "NOT_BELIEVED"


def test_a_signed_userinfo_is_none_where_json_was_registered(proconnect):
    alg = proconnect.double.signed_with
    party = party_of(proconnect.double, ProConnect(), signed_with=alg, userinfo_is_signed=False)
    assert Way(proconnect.double, party).refusal(LOW) == ("NOT_BELIEVED", "userinfo-form")
    assert proconnect.sign_in(LOW).subject == "marie"


def test_a_person_who_goes_back_has_cancelled(proconnect):
    proconnect.double.says(abort={"error": "access_denied", "error_description": "no"})
    assert proconnect.refusal(LOW) == ("CANCELLED", "callback-error")


def test_a_code_is_exchanged_once(proconnect):
    attempt, callback = proconnect.brought(LOW)
    proconnect.party.complete(attempt, callback)
    with pytest.raises(SignInRefused) as refused:
        proconnect.party.complete(attempt, callback)
    assert refused.value.step == "token-invalid_grant"


def test_their_keys_change_and_nobody_notices(proconnect):
    for _ in range(3):
        proconnect.double.says(rotate=True)
        assert proconnect.sign_in(LOW).subject == "marie"


def test_the_session_there_ends_and_leads_back(proconnect):
    browser = Browser()
    signed_in = proconnect.sign_in(LOW, browser)
    url = proconnect.party.sign_out(signed_in.sign_out, state="s" * 43)
    assert browser.go(url, until=AFTER) is None
    assert browser.page.status_code == 200, browser.page.text
    assert "Déconnexion" in browser.page.text


def test_a_worker_signs_in_by_either_way_of_encrypting(franceconnect):
    signed_in = franceconnect.sign_in(SUBSTANTIAL)
    assert signed_in.identity.pivot.birth_name == "DUBOIS"
    assert signed_in.subject == "a" * 64 + "v1"
    assert signed_in.authentication.acr == "eidas2"


def test_high_is_asked_for_and_checked(franceconnect):
    assert franceconnect.refusal(HIGH) == ("TOO_WEAK", "acr")
    franceconnect.double.says(acr="eidas3")
    assert franceconnect.sign_in(HIGH).authentication.assurance is Assurance.HIGH


def test_the_front_keeps_whoever_sends_a_parameter_of_no_list(franceconnect):
    departure = franceconnect.party.begin(SUBSTANTIAL, return_to="/identite/")
    address, _, query = departure.url.partition("?")
    asked = dict(parse_qsl(query))
    kept = (
        {**asked, "code_challenge": "x" * 43},
        {**asked, "max_age": "0"},
        {**asked, "nonce": "short"},
        {**asked, "prompt": "none"},
        {name: value for name, value in asked.items() if name != "acr_values"},
    )
    for parameters in kept:
        browser = Browser()
        url = f"{address}?{urlencode(parameters)}"
        assert browser.go(url, until=franceconnect.double.redirect_uri) is None
        assert "Y030007" in browser.page.text
    assert Browser().go(departure.url, until=franceconnect.double.redirect_uri)["code"]


def test_the_front_leads_back_whoever_asks_for_a_level_that_is_none_there(franceconnect):
    departure = franceconnect.party.begin(SUBSTANTIAL, return_to="/identite/")
    address = departure.url.replace("acr_values=eidas2", "acr_values=eidas1")
    assert address != departure.url
    told = Browser().go(address, until=franceconnect.double.redirect_uri)
    callback = Callback(state=told["state"], issuer=told["iss"], error=told["error"])
    with pytest.raises(SignInRefused) as refused:
        franceconnect.party.complete(departure.attempt, callback)
    assert (told["error"], refused.value.failure) == ("invalid_acr", "MISCONFIGURED")


def test_our_key_changes_new_one_first_and_nobody_notices(franceconnect):
    assert franceconnect.sign_in(SUBSTANTIAL).subject
    newer = decryption_key(franceconnect.alg, kid=f"newer-{len(franceconnect.ours)}")
    franceconnect.ours.insert(0, newer)
    franceconnect.publish()
    assert franceconnect.sign_in(
        SUBSTANTIAL
    ).subject  # by the old key: theirs is cached for a minute
    assert franceconnect.keys.agents


def test_the_hint_of_the_way_out_is_the_signed_token(franceconnect):
    browser = Browser()
    signed_in = franceconnect.sign_in(SUBSTANTIAL, browser)
    url = franceconnect.party.sign_out(signed_in.sign_out, state="s" * 43)
    browser.go(url, until=AFTER)
    assert browser.page.status_code == 200, browser.page.text
    assert urlsplit(browser.page.url).path.endswith("/session/end")
