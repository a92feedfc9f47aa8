"""Providers as an installation has them: by its settings, over real HTTP; our keys by folder."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from gateway.errors import ConfigurationFault, Overloaded, SignInRefused
from gateway.federating import Federating, OurKeys
from gateway.model.accounts import REFUSED_TRIES, TRIES_WINDOW, Subject
from gateway.model.federation import Assurance, Provider, SignInWish
from gateway.storage.account_tables import number_tries
from gateway.store import Store, SystemClock
from signing.oauth.decryption_keys import new_decryption_key
from signing.oauth.identity_keys import new_identity_key
from tests.fakes import FixedClock
from tests.hostile.relying import callback
from tests.identities import a_link
from tests.partners.identity_provider_example import Lie, LyingProvider
from tests.running import config_at, install

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
WISH = SignInWish(least_assurance=Assurance.SUBSTANTIAL)


@pytest.fixture(scope="module")
def provider():
    with LyingProvider(truth=None) as double:
        yield double


def registered(provider, name="proconnect", **more):
    """The settings of a provider of that origin."""
    stated = {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        **more,
    }
    return {f"{name}_{setting}": value for setting, value in stated.items()}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    install(folder)
    return folder


@pytest.fixture
def federating(home):
    """Composes what the settings say, over one installation."""
    opened = []

    def compose(**settings):
        config = config_at(home, **settings)
        store = Store(config)
        opened.append((Federating(config, store), store))
        return opened[-1][0]

    yield compose
    for federating, store in opened:
        federating.close()
        store.close()


def test_nobody_is_there_who_is_not_configured(federating):
    nobody = federating()
    assert (nobody.providers, dict(nobody.warnings), nobody.figures()) == ({}, {}, [])
    assert nobody.decryption_keys is None


def test_both_are_offered_with_an_address_of_ours_each(federating, provider):
    both = federating(**registered(provider, "franceconnect"), **registered(provider))
    assert [*both.providers] == [Provider.PROCONNECT, Provider.FRANCECONNECT]
    for one, slug in zip(both.providers.values(), ("proconnect", "franceconnect"), strict=True):
        attempt = one.begin(WISH, return_to="/identite/sessions").attempt
        assert attempt.redirect_uri == f"http://127.0.0.1:8480/identite/{slug}/retour"
        assert (attempt.code_verifier is None) is (slug == "franceconnect")


def test_who_comes_back_is_proven_by_what_was_registered(federating, provider):
    signed = federating(
        **registered(provider, signing=provider.truth.signed_with, userinfo="SIGNED")
    ).providers[Provider.PROCONNECT]
    departure = signed.begin(SignInWish(), return_to="/identite/sessions")
    arrived = signed.complete(departure.attempt, callback(provider.authorize(departure.url)))
    assert (arrived.provider, arrived.subject) == (Provider.PROCONNECT, provider.subject)


def test_what_people_need_and_is_not_there_is_warned_of(federating, provider, home):
    warnings = federating(**registered(provider)).warnings
    assert warnings.keys() == {"proconnect-away", "portal-keys"}
    assert warnings["portal-keys"]()
    new_identity_key(home / "portal-keys", now=SystemClock().now())
    assert not warnings["portal-keys"]()


def test_addresses_are_believed_as_far_as_they_are_that_provider_s(federating, provider, tmp_path):
    standard = federating(**registered(provider, metadata="standard"))
    begun = standard.providers[Provider.PROCONNECT].begin(WISH, return_to="/identite/sessions")
    assert begun.url.startswith(f"{provider.issuer}/authorize?")
    file = tmp_path / "metadata.json"
    document = {
        "issuer": provider.issuer,
        "authorization_endpoint": f"{provider.issuer}/elsewhere",
        **dict.fromkeys(
            ("token_endpoint", "userinfo_endpoint", "jwks_uri"), f"{provider.issuer}/x"
        ),
    }
    file.write_text(json.dumps(document))
    stated = federating(**registered(provider, metadata=file)).providers[Provider.PROCONNECT]
    begun = stated.begin(WISH, return_to="/identite/sessions")
    assert begun.url.startswith(f"{provider.issuer}/elsewhere?")
    for content in ("", "[]", json.dumps(document | {"issuer": "https://other.example"})):
        file.write_text(content)
        with pytest.raises(ConfigurationFault, match="SISERI_PROCONNECT_METADATA"):
            federating(**registered(provider, metadata=file))


def test_a_provider_that_is_away_is_warned_of(federating, provider):
    one = federating(**registered(provider, metadata="standard"))
    is_away, party = one.warnings["proconnect-away"], one.providers[Provider.PROCONNECT]
    assert not is_away()
    provider.lie = Lie(away=frozenset({"token"}))
    try:
        for _ in range(5):
            departure = party.begin(SignInWish(), return_to="/identite/sessions")
            with pytest.raises(SignInRefused) as refused:
                party.complete(departure.attempt, callback(provider.authorize(departure.url)))
            assert refused.value.failure == "PROVIDER_AWAY"
    finally:
        provider.lie = Lie()
    assert is_away()
    (figures,) = one.figures()
    assert (figures.upstream, figures.breaker, figures.left) == ("proconnect", "OPEN", None)


# ---------- our keys


def test_our_keys_are_published_new_one_first_and_picked_up_without_a_restart(tmp_path):
    clock = FixedClock(NOW)
    ours = OurKeys(tmp_path, clock=clock)
    first = new_decryption_key(tmp_path, alg="ECDH-ES", now=NOW)
    assert [key["kid"] for key in json.loads(ours.published())["keys"]] == [first]
    assert ours.find(first)[0] == "ECDH-ES"
    newer = new_decryption_key(tmp_path, alg="ECDH-ES", now=NOW)
    assert [key["kid"] for key in json.loads(ours.published())["keys"]] == [newer, first]
    clock.advance(timedelta(days=2))
    assert [key["kid"] for key in json.loads(ours.published())["keys"]] == [newer]
    assert ours.find(first) is None


def test_keys_that_are_missing_are_warned_of_and_published_as_later(tmp_path):
    ours = OurKeys(tmp_path / "nowhere", clock=FixedClock(NOW))
    assert ours.are_missing()
    with pytest.raises(Overloaded):
        ours.published()
    with pytest.raises(SignInRefused) as refused:
        ours.find("k" * 43)
    assert (refused.value.failure, refused.value.step) == ("MISCONFIGURED", "our-keys")
    new_decryption_key(tmp_path / "nowhere", alg="RSA-OAEP-256", now=NOW)
    assert not ours.are_missing()


def test_who_was_known_by_a_former_issuer_enters_the_account_of_then(federating, provider, home):
    former = "https://before.invalid/api/v2"
    store = Store(config_at(home))
    then = Subject(issuer=former, subject=provider.subject)
    account = store.users.accounts.admit(a_link(then, email=None))
    store.close()
    more = {"signing": provider.truth.signed_with, "userinfo": "SIGNED"}
    flow = federating(**registered(provider, former_issuers=former, **more)).signing_in
    departure = flow.depart(Provider.PROCONNECT, SignInWish(), return_to="/identite/sessions")
    brought = callback(provider.authorize(departure.url))
    entered = flow.arrive(Provider.PROCONNECT, departure.attempt.id, brought, replaced=None)
    assert entered.session.account_id == account.id


def test_that_nobody_may_type_a_number_any_more_is_warned_of(federating, provider, home):
    """Of workers alone: whom ProConnect identifies type none."""
    assert "numbers-refused" not in federating(**registered(provider)).warnings
    is_due = federating(**registered(provider, "franceconnect")).warnings["numbers-refused"]
    store = Store(config_at(home))
    now = store.clock.now()
    tries = [{"id": str(place), "digest": b"theirs", "at": now} for place in range(REFUSED_TRIES)]
    with store.engine.begin() as connection:
        connection.execute(insert(number_tries), tries[1:])
    assert not is_due()
    with store.engine.begin() as connection:
        connection.execute(insert(number_tries), tries[:1])
    assert is_due()
    with store.engine.begin() as connection:
        connection.execute(update(number_tries).values(at=now - TRIES_WINDOW))
    assert not is_due()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE number_tries RENAME TO number_tries_away")
    assert not is_due()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE number_tries_away RENAME TO number_tries")
    store.close()
