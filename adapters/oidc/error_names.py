"""The errors that providers state by name: those alone are logged, whatever they or a browser send.

RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, OpenID Connect Core §3.1.2.6, Unmet Authentication
Requirements 1.0, Dynamic Client Registration §3.3 (for keys of ours that could not be fetched), and
what ProConnect and FranceConnect+ add.
"""

from typing import Final

_KNOWN: Final = frozenset(
    {
        *("invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type"),
        *("invalid_scope", "server_error", "temporarily_unavailable"),
        *("invalid_client", "invalid_grant", "unsupported_grant_type"),
        *("invalid_token", "insufficient_scope"),
        *("interaction_required", "login_required", "account_selection_required"),
        *("consent_required", "unmet_authentication_requirements", "invalid_client_metadata"),
        *("invalid_acr", "invalid_idp_hint", "idp_hint_not_found"),
    }
)


def error_name(stated: object) -> str:
    """The name, `other` where it is none of those, empty where none is stated."""
    if stated is None or stated == "":
        return ""
    return stated if isinstance(stated, str) and stated in _KNOWN else "other"
