"""The lying provider: a real HTTP server on this machine; its user agent is a function."""

import json
import threading
import time
import uuid
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.partners.identity_provider_example import tokens
from tests.partners.identity_provider_example.speech import Lie, Truth
from tests.partners.identity_provider_example.tokens import changed

PATH = "/api/v2"
SECRET = "a-secret-of-at-least-32-characters"  # noqa: S105 - of this double


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


class LyingProvider:
    """Serves between `with` and its end; `lie` and `truth` may be changed at any time."""

    def __init__(
        self,
        *,
        truth=None,
        client_id="client-1",
        client_secret=SECRET,
        recipient=None,
    ):
        self.truth, self.lie = truth or Truth(), Lie()
        self.client_id, self.client_secret = client_id, client_secret
        self.recipient = recipient
        """The public key that tokens are encrypted for."""
        self.keys = tokens.Keys()
        self.jwks = {}
        """How the set is published: `only` one algorithm, or two keys of one kind (`twice`)."""
        self.asked = []
        """Paths, in order."""
        self.authorized = []
        """Parameters of each request to authorize."""
        self.subject = "5f0c0f5e-sub"
        self._codes = {}
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.issuer = f"{self.origin}{PATH}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, url):
        """What the browser brings back from that address, as its parameters."""
        split = urlsplit(url)
        assert f"{split.scheme}://{split.netloc}{split.path}" == f"{self.issuer}/authorize"
        asked = dict(parse_qsl(split.query, strict_parsing=True))
        self.authorized.append(asked)
        code = uuid.uuid4().hex
        self._codes[code] = asked
        told = {"code": code, "state": asked["state"], "iss": self.issuer}
        return changed(told, self.lie.callback)

    def answer(self, handler):
        path = urlsplit(handler.path).path.removeprefix(PATH)
        self.asked.append(path)
        name = {"/.well-known/openid-configuration": "discovery"}.get(path, path.strip("/"))
        if name in self.lie.away:
            return 503, "text/plain", b"away"
        if name in self.lie.garbage:
            return 200, "text/html", b"<!doctype html><title>Maintenance</title>"
        return {
            "discovery": self._discovery,
            "jwks": self._jwks,
            "token": self._token,
            "userinfo": self._userinfo,
        }[name](handler)

    def _discovery(self, _handler):
        document = {
            "issuer": self.issuer,
            **{
                f"{name}_endpoint": f"{self.issuer}/{name}"
                for name in ("authorization", "token", "userinfo")
            },
            "authorization_endpoint": f"{self.issuer}/authorize",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
        }
        return 200, "application/json", json.dumps(changed(document, self.lie.discovery)).encode()

    def _jwks(self, _handler):
        return 200, "application/jwk-set+json", json.dumps(self.keys.document(**self.jwks)).encode()

    def _token(self, handler):
        form = {k: v[0] for k, v in parse_qs(handler.body.decode(), strict_parsing=True).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        if (form.get("client_id"), form.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            return (
                401,
                "application/json",
                b'{"error":"invalid_client","error_description":"client authentication failed"}',
            )
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or not _is_pkce(asked, form)
        ):
            return (
                400,
                "application/json",
                b'{"error":"invalid_grant","error_uri":"https://docs.invalid/?code=Y0416228&id=4be3"}',
            )
        access_token = uuid.uuid4().hex
        claims = {
            **self._common(),
            "nonce": asked["nonce"],
            "acr": self.truth.acr,
            "amr": list(self.truth.amr),
            "at_hash": tokens.at_hash(access_token),
        }
        granted = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._said(changed(claims, self.lie.id_token)),
        }
        return (
            self.lie.token_status,
            "application/json",
            json.dumps(changed(granted, self.lie.token)).encode(),
        )

    def _userinfo(self, _handler):
        is_signed = self.truth.userinfo_is_signed
        if self.lie.userinfo_form is not None:
            is_signed = self.lie.userinfo_form == "signed"
        claims = {**self.truth.person, "sub": self.subject}
        if not is_signed:
            return 200, "application/json", json.dumps(changed(claims, self.lie.userinfo)).encode()
        compact = self._said(changed({**self._common(), **claims}, self.lie.userinfo))
        return 200, "application/jwt", compact.encode()

    def _common(self):
        now = int(time.time() + self.lie.late_s)
        return {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": self.subject,
            "iat": now,
            "exp": now + 60,
        }

    def _said(self, claims):
        compact = tokens.signed(claims, truth=self.truth, lie=self.lie, keys=self.keys)
        return tokens.encrypted(
            compact,
            truth=self.truth,
            lie=self.lie,
            recipient=self.recipient,
            issuer=self.issuer,
            client_id=self.client_id,
        )


def _is_pkce(asked, form):
    challenge = asked.get("code_challenge")
    return (
        challenge is None
        or tokens.b64(sha256(form.get("code_verifier", "").encode()).digest()) == challenge
    )


def _handler_of(provider):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self):
            self.body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, media_type, content = provider.answer(self)
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_):
            pass

    return Handler
