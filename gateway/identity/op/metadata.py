"""What a client configures itself by: OpenID Connect Discovery 1.0 §3, RFC 8414, RFC 9207 §3."""

from gateway.identity.op.asking import LANGUAGES, PROMPTS, SCOPES
from gateway.identity.op.levels import LEVELS
from gateway.identity.op.portal_clients import ALGORITHMS
from gateway.identity.op.server import AUTHORIZATION_CODE, PRIVATE_KEY_JWT
from gateway.identity.op.userinfo import ROLES, WORKER_ID
from gateway.wire.shape import Json
from signing.oauth.identity_keys import ALG


def metadata(issuer: str) -> Json:
    """The document; what is not in it is not done."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks.json",
        "end_session_endpoint": f"{issuer}/logout",
        "scopes_supported": [*SCOPES],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [AUTHORIZATION_CODE],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [ALG],
        "token_endpoint_auth_methods_supported": [PRIVATE_KEY_JWT],
        "token_endpoint_auth_signing_alg_values_supported": [*sorted(ALGORITHMS)],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [*LEVELS],
        "prompt_values_supported": [*PROMPTS],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "acr", "amr"),
            *(ROLES, WORKER_ID, "given_name", "family_name"),
        ],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "ui_locales_supported": [*LANGUAGES],
    }
