"""What is told of a refusal."""

import msgspec


class Said(msgspec.Struct, frozen=True):
    """What a refusal says: HTTP status, and the text in French and English with its remedy."""

    status: int
    fr: str
    en: str
