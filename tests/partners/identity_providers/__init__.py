"""The doubles of ProConnect and FranceConnect+.

They stand for `fca.integ01.dev-agentconnect.fr` and `auth.integ01.dev-franceconnect.fr`:
oidc-provider on node, the library that both run on: an implementation that is not ours, with what
each has beside it (`tests/interop/npm/identity-provider.mjs`).
"""

from tests.partners.identity_providers.browser import Browser
from tests.partners.identity_providers.process import NodeProvider, OurKeySet

__all__ = ["Browser", "NodeProvider", "OurKeySet"]
