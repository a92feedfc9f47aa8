"""The member `timestamping` of the public register: the roots by which time-stamps are believed.

    "timestamping": {"roots": ["<base64 of a certificate, DER>"]}

They are those of the authorities that the log asks, or once asked. Verifiers that do not know the
member leave it unread.
"""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.canonical import plain_json
from signing.encoding import from_base64, to_base64
from signing.errors import KeyUnusable
from signing.timestamp import TimestampTrust

MEMBER = "timestamping"


def authorities_member(trust: TimestampTrust) -> dict[str, list[str]]:
    """Give the member; a root that two authorities share stands once."""
    ders = dict.fromkeys(root.public_bytes(Encoding.DER) for root in trust.roots)
    return {"roots": [to_base64(der) for der in ders]}


def parse_published_authorities(octets: bytes) -> TimestampTrust | None:
    """Read the roots of a register; `None` when it names none, `KeyUnusable` on any defect."""
    try:
        document = plain_json(octets)
        if not isinstance(document, dict):
            raise TypeError("not an object")  # noqa: TRY301 (one outcome for each defect)
        if MEMBER not in document:
            return None
        member = document[MEMBER]
        if member.keys() != {"roots"}:
            raise ValueError("not the members of authorities")  # noqa: TRY301 (one outcome for each defect)
        return TimestampTrust(
            roots=tuple(
                x509.load_der_x509_certificate(from_base64(root)) for root in member["roots"]
            )
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise KeyUnusable("not the authorities of a register of signing keys") from error
