"""The gateway as a provider of identity for portals: OpenID Connect Core 1.0, code flow alone.

`OpenIdProvider` (provider.py) is the whole interface. It knows no web framework: what comes in are
octets and sessions, what goes out are the outcomes of `outcomes.py`.
"""

from gateway.identity.op.provider import OpenIdProvider

__all__ = ["OpenIdProvider"]
