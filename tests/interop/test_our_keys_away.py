"""FranceConnect+ cannot fetch the keys that it encrypts for: a page that says so, and no way in.

It waits for them for 2.5 seconds. What would be weaker never happens: nothing that is not encrypted
is taken, nobody is let in by another provider's word, and who may come by ProConnect still does.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import httpx
from structlog.testing import capture_logs

from tests.federated import ANGELA, ANNE, Federated, node_of
from tests.visitor import Visitor

PATIENCE_S = 30


class Front:
    """What stands at the registered address: nothing, `way`s of not giving our keys, or a relay."""

    def __init__(self):
        self.way, self.asked, self.ours = "is silent", 0, None
        self.is_over = threading.Event()
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                front.asked += 1
                if front.way == "is silent":
                    front.is_over.wait(PATIENCE_S)
                if front.way in {"is silent", "hangs up"}:
                    self.close_connection = True
                    return
                relayed = httpx.get(front.ours) if front.way == "relays" else None
                content = b"away" if relayed is None else relayed.content
                self.send_response(503 if relayed is None else relayed.status_code)
                self.send_header("content-type", "application/jwk-set+json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.server_bind()  # nobody else has the port, and nobody listens at it
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/jwks.json"

    def listens(self):
        self._server.server_activate()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.is_over.set()
        self._server.shutdown()
        self._server.server_close()


def is_turned_away(federated, visitor, person):
    """The attempt ends on a page of ours that says what to do, and opens nothing."""
    with capture_logs() as logs:
        page = federated.sign_in(visitor, person)
    (said,) = (one for one in logs if one["event"] == "pages.refused")
    assert urlsplit(page.url).path == "/identite/franceconnect/retour"
    assert (page.status, said["why"]) == (502, "MISCONFIGURED")
    assert said["step"] == "token-invalid_client_metadata"
    assert "<h1>" in page.text
    assert "__Host-siseri" not in visitor.cookies[federated.address]
    visitor.go(f"{federated.address}/identite/sessions")
    assert urlsplit(visitor.page.url).path == "/identite"


def test_nobody_enters_whom_franceconnect_cannot_encrypt_for(run_node, tmp_path):
    front = Front()
    with Federated(tmp_path, node_of(run_node), registered_keys=front.url) as federated:
        front.ours = f"{federated.address}/identite/franceconnect/jwks.json"
        is_turned_away(federated, Visitor(), ANGELA)
        front.listens()
        try:
            for front.way in ("is silent", "hangs up", "is away"):
                asked = front.asked
                is_turned_away(federated, Visitor(), ANGELA)
                assert front.asked > asked, "they were asked for"
            other = federated.sign_in(Visitor(), ANNE)
            assert urlsplit(other.url).path == "/identite/sessions", "ProConnect needs none of them"
            front.way = "relays"
            ends = (urlsplit(federated.sign_in(Visitor(), ANGELA).url).path for _ in range(5))
            # a loaded machine may take longer than it waits
            assert "/identite/sessions" in ends, "once it has them she is in"
        finally:
            front.close()
