"""Whoever signs acknowledgements: one private key, its certificate, and the two profiles."""

from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing.canonical import exclusive_c14n
from signing.ecdsa import sign_raw
from signing.encoding import from_base64, instant_text, to_base64
from signing.errors import SigningError
from signing.jws import TYPE, protected_header, sign_compact
from signing.xades import SIGNATURE, SignatureBlanks, signature, signed_info


class AcknowledgementSigner:
    """Signs acknowledgements as JWS and as XAdES-B-B with ES256; safe to share between threads.

    Everything that depends on the key alone is computed once, here.
    """

    __slots__ = ("_certificate", "_certificate_text", "_digest_text", "_header", "_key", "_kid")

    def __init__(
        self, *, kid: str, private_key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate
    ) -> None:
        """`certificate` certifies `private_key`, whose RFC 7638 thumbprint is `kid`."""
        der = certificate.public_bytes(Encoding.DER)
        digest = sha256(der).digest()
        self._kid = kid
        self._key = private_key
        self._certificate = certificate
        self._certificate_text = to_base64(der)
        self._digest_text = to_base64(digest)
        self._header = protected_header(kid=kid, certificate_sha256=digest)

    def __repr__(self) -> str:
        """Show which key, never the key."""
        return f"AcknowledgementSigner(kid={self._kid!r})"

    @property
    def kid(self) -> str:
        """The key's name everywhere: its RFC 7638 thumbprint."""
        return self._kid

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate that receivers find published under `kid`."""
        return self._certificate

    def sign_json(self, payload: bytes, *, typ: str = TYPE) -> bytes:
        """Give the compact JWS of `payload`, JCS bytes of a statement of type `typ`; any size.

        The type keeps one kind of statement from passing for another (RFC 8725 §3.11).
        """
        header = self._header
        if typ != TYPE:
            header = protected_header(
                kid=self._kid, certificate_sha256=from_base64(self._digest_text), typ=typ
            )
        return sign_compact(payload, header=header, private_key=self._key)

    def sign_xml(self, acknowledgement: etree._Element, *, signed_at: datetime) -> None:
        """Append a XAdES-B-B ds:Signature as the last child of `acknowledgement`.

        Its un-namespaced `Id` must be a name (`ACKNOWLEDGEMENT_ID`: never a leading digit).
        `signed_at` is aware, and kept to the millisecond. Raises `SigningError` when the Id is
        missing or unfit, the instant has no zone, or the acknowledgement is signed already.
        """
        if next(acknowledgement.iter(SIGNATURE), None) is not None:
            raise SigningError("the acknowledgement is signed already")
        digest = sha256(exclusive_c14n(acknowledgement)).digest()
        try:
            blanks = SignatureBlanks(
                acknowledgement_id=acknowledgement.get("Id", ""),
                acknowledgement_digest=to_base64(digest),
                signing_time=instant_text(signed_at),
                certificate=self._certificate_text,
                certificate_digest=self._digest_text,
            )
        except ValueError as error:
            raise SigningError(str(error)) from error
        value = to_base64(sign_raw(self._key, signed_info(blanks).encode("ascii")))
        acknowledgement.append(etree.fromstring(signature(blanks, value=value)))
