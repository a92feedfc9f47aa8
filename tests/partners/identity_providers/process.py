"""A provider as a process of node, and the address where it finds our keys."""

import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

SCRIPT = Path(__file__).parents[2] / "interop" / "npm" / "identity-provider.mjs"
SECRET = "a-secret-of-this-double-of-32-chars-at-least"  # noqa: S105
NOBODY = "https://passerelle.invalid"
AFTER = f"{NOBODY}/identite/deconnexion/retour"
CLIENT_ID = "gateway"


def of_proconnect(alg="ES256"):
    """What is registered at ProConnect beside addresses: signed by `alg`, what it says too."""
    return {"id_token_signed_response_alg": alg, "userinfo_signed_response_alg": alg}


def of_franceconnect(alg, *, jwks_uri):
    """The same at FranceConnect+: encrypted by `alg` for the keys at that address."""
    encrypted = {
        f"{kind}_encrypted_response_{name}": value
        for kind in ("id_token", "userinfo")
        for name, value in (("alg", alg), ("enc", "A256GCM"))
    }
    return {**of_proconnect(), **encrypted, "jwks_uri": jwks_uri}


class NodeProvider:
    """Runs between `with` and its end."""

    def __init__(self, node, *, kind, version, ours=NOBODY, host="127.0.0.1", **client):
        """`ours`: address of the gateway that is registered there; `host`: by which it is known.

        `client`: members of the registration (OpenID Connect Dynamic Registration §2).
        """
        self.kind = kind
        self.redirect_uri = f"{ours}/identite/{kind}/retour"
        asked = {
            "kind": kind,
            "version": version,
            "host": host,
            "client": {
                "client_id": CLIENT_ID,
                "client_secret": SECRET,
                "redirect_uris": [self.redirect_uri],
                "post_logout_redirect_uris": [f"{ours}/identite/deconnexion/retour"],
                **client,
            },
        }
        self._command = [node, str(SCRIPT), json.dumps(asked)]

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        said = self._process.stdout.readline()
        assert said, "the provider did not start"
        self.origin = json.loads(said)["origin"]
        self.issuer = f"{self.origin}/api/v2"
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def says(self, **changes):
        """Switch what it says; what it was asked until now, in order."""
        answer = requests.post(f"{self.origin}/control", json=changes, timeout=20)
        answer.raise_for_status()
        return answer.json()["seen"]


class OurKeySet:
    """Where a provider fetches the keys it encrypts for; `document` may change at any time."""

    def __init__(self, document):
        self.document = document
        self.max_age_s = 0
        self.agents = []
        """`User-Agent` of who fetched."""
        ours = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                ours.agents.append(self.headers.get("user-agent"))
                content = json.dumps(ours.document).encode()
                self.send_response(200)
                self.send_header("content-type", "application/jwk-set+json")
                self.send_header("cache-control", f"max-age={ours.max_age_s}")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
