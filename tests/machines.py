"""Machines of partners: their keys and certificates, and what they sign, right or spoilt."""

import base64
import hashlib
import json
import uuid
from datetime import timedelta
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.model.partners import Credential, CredentialKind
from signing.canonical import jcs
from signing.ecdsa import sign_raw
from signing.encoding import to_base64url
from signing.oauth.http_signature import TAG, SignedRequest, signature_base
from signing.partner_certificate import certificate_thumbprint
from signing.partner_key import algorithms_of, public_jwk_of, thumbprint_of
from tests.authority import Authority, usage

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
CLIENTS = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH])
SIGNS = usage(digital_signature=True)


def p256():
    return ec.generate_private_key(ec.SECP256R1())


def signature_of(key, message):
    """By the algorithm of JWS that is the key's."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(message, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    if key.curve.name == "secp384r1":
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(SHA384())))
        return r.to_bytes(48, "big") + s.to_bytes(48, "big")
    return sign_raw(key, message)


def compact(header, claims, sign):
    """Three parts; `header` and `claims` are objects or bytes, `sign` makes bytes of the input."""
    parts = [to_base64url(one if isinstance(one, bytes) else jcs(one)) for one in (header, claims)]
    signing_input = ".".join(parts)
    return f"{signing_input}.{to_base64url(sign(signing_input.encode()))}"


class Machine:
    """One partner's client, with one key."""

    def __init__(self, partner_id, *, issuer, clock, key=None):
        self.partner_id, self.issuer, self.clock = partner_id, issuer, clock
        self.key = key or p256()
        self.kid = thumbprint_of(self.key.public_key())
        self.alg = algorithms_of(self.key.public_key())[0]

    @property
    def now(self):
        return int(self.clock.now().timestamp())

    def credential(self, **changes):
        stated = {
            "id": str(uuid.uuid4()),
            "partner_id": self.partner_id,
            "kind": CredentialKind.JWK,
            "thumbprint": self.kid,
            "public": jcs(public_jwk_of(self.key.public_key())),
            "not_before": self.clock.now() - timedelta(days=1),
            "enrolled_at": self.clock.now() - timedelta(days=1),
        }
        return Credential(**{**stated, **changes})

    def header(self, **changes):
        stated = {"alg": self.alg, "kid": self.kid, "typ": "client-authentication+jwt"}
        return {name: value for name, value in {**stated, **changes}.items() if value is not None}

    def claims(self, **changes):
        stated = {
            "iss": self.partner_id,
            "sub": self.partner_id,
            "aud": self.issuer,
            "iat": self.now,
            "exp": self.now + 60,
            "jti": str(uuid.uuid4()),
        }
        return {name: value for name, value in {**stated, **changes}.items() if value is not None}

    def assertion(self, *, header=None, claims=None, sign=None):
        return compact(
            self.header(**(header or {})),
            self.claims(**(claims or {})),
            sign or (lambda message: signature_of(self.key, message)),
        )

    def form(self, assertion=None, **changes):
        """The body of a request for a token."""
        stated = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion or self.assertion(),
        }
        members = {**stated, **changes}
        return urlencode({k: v for k, v in members.items() if v is not None}).encode()

    def signed(self, method, path, *, body=b"", host, scheme="http", query="", more=(), **changes):
        """The header fields of a request signed by RFC 9421."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        content = (
            *((("content-digest", f"sha-256=:{digest}:"),) if method == "POST" else ()),
            *more,
        )
        covered = changes.pop("covered", None) or (
            "@method",
            "@target-uri",
            *(name for name, _ in content),
        )
        algorithms = {"ES256": "ecdsa-p256-sha256", "PS256": "rsa-pss-sha512"}
        stated = {
            "created": self.now,
            "keyid": self.kid,
            "alg": algorithms.get(self.alg, "ed25519"),
            "tag": TAG,
            **changes,
        }
        params = "(" + " ".join(f'"{name}"' for name in covered) + ")"
        params += "".join(
            f";{k}={v}" if isinstance(v, int) else f';{k}="{v}"' for k, v in stated.items()
        )
        request = SignedRequest(
            method=method, scheme=scheme, authority=host, path=path, query=query,
            headers=(("host", host), *content),
        )  # fmt: skip
        message = signature_base(request, tuple(covered), params)
        if isinstance(self.key, rsa.RSAPrivateKey):
            made = self.key.sign(message, padding.PSS(padding.MGF1(SHA512()), 64), SHA512())
        else:
            made = signature_of(self.key, message)
        value = base64.b64encode(made).decode()
        return [*content, ("signature-input", f"sig={params}"), ("signature", f"sig=:{value}:")]


class CertifiedMachine(Machine):
    """One whose key an authority certified for TLS clients."""

    def __init__(self, partner_id, *, issuer, clock, authority=None, key=None, **changes):
        super().__init__(partner_id, issuer=issuer, clock=clock, key=key)
        self.authority = authority or Authority("AC d'essai")
        given = {"key_usage": SIGNS, "more": ((CLIENTS, False),), **changes}
        self.certificate = self.authority.issue(self.key.public_key(), name=partner_id, **given)
        self.der = self.certificate.public_bytes(Encoding.DER)
        self.thumbprint = certificate_thumbprint(self.der)

    def certificate_credential(self, **changes):
        stated = {
            "kind": CredentialKind.CERTIFICATE,
            "thumbprint": self.thumbprint,
            "public": self.der,
            "not_after": self.certificate.not_valid_after_utc,
        }
        return self.credential(**{**stated, **changes})

    @property
    def client_cert(self):
        """As a proxy hands it over (RFC 9440)."""
        return in_rfc9440(self.der)


def in_rfc9440(der):
    return f":{base64.b64encode(der).decode()}:"


def said(token):
    """The claims of a token, unverified."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==="))
