"""Receipts: one acknowledgement, signed once in each representation, the same bytes for ever."""

from enum import StrEnum

from gateway.ports import Clock, Rendering, Signer, TransmissionLog
from gateway.wire.v1.acknowledgement import (
    AcknowledgementContract,
    json_receipt,
    xml_bytes,
)


class Representation(StrEnum):
    """How a receipt is asked for."""

    JSON = "json"
    JOSE = "jose"
    """The compact JWS of the JSON receipt, alone."""
    XML = "xml"

    @property
    def kept_as(self) -> str:
        """Under which name its rendering is kept."""
        return "xml" if self is Representation.XML else "json"


class Receipts:
    """Makes, keeps and assembles signed renderings."""

    def __init__(
        self,
        *,
        log: TransmissionLog,
        signer: Signer,
        clock: Clock,
        contract: AcknowledgementContract,
    ) -> None:
        self._log = log
        self._signer = signer
        self._clock = clock
        self._contract = contract

    def sign(
        self, canonical: bytes, canonical_sha256: str, representation: Representation
    ) -> Rendering:
        """A fresh signature over the acknowledgement; the caller keeps it."""
        if representation.kept_as == "json":
            content = self._signer.sign_json(canonical)
        else:
            receipt = self._contract.receipt_element(canonical, canonical_sha256)
            acknowledgement = receipt[0]
            self._signer.sign_xml(acknowledgement, signed_at=self._clock.now())
            content = xml_bytes(receipt)
        return Rendering(
            representation=representation.kept_as, content=content, kid=self._signer.kid
        )

    def bytes_of(
        self,
        acknowledgement_id: str,
        canonical: bytes,
        canonical_sha256: str,
        representation: Representation,
    ) -> bytes:
        """The receipt in that representation: the kept rendering, or one made and kept now."""
        rendering = self._log.rendering(acknowledgement_id, representation.kept_as)
        if rendering is None:
            fresh = self.sign(canonical, canonical_sha256, representation)
            rendering = self._log.keep_rendering(acknowledgement_id, fresh)
        return assembled(rendering, canonical, canonical_sha256, representation)


def assembled(
    rendering: Rendering, canonical: bytes, canonical_sha256: str, representation: Representation
) -> bytes:
    """The bytes that travel, of a kept rendering."""
    if representation is Representation.JSON:
        return json_receipt(canonical, canonical_sha256, rendering.content.decode())
    return rendering.content
