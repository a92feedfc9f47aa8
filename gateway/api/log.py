"""The doors of the evidence log (C2SP tlog-tiles), open to all: its checkpoint and its tiles.

The OpenAPI document describes them, and `root` serves them, like files: under `tile/` whatever is
no tile is not found, and the slashes of an index, which no path parameter of OpenAPI has, are
those of the path.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gateway.api.lanes import Lanes
from gateway.evidence.published_log import PublishedLog

_IMMUTABLE: Final = {"cache-control": "public, max-age=31536000, immutable"}
_FRESH: Final = {"cache-control": "no-cache"}
"""A checkpoint is another one with the next leaf."""
_OCTETS: Final = "application/octet-stream"
_TEXT: Final = "text/plain; charset=utf-8"


class LogDoors:
    """Reads the log for whoever asks; says nothing of anybody."""

    def __init__(self, *, published: PublishedLog, lanes: Lanes) -> None:
        self._published = published
        self._lanes = lanes

    async def checkpoint(self, _request: Request) -> Response:
        """The latest checkpoint."""
        octets = await self._lanes.read(self._published.checkpoint)
        return Response(octets, 200, _FRESH, _TEXT)

    async def tile(self, request: Request) -> Response:
        """A tile, full or partial: what it holds never changes."""
        path = f"tile/{request.path_params['path']}"
        octets = await self._lanes.read(lambda: self._published.tile(path))
        return Response(octets, 200, _IMMUTABLE, _OCTETS)
