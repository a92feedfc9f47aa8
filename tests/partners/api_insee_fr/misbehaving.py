"""The faults of the double, written to the connection."""

import gzip
import json
import socket
import struct
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

from tests.partners.api_insee_fr.behaviours import Behaviour

PAGE = b"<!doctype html><title>Maintenance</title><p>Le service est indisponible."
JSON, HTML, PLAIN = "application/json", "text/html;charset=UTF-8", "text/plain"
QUOTA_MESSAGE = "Rate limit exceeded ! You reach the limit of 30 requests per 1 minutes"
INSIDE = "https://interne.insee.example/entreprises/sirene/ws/siret/"
"""Where a Location leads: never to the base that the caller knows."""


def refusal(status: int, message: str) -> dict[str, Any]:
    """An error in Sirene's own form."""
    return {"header": {"statut": status, "message": message}}


def portal(status: int, message: str) -> dict[str, Any]:
    """An error of the portal in front of it."""
    return {"message": message, "http_status_code": status}


_SAID: dict[Behaviour, tuple[int, dict[str, Any]]] = {
    Behaviour.JSON_500: (500, refusal(500, "Erreur interne du serveur")),
    Behaviour.QUOTA_SIRENE: (429, refusal(429, "Quota d'interrogations de l'API dépassé")),
    Behaviour.QUOTA_PORTAL: (429, portal(429, QUOTA_MESSAGE)),
    Behaviour.NO_RIGHT: (401, portal(401, "Unauthorized")),
    Behaviour.FORBIDDEN_BY_PORTAL: (403, portal(403, "Forbidden")),
    Behaviour.NOTHING_FOUND: (404, refusal(404, "Aucun élément trouvé")),
    Behaviour.BAD_SYNTAX: (400, refusal(400, "Erreur de syntaxe dans le paramètre q=")),
    Behaviour.NOT_ACCEPTABLE: (406, refusal(406, "Le paramètre 'Accept' n'est pas prévu")),
    Behaviour.TOO_LONG: (414, refusal(414, "Requête trop longue")),
    Behaviour.TEAPOT: (418, {}),
    Behaviour.WRONG_STATUS: (200, refusal(503, "Service indisponible")),
    Behaviour.NO_LOCATION: (301, refusal(301, "Unité légale doublon")),
}
_PAGES = {
    Behaviour.HTML_200: (200, HTML),
    Behaviour.HTML_503: (503, HTML),
    Behaviour.PLAIN_500: (500, PLAIN),
    Behaviour.NOT_THERE: (404, PLAIN),
}
_MOVED = {
    Behaviour.FOREIGN_TARGET: (301, INSIDE + "778870675", refusal(301, "Unité légale doublon")),
    Behaviour.REDIRECTS: (302, "https://portail.insee.example/connexion", {}),
    Behaviour.MOVED_BY_PORTAL: (301, INSIDE + "77887067500015", {}),
}


def misbehave(
    exchange: BaseHTTPRequestHandler,
    behaviour: Behaviour,
    *,
    stopped: Event,
    retry_after: str | None = None,
) -> None:
    """Do it; ANSWERS, ITSELF, ANOTHER and NO_CONTENT are none of these."""
    if behaviour in _SAID:
        status, content = _SAID[behaviour]
        say(exchange, status, JSON, json.dumps(content).encode(), retry_after=retry_after)
    elif behaviour in _PAGES:
        say(exchange, *_PAGES[behaviour], PAGE, retry_after=retry_after)
    elif behaviour in _MOVED:
        status, location, content = _MOVED[behaviour]
        say(exchange, status, JSON, json.dumps(content).encode(), location=location)
    else:
        _break(exchange, behaviour, stopped)


def say(exchange, status, media_type, content, *, length=None, **headers):
    """An answer; `length` where it is to state another than it has."""
    exchange.send_response(status)
    exchange.send_header("content-type", media_type)
    exchange.send_header("content-length", str(len(content) if length is None else length))
    for name, value in headers.items():
        if value is None:
            continue
        exchange.send_header(name.replace("_", "-"), value)
    exchange.end_headers()
    exchange.wfile.write(content)


def _break(exchange, behaviour, stopped):
    match behaviour:
        case Behaviour.CUT:
            say(exchange, 200, JSON, b'{"header": {"statut": 200, "message": "ok"}, "etab')
        case Behaviour.DEEP:
            say(exchange, 200, JSON, b'{"header":' + b"[" * 100_000)
        case Behaviour.TRUNCATES:
            say(exchange, 200, JSON, b'{"header": {"statut": 200}}', length=4_000)
            exchange.close_connection = True
        case Behaviour.BAD_GZIP:
            packed = gzip.compress(b'{"header": {"statut": 200}}')
            broken = packed[:12] + bytes(len(packed) - 12)
            say(exchange, 200, JSON, broken, content_encoding="gzip")
        case Behaviour.HUGE:
            say(exchange, 200, JSON, b" " * (64 << 20))
        case Behaviour.RESETS:
            # closing with nothing to linger sends RST (RFC 9293 §3.6.1)
            linger = struct.pack("ii", 1, 0)
            exchange.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            exchange.connection.close()
            exchange.close_connection = True
        case Behaviour.SILENT:
            stopped.wait(60)
            exchange.close_connection = True
        case Behaviour.DRIPS_HEADERS:
            _drip(exchange, b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 6_000, stopped)
        case Behaviour.DRIPS_CONTENT:
            say(exchange, 200, JSON, b"{", length=6_000)
            _drip(exchange, b" " * 5_999, stopped)
        case _:
            raise AssertionError(behaviour)


def _drip(exchange, octets, stopped):
    exchange.close_connection = True
    for place in range(len(octets)):
        exchange.wfile.write(octets[place : place + 1])
        exchange.wfile.flush()
        if stopped.wait(0.05):
            return
