"""A witness of the evidence log over HTTP (C2SP tlog-witness), and a log as anyone may read it.

What a witness answers is not believed here: the gateway verifies each line before it is kept.
"""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

from adapters.http import Getter, NoAnswer, Poster
from gateway.errors import LogUnavailable, WitnessRefused, WitnessUnavailable
from gateway.model.witnessing import Cosigned, OutOfStep

DEADLINE_S: Final = 5.0
MAX_BYTES: Final = 64 * 1024
"""Of the cosignatures of one witness: a post-quantum line has 3,300 bytes."""
LOG_DEADLINE_S: Final = 10.0
MAX_LOG_BYTES: Final = 1024 * 1024
"""Of a checkpoint; a hash tile has 8 KiB at most."""
_SIZE: Final = "text/x.tlog.size"
_DECIMAL: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")
_REFUSALS: Final = {
    HTTPStatus.BAD_REQUEST: "it reads no request",
    HTTPStatus.FORBIDDEN: "it trusts no key that signed",
    HTTPStatus.NOT_FOUND: "it does not know this log",
    HTTPStatus.CONFLICT: "it saw another root for this size",
    HTTPStatus.UNPROCESSABLE_ENTITY: "it finds no proof of consistency",
}


class HttpWitness:
    """See gateway.evidence.witnessing.Witness."""

    def __init__(
        self, *, url: str, deadline_s: float = DEADLINE_S, authorities: Path | None = None
    ) -> None:
        """`url` is the prefix under which it takes checkpoints.

        `authorities` (PEM) alone certify its TLS server, where they are given.
        """
        address = f"{url.rstrip('/')}/add-checkpoint"
        self._poster = Poster(
            address, deadline_s=deadline_s, max_bytes=MAX_BYTES, authorities=authorities
        )

    def add_checkpoint(self, request: bytes) -> Cosigned | OutOfStep:
        """See gateway.evidence.witnessing.Witness."""
        try:
            answer = self._poster.post(request, headers={"content-type": "text/plain"})
        except NoAnswer as error:
            raise WitnessUnavailable(str(error)) from None
        if answer.status == HTTPStatus.OK:
            return Cosigned(lines=answer.content)
        if answer.status == HTTPStatus.CONFLICT and answer.media_type == _SIZE:
            size = _DECIMAL.fullmatch(answer.content)
            if size is None:
                raise WitnessUnavailable("not a size")
            return OutOfStep(size=int(size[1]))
        if answer.status in _REFUSALS:
            raise WitnessRefused(_REFUSALS[HTTPStatus(answer.status)])
        raise WitnessUnavailable(f"status {answer.status}")


class HttpLog:
    """See gateway.evidence.following.ReadLog."""

    def __init__(
        self, *, url: str, deadline_s: float = LOG_DEADLINE_S, authorities: Path | None = None
    ) -> None:
        """`url` is the log's prefix (C2SP tlog-tiles); `authorities` as of `HttpWitness`."""
        self._getter = Getter(
            url, deadline_s=deadline_s, max_bytes=MAX_LOG_BYTES, authorities=authorities
        )

    def read(self, path: str) -> bytes:
        """See gateway.evidence.following.ReadLog."""
        try:
            answer = self._getter.get(path)
        except NoAnswer as error:
            raise LogUnavailable(str(error)) from None
        if answer.status != HTTPStatus.OK:
            raise LogUnavailable(f"status {answer.status}")
        return answer.content
