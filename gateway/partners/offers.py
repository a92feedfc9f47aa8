"""What a partner sends to be enrolled: one JSON object in one of three forms, read at the border.

    {"jwk": {…}, "proof": "<statement>"}                             a public key
    {"certificate": "<DER>", "chain": ["<DER>", …], "proof": "…"}    a certificate of an authority
    {"request": "<DER>"}                                             a signing request (PKCS#10)

DER is in base64 (RFC 4648 §4). A statement is a JWS by the key that is offered
(`signing.possession`); a request is signed by its own key already.
"""

from typing import Final

import msgspec

from gateway.errors import CredentialNotTaken, Inadmissible
from gateway.wire import json
from signing.encoding import from_base64
from signing.offered import Offered, offered_certificate, offered_key, offered_request

UNREADABLE: Final = "K014"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """An offer, and the statement of possession beside it."""

    offered: Offered
    proof: str | None = None


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    jwk: dict[str, str | list[str]] | None = None
    certificate: str | None = None
    chain: list[str] | None = None
    request: str | None = None
    proof: str | None = None


def read_offer(body: bytes) -> Sent:
    """Read what was sent.

    Raises:
        CredentialNotTaken: K014, it has none of the three forms.
        CredentialRefused: it has, and what is offered cannot be taken.
    """
    try:
        form = msgspec.convert(json.read(body), _Form)
    except (Inadmissible, msgspec.ValidationError):
        raise CredentialNotTaken(code=UNREADABLE) from None
    match form:
        case _Form(jwk=dict(jwk), certificate=None, chain=None, request=None, proof=str()):
            return Sent(offered=offered_key(jwk), proof=form.proof)
        case _Form(jwk=None, certificate=str(leaf), request=None, proof=str()) if form.chain != []:
            others = [_octets(one) for one in form.chain or []]
            return Sent(offered=offered_certificate(_octets(leaf), others), proof=form.proof)
        case _Form(jwk=None, certificate=None, chain=None, request=str(request), proof=None):
            return Sent(offered=offered_request(_octets(request)))
        case _:
            raise CredentialNotTaken(code=UNREADABLE)


def _octets(text: str) -> bytes:
    try:
        return from_base64(text)
    except ValueError:
        raise CredentialNotTaken(code=UNREADABLE) from None
