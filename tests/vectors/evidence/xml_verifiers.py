"""The XML form of the same acknowledgements: `verify_xml` of ours beside the xmlsec1 command."""

import subprocess
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from gateway.wire.v1.acknowledgement import AcknowledgementContract, xml_bytes
from signing.encoding import parse_instant
from signing.errors import SignatureInvalid
from signing.keys import load_published
from signing.verify import verify_xml

_PLAIN = {"name": "Laboratoire d'essai & fils", "siret": "77568501900488"}
"""XML has no way to write some of the characters that JSON has."""
_IDS = (
    "urn:siseri:gateway:acknowledgement:1:acknowledgement",
    "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
)


class XmlVerifiers:
    """Makes receipts in XML, and has them judged."""

    def __init__(self, folder: Path, *, xmlsec1: str) -> None:
        self._folder, self._xmlsec1 = folder, xmlsec1
        self._contract = AcknowledgementContract()
        self._trust = load_published(folder)

    def receipt(self, made):
        """The receipt of what `made` says, in XML."""
        canonical = made.saying(submitter=_PLAIN).canonical
        element = self._contract.receipt_element(canonical, sha256(canonical).hexdigest())
        signed_at = parse_instant(made.members["decidedAt"]) + timedelta(milliseconds=20)
        made.signer.sign_xml(element[0], signed_at=signed_at)
        return xml_bytes(element)

    def by_ours(self, octets):
        try:
            verify_xml(octets, trust=self._trust, canonical_form=self._contract.canonical_of)
        except SignatureInvalid:
            return False
        return True

    def by_xmlsec1(self, octets, made):
        """As signing/README.md says, with the certificate of the register."""
        path, certificate = self._folder / "receipt.xml", self._folder / "certificate.pem"
        path.write_bytes(octets)
        certificate.write_bytes(made.signer.certificate.public_bytes(Encoding.PEM))
        ids = [part for name in _IDS for part in ("--id-attr:Id", name)]
        done = subprocess.run(
            [
                *(self._xmlsec1, "--verify", "--pubkey-cert-pem", certificate),
                *("--enabled-reference-uris", "same-doc", *ids, path),
            ],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def flipped(self, octets, draw):
        """One bit of the acknowledgement flipped, its signature included; and in which part."""
        begin, end = octets.index(b"<acknowledgement"), octets.index(b"<canonicalSha256")
        at = draw.randrange(begin, end)
        parts = [(octets.index(mark), name) for mark, name in _PARTS]
        part = next(name for start, name in sorted(parts, reverse=True) if at >= start)
        changed = bytearray(octets)
        changed[at] ^= 1 << draw.randrange(8)
        return bytes(changed), part


_PARTS = (
    (b"<acknowledgement", "acknowledgement"),
    (b"<ds:Signature", "Signature"),
    (b"<ds:SignedInfo", "SignedInfo"),
    (b"<ds:SignatureValue", "SignatureValue"),
    (b"<ds:KeyInfo", "KeyInfo"),
    (b"<ds:Object", "Object"),
)
