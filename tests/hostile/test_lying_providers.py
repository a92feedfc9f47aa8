"""Every lie of a provider is refused at its own step, and the truth beside it is taken.

After the test modules of the OpenID Foundation for relying parties
(`oidcc-client-basic-certification-test-plan`, its comprehensive plan, and
`fapi2-security-profile-final-client-test-plan`), whose names stand in front, and the French cases.
`invalid-sig-rs256` and encryption: `test_sign_in.py`. Three of the modules have no place here:
`client-secret-basic`, for this client proves itself by `client_secret_post` alone, as both
providers register it; `form-post-error`, for `response_mode` is never sent and a POST to the way
back is 405; `scope-userinfo-claims`, for one list of scopes is asked of each provider, and every
row has its claims.
"""

import time

import pytest

from adapters.oidc.keys import RETRY_S
from gateway.model.federation import Provider
from tests.hostile.relying import (
    decryption_key,
    franceconnect,
    of_franceconnect,
    of_proconnect,
    proconnect,
)
from tests.partners.identity_provider_example import ABSENT, Lie

NOT_BELIEVED, NOT_OURS, AWAY = "NOT_BELIEVED", "NOT_OURS", "PROVIDER_AWAY"
TOO_WEAK, UNUSABLE, MISCONFIGURED, CANCELLED = "TOO_WEAK", "UNUSABLE", "MISCONFIGURED", "CANCELLED"
NOW = int(time.time())

OF_BOTH = {
    "nonce-invalid": (Lie(id_token={"nonce": "another"}), (NOT_BELIEVED, "nonce")),
    "missing-nonce": (Lie(id_token={"nonce": ABSENT}), (NOT_BELIEVED, "nonce")),
    "nonce-of-another-type": (Lie(id_token={"nonce": ["a"]}), (NOT_BELIEVED, "nonce")),
    "invalid-iss": (Lie(id_token={"iss": "https://other.invalid/api/v2"}), (NOT_BELIEVED, "iss")),
    "missing-iss": (Lie(id_token={"iss": ABSENT}), (NOT_BELIEVED, "iss")),
    "missing-sub": (Lie(id_token={"sub": ABSENT}), (NOT_BELIEVED, "sub")),
    "empty-sub": (Lie(id_token={"sub": ""}), (NOT_BELIEVED, "sub")),
    "endless-sub": (Lie(id_token={"sub": "s" * 256}), (NOT_BELIEVED, "sub")),
    "sub-of-half-a-character": (Lie(id_token={"sub": "\ud800"}), (NOT_BELIEVED, "claims")),
    "sub-with-a-line-break": (Lie(id_token={"sub": "a\nb"}), (NOT_BELIEVED, "sub")),
    "sub-of-another-alphabet": (Lie(id_token={"sub": "é"}), (NOT_BELIEVED, "sub")),
    "nonce-of-half-a-character": (Lie(id_token={"nonce": "\ud800"}), (NOT_BELIEVED, "claims")),
    "amr-of-half-a-character": (Lie(id_token={"amr": ["\udfff"]}), (NOT_BELIEVED, "claims")),
    "a-claim-named-by-half-a-character": (
        Lie(id_token={"\ud800": "x"}),
        (NOT_BELIEVED, "claims"),
    ),
    "userinfo-of-half-a-character": (
        Lie(userinfo={"given_name": "\ud800"}),
        (NOT_BELIEVED, "claims"),
    ),
    "invalid-aud": (Lie(id_token={"aud": "client-2"}), (NOT_BELIEVED, "aud")),
    "missing-aud": (Lie(id_token={"aud": ABSENT}), (NOT_BELIEVED, "aud")),
    "invalid-secondary-aud": (
        Lie(id_token={"aud": ["client-1", "client-2"]}),
        (NOT_BELIEVED, "aud"),
    ),
    "aud-of-another-azp-ours": (
        Lie(id_token={"aud": "other", "azp": "client-1"}),
        (NOT_BELIEVED, "aud"),
    ),
    "missing-iat": (Lie(id_token={"iat": ABSENT}), (NOT_BELIEVED, "lifetime")),
    "missing-exp": (Lie(id_token={"exp": ABSENT}), (NOT_BELIEVED, "lifetime")),
    "exp-that-is-text": (Lie(id_token={"exp": str(NOW + 60)}), (NOT_BELIEVED, "lifetime")),
    "exp-that-is-true": (Lie(id_token={"exp": True}), (NOT_BELIEVED, "lifetime")),
    "exp-that-is-no-number": (Lie(id_token={"exp": float("nan")}), (NOT_BELIEVED, "lifetime")),
    "exp-without-end": (Lie(id_token={"exp": float("inf")}), (NOT_BELIEVED, "lifetime")),
    "exp-beyond-any-calendar": (Lie(id_token={"exp": 10**18}), (NOT_BELIEVED, "lifetime")),
    "exp-of-400-figures": (Lie(id_token={"exp": 10**400}), (NOT_BELIEVED, "lifetime")),
    "iat-of-400-figures": (Lie(id_token={"iat": 10**400}), (NOT_BELIEVED, "lifetime")),
    "expired-exp": (Lie(id_token={"exp": NOW - 3600}), (AWAY, "clock")),
    "iat-of-the-future": (Lie(id_token={"iat": NOW + 86_400}), (AWAY, "clock")),
    "iat-of-yesterday": (Lie(id_token={"iat": NOW - 86_400}), (AWAY, "clock")),
    "wrong-clock-ahead": (Lie(late_s=7_200), (AWAY, "clock")),
    "wrong-clock-behind": (Lie(late_s=-7_200), (AWAY, "clock")),
    "invalid-athash": (
        Lie(id_token={"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
        (NOT_BELIEVED, "at_hash"),
    ),
    "idtoken-sig-none": (Lie(signs_with="none"), (NOT_BELIEVED, "algorithm")),
    "invalid-null-alg": (Lie(header={"alg": None}), (NOT_BELIEVED, "algorithm")),
    "invalid-sig-hs256-by-the-public-key": (Lie(signs_with="HS256"), (NOT_BELIEVED, "algorithm")),
    "invalid-alternate-alg": (Lie(signs_with="RS256"), (NOT_BELIEVED, "algorithm")),
    "invalid-sig": (Lie(key="broken"), (NOT_BELIEVED, "signature")),
    "sig-by-an-unpublished-key-under-the-published-kid": (
        Lie(key="unpublished"),
        (NOT_BELIEVED, "signature"),
    ),
    "kid-unknown": (Lie(kid="nobody"), (NOT_BELIEVED, "key")),
    "kid-of-another-type": (Lie(kid=7), (NOT_BELIEVED, "key")),
    "header-with-jku": (Lie(header={"jku": "https://evil.invalid/jwks"}), (NOT_BELIEVED, "header")),
    "header-with-x5u": (Lie(header={"x5u": "https://evil.invalid/x"}), (NOT_BELIEVED, "header")),
    "header-with-jwk": (Lie(header={"jwk": {"kty": "EC"}}), (NOT_BELIEVED, "header")),
    "header-with-crit": (Lie(header={"crit": ["exp"], "exp": 1}), (NOT_BELIEVED, "header")),
    "header-with-b64": (Lie(header={"b64": False}), (NOT_BELIEVED, "header")),
    "header-of-an-access-token": (Lie(header={"typ": "at+jwt"}), (NOT_BELIEVED, "header")),
    "amr-that-is-no-list": (Lie(id_token={"amr": "mfa"}), (NOT_BELIEVED, "amr")),
    "amr-of-numbers": (Lie(id_token={"amr": [1]}), (NOT_BELIEVED, "amr")),
    "acr-absent": (Lie(id_token={"acr": ABSENT}), (NOT_BELIEVED, "acr")),
    "acr-unknown": (Lie(id_token={"acr": "eidas9"}), (NOT_BELIEVED, "acr")),
    "acr-of-another-type": (Lie(id_token={"acr": ["eidas3"]}), (NOT_BELIEVED, "acr")),
    "token-of-another-type": (Lie(token={"token_type": "mac"}), (NOT_BELIEVED, "token-type")),
    "token-response-without-id-token": (
        Lie(token={"id_token": ABSENT}),
        (NOT_BELIEVED, "token-members"),
    ),
    "token-response-without-access-token": (
        Lie(token={"access_token": ABSENT}),
        (NOT_BELIEVED, "token-members"),
    ),
    "access-token-of-half-a-character": (
        Lie(token={"access_token": "\ud800"}),
        (AWAY, "token-unreadable"),
    ),
    "access-token-that-ends-the-header": (
        Lie(token={"access_token": "a\r\nX: y"}),
        (NOT_BELIEVED, "token-members"),
    ),
    "access-token-of-another-alphabet": (
        Lie(token={"access_token": "€"}),
        (NOT_BELIEVED, "token-members"),
    ),
    "empty-access-token": (Lie(token={"access_token": ""}), (NOT_BELIEVED, "token-members")),
    "token-response-of-html": (Lie(garbage=frozenset({"token"})), (AWAY, "token-unreadable")),
    "id-token-that-is-none": (Lie(token={"id_token": "not.a.token"}), None),
    "id-token-of-17-kilobytes": (Lie(token={"id_token": "a" * 17_000}), None),
    "userinfo-invalid-sub": (
        Lie(userinfo={"sub": "somebody-else"}),
        (NOT_BELIEVED, "userinfo-sub"),
    ),
    "userinfo-missing-sub": (Lie(userinfo={"sub": ABSENT}), (NOT_BELIEVED, "userinfo-sub")),
    "userinfo-of-another-issuer": (
        Lie(userinfo={"iss": "https://other.invalid"}),
        (NOT_BELIEVED, "iss"),
    ),
    "userinfo-for-another-client": (Lie(userinfo={"aud": "client-2"}), (NOT_BELIEVED, "aud")),
    "userinfo-of-yesterday": (Lie(userinfo={"exp": NOW - 86_400}), (AWAY, "clock")),
    "userinfo-that-is-plain": (Lie(userinfo_form="plain"), None),
    "userinfo-without-a-name": (Lie(userinfo={"given_name": ABSENT}), (UNUSABLE, "given_name")),
    "userinfo-with-a-name-of-numbers": (Lie(userinfo={"given_name": 7}), (UNUSABLE, "given_name")),
    "userinfo-with-an-endless-name": (
        Lie(userinfo={"given_name": "a" * 257}),
        (UNUSABLE, "given_name"),
    ),
    "userinfo-with-a-line-break": (Lie(userinfo={"given_name": "a\nb"}), (UNUSABLE, "given_name")),
    "userinfo-of-html": (Lie(garbage=frozenset({"userinfo"})), None),
    "discovery-issuer-mismatch": (
        Lie(discovery={"issuer": "https://other.invalid"}),
        (AWAY, "metadata"),
    ),
    "discovery-of-another-host": (
        Lie(discovery={"token_endpoint": "https://evil.invalid/token"}),
        (AWAY, "metadata"),
    ),
    "discovery-of-a-host-alike": (
        Lie(discovery={"jwks_uri": "http://127.0.0.1.evil.invalid/jwks"}),
        (AWAY, "metadata"),
    ),
    "discovery-without-keys": (Lie(discovery={"jwks_uri": ABSENT}), (AWAY, "metadata")),
    "discovery-of-html": (Lie(garbage=frozenset({"discovery"})), (AWAY, "metadata")),
    "discovery-away": (Lie(away=frozenset({"discovery"})), (AWAY, "metadata")),
    "keys-away": (Lie(away=frozenset({"jwks"})), (AWAY, "keys")),
    "keys-of-html": (Lie(garbage=frozenset({"jwks"})), (AWAY, "keys")),
    "token-away": (Lie(away=frozenset({"token"})), (AWAY, "token-outage")),
    "userinfo-away": (Lie(away=frozenset({"userinfo"})), (AWAY, "userinfo-outage")),
    "missing-state": (Lie(callback={"state": ABSENT}), (NOT_OURS, "state")),
    "invalid-state": (Lie(callback={"state": "undefined"}), (NOT_OURS, "state")),
    "remove-authorization-response-iss": (
        Lie(callback={"iss": ABSENT}),
        (NOT_BELIEVED, "callback-iss"),
    ),
    "invalid-authorization-response-iss": (
        Lie(callback={"iss": "https://other.invalid"}),
        (NOT_BELIEVED, "callback-iss"),
    ),
    "no-code": (Lie(callback={"code": ABSENT}), (NOT_BELIEVED, "callback-code")),
    "code-of-nobody": (Lie(callback={"code": "stolen"}), (NOT_OURS, "token-invalid_grant")),
    "endless-code": (Lie(callback={"code": "c" * 3_000}), (NOT_BELIEVED, "callback-code")),
    "code-of-markup": (Lie(callback={"code": "<script>"}), (NOT_BELIEVED, "callback-code")),
    "code-with-a-line-break": (Lie(callback={"code": "a\nb"}), (NOT_BELIEVED, "callback-code")),
    "error-without-state": (
        Lie(callback={"error": "access_denied", "state": ABSENT, "code": ABSENT}),
        (NOT_OURS, "state"),
    ),
    "error-without-iss": (
        Lie(callback={"error": "access_denied", "iss": ABSENT, "code": ABSENT}),
        (NOT_BELIEVED, "callback-iss"),
    ),
    "error-cancelled": (
        Lie(callback={"error": "access_denied", "code": ABSENT}),
        (CANCELLED, "callback-error"),
    ),
    "error-away": (
        Lie(callback={"error": "temporarily_unavailable", "code": ABSENT}),
        (AWAY, "callback-error"),
    ),
    "error-of-ours": (
        Lie(callback={"error": "invalid_scope", "code": ABSENT}),
        (MISCONFIGURED, "callback-error"),
    ),
    "error-beside-a-code": (
        Lie(callback={"error": "access_denied"}),
        (CANCELLED, "callback-error"),
    ),
}
"""By name: the lie, and the refusal; None where the two providers refuse at steps of their own."""

OF_OWN_STEP = {
    "id-token-that-is-none": ("header", "encrypted-form"),
    "id-token-of-17-kilobytes": ("form", "encrypted-form"),
    "userinfo-that-is-plain": ("header", "encrypted-form"),
    "userinfo-of-html": ("form", "encrypted-form"),
}

ACCEPTED = {
    "nominal": Lie(),
    "valid-aud-as-array": Lie(id_token={"aud": ["client-1"]}),
    "token-response-without-expires_in": Lie(token={"expires_in": ABSENT}),
    "token-type-in-any-case": Lie(token={"token_type": "bEARER"}),
    "no-athash": Lie(id_token={"at_hash": ABSENT}),
    "amr-absent": Lie(id_token={"amr": ABSENT}),
    "more-claims-than-known": Lie(
        id_token={"auth_time": NOW, "sid": "x"}, userinfo={"custom": {}, "roles": []}
    ),
    "typ-absent": Lie(header={"typ": ABSENT}),
    "clock-ten-seconds-ahead": Lie(late_s=10),
    "kid-absent-single-jwks": Lie(kid=ABSENT),
}


@pytest.fixture(scope="module")
def key():
    return decryption_key("ECDH-ES")


@pytest.fixture(params=list(Provider), ids=lambda provider: provider.value.lower())
def sides(request, key):
    if request.param is Provider.PROCONNECT:
        with of_proconnect() as provider:
            yield proconnect(provider)
    else:
        with of_franceconnect(key) as provider:
            yield franceconnect(provider, key)


@pytest.mark.parametrize("name", OF_BOTH)
def test_a_lie_is_refused_at_its_step_and_the_truth_after_it_is_taken(sides, name):
    lie, expected = OF_BOTH[name]
    if expected is None:
        is_franceconnect = sides.party.provider is Provider.FRANCECONNECT
        expected = (NOT_BELIEVED, OF_OWN_STEP[name][is_franceconnect])
    sides.provider.lie = lie
    assert sides.refusal() == expected
    sides.provider.lie = Lie()
    if expected[1] in {"metadata", "keys"}:
        sides.watch.ahead_s += RETRY_S  # they are asked for again after a pause
    assert sides.refusal() is None


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_is_unusual_and_true_is_taken(sides, name):
    sides.provider.lie = ACCEPTED[name]
    assert sides.refusal() is None
