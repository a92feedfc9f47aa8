"""The acknowledgement as bytes: one canonical JSON form, and XML rebuilt from it by its schema."""

from typing import Final

import msgspec
import orjson
from lxml import etree

import specs
from gateway.model.acknowledgement import Acknowledgement, LineEntry
from gateway.wire import xml
from gateway.wire.canonical import jcs
from gateway.wire.shape import Json, Shape, Shapes

_SCHEMA: Final = "xsd/acknowledgement/1.0/acknowledgement.xsd"
NAMESPACE: Final = "urn:siseri:gateway:acknowledgement:1"
_TAG: Final = f"{{{NAMESPACE}}}"
_END: Final = b"</receipt>"
_SORTED: Final = msgspec.json.Encoder(order="sorted")


def canonical(statement: Acknowledgement | LineEntry) -> bytes:
    """The JCS bytes (RFC 8785) of a statement: sorted ASCII names, strings, integers, booleans."""
    return _SORTED.encode(statement)


class AcknowledgementContract:
    """Version 1 of the acknowledgement: its types, read once from the schema."""

    def __init__(self) -> None:
        self.shapes = Shapes(specs.path(_SCHEMA))
        self._shape: Shape = self.shapes["Acknowledgement"]

    def receipt_element(self, canonical_form: bytes, canonical_sha256: str) -> etree._Element:
        """A `receipt` with its acknowledgement, unsigned, rebuilt from the JSON form."""
        form: dict[str, Json] = orjson.loads(canonical_form)
        parts = [f'<receipt xmlns="{NAMESPACE}"><acknowledgement Id="ack-{form["id"]}">']
        self._shape.write(form, parts)
        parts.append(f"</acknowledgement><canonicalSha256>{canonical_sha256}</canonicalSha256>")
        return xml.read_own("".join((*parts, "</receipt>")).encode())

    def canonical_of(self, acknowledgement: etree._Element) -> bytes:
        """The JCS bytes rebuilt from the XML by the schema alone; attributes and signature go."""
        return jcs(self._shape.of_xml(acknowledgement))

    def element(self, name: str, type_name: str, form: Json) -> etree._Element:
        """Another element of the schema, for an unsigned answer."""
        parts = [f'<{name} xmlns="{NAMESPACE}">']
        self.shapes[type_name].write(form, parts)
        return xml.read_own("".join((*parts, f"</{name}>")).encode())


def xml_bytes(receipt: etree._Element) -> bytes:
    """The wire form of a receipt in XML: its exclusive C14N, so that any changed byte shows."""
    return xml.exclusive_c14n(receipt)


def json_receipt(
    canonical_form: bytes, canonical_sha256: str, signature: str, *, proof: bytes | None = None
) -> bytes:
    """The wire form of a receipt in JSON: JCS, with the signed bytes standing in it as they are.

    `proof` is its member in JCS, where there is one.
    """
    return b'{"acknowledgement":%b,"canonicalSha256":"%b",%b"signature":"%b"}' % (
        canonical_form,
        canonical_sha256.encode(),
        b"" if proof is None else b'"proof":%b,' % proof,
        signature.encode(),
    )


def with_proof(receipt: bytes, proof: bytes) -> bytes:
    """A receipt in XML with its `proof` as last child; both are exclusive C14N."""
    return receipt.removesuffix(_END) + proof + _END
