"""What a partner signs to be given an access token: `private_key_jwt` (RFC 7523 §3), its side."""

import secrets
from datetime import datetime
from typing import Final

from joserfc import jws

from signing.canonical import jcs
from signing.partner_key import PrivateKey, algorithms_of
from signing.possession import as_jwk

TYPE: Final = "client-authentication+jwt"
LIFETIME_S: Final = 60
_JTI_BYTES: Final = 16


def sign_client_assertion(
    key: PrivateKey, *, kid: str, client_id: str, audience: str, now: datetime
) -> str:
    """Sign that `client_id` asks `audience`, the issuer's identifier, at the aware `now`; once."""
    algorithm = algorithms_of(key.public_key())[0]
    issued = int(now.timestamp())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": issued,
        "exp": issued + LIFETIME_S,
        "jti": secrets.token_urlsafe(_JTI_BYTES),
    }
    header = {"alg": algorithm, "typ": TYPE, "kid": kid}
    return jws.serialize_compact(header, jcs(claims), as_jwk(key), algorithms=[algorithm])
