"""Stamps of RFC 3161, right or wrong in one way, written in DER with asn1crypto.

`openssl ts` stamps as well, but only as it should: what a hostile authority sends is made here.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.authority import BEGIN, END, SIGNS, Authority

POLICY = "1.2.3.4.1"
STAMPS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
ALSO_MAIL = x509.ExtendedKeyUsage(
    [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION]
)


@dataclass(frozen=True)
class Stamper:
    """An authority: its root, the issuer between, its key and certificate."""

    root: Authority
    issuer: Authority
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    def with_certificate(self, **changes) -> "Stamper":
        """The same key, certified otherwise."""
        return replace(self, certificate=_certificate(self.issuer, self.key, **changes))


def a_stamper(name="Horodatage d'essai", *, is_direct=False) -> Stamper:
    """With an authority between its root and itself, unless the root certifies it directly."""
    root = Authority(f"Racine {name}")
    issuer = root if is_direct else Authority(f"Autorité {name}", above=root)
    key = ec.generate_private_key(ec.SECP256R1())
    return Stamper(root, issuer, key, _certificate(issuer, key))


def _certificate(issuer, key, *, purpose=STAMPS, critical=True, begin=BEGIN, end=END,
                 key_usage=SIGNS):  # fmt: skip
    more = () if purpose is None else ((purpose, critical),)
    return issuer.issue(
        key.public_key(), name="Horodatage", begin=begin, end=end, key_usage=key_usage, more=more
    )


@dataclass(frozen=True, kw_only=True)
class Defect:
    """What is wrong with a stamp; the default is nothing."""

    digest: bytes | None = None
    algorithm: str = "sha256"
    nonce: int | None = None
    """Another nonce than that of the request; 0 for none."""
    policy: str = POLICY
    late: timedelta = timedelta(0)
    microsecond: int = 0
    """Of genTime, which may have any fraction (RFC 3161 §2.4.2)."""
    names: x509.Certificate | None = None
    """Another certificate that signingCertificateV2 names."""
    attested_by: str = "v2"
    """`v2`, or `nothing`."""
    with_certificates: bool = True
    content_type_tag: int = 0x06
    """Of the signed content-type: else it has the bytes of that type, under another tag."""
    signed_by: ec.EllipticCurvePrivateKey | None = None
    """Another key."""


NO_DEFECT = Defect()


def nonce_of(query: bytes) -> int:
    return int(tsp.TimeStampReq.load(query)["nonce"].native)


def reply_to(query: bytes, stamper: Stamper, *, now: datetime, defect: Defect = NO_DEFECT) -> bytes:
    """The TimeStampResp of an authority that grants."""
    token = token_for(query, stamper, now=now, defect=defect)
    return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump()


def refusal(status: str = "rejection", failure: str = "bad_alg") -> bytes:
    """The TimeStampResp of an authority that does not."""
    info = {"status": status, "status_string": ["non"], "fail_info": {failure}}
    return without_token(info)


def without_token(info: dict) -> bytes:
    """A TimeStampResp of a PKIStatusInfo alone, which asn1crypto takes for incomplete."""
    octets = tsp.PKIStatusInfo(info).dump()
    return bytes([0x30, len(octets)]) + octets


def token_for(query, stamper, *, now, defect=NO_DEFECT):
    asked = tsp.TimeStampReq.load(query)
    digest = defect.digest or asked["message_imprint"]["hashed_message"].native
    info = {
        "version": "v1",
        "policy": defect.policy,
        "message_imprint": {
            "hash_algorithm": {"algorithm": defect.algorithm},
            "hashed_message": digest,
        },
        "serial_number": 4711,
        "gen_time": (now + defect.late).astimezone(UTC).replace(microsecond=defect.microsecond),
    }
    if defect.nonce != 0:
        info["nonce"] = defect.nonce or asked["nonce"].native
    return _signed(tsp.TSTInfo(info).dump(), stamper, defect)


def _signed(content, stamper, defect):
    certificate = _asn1(stamper.certificate)
    attributes = [
        {"type": "content_type", "values": ["tst_info"]},
        {"type": "message_digest", "values": [sha256(content).digest()]},
    ]
    if defect.attested_by == "v2":
        named = (defect.names or stamper.certificate).public_bytes(Encoding.DER)
        first = {"cert_hash": sha256(named).digest()}
        attributes.append({"type": "signing_certificate_v2", "values": [{"certs": [first]}]})
    signed = _tagged(cms.CMSAttributes(attributes), defect.content_type_tag)
    key = defect.signed_by or stamper.key
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {
                "issuer_and_serial_number": cms.IssuerAndSerialNumber(
                    {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                )
            }
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": signed,
        "signature_algorithm": {"algorithm": f"sha256_{'rsa' if _is_rsa(key) else 'ecdsa'}"},
        "signature": _signature(key, signed.dump()),
    }
    inside = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {
            "content_type": "tst_info",
            "content": cms.ParsableOctetString(content),
        },
        "signer_infos": [signer],
    }
    if defect.with_certificates:
        inside["certificates"] = [certificate, _asn1(stamper.issuer.certificate)]
    return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(inside)})


def _tagged(attributes, tag):
    """The attributes, the value of content-type under that tag."""
    stated = cms.ContentType("tst_info").dump()
    return cms.CMSAttributes.load(attributes.dump().replace(stated, bytes([tag]) + stated[1:]))


def _is_rsa(key):
    return isinstance(key, rsa.RSAPrivateKey)


def _signature(key, signed):
    """The same bytes each time (RFC 8017 §8.2, RFC 6979)."""
    if _is_rsa(key):
        return key.sign(signed, padding.PKCS1v15(), SHA256())
    return key.sign(signed, ec.ECDSA(SHA256(), deterministic_signing=True))


def _asn1(certificate):
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
