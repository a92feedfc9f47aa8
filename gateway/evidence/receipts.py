"""Receipts: one acknowledgement, signed once in each representation, the same bytes for ever."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec

from gateway.evidence.in_force import SignerInForce
from gateway.evidence.inclusion import Inclusion
from gateway.ports import Clock, Rendering, Signer, TransmissionLog
from gateway.wire.v1.acknowledgement import (
    AcknowledgementContract,
    json_receipt,
    with_proof,
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


class _Dated(msgspec.Struct, rename="camel"):
    """When an acknowledgement says that it was decided."""

    decided_at: datetime


class Receipts:
    """Makes and assembles signed renderings."""

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

    def sign(self, canonical: bytes, canonical_sha256: str) -> tuple[Rendering, Rendering]:
        """The acknowledgement in both representations, signed now by one key.

        Both at once: a rendering made after the keys changed would be signed by a key that was not
        there when the decision was taken.

        Raises:
            Overloaded: no key may sign this now.
        """
        now = self._clock.now()
        signer = self._signer_of(canonical, now)
        receipt = self._contract.receipt_element(canonical, canonical_sha256)
        signer.sign_xml(receipt[0], signed_at=now)
        json = signer.sign_json(canonical)
        return (
            Rendering(representation="json", content=json, kid=signer.kid),
            Rendering(representation="xml", content=xml_bytes(receipt), kid=signer.kid),
        )

    def _signer_of(self, canonical: bytes, now: datetime) -> Signer:
        """One key for both representations, whatever becomes of the keys meanwhile."""
        if not isinstance(self._signer, SignerInForce):
            return self._signer
        return self._signer.at(msgspec.json.decode(canonical, type=_Dated).decided_at, now=now)

    def bytes_of(
        self,
        acknowledgement_id: str,
        canonical: bytes,
        canonical_sha256: str,
        representation: Representation,
        *,
        inclusion: Inclusion | None,
    ) -> bytes:
        """The receipt in that representation, the same bytes for ever under the same proof.

        Raises:
            LookupError: the log has no such rendering.
        """
        rendering = self._log.rendering(acknowledgement_id, representation.kept_as)
        if rendering is None:
            raise LookupError(representation)
        return assembled(
            (rendering,), canonical, canonical_sha256, representation, inclusion=inclusion
        )


def assembled(
    renderings: Iterable[Rendering],
    canonical: bytes,
    canonical_sha256: str,
    representation: Representation,
    *,
    inclusion: Inclusion | None,
) -> bytes:
    """The bytes that travel, of the rendering among these that the representation is kept as.

    `inclusion` stands in the receipt, and not in the bare JWS.
    """
    kept_as = representation.kept_as
    content = next(kept.content for kept in renderings if kept.representation == kept_as)
    if representation is Representation.JOSE:
        return content
    if representation is Representation.XML:
        return content if inclusion is None else with_proof(content, inclusion.xml())
    proof = None if inclusion is None else inclusion.json()
    return json_receipt(canonical, canonical_sha256, content.decode(), proof=proof)
