"""The control port: what a drill in another process switches the double by, over HTTP."""

import http.server
import json
from collections.abc import Callable
from typing import cast

from tests.partners.services_ps_ameli_fr.behaviours import Conduct


class ControlPort(http.server.ThreadingHTTPServer):
    """`GET /` tells plan and counts, `PUT /` changes the plan, `DELETE /` clears."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, conduct: Conduct) -> None:
        self.conduct = conduct
        super().__init__(("127.0.0.1", port), _Control)


class _Control(http.server.BaseHTTPRequestHandler):
    """The port that switches the service."""

    def _do(self, act: Callable[[Conduct, bytes], None]) -> None:
        conduct = cast("ControlPort", self.server).conduct
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            act(conduct, content)
        except (ValueError, TypeError):
            self.send_error(400)
            return
        told = conduct.as_json()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def do_GET(self) -> None:
        self._do(lambda _conduct, _content: None)

    def do_PUT(self) -> None:
        self._do(lambda conduct, content: conduct.plan(**json.loads(content)))

    def do_DELETE(self) -> None:
        self._do(lambda conduct, _content: conduct.clear())

    def log_message(self, *_: object) -> None:
        """Nothing on the output of tests."""
