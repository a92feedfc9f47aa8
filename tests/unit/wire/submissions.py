"""Submissions of bodies, as a door makes them."""

import hashlib
from datetime import UTC, datetime

from gateway.wire.submission import Submission

RECEIVED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def a_submission(body, **changes):
    """XML unless the body begins with a brace or the media type is given."""
    is_json = body.lstrip()[:1] == b"{"
    stated = {
        "door": "REST",
        "media_type": "application/json" if is_json else "application/xml",
        "body": body,
        "sha256": hashlib.sha256(body).hexdigest(),
        "received_at": RECEIVED_AT,
    }
    return Submission(**{**stated, **changes})
