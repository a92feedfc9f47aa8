"""Our private keys of encryption, as joserfc takes them."""

from collections.abc import Callable
from typing import Any, Final

from joserfc.jwk import ECKey, RSAKey

from adapters.oidc.jose import DecryptionKey

_ECDH: Final = "ECDH-ES"


class KeysLookedUp:
    """Implements adapters.oidc.jose.DecryptionKeys; safe to share between threads."""

    def __init__(self, look_up: Callable[[str], tuple[str, Any] | None]) -> None:
        """`look_up`: algorithm and private key (of `cryptography`) of an id, while it serves."""
        self._look_up = look_up

    def find(self, kid: str) -> DecryptionKey | None:
        """See DecryptionKeys."""
        found = self._look_up(kid)
        if found is None:
            return None
        alg, pair = found
        kind: type[ECKey | RSAKey] = ECKey if alg == _ECDH else RSAKey
        return DecryptionKey(kid=kid, alg=alg, key=kind.import_key(pair))
