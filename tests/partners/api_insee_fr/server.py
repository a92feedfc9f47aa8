"""`api.insee.fr` over real HTTP or HTTPS, with a second port that switches what it does.

    python -m tests.partners.api_insee_fr.server --port 8491 --control 8492 --count 40000

serves until it is stopped. README.md lists what the control port takes.
"""

import argparse
import http.server
import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from tests.partners.api_insee_fr import contract
from tests.partners.api_insee_fr.answers import Said, answer_of
from tests.partners.api_insee_fr.behaviours import Behaviour
from tests.partners.api_insee_fr.control import Control
from tests.partners.api_insee_fr.establishments import Register, the_register
from tests.partners.api_insee_fr.misbehaving import INSIDE, PLAIN, misbehave, portal, refusal, say
from tests.partners.api_insee_fr.tokens import TOKEN_PATH, Tokens

PUBLIC_BASE = "/api-sirene/3.11"
PRIVATE_BASE = "/api-sirene/prive/3.11"
API_KEY = "cle-de-nobody-0001"
JSON = "application/json;charset=utf-8"
MAX_TARGET = 4_000
"""Characters of an address; longer ones are refused (414)."""
WINDOW_S = 60.0


@dataclass(frozen=True)
class Call:
    """A question that arrived."""

    at_s: float
    method: str
    path: str
    """With its base and query."""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Double:
    """The API on a port of the loopback, the system's choice unless one is given.

    `monotonic` is the clock of its quota: a fixed window of `WINDOW_S` that begins with the first
    call after the one before ended.
    """

    def __init__(
        self,
        register: Register | None = None,
        *,
        port: int = 0,
        control_port: int = 0,
        quota: int | None = None,
        tls: tuple[Path, Path] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`quota`: calls a window, None for no limit; `tls`: certificate and key files."""
        self.register = register or the_register()
        self.behaviour = Behaviour.ANSWERS
        self.next: deque[Behaviour] = deque()
        """Behaviours of the next calls, one each, before `behaviour`."""
        self.quota = quota
        self.quota_says = Behaviour.QUOTA_SIRENE
        self.retry_after: str | None = None
        """What its 429 and 503 state; INSEE's documentation promises nothing."""
        self.is_up = True
        self.api_key = API_KEY
        self.tokens = Tokens(monotonic=monotonic)
        self.calls: list[Call] = []
        self.defects: list[str] = []
        """In what questions, or regular answers, are none of specs/openapi/sirene.yaml."""
        self._monotonic = monotonic
        self._window: tuple[float, int] = (float("-inf"), 0)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), self._handler())
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"
        self.url = self.origin + PUBLIC_BASE
        self.private_url = self.origin + PRIVATE_BASE
        self.token_url = self.origin + TOKEN_PATH.removesuffix("/token")
        self.control = Control(self, port=control_port)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.control.close()
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        """What was asked, without bases and queries."""
        return [f"{call.method} {_inside(call.path)[1].split('?')[0]}" for call in self.calls]

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                with suppress(OSError):  # who asked may have left
                    double.answer(self)

            do_POST = do_GET  # noqa: N815 - the name that http.server calls

            def log_message(self, *_: object) -> None:
                """Nothing on the output of tests."""

        return Handler

    def answer(self, exchange: http.server.BaseHTTPRequestHandler) -> None:
        body = exchange.rfile.read(int(exchange.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in exchange.headers.items()}
        call = Call(self._monotonic(), exchange.command, exchange.path, headers, body)
        if exchange.path == TOKEN_PATH:
            say(exchange, *self.tokens.answer(call.body))
            return
        with self._lock:
            self.calls.append(call)
            behaviour = self.next.popleft() if self.next else self.behaviour
            if behaviour is Behaviour.ANSWERS and self._is_over_quota(call.at_s):
                behaviour = self.quota_says
        if behaviour is Behaviour.ANSWERS:
            self._answer(exchange, call)
        elif behaviour is Behaviour.NO_CONTENT:
            exchange.send_response(204)
            exchange.end_headers()
        elif behaviour is Behaviour.ITSELF:
            asked = urlsplit(exchange.path).path.rsplit("/", 1)[-1]
            said = json.dumps(refusal(301, "Unité légale doublon")).encode()
            say(exchange, 301, JSON, said, location=INSIDE + asked)
        elif behaviour is Behaviour.ANOTHER:
            self._answer_another(exchange, call)
        else:
            self._misbehave(exchange, behaviour)

    def _misbehave(self, exchange, behaviour: Behaviour) -> None:
        misbehave(exchange, behaviour, stopped=self._stopped, retry_after=self.retry_after)

    def _answer(self, exchange, call: Call) -> None:
        base, target = _inside(call.path)
        if not base:
            content = b"No context-path matches the request URI."
            say(exchange, 404, PLAIN, content)
            return
        if not self._is_admitted(base, call.headers):
            say(exchange, 401, JSON, json.dumps(portal(401, "Unauthorized")).encode())
            return
        if len(target) > MAX_TARGET:
            self._misbehave(exchange, Behaviour.TOO_LONG)
            return
        accepted = call.headers.get("accept", "*/*")
        if "application/json" not in accepted and "*/*" not in accepted:
            self._misbehave(exchange, Behaviour.NOT_ACCEPTABLE)
            return
        wrong = contract.defects_of_question(call.method, target, dict(call.headers), call.body)
        said = answer_of(self.register, call.method, target, call.body, is_up=self.is_up)
        path = urlsplit(target).path
        wrong += contract.defects_of_answer(
            call.method, path, said.status, "application/json", said.octets
        )
        with self._lock:
            self.defects += wrong
        _send(exchange, said)

    def _answer_another(self, exchange, call: Call) -> None:
        """As if one more, or another, had been asked for."""
        _, target = _inside(call.path)
        other = next(iter(self.register.records.values()))
        said = answer_of(self.register, call.method, target, call.body, is_up=True).content
        if "etablissements" in said:
            said["etablissements"].append(other)
        else:
            said = {"header": {"statut": 200, "message": "ok"}, "etablissement": other}
        say(exchange, 200, JSON, json.dumps(said).encode())

    def _is_admitted(self, base: str, headers: Mapping[str, str]) -> bool:
        if base == PUBLIC_BASE:
            return headers.get("x-insee-api-key-integration") == self.api_key
        return self.tokens.admits(headers.get("authorization", ""))

    def _is_over_quota(self, now_s: float) -> bool:
        """Counts the call; those over the quota count as well."""
        start_s, count = self._window
        if now_s >= start_s + WINDOW_S:
            start_s, count = now_s, 0
        self._window = start_s, count + 1
        return self.quota is not None and count + 1 > self.quota


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A connection that was reset has nothing to say on the output of tests."""


def _inside(target: str) -> tuple[str, str]:
    """The base that an address is under, none if it is under none, and the rest of it."""
    for base in (PUBLIC_BASE, PRIVATE_BASE):
        if target.startswith(f"{base}/"):
            return base, target.removeprefix(base)
    return "", target


def _send(exchange, said: Said) -> None:
    headers = {} if said.location is None else {"location": said.location}
    say(exchange, said.status, JSON, said.octets, **headers)


def asked_at_once(call: Call) -> int:
    """How many establishments a POST asks for."""
    return dict(parse_qsl(call.body.decode()))["q"].count(" OR ") + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8491)
    parser.add_argument("--control", type=int, default=8492)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--quota", type=int, default=30)
    given = parser.parse_args()
    register = the_register(count=given.count)
    with Double(register, port=given.port, control_port=given.control, quota=given.quota) as double:
        print(json.dumps({"url": double.url, "key": API_KEY, "control": double.control.url}))
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
