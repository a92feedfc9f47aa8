"""The canonical JSON form of what we say (RFC 8785), and digests over it."""

import hashlib

import orjson


def jcs(value: object) -> bytes:
    """The JCS bytes of `value`.

    Member names of the contract are ASCII and numbers are integers below 2^53, so that sorting by
    code point and plain integers are what RFC 8785 §3.2.2 and §3.2.3 ask for.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def sha256_hex(content: bytes) -> str:
    """SHA-256 of `content` in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()
