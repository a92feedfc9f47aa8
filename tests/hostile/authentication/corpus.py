"""Every hostile authentication over HTTP but those that need the proxy (tests/deploy)."""

from tests.hostile.authentication import assertions, certificates, forms, signatures, tokens

ATTACKS = (
    *assertions.ATTACKS,
    *forms.ATTACKS,
    *tokens.ATTACKS,
    *certificates.ATTACKS,
    *signatures.ATTACKS,
)
