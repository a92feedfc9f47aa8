"""What `ports.portals.Portals` promises, over every implementation."""

import json
from hashlib import sha256

import pytest

from gateway.model.audit import Actor, ActorKind
from gateway.model.portal import PortalKey
from gateway.storage.audit_trail import SqlAuditTrail
from gateway.storage.portals import SqlPortals
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.fake_portals import MemoryPortals
from tests.portal import REDIRECT, a_portal

OPERATOR = Actor(ActorKind.OPERATOR, "guichet")


@pytest.fixture(params=IMPLEMENTATIONS)
def portals(request, clock, tmp_path):
    if request.param == "memory":
        yield MemoryPortals()
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlPortals(**found.parts(), clock=clock, by=OPERATOR)


def test_a_portal_is_found_as_it_was_registered(portals):
    one, other = a_portal(), a_portal(id="autre", post_logout_redirect_uris=())
    portals.add(one)
    portals.add(other)
    assert (portals.portal("portail"), portals.portal("autre")) == (one, other)
    assert portals.every() == [other, one]
    assert portals.portal("Portail") is portals.portal("") is None


def test_a_removed_portal_is_none_and_its_id_is_never_anothers(portals):
    portals.add(a_portal())
    portals.remove("portail")
    assert portals.portal("portail") is None
    assert portals.every() == []
    with pytest.raises(ValueError, match="or was"):
        portals.add(a_portal(name="Un autre"))
    with pytest.raises(LookupError):
        portals.remove("portail")
    with pytest.raises(LookupError):
        portals.replace_keys(a_portal())
    with pytest.raises(LookupError):
        portals.replace_addresses(a_portal())
    with pytest.raises(LookupError):
        portals.replace_scopes(a_portal())


def test_scopes_are_replaced_and_nothing_else(portals):
    portals.add(a_portal())
    portals.replace_scopes(a_portal(name="Un autre", keys=(), scopes=("profile",)))
    assert portals.portal("portail") == a_portal(scopes=("profile",))


def test_keys_are_replaced_and_nothing_else(portals):
    portals.add(a_portal())
    renewed = (PortalKey(kid="two", jwk=b'{"kty":"EC"}'),)
    portals.replace_keys(a_portal(name="Un autre", redirect_uris=(), keys=renewed))
    assert portals.portal("portail") == a_portal(keys=renewed)


def test_addresses_are_replaced_and_nothing_else(portals):
    portals.add(a_portal())
    moved = {
        "redirect_uris": ("https://ailleurs.exemple.test/retour", REDIRECT),
        "post_logout_redirect_uris": (),
    }
    portals.replace_addresses(a_portal(name="Un autre", sector="ailleurs", keys=(), **moved))
    assert portals.portal("portail") == a_portal(**moved)


def test_each_change_is_in_the_audit_trail(database, clock):
    portals = SqlPortals(**database.parts(), clock=clock, by=OPERATOR)
    portals.add(a_portal())
    portals.replace_keys(a_portal())
    portals.replace_addresses(a_portal(redirect_uris=(REDIRECT, f"{REDIRECT}?{'x' * 1000}")))
    portals.remove("portail")
    trail = SqlAuditTrail(**database.parts(), clock=clock, by=OPERATOR)
    told = [json.loads(entry.octets) for entry in trail.entries()]
    acts = ["PORTAL_ADDED", "PORTAL_KEYS_REPLACED", "PORTAL_ADDRESSES_REPLACED", "PORTAL_REMOVED"]
    assert [one["act"] for one in told] == acts
    added = {"portal": "portail", "keys": "1", "scopes": "siseri siseri_worker profile"}
    assert told[0]["details"] == added
    lists = (
        b'{"post_logout_redirect_uris":["https://portail.exemple.test/au-revoir"],"redirect_uris":['
        b'"https://portail.exemple.test/connexion/retour",'
        b'"https://portail.exemple.test/connexion/retour?' + b"x" * 1000 + b'"]}'
    )
    assert told[2]["details"] == {
        "portal": "portail",
        "redirectUris": "2",
        "postLogoutRedirectUris": "1",
        "sha256": sha256(lists).hexdigest(),
    }
    assert {one["details"]["portal"] for one in told} == {"portail"}
    assert {one["actor"]["name"] for one in told} == {"guichet"}
