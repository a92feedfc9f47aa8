"""Portals that are not ours, over HTTP: the example of docs/portal.md on openid-client; authlib.

The pages, the provider and the flow are the real ones; who signs in is said by a test.
"""

import json
import secrets
import socket
import threading
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import uvicorn
from a2wsgi import WSGIMiddleware
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet

from gateway.model.federation import Provider
from gateway.pages.identity.app import create_app
from gateway.pages.identity.shell import Shell
from gateway.pages.portal import portal_blueprint
from gateway.store import SystemClock
from signing.oauth.identity_keys import LEAD, IdentityKeys, new_identity_key
from tests.identities import a_professional
from tests.interop.conftest import NPM
from tests.partners.portal_example.node_portal import NodePortal
from tests.portal import World, a_portal, portal_key
from tests.signing_in import Portal as Flow
from tests.unit.pages.identity.conftest import REGISTER
from tests.visitor import Visitor

PROVIDER = "https://proconnect.invalid/"


class Site:
    """The pages and `/op` on a port of the loopback."""

    def __init__(self, folder):
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.flow = Flow(SystemClock())
        self.flow.providers[Provider.PROCONNECT].people["good"] = ("anne", a_professional())
        self.world = World(
            folder, flow=self.flow.flow, clock=self.flow.clock, issuer=f"{self.address}/op"
        )
        provider = self.world.provider
        shell = Shell(signing_in=self.flow.flow, public_address=self.address, register=REGISTER)
        app = create_app(
            shell=shell,
            portal=portal_blueprint(provider=provider, shell=shell),
            portal_wish=provider.wish_of,
            portal_name=provider.name_of,
            way_back=provider.way_back,
        )
        config = uvicorn.Config(WSGIMiddleware(app), log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listening]}
        )

    def __enter__(self):
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()

    def sign_in(self, visitor, *, until=None):
        """From the choice of a provider to wherever the portal leads."""
        assert visitor.send("/identite/proconnect", until=PROVIDER) is None
        return self.back(visitor, visitor.brought()["state"], until=until)

    def back(self, visitor, state, *, until=None):
        said = {"state": state, "code": "good", "iss": "https://proconnect.invalid/api/v2"}
        return visitor.go(
            f"{self.address}/identite/proconnect/retour?{urlencode(said)}", until=until
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("op")) as running:
        yield running


def registered(site, key, client_id, address, **changes):
    """A portal of its own for each test."""
    portal = a_portal(
        id=client_id,
        redirect_uris=(f"{address}/connexion/retour",),
        post_logout_redirect_uris=(f"{address}/au-revoir",),
        sector="127.0.0.1",
        keys=(portal_key(key),),
        **changes,
    )
    site.world.portals.add(portal)


def node_portal(node, folder, site, **changes):
    """The example, running and registered."""
    return NodePortal(
        node,
        folder,
        gateway=site.address,
        register=lambda key, client_id, at: registered(site, key, client_id, at, **changes),
    )


@pytest.fixture(scope="module")
def node_binary(run_node):
    if not (NPM / "node_modules" / "openid-client").is_dir():
        pytest.skip("npm packages are not installed (make interop)")
    return run_node(NPM / "which.cjs").stdout.strip()


@pytest.fixture
def portal(node_binary, tmp_path, site):
    with node_portal(node_binary, tmp_path, site) as running:
        yield running


def test_the_example_is_handed_who_signed_in_and_signs_them_out(site, portal):
    visitor = Visitor()
    visitor.go(f"{portal.address}/connexion")
    assert "Portail SISERI" in visitor.page.text
    site.sign_in(visitor)
    said = json.loads(visitor.page.text)
    assert said["who"]["acr"] == "eidas3"
    assert said["who"]["sub"] == said["rights"]["sub"]
    assert said["rights"]["siseri_roles"] == []
    assert said["rights"]["family_name"] == a_professional().usual_name
    visitor.go(f"{portal.address}/deconnexion", until=PROVIDER)
    state = visitor.brought()["state"]
    visitor.go(f"{site.address}/identite/deconnexion/retour?state={state}")
    assert json.loads(visitor.page.text) == {"signedOut": True}
    visitor.go(f"{portal.address}/connexion")
    assert visitor.page.url.startswith(f"{site.address}/identite?suite="), "it is over here too"


def test_who_is_signed_in_is_handed_over_without_a_page_and_the_same_again(site, portal):
    visitor = Visitor()
    visitor.go(f"{portal.address}/connexion")
    site.sign_in(visitor)
    first = json.loads(visitor.page.text)["who"]
    visitor.go(f"{portal.address}/connexion?prompt=none")
    again = json.loads(visitor.page.text)["who"]
    assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])


def test_what_the_gateway_refuses_comes_as_the_error_of_the_library(portal):
    visitor = Visitor()
    visitor.go(f"{portal.address}/connexion?prompt=none")
    assert visitor.page.status == 400
    assert json.loads(visitor.page.text) == {"error": "login_required"}
    visitor.go(f"{portal.address}/connexion?acr_values=eidas9")
    assert json.loads(visitor.page.text) == {"error": "unmet_authentication_requirements"}


def test_a_step_up_signs_in_anew(site, portal):
    visitor = Visitor()
    visitor.go(f"{portal.address}/connexion")
    site.sign_in(visitor)
    first = json.loads(visitor.page.text)["who"]
    visitor.go(f"{portal.address}/connexion?prompt=login&acr_values=eidas2")
    assert visitor.page.url.startswith(f"{site.address}/identite?suite=")
    site.sign_in(visitor)
    again = json.loads(visitor.page.text)["who"]
    assert again["sub"] == first["sub"]
    assert again["auth_time"] >= first["auth_time"]


def test_our_key_changes_under_the_example_and_no_sign_in_fails(site, portal):
    """openid-client asks for a key set again but once a minute: the next key is in it before."""
    begins = site.flow.clock.now() + timedelta(seconds=1)
    kid = new_identity_key(site.world.keys, now=begins - LEAD)
    for is_changed in (False, True):
        while is_changed and site.flow.clock.now() <= begins:
            time.sleep(0.05)
        visitor = Visitor()
        visitor.go(f"{portal.address}/connexion?ui_locales=en")
        site.sign_in(visitor)
        assert json.loads(visitor.page.text)["who"]["acr"] == "eidas3"
    signed = IdentityKeys(site.world.keys).sign({}, now=site.flow.clock.now())
    assert jws.extract_compact(signed.encode()).headers()["kid"] == kid


def test_consent_is_asked_where_it_is_needed(node_binary, tmp_path, site):
    with node_portal(node_binary, tmp_path, site, needs_consent=True) as portal:
        for answer, expected in (("non", {"error": "access_denied"}), ("oui", None)):
            visitor = Visitor()
            visitor.go(f"{portal.address}/connexion")
            site.sign_in(visitor)
            assert "Transmettre vos informations" in visitor.page.text
            visitor.send("/op/authorize/suite", reponse=answer)
            said = json.loads(visitor.page.text)
            assert said == expected if expected else said["who"]["acr"] == "eidas3"


class _OneMinute(PrivateKeyJWT):
    """authlib's own lasts an hour."""

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(
            auth.client_secret,
            client_id=auth.client_id,
            token_endpoint=token_endpoint,
            header={"kid": auth.client_secret.kid},
            alg="ES256",
            expires_in=60,
        )


def test_authlib_is_handed_the_same(site, monkeypatch):
    key = ECKey.generate_key("P-256", {"kid": "authlib"})
    client_id = "portail-authlib"
    registered(site, key, client_id, "https://portail.invalid")
    client = OAuth2Session(
        client_id,
        key,
        scope="openid siseri",
        redirect_uri="https://portail.invalid/connexion/retour",
        code_challenge_method="S256",
        token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - a method
    )
    document = client.get(
        f"{site.address}/op/.well-known/openid-configuration", withhold_token=True
    ).json()
    client.register_client_auth_method(_OneMinute(document["issuer"]))
    nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    url, state = client.create_authorization_url(
        document["authorization_endpoint"], nonce=nonce, code_verifier=verifier
    )
    visitor = Visitor()
    visitor.go(url)
    site.sign_in(visitor, until="https://portail.invalid/")
    assert visitor.brought()["iss"] == document["issuer"]
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    token = client.fetch_token(
        document["token_endpoint"],
        authorization_response=visitor.held_back,
        state=state,
        code_verifier=verifier,
    )
    keys = KeySet.import_key_set(client.get(document["jwks_uri"], withhold_token=True).json())
    proven = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
    claims = CodeIDToken(
        proven.claims,
        proven.header,
        {"iss": {"value": document["issuer"]}, "aud": {"value": client_id}},
        {"nonce": nonce, "access_token": token["access_token"]},
    )
    claims.validate(leeway=5)
    said = client.get(document["userinfo_endpoint"]).json()
    assert said == {"sub": claims["sub"], "siseri_roles": []}
