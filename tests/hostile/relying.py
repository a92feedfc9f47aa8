"""A relying party beside a lying provider, over real HTTP, and one way there and back."""

import time
from dataclasses import dataclass

from joserfc.jwk import ECKey, RSAKey

from adapters.franceconnect import FranceConnect
from adapters.http import Breaker, Bulkhead, CallLimits, Upstream
from adapters.oidc.dialect import Registration
from adapters.oidc.jose import DecryptionKey
from adapters.oidc.party import RelyingParty
from adapters.oidc.provider_calls import ProviderCalls
from adapters.proconnect import ProConnect
from gateway.errors import SignInRefused
from gateway.model.federation import Assurance, Callback, Provider, SignInWish
from gateway.store import SystemClock
from tests.partners.identity_provider_example import LyingProvider, Truth

PERSON = {
    "given_name": "Angela Claire Louise",
    "family_name": "DUBOIS",
    "birthdate": "1962-08-24",
    "gender": "female",
    "birthplace": "75107",
    "birthcountry": "99100",
    "email": "angela@exemple.test",
}
WISHES = {
    Provider.PROCONNECT: SignInWish(least_assurance=Assurance.LOW),
    Provider.FRANCECONNECT: SignInWish(least_assurance=Assurance.SUBSTANTIAL),
}


class OurKeys:
    """Decryption keys at hand."""

    def __init__(self, *keys):
        self._keys = {key.kid: key for key in keys}

    def find(self, kid):
        return self._keys.get(kid)


def decryption_key(alg, kid="ours-1"):
    parameters = {"kid": kid, "use": "enc", "alg": alg}
    made = (
        ECKey.generate_key("P-256", parameters=parameters)
        if alg == "ECDH-ES"
        else RSAKey.generate_key(2048, parameters=parameters)
    )
    return DecryptionKey(kid=kid, alg=alg, key=made)


def public_of(key):
    kind = ECKey if key.alg == "ECDH-ES" else RSAKey
    return kind.import_key(key.key.as_dict(private=False))


class Watch:
    """Monotonic seconds, which a test may put ahead."""

    def __init__(self):
        self.ahead_s = 0.0

    def __call__(self):
        return time.monotonic() + self.ahead_s


@dataclass
class Sides:
    """The provider, and the party that believes it or not."""

    provider: LyingProvider
    party: RelyingParty
    upstream: Upstream
    watch: Watch

    def sign_in(self, wish=None, *, brought=None, attempt=None):
        departure = self.party.begin(wish or WISHES[self.party.provider], return_to="/identite/")
        told = self.provider.authorize(departure.url) if brought is None else brought
        return self.party.complete(attempt or departure.attempt, callback(told))

    def refusal(self, *args, **kwargs):
        """Family and step of the refusal; None where it was taken."""
        try:
            self.sign_in(*args, **kwargs)
        except SignInRefused as refused:
            return refused.failure.value, refused.step
        return None


def callback(told):
    return Callback(
        state=told.get("state"),
        code=told.get("code"),
        issuer=told.get("iss"),
        error=told.get("error"),
        error_description=told.get("error_description"),
    )


def proconnect(provider, **limits):
    return _sides(provider, ProConnect(), decryption=None, **limits)


def franceconnect(provider, *keys):
    dialect = FranceConnect(asks_amr=True, asks_rnipp=False)
    return _sides(provider, dialect, decryption=OurKeys(*keys))


def of_proconnect(**truth):
    return LyingProvider(truth=Truth(**truth))


def of_franceconnect(key, **truth):
    told = Truth(encrypted_by=key.alg, person=PERSON, amr=("fc",), **truth)
    return LyingProvider(truth=told, recipient=public_of(key))


def _sides(provider, dialect, *, decryption, breaker=None):
    upstream = Upstream(
        name="identity",
        base_url=provider.origin,
        limits=CallLimits(connect_s=1.0, attempt_s=10.0, max_bytes=65_536, attempts=1),
        breaker=breaker or Breaker(failures=1_000, open_s=0.1),
        bulkhead=Bulkhead(places=8, reserve=0),
    )
    registration = Registration(
        issuer=provider.issuer,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        redirect_uri=f"https://passerelle.invalid/identite/{dialect.provider.lower()}/retour",
        post_logout_redirect_uri="https://passerelle.invalid/identite/",
        signed_with=provider.truth.signed_with,
        userinfo_is_signed=provider.truth.userinfo_is_signed,
        decryption=decryption,
    )
    watch = Watch()
    party = RelyingParty(
        dialect=dialect,
        registration=registration,
        calls=ProviderCalls(calls=upstream, registration=registration),
        clock=SystemClock(),
        monotonic=watch,
    )
    return Sides(provider, party, upstream, watch)
