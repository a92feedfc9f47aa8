"""The tokens of the lying provider, by joserfc: true ones but for one lie."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from hashlib import sha256

from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.registry import HeaderParameter

from tests.partners.identity_provider_example.speech import ABSENT


def b64(octets):
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def changed(members, lie):
    return {name: v for name, v in {**members, **lie}.items() if v is not ABSENT}


class Keys:
    """Those that it publishes, by algorithm, and some that it does not."""

    def __init__(self):
        self._turn = 0
        self.rotate()
        self.unpublished = {"ES256": ec_key("u-ec"), "RS256": rsa_key("u-rsa", modulus="other")}

    def rotate(self):
        """New ones in place of the old."""
        name = b64(sha256(str(time.monotonic_ns()).encode()).digest()[:6])
        self._turn += 1
        rsa = rsa_key(f"rsa-{name}", modulus=self._turn % 2)
        self.published = {"ES256": ec_key(f"ec-{name}"), "RS256": rsa}

    def document(self, *, only=None, twice=False, beside=()):
        keys = [
            key.as_dict(private=False) for alg, key in self.published.items() if only in {None, alg}
        ]
        if twice:
            keys.append(ec_key("another").as_dict(private=False))
        return {"keys": [*beside, *keys]}


def ec_key(kid):
    return ECKey.generate_key("P-256", parameters={"kid": kid, "use": "sig"})


_RSA = {}


def rsa_key(kid, *, modulus):
    """One of three moduli, found once: those published in turn, and one that never is."""
    if modulus not in _RSA:
        _RSA[modulus] = RSAKey.generate_key(2048).as_dict(private=True)
    return RSAKey.import_key({**_RSA[modulus], "kid": kid, "use": "sig"})


def at_hash(access_token):
    return b64(sha256(access_token.encode()).digest()[:16])


def signed(claims, *, truth, lie, keys):
    """A compact JWS of `claims`, or what looks like one."""
    alg = lie.signs_with or truth.signed_with
    if alg == "none":
        return f"{b64(json.dumps({'alg': 'none'}).encode())}.{b64(json.dumps(claims).encode())}."
    if alg == "HS256":  # by what everybody knows: the published key
        return _hmac_signed(claims, keys)
    key = (keys.unpublished if lie.key == "unpublished" else keys.published)[alg]
    kid = keys.published[alg].kid if lie.kid is None else lie.kid
    header = changed({"alg": alg, "kid": kid, "typ": "JWT"}, lie.header)
    compact = _unchecked(header, claims, key, alg)
    if lie.key == "broken":
        head, body, _ = compact.split(".")
        other = _unchecked(header, {**claims, "sub": "somebody-else"}, key, alg)
        return ".".join((head, body, other.rpartition(".")[2]))
    return compact


def _unchecked(header, claims, key, alg):
    """Signed whatever the header says: no library of honest tokens would."""
    text = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{b64(jws.JWSRegistry.algorithms[alg].sign(text.encode(), key))}"


def _hmac_signed(claims, keys):
    secret = json.dumps(keys.published["ES256"].as_dict(private=False)).encode()
    header = {"alg": "HS256", "typ": "JWT"}
    text = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{b64(hmac.new(secret, text.encode(), 'sha256').digest())}"


def encrypted(compact, *, truth, lie, recipient, issuer, client_id):
    """The signed token for that public key, with what FranceConnect replicates in its header."""
    if truth.encrypted_by is None or lie.encrypts == "nothing":
        return compact
    key = recipient
    if lie.encrypts == "foreign":
        is_ec = truth.encrypted_by == "ECDH-ES"
        named = {"kid": recipient.kid}
        key = (
            ECKey.generate_key("P-256", parameters=named)
            if is_ec
            else RSAKey.generate_key(2048, parameters=named)
        )
    enc = lie.encrypts if lie.encrypts in {"A128GCM", "A256CBC-HS512"} else "A256GCM"
    header = changed(
        {
            "alg": truth.encrypted_by,
            "enc": enc,
            "cty": "JWT",
            "kid": recipient.kid,
            "iss": issuer,
            "aud": client_id,
        },
        lie.outer,
    )
    key = _fitting(key, header["alg"])
    names = {name: HeaderParameter("any", lambda _value: None) for name in ("iss", "aud")}
    registry = jwe.JWERegistry(
        header_registry=names,
        algorithms=[header["alg"], enc, "DEF"],
        strict_check_header=False,
    )
    made = jwe.encrypt_compact(header, compact, key, registry=registry)
    return made if isinstance(made, str) else made.decode()


def _fitting(key, alg):
    """A key that `alg` can use: `key`, or what everybody knows of it, or one of that kind."""
    if alg == "dir" or alg.startswith("PBES2"):
        known = json.dumps(key.as_dict(private=False)).encode()
        return OctKey.import_key(sha256(known).digest())
    if alg.startswith("RSA") and key.key_type != "RSA":
        rsa_key("", modulus="other")
        return RSAKey.import_key(_RSA["other"])
    if alg.startswith("ECDH") and key.key_type != "EC":
        return ECKey.generate_key("P-256")
    return key
