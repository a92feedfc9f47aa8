"""What came through a door: bytes and what the door knows of them."""

from datetime import datetime

import msgspec
from lxml import etree


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """One body, wholly read, of a sender who is known."""

    door: str
    """`REST` or `SOAP`."""
    media_type: str
    """Without parameters, lower case."""
    body: bytes
    """As received; for SOAP the whole envelope."""
    sha256: str
    received_at: datetime
    idempotency_key: str | None = None
    """The header of that name, a UUID in lower case."""
    element: etree._Element | None = None
    """SOAP: the `transmission` found in the Body of the envelope, already read and scanned."""

    @property
    def is_json(self) -> bool:
        """Whether the body is to be read as JSON."""
        return self.media_type == "application/json"

    def __repr__(self) -> str:
        return f"Submission({self.door}, {len(self.body)} bytes)"
