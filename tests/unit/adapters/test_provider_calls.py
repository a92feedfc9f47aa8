"""A provider is asked over a connection of its own each time: a kept one may just be closing."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.http import Breaker, Bulkhead, CallLimits, Upstream
from adapters.oidc.dialect import Registration
from adapters.oidc.metadata import Metadata
from adapters.oidc.provider_calls import ProviderCalls


class Keeping(BaseHTTPRequestHandler):
    """Keeps connections open, and notes the port that each request came from."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.ports.append(self.client_address[1])
        content = b'{"keys":[]}'
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def test_no_request_follows_another_on_one_connection():
    with ThreadingHTTPServer(("127.0.0.1", 0), Keeping) as server:
        server.ports = []
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        upstream = Upstream(
            name="provider",
            base_url=origin,
            limits=CallLimits(attempt_s=10.0, max_bytes=1_024, attempts=1),
            breaker=Breaker(),
            bulkhead=Bulkhead(places=2),
        )
        registration = Registration(
            issuer=f"{origin}/api/v2",
            client_id="gateway",
            client_secret="of-nobody",  # noqa: S106 - of nobody
            redirect_uri="https://gateway.invalid/identite/proconnect/retour",
            post_logout_redirect_uri="https://gateway.invalid/identite/deconnexion/retour",
            signed_with="ES256",
            userinfo_is_signed=False,
        )
        calls = ProviderCalls(calls=upstream, registration=registration)
        for _ in range(3):
            assert calls.keys(Metadata.under(registration.issuer)) == ()
        upstream.close()
        server.shutdown()
    assert len(set(server.ports)) == len(server.ports) == 3
