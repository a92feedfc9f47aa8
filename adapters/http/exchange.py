"""One request, and its answer or the reason why there is none."""

import http.client
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import requests
import urllib3.exceptions
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from adapters.http.answer import Answer, NoAnswer, decoded, media_type_of, retry_after_s
from adapters.http.bounded import Bounds, Connections, TooLong, the_call
from gateway.errors import ConfigurationFault
from gateway.model.verification import Cause

_PIECE_BYTES: Final = 16 * 1024
_WITHOUT_CONTENT: Final = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
_OUR_FAULT: Final = ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "ACCESS_DENIED", "VERSION")
"""In what OpenSSL says where the other side refuses us, or speaks something else than TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """What proves a server, and us to it. PEM; the key is not encrypted."""

    authorities: Path | None = None
    """Those alone that certify the server; the public ones where it is None."""
    certificate: Path | None = None
    """Of the client, with the authorities between."""
    key: Path | None = None
    """Of the client; None where it is in the file of the certificate."""


def tls_context(files: TlsFiles | None) -> ssl.SSLContext:
    """TLS 1.2 or later, the server proved by name and chain.

    Raises:
        ConfigurationFault: a file is missing, or is not what it should be.
    """
    files = files or TlsFiles()
    try:
        context = ssl.create_default_context(
            cafile=str(files.authorities or DEFAULT_CA_BUNDLE_PATH)
        )
        if files.certificate is not None:
            # OpenSSL would ask the terminal for the password of an encrypted key
            context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except (OSError, ssl.SSLError):
        raise ConfigurationFault(
            "les fichiers TLS d'un service extérieur sont absents ou illisibles",
            "the TLS files for an outside service are missing or unreadable",
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Exchanges:
    """Asks one origin over kept connections; safe to share between threads."""

    def __init__(
        self, *, tls: TlsFiles | None, is_tls: bool, kept: int, max_bytes: int, encodings: str
    ) -> None:
        """`kept` connections stay open between calls; with 0, one call at a time may be made.

        `max_bytes` bounds the content of an answer, `encodings` is what it may come in.
        """
        self._is_kept = kept > 0
        context = tls_context(tls) if is_tls else None
        self._connections = Connections(tls=context, kept=max(kept, 1))
        self._max_bytes = max_bytes
        self._encodings = encodings

    def answer(
        self,
        request: requests.Request,
        *,
        within_s: float,
        connect_s: float,
        sent_within_s: float | None = None,
        ended: Callable[[], None] = lambda: None,
    ) -> Answer:
        """The answer, whatever its status.

        It is given up after `within_s`, and not sent at all after `sent_within_s`. `ended` is
        called once nothing of it is left: a name that is not resolved may outlast the call.

        Raises:
            NoAnswer: nobody answered, in time, in size, or at all.
        """
        now = time.monotonic()
        sent_by = None if sent_within_s is None else now + sent_within_s
        bounds = Bounds(ends_at=now + within_s, sent_by=sent_by, max_bytes=self._max_bytes)
        outcome: list[Answer | NoAnswer] = []

        def run() -> None:
            the_call.bounds = bounds
            try:
                outcome.append(self._outcome(request, min(connect_s, within_s), within_s))
            finally:
                if not self._is_kept:
                    self.close()
                ended()

        thread = threading.Thread(target=run, name=f"http {request.method}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            ended()
            raise NoAnswer("no thread", Cause.NOT_ASKED) from None
        thread.join(within_s)
        found = outcome[0] if outcome else NoAnswer("not within the deadline", Cause.TIMEOUT)
        if isinstance(found, NoAnswer):
            raise found
        return found

    def close(self) -> None:
        """Close the connections that are kept."""
        self._connections.close()

    def _outcome(
        self, request: requests.Request, connect_s: float, within_s: float
    ) -> Answer | NoAnswer:
        try:
            return self._answer(request, connect_s, within_s)
        except NoAnswer as error:
            return error
        except Exception as error:  # noqa: BLE001 - requests lets urllib3's and http.client's through
            return _explained(error)

    def _answer(self, request: requests.Request, connect_s: float, within_s: float) -> Answer:
        request.headers = {"accept-encoding": self._encodings, **request.headers}
        prepared = request.prepare()
        response = self._connections.send(prepared, stream=True, timeout=(connect_s, within_s))
        with response:
            headers = response.headers
            content = self._read(response)
            _check_whole(content, headers, response.status_code)
            return Answer(
                status=response.status_code,
                media_type=media_type_of(headers),
                content=decoded(content, headers, max_bytes=self._max_bytes),
                retry_after_s=retry_after_s(headers),
                location=headers.get("location"),
            )

    def _read(self, response: requests.Response) -> bytes:
        pieces = bytearray()
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=False):
            pieces += piece
            if len(pieces) > self._max_bytes:
                raise TooLong
        return bytes(pieces)


def _check_whole(content: bytes, headers: Mapping[str, str], status: int) -> None:
    """RFC 9112 §6.3: a content that has another length than was stated is cut."""
    stated = headers.get("content-length", "")
    if "transfer-encoding" in headers or not stated.isdigit() or status in _WITHOUT_CONTENT:
        return
    if len(content) != int(stated):
        raise NoAnswer("cut short")


def _explained(error: Exception) -> NoAnswer:
    """What a fault of the libraries means; its text may quote the partner, and is not told."""
    chain = list(_chain(error))
    if any(isinstance(each, TooLong) for each in chain):
        return NoAnswer("longer than any answer", Cause.UNREADABLE)
    if any(_is_our_fault(each) for each in chain):
        return NoAnswer("TLS refused", Cause.MISCONFIGURED)
    if any(_is_late(each) for each in chain):
        return NoAnswer("not within the deadline", Cause.TIMEOUT)
    if any(_is_unreadable(each) for each in chain):
        return NoAnswer("not HTTP", Cause.UNREADABLE)
    return NoAnswer(type(error).__name__, Cause.OUTAGE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """It, and each fault that it comes from, however the libraries pass them on."""
    seen: list[BaseException] = []
    ahead: list[object] = [error]
    while ahead:
        each = ahead.pop(0)
        if isinstance(each, BaseException) and not any(each is known for known in seen):
            seen.append(each)
            yield each
            reason = getattr(each, "reason", None)
            ahead += [each.__cause__, each.__context__, reason, *each.args]


def _is_late(error: BaseException) -> bool:
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return False  # whatever its class says, nobody was there
    return isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError)


def _is_our_fault(error: BaseException) -> bool:
    if not isinstance(error, ssl.SSLError):
        return False
    said = (error.reason or "") if isinstance(error.reason, str) else ""
    return any(word in said for word in _OUR_FAULT)


def _is_unreadable(error: BaseException) -> bool:
    if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead):
        return False
    return isinstance(error, http.client.HTTPException | urllib3.exceptions.InvalidHeader)
