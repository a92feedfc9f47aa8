"""One way to a provider and back: what is asked and reached, and what cannot be played twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from gateway.model.federation import (
    Assurance,
    BirthDay,
    Professional,
    Provider,
    SignInWish,
    Strength,
)
from tests.hostile.relying import (
    PERSON,
    WISHES,
    decryption_key,
    franceconnect,
    of_franceconnect,
    of_proconnect,
    proconnect,
)
from tests.partners.identity_provider_example import ABSENT, Lie

NOT_BELIEVED, TOO_WEAK = "NOT_BELIEVED", "TOO_WEAK"
CERTIFIED = "https://proconnect.gouv.fr/assurance/certification-dirigeant"
CLOSED_LIST = {
    *("client_id", "acr_values", "claims", "response_type", "nonce", "state", "redirect_uri"),
    *("scope", "prompt", "idp_hint", "ui_locales"),
}


@pytest.fixture(scope="module", params=["ECDH-ES", "RSA-OAEP-256"])
def key(request):
    return decryption_key(request.param)


@pytest.fixture
def workers(key):
    with of_franceconnect(key) as provider:
        yield franceconnect(provider, key)


@pytest.fixture
def professionals():
    with of_proconnect() as provider:
        yield proconnect(provider)


def test_a_professional_is_who_proconnect_says(professionals):
    signed_in = professionals.sign_in()
    assert isinstance(signed_in.identity, Professional)
    assert signed_in.identity.email == "marie.dupont@exemple.test"
    assert str(signed_in.identity.siret) == "55208131766522"
    assert signed_in.authentication.assurance is Assurance.SUBSTANTIAL
    assert signed_in.authentication.strength is Strength.STRONG_MFA
    assert (signed_in.issuer, signed_in.subject) == (professionals.provider.issuer, "5f0c0f5e-sub")


def test_a_worker_is_who_franceconnect_says_by_either_algorithm(workers):
    person = workers.sign_in().identity
    assert person.pivot.birth_name == "DUBOIS"
    assert person.pivot.given_names == ("Angela", "Claire", "Louise")
    assert person.pivot.birth == BirthDay(year=1962, month=8, day=24)
    assert (person.pivot.sex, person.pivot.birthplace) == ("F", "75107")


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
@pytest.mark.parametrize("is_signed", [True, False])
def test_proconnect_signs_as_it_was_registered_and_says_more_signed_or_plain(alg, is_signed):
    with of_proconnect(signed_with=alg, userinfo_is_signed=is_signed) as provider:
        sides = proconnect(provider)
        assert sides.refusal() is None
        provider.lie = Lie(userinfo_form="plain" if is_signed else "signed")
        assert sides.refusal()[0] == NOT_BELIEVED


def test_franceconnect_is_asked_by_its_closed_list_without_pkce(workers):
    workers.sign_in()
    (asked,) = workers.provider.authorized
    assert asked.keys() <= CLOSED_LIST
    assert asked["acr_values"] == "eidas2"
    assert len(asked["state"]) >= 43 <= len(asked["nonce"])


def test_proconnect_is_asked_with_pkce_and_for_every_level_that_is_enough(professionals):
    professionals.sign_in()
    (asked,) = professionals.provider.authorized
    assert asked["code_challenge_method"] == "S256"
    assert not asked.keys() & {"acr_values", "prompt"}
    acr = json.loads(asked["claims"])["id_token"]["acr"]
    assert acr == {"essential": True, "values": ["eidas1-mfa", "eidas2", "eidas3"]}


LEVELS = {  # acr: what a wish of LOW with MFA, of SUBSTANTIAL, and a fresh one make of it
    "eidas0": (TOO_WEAK, TOO_WEAK, TOO_WEAK),
    "eidas0-mfa": (TOO_WEAK, TOO_WEAK, TOO_WEAK),
    "eidas1": (TOO_WEAK, TOO_WEAK, TOO_WEAK),
    "eidas1-mfa": (None, TOO_WEAK, TOO_WEAK),
    "eidas2": (None, None, None),
    "eidas3": (None, None, None),
}


@pytest.mark.parametrize("acr", LEVELS)
def test_a_level_of_proconnect_is_checked_whatever_was_asked_for(professionals, acr):
    professionals.provider.truth = replace(professionals.provider.truth, acr=acr)
    wishes = (
        SignInWish(least_assurance=Assurance.LOW),
        SignInWish(least_assurance=Assurance.SUBSTANTIAL),
        SignInWish(least_assurance=Assurance.LOW, is_fresh=True),
    )
    for wish, expected in zip(wishes, LEVELS[acr], strict=True):
        refusal = professionals.refusal(wish)
        assert refusal == (None if expected is None else (expected, "acr"))


def test_a_certified_officer_is_asked_for_and_is_one(professionals):
    wish = SignInWish(needs_certified_role=True)
    assert professionals.refusal(wish) == (TOO_WEAK, "acr")
    professionals.provider.truth = replace(professionals.provider.truth, acr=CERTIFIED)
    assert professionals.sign_in(wish).authentication.is_role_certified
    asked = professionals.provider.authorized[-1]
    assert json.loads(asked["claims"])["id_token"]["acr"]["values"] == [CERTIFIED]
    fresh = SignInWish(needs_certified_role=True, is_fresh=True)
    assert professionals.refusal(fresh) == (TOO_WEAK, "acr"), "a session there may have it"


@pytest.mark.parametrize(
    ("acr", "least", "expected"),
    [
        ("eidas2", Assurance.SUBSTANTIAL, None),
        ("eidas3", Assurance.SUBSTANTIAL, None),
        ("eidas2", Assurance.HIGH, (TOO_WEAK, "acr")),
        ("eidas3", Assurance.HIGH, None),
        ("eidas1", Assurance.SUBSTANTIAL, (NOT_BELIEVED, "acr")),
        ("eidas1", Assurance.NONE, (NOT_BELIEVED, "acr")),
    ],
)
def test_a_level_of_franceconnect_is_never_lower_than_asked(workers, acr, least, expected):
    workers.provider.truth = replace(workers.provider.truth, acr=acr)
    assert workers.refusal(SignInWish(least_assurance=least)) == expected


ENCRYPTED = {
    "a bare signature": (Lie(encrypts="nothing"), "encrypted-form"),
    "for another's key": (Lie(encrypts="foreign"), "decryption"),
    "a kid of nobody": (Lie(outer={"kid": "nobody"}), "encrypted-key"),
    "no kid": (Lie(outer={"kid": ABSENT}), "encrypted-header"),
    "a weaker cipher": (Lie(encrypts="A128GCM"), "encrypted-algorithm"),
    "another mode": (Lie(encrypts="A256CBC-HS512"), "encrypted-algorithm"),
    "by RSA1_5": (Lie(outer={"alg": "RSA1_5"}), "encrypted-algorithm"),
    "by RSA-OAEP": (Lie(outer={"alg": "RSA-OAEP"}), "encrypted-algorithm"),
    "by ECDH-ES with a wrapped key": (
        Lie(outer={"alg": "ECDH-ES+A256KW"}),
        "encrypted-algorithm",
    ),
    "directly, by what everybody knows": (Lie(outer={"alg": "dir"}), "encrypted-algorithm"),
    "by a password that everybody knows": (
        Lie(outer={"alg": "PBES2-HS256+A128KW"}),
        "encrypted-header",
    ),
    "no content type": (Lie(outer={"cty": ABSENT}), "encrypted-header"),
    "another content type": (Lie(outer={"cty": "JSON"}), "encrypted-algorithm"),
    "compressed": (Lie(outer={"zip": "DEF"}), "encrypted-header"),
    "a key of its own": (Lie(outer={"jku": "https://evil.invalid/k"}), "encrypted-header"),
    "another issuer outside": (Lie(outer={"iss": "https://other.invalid"}), "replicated"),
    "another audience outside": (Lie(outer={"aud": "client-2"}), "replicated"),
}


@pytest.mark.filterwarnings("ignore:JWE algorithm .RSA1_5. is deprecated")  # of the double
@pytest.mark.parametrize("what", ENCRYPTED)
def test_what_is_encrypted_is_so_in_one_way_alone(workers, what):
    lie, step = ENCRYPTED[what]
    workers.provider.lie = lie
    assert workers.refusal() == (NOT_BELIEVED, step)
    workers.provider.lie = Lie()
    assert workers.refusal() is None


@pytest.mark.parametrize(
    ("ours", "theirs"), [("ECDH-ES", "RSA-OAEP-256"), ("RSA-OAEP-256", "ECDH-ES")]
)
def test_a_key_serves_the_way_of_encrypting_that_it_is_registered_for_alone(ours, theirs):
    key = decryption_key(ours)
    with of_franceconnect(key) as provider:
        sides = franceconnect(provider, key)
        provider.lie = Lie(outer={"alg": theirs})
        assert sides.refusal() == (NOT_BELIEVED, "encrypted-algorithm")
        provider.lie = Lie(outer={"alg": ours})
        assert sides.refusal() is None


INVALID_RS256 = {
    "invalid-sig-rs256": (Lie(key="broken"), "signature"),
    "sig-by-an-unpublished-key-under-the-published-kid": (Lie(key="unpublished"), "signature"),
    "kid-unknown": (Lie(kid="nobody"), "key"),
    "invalid-alternate-alg": (Lie(signs_with="ES256"), "algorithm"),
    "invalid-sig-hs256-by-the-public-key": (Lie(signs_with="HS256"), "algorithm"),
    "idtoken-sig-none": (Lie(signs_with="none"), "algorithm"),
}


@pytest.mark.parametrize("name", INVALID_RS256)
def test_where_rs256_was_registered_a_lie_is_refused_and_the_truth_after_it_is_taken(name):
    lie, step = INVALID_RS256[name]
    with of_proconnect(signed_with="RS256") as provider:
        sides = proconnect(provider)
        provider.lie = lie
        assert sides.refusal() == (NOT_BELIEVED, step)
        provider.lie = Lie()
        assert sides.refusal() is None
        provider.keys.rotate()
        assert sides.refusal() is None


def test_an_encrypted_token_is_refused_where_none_was_registered(key):
    with of_franceconnect(key) as provider:
        assert proconnect(provider).refusal() == (NOT_BELIEVED, "form")


def test_former_keys_of_ours_still_open_what_was_sent_for_them(key):
    newer = decryption_key(key.alg, kid="ours-2")
    with of_franceconnect(key) as provider:
        assert franceconnect(provider, newer, key).refusal() is None
        assert franceconnect(provider, newer).refusal() == (NOT_BELIEVED, "encrypted-key")


def test_a_token_without_kid_needs_one_key_that_fits(professionals):
    professionals.provider.jwks = {"twice": True}
    professionals.provider.lie = Lie(kid=ABSENT)
    assert professionals.refusal() == (NOT_BELIEVED, "key")


FOREIGN_KEYS = {
    "of a curve that we do not know": {"kty": "EC", "crv": "brainpoolP256r1", "x": "AA", "y": "AA"},
    "of a kind that we do not know": {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
    "without its members": {"kty": "EC"},
    "whose use is a list": {  # otherwise sound: RFC 7515, appendix A.3
        "kty": "EC",
        "crv": "P-256",
        "use": ["sig"],
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    },
    "that is no object": "key",
}


@pytest.mark.parametrize("what", FOREIGN_KEYS)
def test_a_key_that_we_cannot_use_keeps_nobody_out(professionals, what):
    """RFC 7517 §5: what is not understood is passed over."""
    professionals.provider.jwks = {"beside": [FOREIGN_KEYS[what]]}
    assert professionals.refusal() is None
    professionals.provider.lie = Lie(kid="nobody")
    assert professionals.refusal() == (NOT_BELIEVED, "key")


@pytest.mark.parametrize("times", [1, 3])
def test_their_keys_change_between_two_sign_ins_and_nobody_notices(professionals, times):
    assert professionals.refusal() is None
    for _ in range(times):
        professionals.provider.keys.rotate()
        assert professionals.refusal() is None


def test_bad_tokens_make_no_flood_of_requests_for_keys(professionals):
    professionals.provider.lie = Lie(kid="nobody")
    for _ in range(20):
        assert professionals.refusal() == (NOT_BELIEVED, "key")
    assert professionals.provider.asked.count("/jwks") <= 7


def test_keys_that_are_known_are_believed_while_the_provider_gives_none(professionals):
    assert professionals.refusal() is None
    professionals.provider.lie = Lie(away=frozenset({"jwks", "discovery"}))
    assert professionals.refusal() is None


@pytest.mark.parametrize("is_error", [False, True])
def test_what_one_provider_says_does_not_answer_for_the_other(workers, professionals, is_error):
    departure = workers.party.begin(WISHES[Provider.FRANCECONNECT], return_to="/identite/")
    told = workers.provider.authorize(departure.url)
    if is_error:
        told = {**told, "error": "access_denied"}
    # to the other provider's address, and with its attempt
    own = professionals.party.begin(WISHES[Provider.PROCONNECT], return_to="/identite/").attempt
    assert professionals.refusal(brought=told, attempt=departure.attempt) == (
        "NOT_OURS",
        "provider",
    )
    assert professionals.refusal(brought=told, attempt=own) == ("NOT_OURS", "state")
    mixed = {**told, "state": own.state}
    assert professionals.refusal(brought=mixed, attempt=own) == (NOT_BELIEVED, "callback-iss")


def test_a_code_is_worth_something_once(professionals):
    departure = professionals.party.begin(WISHES[Provider.PROCONNECT], return_to="/identite/")
    told = professionals.provider.authorize(departure.url)
    assert professionals.refusal(brought=told, attempt=departure.attempt) is None
    again = professionals.refusal(brought=told, attempt=departure.attempt)
    assert again == ("NOT_OURS", "token-invalid_grant")


def test_a_code_of_another_attempt_is_worth_nothing(professionals):
    begin = professionals.party.begin
    theirs = begin(WISHES[Provider.PROCONNECT], return_to="/identite/")
    ours = begin(WISHES[Provider.PROCONNECT], return_to="/identite/")
    stolen = professionals.provider.authorize(theirs.url)["code"]
    told = {**professionals.provider.authorize(ours.url), "code": stolen}
    refusal = professionals.refusal(brought=told, attempt=ours.attempt)
    assert refusal == ("NOT_OURS", "token-invalid_grant")  # PKCE


def test_a_code_of_another_attempt_is_worth_nothing_by_the_nonce_either(workers):
    begin = workers.party.begin
    theirs = begin(WISHES[Provider.FRANCECONNECT], return_to="/identite/")
    ours = begin(WISHES[Provider.FRANCECONNECT], return_to="/identite/")
    stolen = workers.provider.authorize(theirs.url)["code"]
    told = {**workers.provider.authorize(ours.url), "code": stolen}
    assert workers.refusal(brought=told, attempt=ours.attempt) == (NOT_BELIEVED, "nonce")


def test_sixteen_attempts_at_once_are_not_mixed_up(workers):
    subjects = [workers.provider.subject] * 16
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: workers.sign_in().subject, range(16)))
    assert found == subjects
    assert len({asked["state"] for asked in workers.provider.authorized}) == 16


def test_the_way_out_shows_the_signed_token_that_was_inside(workers):
    signed_in = workers.sign_in()
    url = workers.party.sign_out(signed_in.sign_out, state="s" * 43)
    asked = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{workers.provider.issuer}/session/end?")
    assert asked["id_token_hint"].count(".") == 2
    assert asked["state"] == "s" * 43


def test_nothing_said_of_a_person_shows_in_what_stands_for_it(workers, professionals):
    for sides, secret in ((workers, "DUBOIS"), (professionals, "Dupont")):
        shown = repr(sides.sign_in())
        assert secret not in shown
        assert secret not in repr(sides.sign_in().identity)


@pytest.mark.parametrize(
    ("claims", "birth"),
    [
        ({"birthdate": "1992-11-00"}, "1992-11-00"),
        ({"birthdate": "1992-00-00"}, "1992-00-00"),
        ({"birthdate": "1992-11"}, "1992-11-00"),
        ({"birthdate": "1992"}, "1992-00-00"),
    ],
)
def test_presumed_dates_stay_presumed(workers, claims, birth):
    workers.provider.truth = replace(workers.provider.truth, person={**PERSON, **claims})
    assert str(workers.sign_in().identity.pivot.birth) == birth


@pytest.mark.parametrize(
    "birthdate", ["24/08/1962", "1962-13-01", "1962-08-32", "0000-01-01", "1962-00-05", ""]
)
def test_a_date_of_birth_that_is_none_is_unusable(workers, birthdate):
    workers.provider.truth = replace(
        workers.provider.truth, person={**PERSON, "birthdate": birthdate}
    )
    assert workers.refusal()[0] == "UNUSABLE"


def test_births_abroad_have_a_country_and_perhaps_a_text(workers):
    abroad = {**PERSON, "birthplace": "Alger", "birthcountry": "99352"}
    workers.provider.truth = replace(workers.provider.truth, person=abroad)
    pivot = workers.sign_in().identity.pivot
    assert (pivot.birthplace, pivot.birthplace_text, pivot.birthcountry) == (None, "Alger", "99352")


def test_who_came_by_the_bridge_between_states_is_told_apart(workers):
    european = {name: v for name, v in PERSON.items() if name not in {"gender", "birthcountry"}}
    workers.provider.truth = replace(workers.provider.truth, person=european, amr=("eidas",))
    person = workers.sign_in().identity
    assert person.is_european
    assert person.pivot.sex is None


def test_a_professional_whose_number_is_no_siret_has_none(professionals):
    person = {**professionals.provider.truth.person, "siret": "12345678901234"}
    professionals.provider.truth = replace(professionals.provider.truth, person=person)
    assert professionals.sign_in().identity.siret is None
