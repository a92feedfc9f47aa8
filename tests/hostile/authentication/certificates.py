"""Client certificates that nobody proved, or that prove nothing (RFC 9440, RFC 8705)."""

import base64
from datetime import timedelta
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.authority import ISSUES, Authority, usage
from tests.enrolled import put
from tests.hostile.authentication.world import OUTSIDER, Attack, Sent, asked, called
from tests.machines import CLIENTS, CertifiedMachine, in_rfc9440
from tests.running import NOW

SERVERS = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])


def _field(name, make, *, header="client-cert", peer=None):
    def sent(world):
        request = called(more=((header, make(world)),))
        return request if peer is None else request._replace(peer=peer)

    return Attack(name, sent, twin="certificate")


def _enrolled(name, **changes):
    """A certificate on record, whatever it is: only what it is refuses it."""

    def sent(world):
        given = {k: v() if callable(v) else v for k, v in changes.items()}
        world.store.credentials.revoke("laboratory", world.second.thumbprint, NOW)
        machine = CertifiedMachine(
            "laboratory",
            issuer=world.machine.issuer,
            clock=world.clock,
            authority=world.authority,
            **given,
        )
        try:
            put(world.store.credentials, machine.certificate_credential(not_after=None))
            return called(shown=machine)
        finally:
            world.store.credentials.revoke("laboratory", machine.thumbprint, NOW + _LATER)

    return Attack(name, sent, twin="certificate")


_LATER = timedelta(days=3650)


def _of_a_like_authority(world):
    """The same name from an authority of the same name, another key."""
    like = Authority("AC d'essai")
    certificate = like.issue(
        world.certified.key.public_key(), name="laboratory", more=((CLIENTS, False),)
    )
    return in_rfc9440(certificate.public_bytes(Encoding.DER))


def _escaped_pem(world):
    return quote(world.certified.certificate.public_bytes(Encoding.PEM).decode(), safe="")


def _der(world):
    return world.certified.der


def _base64(world):
    return base64.b64encode(_der(world)).decode()


def _altered(world):
    octets = bytearray(_der(world))
    octets[-1] ^= 1
    return in_rfc9440(bytes(octets))


def _of_its_key(world):
    key = world.certified.key.public_key()
    return in_rfc9440(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def _beside(name, *fields, status=401, code="A001"):
    return Attack(
        name,
        lambda w: called(more=tuple((key, make(w)) for key, make in fields)),
        status=status,
        code=code,
        twin="certificate",
    )


def _shown(world):
    return world.certified.client_cert


def _for_a_token(name, make):
    return Attack(name, make, code="invalid_client", twin="certificate-for-a-token")


_NAMED = b"grant_type=client_credentials&client_id="

ATTACKS = (
    _field("certificate-from-an-outsider", _shown, peer=OUTSIDER),
    _field("certificate-from-a-peer-without-address", _shown, peer=""),
    _field("certificate-from-a-peer-named-like-ours", _shown, peer="127.0.0.1.attacker.example"),
    _field("certificate-from-an-address-beside-ours", _shown, peer="127.0.0.2"),
    _field("certificate-in-pem", lambda w: w.certified.certificate.public_bytes(Encoding.PEM)
           .decode().replace("\n", " ")),
    _field("certificate-in-escaped-pem", _escaped_pem),
    _field("certificate-in-bare-base64", _base64),
    _field("certificate-in-quotes", lambda w: f'"{_base64(w)}"'),
    _field("certificate-without-its-end", lambda w: f":{_base64(w)}"),
    _field("certificate-in-base64url", lambda w: ":" + base64.urlsafe_b64encode(
        _der(w) + b"\xfb\xff").decode() + ":"),
    _field("certificate-unpadded", lambda w: ":" + base64.b64encode(_der(w) + b"x").decode()
           .rstrip("=") + "A:"),
    _field("certificate-with-parameters", lambda w: _shown(w) + ";a=1"),
    _field("certificate-in-a-list", lambda w: f"{_shown(w)}, {_shown(w)}"),
    _field("certificate-empty", lambda _w: "::"),
    _field("certificate-no-value", lambda _w: ""),
    _field("certificate-of-noise", lambda _w: in_rfc9440(b"\x30\x82" + b"A" * 600)),
    _field("certificate-with-more-behind-it", lambda w: in_rfc9440(_der(w) + b"\x00")),
    _field("certificate-cut", lambda w: in_rfc9440(_der(w)[:-1])),
    _field("certificate-altered", _altered),
    _field("certificate-s-key-alone", _of_its_key),
    _field("certificate-of-8-kb", lambda _w: in_rfc9440(b"\x30\x82" + b"A" * 6200)),
    _field("certificate-that-nobody-enrolled", lambda w: w.uncertified.client_cert),
    _field("certificate-of-a-like-authority", _of_a_like_authority),
    _field("certificate-of-the-authority", lambda w: in_rfc9440(
        w.authority.certificate.public_bytes(Encoding.DER))),
    _field("certificate-in-x-client-cert", _shown, header="x-client-cert"),
    _field("certificate-in-x-ssl-client-cert", _escaped_pem, header="x-ssl-client-cert"),
    _field("certificate-in-x-forwarded-client-cert",
           lambda w: f"Hash={w.certified.thumbprint}", header="x-forwarded-client-cert"),
    _field("certificate-under-an-underscore", _shown, header="client_cert"),
    _field("chain-alone", _shown, header="client-cert-chain"),
    _beside("certificate-twice", ("client-cert", _shown), ("client-cert", _shown)),
    _beside("certificate-and-another-s", ("client-cert", _shown),
            ("client-cert", lambda w: w.certified_operator.client_cert)),
    _beside("certificate-in-two-spellings", ("client-cert", _shown), ("Client-Cert", _shown)),
    _enrolled("certificate-ended", end=NOW - timedelta(days=1)),
    _enrolled("certificate-not-begun", begin=NOW + timedelta(days=1)),
    _enrolled("certificate-of-a-server", more=((SERVERS, False),)),
    _enrolled("certificate-of-no-stated-use", more=()),
    _enrolled("certificate-of-an-authority", is_authority=True, key_usage=ISSUES),
    _enrolled("certificate-for-encryption-alone", key_usage=usage(key_encipherment=True)),
    _enrolled("certificate-of-rsa-2048", key=lambda: rsa.generate_private_key(65_537, 2048)),
    _for_a_token("certificate-of-another-client",
                 lambda w: asked(_NAMED + b"operator", shown=w.certified)),
    _for_a_token("certificate-of-no-client", lambda w: asked(
        _NAMED + b"nobody", shown=w.certified)),
    _for_a_token("certificate-without-a-name",
                 lambda w: asked(b"grant_type=client_credentials", shown=w.certified)),
    _for_a_token("certificate-unenrolled-for-a-token",
                 lambda w: asked(_NAMED + b"laboratory", shown=w.uncertified)),
    _for_a_token("certificate-from-an-outsider-for-a-token", lambda w: asked(
        _NAMED + b"laboratory", shown=w.certified)._replace(peer=OUTSIDER)),
    _for_a_token("assertion-over-another-s-certificate",
                 lambda w: asked(w.machine.form(), shown=w.certified_operator)),
    _for_a_token("assertion-over-a-certificate-that-nobody-enrolled",
                 lambda w: asked(w.machine.form(), shown=w.uncertified)),
    Attack("certificate-and-more-headers-than-bounds", lambda w: Sent(
        headers=(("client-cert", _shown(w)), ("x", "x" * 40_000))), status=400, code="B001",
        twin="certificate"),
)  # fmt: skip
