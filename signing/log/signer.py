"""An Ed25519 key held in this process, that signs notes or cosigns checkpoints."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signing.errors import KeyUnusable
from signing.log.vkey import SignatureType, VerifierKey


class Ed25519Signer:
    """A `NoteSigner` over a private key in memory; safe to share between threads."""

    __slots__ = ("_private_key", "_vkey")

    def __init__(self, *, vkey: VerifierKey, private_key: Ed25519PrivateKey) -> None:
        """Raise `KeyUnusable` unless `private_key` is the one that `vkey` publishes."""
        if private_key.public_key().public_bytes_raw() != vkey.public_key:
            raise KeyUnusable(f"the private key is not that of {vkey.text}")
        self._vkey = vkey
        self._private_key = private_key

    @classmethod
    def of(
        cls, private_key: Ed25519PrivateKey, *, name: str, kind: SignatureType
    ) -> "Ed25519Signer":
        """Name a private key: a log by its origin, a witness by its own name."""
        public_key = private_key.public_key().public_bytes_raw()
        vkey = VerifierKey(name=name, type=kind, public_key=public_key)
        return cls(vkey=vkey, private_key=private_key)

    def __repr__(self) -> str:
        """Show which key, never the key."""
        return f"Ed25519Signer(vkey={self._vkey.text!r})"

    @property
    def vkey(self) -> VerifierKey:
        """The public half, with the name and the type that it signs under."""
        return self._vkey

    def sign(self, message: bytes) -> bytes:
        """Give the 64 bytes of the signature (RFC 8032 §5.1.6)."""
        return self._private_key.sign(message)
