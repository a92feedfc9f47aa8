"""Authorities of time-stamps, and what they stamp. Their keys are published like the others."""

from dataclasses import dataclass, replace
from datetime import timedelta

from asn1crypto import cms, parser, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authorities import MEMBER, authorities_member
from signing.canonical import jcs
from signing.certificates import distinguished_name
from signing.encoding import to_base64
from signing.published import published_document
from signing.timestamp import TimestampTrust
from tests.authority import ISSUES, SIGNS
from tests.authority import usage as key_usage
from tests.partners.tsa_example.stamping import STAMPS, Defect, Stamper, token_for
from tests.vectors.evidence.keys import K1, K2, K3, K4, day, private_key, published_log, seed
from tests.vectors.evidence.made import first_over, member, proof, receipt

_P = int(
    "f91d1dbe6dc6af830709cecebf8b80dbea2f4b68920c4ce22768a665f8cacd843422704023eccaaa0bfe"
    "5e44d719fbcbb1f0221cff8524370ceec43a5c03f4be426f5b7b4e2150df1f82b9e38c1062728bea7f2d"
    "a9de160f25588514103455d02b43aed619ff118010528ce926ac911146d5557e96307335c971bfb9bd4b"
    "6077",
    16,
)
_Q = int(
    "cff57d583cb658e75acd393feaf3e45d6b5a63ba7ce4ebd7630a6d77256e3dac6c7f8b74880c08bbc12d"
    "3907fa5b114c5e1f4cd62621802cee129e81def2e50b70c5ff6f5e8925697f14b3dad15aad344062202d"
    "bcce815621eec02cd2e221f24adc8cea59e6c73ba9e810b6e23638229ec6e77c111b6505b32aa8b74a0c"
    "9493",
    16,
)
BEGIN, END = day("2026-01-01"), day("2036-01-01")
ALL_BUT_LISTS = key_usage(digital_signature=True, key_cert_sign=True)


def _rsa_key():
    """Drawn once: nothing makes an RSA key of a seed in the same way everywhere."""
    e = 65_537
    d = pow(e, -1, (_P - 1) * (_Q - 1))
    public = rsa.RSAPublicNumbers(e, _P * _Q)
    return rsa.RSAPrivateNumbers(
        p=_P, q=_Q, d=d, dmp1=d % (_P - 1), dmq1=d % (_Q - 1), iqmp=pow(_Q, -1, _P),
        public_numbers=public,
    ).private_key()  # fmt: skip


@dataclass(frozen=True)
class Issuer:
    """An authority of certificates."""

    key: object
    certificate: x509.Certificate


def _certified(name, key, *, above=None, is_authority=False, purpose=None, critical=True,
               usage=None, begin=BEGIN, end=END, path_length=None, more=()):  # fmt: skip
    subject = distinguished_name(common_name=f"SISERI vecteurs {name}", organisation="Exemple")
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(above.certificate.subject if above else subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(seed(f"serial {name}")[:8], "big") >> 1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(
            x509.BasicConstraints(ca=is_authority, path_length=path_length), critical=True
        )
        .add_extension(usage or (ISSUES if is_authority else SIGNS), critical=True)
    )
    if purpose is not None:
        builder = builder.add_extension(purpose, critical=critical)
    for extension in more:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(above.key if above else key, SHA256(), ecdsa_deterministic=True)


def _issuer(name, *, above=None, **changes):
    key = private_key(name)
    return Issuer(key, _certified(name, key, above=above, is_authority=True, **changes))


def certified(stamper, **changes):
    """The stamper with another certificate of its key."""
    changes = {"purpose": STAMPS, "above": stamper.issuer} | changes
    return replace(stamper, certificate=_certified("horodatage", stamper.key, **changes))


def _stamper(name, *, key=None, is_direct=False):
    root = _issuer(f"racine {name}")
    issuer = root if is_direct else _issuer(f"autorite {name}", above=root)
    return certified(Stamper(root, issuer, key or private_key(f"horodatage {name}"), None))


FIRST = _stamper("T1")
BY_RSA = _stamper("T2", key=_rsa_key(), is_direct=True)
UNKNOWN = _stamper("T3")


def token(text, *, stamper=FIRST, at, **defect):
    """The TimeStampToken over a text, DER."""
    query = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": bytes(32),
            },
            "nonce": int.from_bytes(seed("nonce")[:8], "big"),
        }
    ).dump()
    given = {"digest": _digest(text)} | defect
    return token_for(query, stamper, now=at, defect=Defect(**given)).dump()


def under(*, root=None, upper=None, lower=None, leaf=None):
    """A stamper under two authorities and a root, each with changes, and the upper of the two."""
    top = _issuer("racine P", **root or {})
    first = _issuer("autorite P1", above=top, **upper or {})
    second = _issuer("autorite P2", above=first, **lower or {})
    stamper = Stamper(top, second, private_key("horodatage P"), None)
    return certified(stamper, **leaf or {}), first.certificate


def self_certified(*, is_authority):
    """A stamper that issued its own certificate; one of another comes along."""
    key = private_key("horodatage seul")
    usage = ALL_BUT_LISTS if is_authority else None
    itself = _certified("seul", key, purpose=STAMPS, is_authority=is_authority, usage=usage)
    return Stamper(Issuer(key, itself), FIRST.issuer, key, itself)


def register_of(*roots):
    """A register by which stamps under these are believed."""
    document = published_document([K1.published], log=published_log())
    return jcs(document | {MEMBER: authorities_member(TimestampTrust(roots=roots))})


def accompanied(octets, *certificates):
    """The token with these certificates beside its own, in the order of DER."""
    signed = cms.ContentInfo.load(octets)["content"]
    ders = [one.dump() for one in signed["certificates"]]
    ders += [one.public_bytes(Encoding.DER) for one in certificates]
    choices = [{"certificate": asn1_x509.Certificate.load(der)} for der in sorted(ders)]
    signed["certificates"] = cms.CertificateSet([cms.CertificateChoices(one) for one in choices])
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump(force=True)


def nesting(octets, levels):
    """The token with an attribute that nobody signed: so many empty sequences, one in the other."""
    nested = b""
    for _ in range(levels):
        nested = parser.emit(0, 1, 16, nested)
    kind = cms.CMSAttributeType("1.3.6.1.4.1.32473.1").dump()  # RFC 5612
    attribute = parser.emit(0, 1, 16, kind + parser.emit(0, 1, 17, nested))
    signed = cms.ContentInfo.load(octets)["content"]
    (signer,) = signed["signer_infos"]
    signer["unsigned_attrs"] = cms.CMSAttributes.load(parser.emit(0, 1, 17, attribute))
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump(force=True)


def twins(count):
    """A stamper under authorities of one name and key, each of which could have issued each."""
    key = private_key("jumeau")
    ends = [END - timedelta(days=number) for number in range(count)]
    all_of_them = [
        Issuer(key, _certified("jumeau", key, is_authority=True, end=end)) for end in ends
    ]
    stamper = Stamper(all_of_them[0], all_of_them[0], private_key("horodatage jumeau"), None)
    return certified(stamper), [one.certificate for one in all_of_them[1:]]


def _digest(text):
    digest = Hash(SHA256())
    digest.update(text)
    return digest.finalize()


def stamped(name, octets=None, *, stand=None, later=timedelta(seconds=30), cosigners=(), **how):
    """The receipt of a leaf, its checkpoint stamped some time after witnesses could see it."""
    stand = stand or first_over(name)
    text = stand.signed.note.text.encode()
    octets = octets or token(text, at=stand.seen_at + later, **how)
    shown = member(proof(name, stand=stand, cosigners=cosigners), name, stand=stand)
    return receipt(name, proof=shown | {"timestamp": to_base64(octets)})


def _register(log, *keys):
    trust = TimestampTrust(roots=(FIRST.root.certificate, BY_RSA.root.certificate))
    document = published_document([key.published for key in keys], log=log)
    return jcs(document | {MEMBER: authorities_member(trust)})


PATH_ROOT = under()[0].root.certificate
YOUNGER_LOG = "time-stamped-log-older.json"
STAMPED, LOG_KEY_LOST = "time-stamped.json", "time-stamped-log-key-lost.json"
STAMPED_REGISTERS = {
    STAMPED: _register(published_log(), K1, K2, K3, K4),
    LOG_KEY_LOST: _register(published_log(lost=day("2026-09-15")), K3, K4),
    YOUNGER_LOG: _register(published_log(since="2026-06-09T09:09:59"), K1),
    **{
        f"time-stamped-by-{name}.json": register_of(root)
        for name, root in {
            "path": PATH_ROOT,
            "authority": under()[0].issuer.certificate,
            "itself": self_certified(is_authority=False).certificate,
            "itself-an-authority": self_certified(is_authority=True).certificate,
            "constrained-root": under(root={"path_length": 0})[0].root.certificate,
        }.items()
    },
    "no-root.json": jcs(published_document([K1.published]) | {MEMBER: {"roots": []}}),
}
