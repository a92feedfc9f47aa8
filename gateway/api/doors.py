"""The doors by name, for whoever counts or logs what they answered."""

from typing import Final

_DOORS: Final = ("/v1/transmissions", "/v1/receipts", "/v1/checks", "/v1/rules", "/v1/", "/soap/v1",
                 "/docs", "/health", "/.well-known", "/log", "/identite", "/op/")  # fmt: skip


def door_of(path: str) -> str:
    """Which door a path belongs to; what a stranger typed is never written down."""
    return next((door for door in _DOORS if path.startswith(door)), "/" if path == "/" else "other")
