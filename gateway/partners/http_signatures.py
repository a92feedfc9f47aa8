"""Requests proven by their own signature (RFC 9421), by an enrolled key: REST only, optional.

The profile, and its numbered proof, are those of `signing.oauth.http_signature`; here the key is
found and the request described as its signature sees it. `@authority` is the Host header that came,
which is one of ours; the scheme is that of the public address, since TLS ends at the proxy.

A signature may come twice within its window. It opens nothing new: the same transmission is
answered by the same receipt.
"""

from hashlib import new as digest_of
from typing import Final

from gateway.errors import NotAuthenticated
from gateway.model.directory import Partner
from gateway.model.partners import Credential, CredentialKind, RequestFacts
from gateway.ports import Clock, PartnerRegister
from gateway.ports.partners import Credentials
from signing.errors import SigningError
from signing.oauth.decoys import decoy_for
from signing.oauth.enrolled import enrolled_certificate, enrolled_jwk
from signing.oauth.http_signature import (
    DIGEST,
    INPUT,
    SIGNATURE,
    ReadSignature,
    SignedRequest,
    content_digests,
    demand_coverage,
    demand_fresh,
    read_signature,
    verify,
)
from signing.partner_key import PublicKey

_PORT: Final = {"https": ":443", "http": ":80"}
_HASHES: Final = {"sha-256": "sha256", "sha-512": "sha512"}


def is_signed(request: RequestFacts) -> bool:
    """Whether it claims to be."""
    return bool(request.values(INPUT) or request.values(SIGNATURE))


def demand_content(request: RequestFacts, body: bytes) -> None:
    """Hold that `body` has the digests that the request states (RFC 9530), if it states any.

    Raises:
        NotAuthenticated: it is another body, or what is stated is no digest.
    """
    if not request.values(DIGEST):
        return
    try:
        stated = content_digests(_signed(request, scheme="https"))
    except SigningError:
        raise NotAuthenticated from None
    if any(digest_of(_HASHES[name], body).digest() != found for name, found in stated.items()):
        raise NotAuthenticated


class HttpSignatures:
    """Proves requests by their signatures."""

    def __init__(
        self,
        *,
        public_address: str,
        register: PartnerRegister,
        credentials: Credentials,
        clock: Clock,
    ) -> None:
        """`public_address` is where partners reach us; its scheme is that of every request."""
        self._scheme = public_address.partition("://")[0]
        self._register = register
        self._credentials = credentials
        self._clock = clock

    def signer(self, request: RequestFacts) -> tuple[Partner, Credential]:
        """Who signed `request`, and by which key; its content is for `demand_content`.

        Raises:
            NotAuthenticated: it is not signed as it says, or by nobody whom we know.
        """
        now = self._clock.now()
        signed = _signed(request, scheme=self._scheme)
        try:
            stated = read_signature(signed)
            demand_coverage(stated, signed)
            demand_fresh(stated, now_s=now.timestamp())
            content_digests(signed)
            credential = self._credentials.credential(stated.keyid)
            is_live = credential is not None and credential.opens_at(now)
            verify(stated, signed, _key(stated, credential if is_live else None))
        except SigningError:
            raise NotAuthenticated from None
        partner = None if credential is None else self._register.partner(credential.partner_id)
        if credential is None or not is_live or partner is None:
            raise NotAuthenticated
        return partner, credential


def _key(stated: ReadSignature, credential: Credential | None) -> PublicKey:
    if credential is None:
        return decoy_for(stated.alg)
    is_jwk = credential.kind is CredentialKind.JWK
    return (enrolled_jwk if is_jwk else enrolled_certificate)(credential.public)


def _signed(request: RequestFacts, *, scheme: str) -> SignedRequest:
    host = "".join(request.values("host")).lower()
    return SignedRequest(
        method=request.method,
        scheme=scheme,
        authority=host.removesuffix(_PORT[scheme]),
        path=request.path,
        query=request.query,
        headers=request.headers,
    )
