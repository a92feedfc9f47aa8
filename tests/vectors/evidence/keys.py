"""Keys, registers and policies of the vectors. Every seed is published: they protect nothing."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from signing.canonical import jcs
from signing.certificates import distinguished_name
from signing.encoding import to_base64url
from signing.jws import protected_header
from signing.log.published import PublishedLog, PublishedLogKey
from signing.log.signer import Ed25519Signer
from signing.log.vkey import SignatureType
from signing.published import PublishedKey, published_document, thumbprint

SEED = "siseri-gateway evidence vectors: "
ORIGIN = "journal.example"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""SP 800-186 §3.2.1.3."""
_DETERMINISTIC = ec.ECDSA(SHA256(), deterministic_signing=True)
"""RFC 6979: the same bytes each time they are made."""


def seed(name):
    return sha256((SEED + name).encode()).digest()


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def private_key(name):
    number = int.from_bytes(seed(name), "big") % (P256_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _certificate(name, key, *, begin, end, issuer=None, signer=None, is_authority=False):
    subject = distinguished_name(common_name=f"SISERI vecteurs {name}", organisation="Exemple")
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer or subject)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(seed(f"serial {name}")[:8], "big") >> 1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(signer or key, SHA256(), ecdsa_deterministic=True)
    )


class SigningKey:
    """An acknowledgement key, which signs the same bytes each time."""

    def __init__(self, name, *, begin, end, lost=None, is_certified=False):
        self.private = private_key(name)
        last = begin + timedelta(days=1095)
        if is_certified:
            above = private_key("authority")
            root = _certificate("authority", above, begin=begin, end=last, is_authority=True)
            certificate = _certificate(
                name, self.private, begin=begin, end=last, issuer=root.subject, signer=above
            )
            chain = (root,)
        else:
            certificate, chain = _certificate(name, self.private, begin=begin, end=last), ()
        self.published = PublishedKey(
            kid=thumbprint(self.private.public_key()),
            certificate=certificate,
            valid_from=begin,
            valid_to=end,
            compromised_at=lost,
            chain=chain,
        )

    @property
    def header(self):
        return protected_header(
            kid=self.published.kid, certificate_sha256=self.published.certificate_sha256
        )

    def raw_signature(self, message):
        r, s = decode_dss_signature(self.private.sign(message, _DETERMINISTIC))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def jws(self, payload, *, header=None):
        head = self.header if header is None else to_base64url(header)
        signing_input = f"{head}.{to_base64url(payload)}"
        return f"{signing_input}.{to_base64url(self.raw_signature(signing_input.encode()))}"


K1 = SigningKey("K1", begin=day("2026-01-01"), end=day("2026-06-02"))
K2 = SigningKey("K2", begin=day("2026-06-01"), end=day("2026-09-02"))
K3 = SigningKey("K3", begin=day("2026-09-01"), end=day("2026-10-02"), lost=day("2026-10-01"))
K4 = SigningKey("K4", begin=day("2026-10-01"), end=day("2029-09-01"), is_certified=True)
OUTSIDER = SigningKey("outsider", begin=day("2026-01-01"), end=day("2026-06-02"))


def note_signer(name, *, key_name, kind):
    return Ed25519Signer.of(
        Ed25519PrivateKey.from_private_bytes(seed(name)), name=key_name, kind=kind
    )


def _witness(number):
    name = f"temoin-{number}.example"
    return note_signer(f"W{number}", key_name=name, kind=SignatureType.COSIGNATURE)


L1 = note_signer("L1", key_name=ORIGIN, kind=SignatureType.ED25519)
L2 = note_signer("L2", key_name=ORIGIN, kind=SignatureType.ED25519)
W1, W2, W3 = (_witness(number) for number in (1, 2, 3))
STRANGER = note_signer("stranger", key_name="passant.example", kind=SignatureType.COSIGNATURE)


def published_log(*, lost=None, since="2026-01-01"):
    return PublishedLog(
        origin=ORIGIN,
        keys=(
            PublishedLogKey(vkey=L1.vkey, valid_from=day(since), valid_to=day("2026-07-01")),
            PublishedLogKey(
                vkey=L2.vkey,
                valid_from=day("2026-06-01"),
                valid_to=day("2029-06-01"),
                compromised_at=lost,
            ),
        ),
    )


def _register(log, *keys):
    return jcs(published_document([key.published for key in keys], log=log))


def _spoilt(**change):
    document = published_document([K1.published], log=published_log())
    document["keys"][0].update(change)
    return jcs(document)


def _with_a_stray_bit():
    """A certificate whose base64 says the same with another last digit (RFC 4648 §3.5).

    Of a key whose certificate is of such a length that it can.
    """
    begin, end = day("2026-01-01"), day("2026-06-02")
    padded = next(
        key.published
        for key in (SigningKey(f"padded {n}", begin=begin, end=end) for n in range(99))
        if len(key.published.certificate_der) % 3
    )
    document = published_document([K1.published, padded], log=published_log())
    (text,) = document["keys"][1]["x5c"]
    digits = text.rstrip("=")
    document["keys"][1]["x5c"] = [digits[:-1] + chr(ord(digits[-1]) + 1) + text[len(digits) :]]
    return jcs(document)


def _begun(since):
    return _register(published_log(since=since), K1)


REGISTERS = {
    "siseri-signing-keys.json": _register(published_log(), K1, K2, K3, K4),
    "log-key-lost.json": _register(published_log(lost=day("2026-09-15")), K3, K4),
    "log-key-lost-early.json": _register(published_log(lost=day("2026-06-05")), K2),
    "log-younger.json": _begun("2026-03-02T08:02:00"),
    "log-a-day-older.json": _begun("2026-06-09T09:10:00"),
    "log-older.json": _begun("2026-06-09T09:09:59.999"),
    "log-as-old.json": _begun("2026-03-02T08:01:00.250"),
    "no-log.json": _register(None, K1, K3),
    "no-key.json": jcs({"keys": []}),
    "other-kid.json": _spoilt(kid=OUTSIDER.published.kid),
    "other-point.json": _spoilt(x=to_base64url(seed("a point"))),
    "out-of-certificate.json": _spoilt(**{"from": "2025-12-31T23:59:59.999Z"}),
    "no-such-day.json": _spoilt(to="2026-02-30T00:00:00.000Z"),
    "null-compromise.json": _spoilt(compromisedAt=None),
    "stray-bit.json": _with_a_stray_bit(),
    "utf-16.json": _spoilt().decode().encode("utf-16"),
    "byte-order-mark.json": b"\xef\xbb\xbf" + _spoilt(),
    "not-a-number.json": _spoilt()[:-1] + b',"more":NaN}',
}

_WITNESSES = "".join(
    f"witness W{number} {witness.vkey.text}\n" for number, witness in enumerate((W1, W2, W3), 1)
)
POLICIES = {
    "two-of-three.policy": f"# any two\n{_WITNESSES}group two 2 W1 W2 W3\nquorum two\n",
    "all.policy": f"{_WITNESSES}group three all W1 W2 W3\nquorum three\n",
    "nested.policy": f"{_WITNESSES}group either any W1 W2\ngroup both all either W3\nquorum both\n",
    "first-log-key.policy": f"log {L1.vkey.text}\n{_WITNESSES}quorum W1\n",
    "no-witness.policy": "quorum none\n",
    "no-quorum.policy": _WITNESSES,
    "four-of-three.policy": f"{_WITNESSES}group four 4 W1 W2 W3\nquorum four\n",
    "false-id.policy": _WITNESSES.replace(W1.vkey.key_id.hex(), "00000000") + "quorum W1\n",
}
