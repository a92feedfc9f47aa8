"""Builders of portals and of what they ask."""

import secrets
from datetime import timedelta

from gateway.model.portal import KeptCode, Portal, PortalKey, PortalRequest

REDIRECT = "https://portail.exemple.test/connexion/retour"
AFTER = "https://portail.exemple.test/au-revoir"


def a_portal(**changes):
    stated = {
        "id": "portail",
        "name": "Portail SISERI",
        "redirect_uris": (REDIRECT,),
        "post_logout_redirect_uris": (AFTER,),
        "sector": "portail.exemple.test",
        "needs_consent": False,
        "keys": (PortalKey(kid="one", jwk=b"{}"),),
    }
    return Portal(**stated | changes)


def a_request(clock, **changes):
    stated = {
        "id": secrets.token_urlsafe(32),
        "portal_id": "portail",
        "redirect_uri": REDIRECT,
        "state": "of-the-portal",
        "nonce": "of-the-portal-too",
        "scopes": ("openid", "siseri"),
        "code_challenge": "c" * 43,
        "begun_at": clock.now(),
    }
    return PortalRequest(**stated | changes)


def a_code(clock, **changes):
    stated = {
        "portal_id": "portail",
        "sealed": b"sealed by the code",
        "until": clock.now() + timedelta(seconds=60),
        "is_spent": False,
    }
    return KeptCode(**stated | changes)
