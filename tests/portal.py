"""Builders of portals and of what they ask; a provider of identity and a portal's own half."""

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from gateway.identifiers import Siret
from gateway.identity.op import OpenIdProvider
from gateway.identity.op.levels import LEVELS
from gateway.identity.op.outcomes import GoBack
from gateway.identity.op.server import ASSERTION_TYPE
from gateway.model.accounts import AccountKind, Right, Rights, Role, Session, Withheld
from gateway.model.federation import (
    Authentication,
    Professional,
    Provider,
    SignInWish,
    SignOutHandle,
)
from gateway.model.portal import HandOver, KeptCode, Portal, PortalKey, PortalRequest
from gateway.wire.canonical import jcs
from signing.oauth.identity_keys import IdentityKeys, new_identity_key
from tests.fake_credentials import MemorySpentAssertions
from tests.fake_portals import (
    MemoryPairwiseSubjects,
    MemoryPortalGrants,
    MemoryPortalRequests,
    MemoryPortalReturns,
    MemoryPortals,
)
from tests.fakes import FixedClock

ISSUER = "https://passerelle.exemple.test/op"
VERIFIER = "v" * 64
MARIE = Professional(
    given_name="Marie Anne",
    usual_name="Dupont",
    email="marie.dupont@exemple.test",
    uid="m-dupont",
    siret=None,
)
REDIRECT = "https://portail.exemple.test/connexion/retour"
AFTER = "https://portail.exemple.test/au-revoir"


def a_portal(**changes):
    stated = {
        "id": "portail",
        "name": "Portail SISERI",
        "redirect_uris": (REDIRECT,),
        "post_logout_redirect_uris": (AFTER,),
        "sector": "portail.exemple.test",
        "scopes": ("siseri", "siseri_worker", "profile"),
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


def a_hand_over(**changes):
    return HandOver(**{"account_id": "account-1", "acr": "eidas2", "scopes": ("openid",)} | changes)


class FlowStandIn:
    """Sessions that a test opens; implements identity.op.sign_in_flow.SignInFlow."""

    def __init__(self, clock):
        self._clock = clock
        self.sessions = {}
        self.given = Rights(
            given=(Right(role=Role.CRP, establishments=(Siret.parse("73282932000074"),)),),
            withheld=(Withheld(role=Role.PHYSICIAN, wish=SignInWish()),),
        )
        self.leads_to = "https://proconnect.invalid/session/end"

    def enter(self, acr="eidas2", *, account="account-1", provider=Provider.PROCONNECT):
        level = LEVELS[acr]
        now = self._clock.now()
        is_professional = provider is Provider.PROCONNECT
        session = Session(
            id=secrets.token_urlsafe(32),
            account_id=account,
            kind=AccountKind.PROFESSIONAL if is_professional else AccountKind.WORKER,
            provider=provider,
            authentication=Authentication(
                acr=acr,
                assurance=level.assurance,
                strength=level.strength,
                is_role_certified=level.is_role_certified,
                amr=("pwd", "mfa") if level.strength else (),
                at=now,
            ),
            professional=MARIE if is_professional else None,
            sign_out=SignOutHandle(id_token_hint="header.claims.signature"),  # noqa: S106
            begun_at=now,
            last_seen_at=now,
            ends_at=now + timedelta(hours=8),
        )
        self.sessions[session.id] = session
        return session

    def session(self, session_id):
        return self.sessions.get(session_id)

    def rights(self, session):
        assert session.id in self.sessions
        return self.given

    def leave(self, session, *, state):
        del self.sessions[session.id]
        return None if self.leads_to is None else f"{self.leads_to}?state={state}"


class World:
    """A provider with one portal registered, and that portal's own half."""

    def __init__(self, folder, *, flow=None, clock=None, issuer=ISSUER, kept=None, **portal):
        self.clock = clock or FixedClock()
        self.flow = flow or FlowStandIn(self.clock)
        self.key = ECKey.generate_key("P-256", {"kid": "of-the-portal"})
        self.keys = folder / "portal-keys"
        new_identity_key(self.keys, now=self.clock.now())
        self.portals = MemoryPortals(
            a_portal(**{"keys": (portal_key(self.key),)} | portal),
            a_portal(
                id="autre",
                name="Un autre",
                redirect_uris=("https://autre.exemple.test/retour",),
                sector="autre.exemple.test",
                keys=(portal_key(self.key),),
            ),
        )
        self.kept = kept or MemoryPortalGrants(clock=self.clock)
        self.issuer = issuer
        self.provider = OpenIdProvider(
            issuer=issuer,
            portals=self.portals,
            requests=MemoryPortalRequests(clock=self.clock),
            grants=self.kept,
            subjects=MemoryPairwiseSubjects(),
            returns=MemoryPortalReturns(clock=self.clock),
            spent=MemorySpentAssertions(),
            keys=IdentityKeys(self.keys),
            signing_in=self.flow,
            clock=self.clock,
        )

    def asked(self, **changes):
        """The query of an authorization request; a change of None leaves a parameter out."""
        stated = {
            "response_type": "code",
            "client_id": "portail",
            "redirect_uri": REDIRECT,
            "scope": "openid siseri siseri_worker profile",
            "state": "state-of-the-portal",
            "nonce": "nonce-of-the-portal",
            "code_challenge": challenge_of(VERIFIER),
            "code_challenge_method": "S256",
        }
        kept = {name: value for name, value in (stated | changes).items() if value is not None}
        return urlencode(kept).encode()

    def authorize(self, session=None, **changes):
        return self.provider.authorize(self.asked(**changes), session)

    def told(self, outcome):
        """What the portal reads in the query of its own address."""
        assert isinstance(outcome, GoBack), outcome
        parts = urlsplit(outcome.address)
        assert not parts.fragment
        return dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))

    def code(self, session, **changes):
        return self.told(self.authorize(session, **changes))["code"]

    def claims_of_assertion(self, **changes):
        now = int(self.clock.now().timestamp())
        stated = {
            "iss": "portail",
            "sub": "portail",
            "aud": self.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        }
        kept = (stated | changes).items()
        return {name: value for name, value in kept if value is not None}

    def assertion(self, *, key=None, header=None, **changes):
        key = key or self.key
        stated = {"alg": "ES256", "kid": "of-the-portal"} | (header or {})
        return jws.serialize_compact(
            stated,
            json.dumps(self.claims_of_assertion(**changes)),
            key,
            algorithms=[stated["alg"]],
        )

    def exchange(self, code, *, assertion=None, **changes):
        stated = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
        }
        kept = {name: value for name, value in (stated | changes).items() if value is not None}
        return self.provider.token(urlencode(kept).encode())

    def tokens(self, session, **changes):
        answer = self.exchange(self.code(session, **changes))
        assert answer.status == 200, answer.form
        return answer.form

    def identity(self, id_token):
        """What an identity token says, by the keys that are published now."""
        keys = KeySet.import_key_set(self.provider.keys())
        token = jws.deserialize_compact(id_token, keys, algorithms=["ES256"])
        return json.loads(token.payload), token.headers()

    def userinfo(self, access_token):
        return self.provider.userinfo(f"Bearer {access_token}")


def portal_key(key):
    """The public half of a key of joserfc, as it is registered."""
    public = key.as_dict(private=False)
    members = {name: public[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in public}
    return PortalKey(kid=public["kid"], jwk=jcs(members))


def challenge_of(verifier):
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def jwk_set(*keys):
    """The public halves, as a portal publishes them."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


def portal_keys():
    """The JWK Set of a portal that keeps no private half."""
    return jwk_set(ECKey.generate_key("P-256", {"kid": "of-the-portal"}))
