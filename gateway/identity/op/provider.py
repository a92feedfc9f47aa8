"""The provider of identity that portals see: each endpoint as one method, without a framework."""

import msgspec

from gateway.errors import PortalRefused
from gateway.identity.op.answering import answered
from gateway.identity.op.asking import Addressed, Asking
from gateway.identity.op.deciding import DENIED, GIVEN_UP, Lack, error_of, lack_of
from gateway.identity.op.grants import Grants
from gateway.identity.op.identity_tokens import IdentityTokens
from gateway.identity.op.levels import wish_of
from gateway.identity.op.metadata import metadata
from gateway.identity.op.outcomes import (
    Answer,
    AskConsent,
    AuthorizationOutcome,
    GoBack,
    SignInFirst,
    SignOutOutcome,
    Unanswerable,
)
from gateway.identity.op.portal_clients import PortalClients
from gateway.identity.op.server import PortalServer, refused
from gateway.identity.op.sign_in_flow import SignInFlow
from gateway.identity.op.signing_out import SigningOut
from gateway.identity.op.userinfo import Userinfo
from gateway.model.accounts import Session
from gateway.model.federation import SignInWish
from gateway.model.portal import Portal, PortalGrant, PortalRequest
from gateway.ports import Clock, SpentAssertions
from gateway.ports.portals import (
    PairwiseSubjects,
    PortalGrants,
    PortalRequests,
    PortalReturns,
    Portals,
)
from gateway.wire.form import MalformedForm, parse_form
from gateway.wire.shape import Json
from signing.oauth.identity_keys import IdentityKeys


class OpenIdProvider:
    """Hands over who signed in here, to portals that are registered."""

    def __init__(
        self,
        *,
        issuer: str,
        portals: Portals,
        requests: PortalRequests,
        grants: PortalGrants,
        subjects: PairwiseSubjects,
        returns: PortalReturns,
        spent: SpentAssertions,
        keys: IdentityKeys,
        signing_in: SignInFlow,
        clock: Clock,
    ) -> None:
        """`issuer` is our public address and `/op`; every endpoint lies under it."""
        self.issuer = issuer
        self._portals = portals
        self._requests = requests
        self._subjects = subjects
        self._clock = clock
        self._tokens = IdentityTokens(keys=keys, issuer=issuer, clock=clock)
        given = Grants(kept=grants, clock=clock)
        clients = PortalClients(issuer=issuer, portals=portals, spent=spent, clock=clock)
        self._asking = Asking(portals=portals, tokens=self._tokens)
        self._server = PortalServer(
            issuer=issuer,
            portals=portals,
            clients=clients,
            grants=given,
            tokens=self._tokens,
            signing_in=signing_in,
        )
        self._userinfo = Userinfo(portals=portals, grants=given, signing_in=signing_in)
        self._signing_out = SigningOut(
            portals=portals,
            tokens=self._tokens,
            subjects=subjects,
            returns=returns,
            signing_in=signing_in,
        )

    def metadata(self) -> Json:
        """The discovery document."""
        return metadata(self.issuer)

    def keys(self) -> Json:
        """The JWK Set of identity tokens; `Overloaded` where there is none."""
        return self._tokens.published()

    def authorize(self, octets: bytes, session: Session | None) -> AuthorizationOutcome:
        """An authorization request as it came, and who is signed in with that browser.

        Raises:
            Overloaded: the database cannot be read or cannot write.
        """
        addressed = self._asking.addressed(octets)
        if isinstance(addressed, Unanswerable):
            return addressed
        try:
            request = self._asking.admitted(addressed, now=self._clock.now())
        except PortalRefused as fault:
            return self._told(addressed, fault.error)
        return self._decided(request, addressed.portal, session)

    def resume(self, request_id: str, session: Session | None) -> AuthorizationOutcome:
        """A request that waits, once more: somebody comes back from signing in."""
        waiting = self._waiting(request_id)
        if waiting is None:
            return Unanswerable.OVER
        return self._decided(*waiting, session, is_kept=True)

    def consented(
        self, request_id: str, session: Session | None, *, is_given: bool
    ) -> AuthorizationOutcome:
        """What somebody answered who was asked, by a form of ours."""
        waiting = self._waiting(request_id)
        if waiting is None:
            return Unanswerable.OVER
        if not is_given:
            return self._refused(*waiting, DENIED, is_kept=True)
        return self._decided(*waiting, session, is_kept=True, is_agreed=True)

    def given_up(self, request_id: str, why: str) -> AuthorizationOutcome:
        """Somebody does not go on after a failure of that name; the portal is told."""
        waiting = self._waiting(request_id)
        if waiting is None:
            return Unanswerable.OVER
        return self._refused(*waiting, GIVEN_UP.get(why, DENIED), is_kept=True)

    def wish_of(self, request_id: str) -> SignInWish | None:
        """What to ask of a provider for a request that waits; None where none does."""
        waiting = self._waiting(request_id)
        return None if waiting is None else wish_of(waiting[0])

    def name_of(self, request_id: str) -> str | None:
        """Of the portal whose request waits, as people read it; None where none does."""
        waiting = self._waiting(request_id)
        return None if waiting is None else waiting[1].name

    def token(self, octets: bytes) -> Answer:
        """The token endpoint: a form, answered as RFC 6749 §5 has it.

        Raises:
            Overloaded: the database cannot be read or cannot write, or no key may sign.
        """
        try:
            return self._server.token_response(parse_form(octets))
        except MalformedForm:
            return refused("invalid_request")

    def userinfo(self, authorization: str | None) -> Answer:
        """The userinfo endpoint, for the one `Authorization` header of a request."""
        return self._userinfo.answer(authorization)

    def sign_out(
        self, octets: bytes, session: Session | None, *, is_agreed: bool = False
    ) -> SignOutOutcome:
        """A logout request as it came; `is_agreed` where the person said so by a form of ours."""
        now = self._clock.now()
        return self._signing_out.outcome(octets, session, is_agreed=is_agreed, now=now)

    def way_back(self, state: str) -> str | None:
        """Where a browser goes once it is back from the provider's logout; once."""
        return self._signing_out.way_back(state)

    def _waiting(self, request_id: str) -> tuple[PortalRequest, Portal] | None:
        """A request that waits, and its portal, which still has the address to be answered at."""
        request = self._requests.find(request_id)
        portal = None if request is None else self._portals.portal(request.portal_id)
        if request is None or portal is None or request.redirect_uri not in portal.redirect_uris:
            return None
        return request, portal

    def _decided(
        self,
        request: PortalRequest,
        portal: Portal,
        session: Session | None,
        *,
        is_kept: bool = False,
        is_agreed: bool = False,
    ) -> AuthorizationOutcome:
        subject = (
            None
            if session is None
            else self._subjects.subject(session.account_id, sector=portal.sector)
        )
        now = self._clock.now()
        lack = lack_of(request, portal, session, subject=subject, is_agreed=is_agreed, now=now)
        if lack is None and session is not None and subject is not None:
            return self._granted(request, portal, session, subject, is_kept=is_kept)
        error = error_of(lack or Lack.LOGIN, request, session)
        if error is not None:
            return self._refused(request, portal, error, is_kept=is_kept)
        if lack is Lack.CONSENT:
            if not is_kept:
                self._requests.keep(request)
            return AskConsent(
                request_id=request.id,
                portal_name=portal.name,
                scopes=request.scopes,
                language=None if is_kept else request.language,
            )
        sent = msgspec.structs.replace(request, sent_at=now)
        if not is_kept:
            self._requests.keep(sent)
        elif not self._requests.renew(sent):
            return Unanswerable.OVER
        return SignInFirst(request_id=request.id, language=request.language)

    def _granted(
        self,
        request: PortalRequest,
        portal: Portal,
        session: Session,
        subject: str,
        *,
        is_kept: bool,
    ) -> AuthorizationOutcome:
        """A code; of a request that waited, to whoever takes it first."""
        if is_kept and self._requests.take(request.id) is None:
            return Unanswerable.OVER
        proven = session.authentication
        grant = PortalGrant(
            portal_id=portal.id,
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            nonce=request.nonce,
            scopes=request.scopes,
            subject=subject,
            session_id=session.id,
            acr=proven.acr,
            amr=proven.amr,
            authenticated_at=proven.at,
        )
        address = self._server.code_response(grant, state=request.state)
        return GoBack(address=address, portal_id=portal.id, portal_name=portal.name)

    def _refused(
        self, request: PortalRequest, portal: Portal, error: str, *, is_kept: bool
    ) -> AuthorizationOutcome:
        if is_kept and self._requests.take(request.id) is None:
            return Unanswerable.OVER
        return self._error(portal, request.redirect_uri, request.state, error)

    def _told(self, addressed: Addressed, error: str) -> GoBack:
        return self._error(addressed.portal, addressed.redirect_uri, addressed.state, error)

    def _error(self, portal: Portal, redirect_uri: str, state: str | None, error: str) -> GoBack:
        """RFC 6749 §4.1.2.1, with `iss` (RFC 9207 §2)."""
        said = [("error", error), ("iss", self.issuer)]
        if state is not None:
            said.append(("state", state))
        return GoBack(
            address=answered(redirect_uri, said),
            portal_id=portal.id,
            portal_name=portal.name,
            error=error,
        )
