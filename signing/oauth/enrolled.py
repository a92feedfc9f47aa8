"""The public key of what a partner enrolled: read from its stored form, once."""

import json
from functools import lru_cache

from signing.errors import KeyUnusable
from signing.partner_certificate import key_of_certificate, parse_certificate
from signing.partner_key import PublicKey, parse_public_jwk


@lru_cache(maxsize=2048)
def enrolled_jwk(jwk: bytes) -> PublicKey:
    """The key of a public JWK; raises `SigningError` where it is none that may be enrolled."""
    try:
        members = json.loads(jwk)
    except ValueError as error:
        raise KeyUnusable("a JWK on record cannot be read") from error
    return parse_public_jwk(members)


@lru_cache(maxsize=2048)
def enrolled_certificate(der: bytes) -> PublicKey:
    """The key of a certificate; raises `SigningError` where it is none that may be enrolled."""
    return key_of_certificate(parse_certificate(der))
