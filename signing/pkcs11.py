"""Keys that never leave a PKCS#11 token: a smart card, an HSM, or SoftHSM2.

A token is known by its label, a key in it by its CKA_ID. There is one session for each token,
opened at first use, shared by every thread and used by one at a time: a session has one signature
under way (PKCS#11 v3.1 §5.13). It must be opened after any fork (§5.4). A token that went is asked
for again once, and then not before `_PAUSE_S`: a refusal is quick, and the token is taken up when
it is back. A refused PIN is never tried a second time, for tokens lock themselves.

Needs the package `python-pkcs11` (extra `pkcs11`) and the library of the token's maker.
"""

import threading
import time
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from secrets import token_bytes
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signing.errors import KeyUnusable

_Found = TypeVar("_Found")
_PAUSE_S = 2.0
"""How long after a failed return nothing is tried: a network HSM may take long to be found away."""
_KEY_ID_BYTES = 16
_LIBRARY = threading.RLock()
"""C_Initialize and C_Finalize act on the whole process (PKCS#11 v3.1 §5.4)."""


class Token:
    """A token by its label; safe to share between threads. Nothing is opened yet."""

    def __init__(
        self,
        *,
        module: Path,
        label: str,
        pin: str,
        may_write: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`module` is the library of the token's maker; `generate` needs `may_write`."""
        self._module = module
        self._label = label
        self._pin = pin
        self._may_write = may_write
        self._monotonic = monotonic
        self._session: Any = None
        self._keys: dict[bytes, Any] = {}
        self._away_until: float | None = None
        self._is_refused = False

    def __repr__(self) -> str:
        """Show which token, never its PIN."""
        return f"Token(label={self._label!r})"

    @property
    def label(self) -> str:
        """The token's name (CKA_LABEL)."""
        return self._label

    def private_key(self, key_id: bytes) -> "TokenKey":
        """Give the P-256 key of that CKA_ID; raise `KeyUnusable` when it is not there."""
        return TokenKey(self, key_id, self._in_session(lambda _: self._public_key(key_id)))

    def generate(self, *, label: str) -> tuple[bytes, "TokenKey"]:
        """Make a P-256 key that cannot be extracted; give its CKA_ID and itself."""
        key_id = token_bytes(_KEY_ID_BYTES)
        public_key = self._in_session(lambda session: self._generated(session, key_id, label))
        return key_id, TokenKey(self, key_id, public_key)

    def find(self, public_key: ec.EllipticCurvePublicKey) -> bytes:
        """Give the CKA_ID of the pair with that public key; raise `KeyUnusable` if absent."""
        key_id = self._in_session(lambda _: self._id_of(public_key))
        if key_id is None:
            raise KeyUnusable(f"token {self._label} holds no such key")
        return key_id

    def sign(self, key_id: bytes, digest: bytes) -> bytes:
        """Sign a SHA-256 digest by that key; give r || s (PKCS#11 v3.1 §6.3.12, CKM_ECDSA)."""
        library = _library()
        mechanism = library.Mechanism.ECDSA
        signature: bytes = self._in_session(
            lambda _: self._key(key_id).sign(digest, mechanism=mechanism)
        )
        return signature

    def demand_key(self, key_id: bytes) -> None:
        """Raise `KeyUnusable` unless the token holds that key now; signs nothing."""

        def looked_up(_: Any) -> None:
            self._keys.pop(key_id, None)
            self._key(key_id)

        self._in_session(looked_up)

    def close(self) -> None:
        """Let go of the session."""
        with _LIBRARY:
            session, self._session = self._session, None
            self._keys.clear()
            if session is not None:
                _quietly(session.close)

    # What follows runs under _LIBRARY, within a session.

    def _in_session(self, action: Callable[[Any], _Found]) -> _Found:
        with _LIBRARY:
            library = _library()
            self._demand_worth_trying()
            if self._session is not None:
                try:
                    return action(self._session)
                except library.PKCS11Error:
                    self.close()  # the session or the token went: once more, in a new one
            try:
                self._open(library)
                found = action(self._session)
            except library.PKCS11Error as error:
                self._give_up(library, error)
            self._away_until = None
            return found

    def _demand_worth_trying(self) -> None:
        if self._is_refused:
            raise KeyUnusable(f"token {self._label} refused the PIN, which is not tried again")
        if self._away_until is not None and self._monotonic() < self._away_until:
            raise KeyUnusable(f"token {self._label} is away")

    def _open(self, library: ModuleType) -> None:
        try:
            self._session = self._opened(library)
        except (library.PinIncorrect, library.PinLocked, library.PinInvalid, library.PinLenRange):
            raise
        except library.PKCS11Error:
            # what the library remembers of its slots is from before the token went
            _quietly(lambda: library.lib(str(self._module)).finalize())
            self._session = self._opened(library)

    def _opened(self, library: ModuleType) -> Any:
        loaded = library.lib(str(self._module))
        token = loaded.get_token(token_label=self._label)
        return token.open(rw=self._may_write, user_pin=self._pin)

    def _give_up(self, library: ModuleType, error: Exception) -> NoReturn:
        self.close()
        what = type(error).__name__  # its text may hold what the maker's library says
        if isinstance(error, (library.PinIncorrect, library.PinLocked, library.PinInvalid)):
            self._is_refused = True
            raise KeyUnusable(f"token {self._label} refuses the PIN ({what})") from error
        if isinstance(error, library.NoSuchKey):
            raise KeyUnusable(f"token {self._label} does not hold the key") from error
        self._away_until = self._monotonic() + _PAUSE_S
        raise KeyUnusable(f"token {self._label} cannot be used ({what})") from error

    def _key(self, key_id: bytes) -> Any:
        if key_id not in self._keys:
            library = _library()
            self._keys[key_id] = self._session.get_key(
                object_class=library.ObjectClass.PRIVATE_KEY, id=key_id
            )
        return self._keys[key_id]

    def _public_key(self, key_id: bytes) -> ec.EllipticCurvePublicKey:
        library = _library()
        self._key(key_id)
        found = self._session.get_key(object_class=library.ObjectClass.PUBLIC_KEY, id=key_id)
        return _p256(found)

    def _id_of(self, public_key: ec.EllipticCurvePublicKey) -> bytes | None:
        library = _library()
        wanted = {library.Attribute.CLASS: library.ObjectClass.PUBLIC_KEY,
                  library.Attribute.KEY_TYPE: library.KeyType.EC}  # fmt: skip
        for found in self._session.get_objects(wanted):
            try:
                is_it = _p256(found) == public_key
            except KeyUnusable:
                continue  # on another curve
            if is_it:
                return bytes(found[library.Attribute.ID])
        return None

    def _generated(self, session: Any, key_id: bytes, label: str) -> ec.EllipticCurvePublicKey:
        library = _library()
        curve = import_module("pkcs11.util.ec").encode_named_curve_parameters("secp256r1")
        parameters = session.create_domain_parameters(
            library.KeyType.EC, {library.Attribute.EC_PARAMS: curve}, local=True
        )
        never_out = {
            library.Attribute.SENSITIVE: True,
            library.Attribute.EXTRACTABLE: False,
            library.Attribute.SIGN: True,
        }
        public, _ = parameters.generate_keypair(
            id=key_id, label=label, store=True, private_template=never_out
        )
        return _p256(public)


class TokenKey(ec.EllipticCurvePrivateKey):
    """A P-256 private key in a token: whatever signs by a key in a file signs by this one alike."""

    def __init__(self, token: Token, key_id: bytes, public_key: ec.EllipticCurvePublicKey) -> None:
        """`public_key` is what the token says of the pair."""
        self._token = token
        self._key_id = key_id
        self._public_key = public_key

    def __repr__(self) -> str:
        """Show where the key is."""
        return f"TokenKey(token={self._token.label!r}, id={self._key_id.hex()})"

    def __copy__(self) -> "TokenKey":
        """The same key of the same token."""
        return self

    def __deepcopy__(self, memo: dict[Any, Any]) -> "TokenKey":
        """The same key of the same token."""
        return self

    def demand_present(self) -> None:
        """Raise `KeyUnusable` unless the token holds the key now; signs nothing."""
        self._token.demand_key(self._key_id)

    @property
    def curve(self) -> ec.EllipticCurve:
        """P-256."""
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        """256 bits."""
        return self._public_key.key_size

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Give the public half."""
        return self._public_key

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """Sign `data` by ECDSA with SHA-256; give DER. Raises `KeyUnusable` when it cannot."""
        if not isinstance(signature_algorithm, ec.ECDSA) or not isinstance(
            signature_algorithm.algorithm, SHA256
        ):
            raise KeyUnusable("a key of a token signs by ECDSA with SHA-256 alone")
        raw = self._token.sign(self._key_id, sha256(data).digest())
        half = len(raw) // 2
        return encode_dss_signature(
            int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        )

    def exchange(self, *_: object) -> NoReturn:
        """Refuse: the key signs, and nothing else."""
        raise KeyUnusable("a key of acknowledgements agrees on no secret")

    def private_numbers(self) -> NoReturn:
        """Refuse: the key stays in its token."""
        raise KeyUnusable("a key of a token does not leave it")

    def private_bytes(self, *_: object) -> NoReturn:
        """Refuse: the key stays in its token."""
        raise KeyUnusable("a key of a token does not leave it")


def _library() -> ModuleType:
    try:
        return import_module("pkcs11")
    except ImportError as error:
        raise KeyUnusable("keys in a token need the package python-pkcs11") from error


def _p256(public: Any) -> ec.EllipticCurvePublicKey:
    try:
        octets = import_module("pkcs11.util.ec").encode_ec_public_key(public)
        key = load_der_public_key(octets)
    except ValueError as error:
        raise KeyUnusable("a key of the token is not readable") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise KeyUnusable("a key of the token is not a P-256 key")
    return key


def _quietly(action: Callable[[], object]) -> None:
    """Let go of what may be gone already."""
    try:
        action()
    except RuntimeError:  # the root of the library's errors
        return
