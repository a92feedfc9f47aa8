r"""JSON that a provider says, held to one rule wherever it is read.

Each name stands once, and every text is one that can be written down again: half a character, which
`\ud800` is, exists in no encoding (RFC 8259 §8.2), and would break whatever keeps or compares it.
"""

import json
from typing import Any


def read_json(octets: bytes) -> Any:
    """The value.

    Raises:
        ValueError: it is no JSON, nests beyond measure, or breaks the rule.
    """
    try:
        value = json.loads(octets, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested beyond measure") from error
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
