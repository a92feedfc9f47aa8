"""Where a portal is answered: at the address that it registered, to the byte, and our parameters.

The query of that address is retained (RFC 6749 §3.1.2): nothing of it is decoded and encoded again.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

OURS: Final = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})
"""What an answer may hold: an address that held one itself would have it twice (§3.1)."""


def answered(address: str, said: Sequence[tuple[str, str]]) -> str:
    """`address` with what is `said`, as a form (§4.1.2)."""
    return with_query(address, urlencode(said))


def with_query(address: str, query: str) -> str:
    """`address` with a query of ours after its own; it has no fragment."""
    return f"{address}{'&' if '?' in address else '?'}{query}"
