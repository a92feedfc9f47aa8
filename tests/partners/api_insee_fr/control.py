"""The port that switches what the double does, in JSON (README.md)."""

import http.server
import json
import threading
from contextlib import suppress
from typing import Any, Protocol

from tests.partners.api_insee_fr.behaviours import Behaviour


class Control:
    """A second server beside the double's."""

    def __init__(self, double: Any, *, port: int) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(lambda _: _state(double))

            def do_PUT(self) -> None:
                self._reply(lambda content: _put(double, self.path, content))

            def do_DELETE(self) -> None:
                self._reply(lambda _: _delete(double, self.path))

            def _reply(self, act: "_Act") -> None:
                octets = self.rfile.read(int(self.headers.get("content-length", 0)))
                try:
                    status, content = 200, act(json.loads(octets or b"{}"))
                except (KeyError, TypeError, ValueError) as error:
                    status, content = 400, {"error": f"{type(error).__name__}: {error}"}
                said = json.dumps(content, ensure_ascii=False).encode()
                with suppress(OSError):
                    self.send_response(status)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(said)))
                    self.end_headers()
                    self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                """Nothing on the output of tests."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Act(Protocol):
    def __call__(self, content: dict[str, Any]) -> dict[str, Any]: ...


def _state(double: Any) -> dict[str, Any]:
    return {
        "behaviour": double.behaviour,
        "next": list(double.next),
        "quota": double.quota,
        "up": double.is_up,
        "establishments": len(double.register.records),
        "calls": [
            {"atS": call.at_s, "method": call.method, "path": call.path} for call in double.calls
        ],
        "defects": double.defects,
        "tokens": len(double.tokens.given),
    }


def _put(double: Any, path: str, content: dict[str, Any]) -> dict[str, Any]:
    match path.strip("/").split("/"):
        case ["behaviour"]:
            behaviour, times = Behaviour(content["behaviour"]), content.get("times")
            if times is None:
                double.behaviour = behaviour
            else:
                double.next.extend([behaviour] * int(times))
            double.retry_after = content.get("retryAfter")
        case ["quota"]:
            double.quota = content["quota"]
            double.quota_says = Behaviour(content.get("says", Behaviour.QUOTA_SIRENE))
        case ["service"]:
            double.is_up = {"UP": True, "DOWN": False}[content["state"]]
        case ["tokens"]:
            double.tokens.are_refused = bool(content["refused"])
        case ["establishments", siret]:
            double.register.records[siret] = content
        case ["hidden", siret]:
            double.register.hidden.add(siret)
        case ["duplicates", siret]:
            double.register.duplicates[siret] = content["kept"]
        case ["links", former]:
            double.register.link(former, content["successor"], on=content["on"])
        case _:
            raise ValueError(path)
    return _state(double) | {"calls": len(double.calls)}


def _delete(double: Any, path: str) -> dict[str, Any]:
    match path.strip("/").split("/"):
        case ["calls"]:
            double.calls.clear()
        case ["tokens"]:
            double.tokens.revoke()
        case ["establishments", siret]:
            del double.register.records[siret]
        case _:
            raise ValueError(path)
    return {}
