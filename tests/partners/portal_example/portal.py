"""The portal: an application of Flask with authlib's OAuth client, and a server on this machine."""

import json
import logging
import secrets
import threading
from urllib.parse import urlencode

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from flask import Flask, redirect, render_template_string, request, session
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

CLIENT_ID = "portail-de-demonstration"
ALG = "ES256"
PAGE = """<!doctype html><html lang="fr"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Portail de démonstration</title>
<style>body{font:1rem/1.5 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere}</style>
<h1>Portail de démonstration</h1>
{% if error %}<p id="error" role="alert">{{ error }}</p>{% endif %}
{% if claims %}<p>La passerelle a remis cette identité :</p>
<dl>{% for name, value in claims.items() %}<dt>{{ name }}</dt><dd id="{{ name }}">{{ value }}</dd>
{% endfor %}</dl>
<p><a id="more" href="/connexion?acr=eidas2">Demander un niveau substantiel (eidas2)</a></p>
<p><a id="most" href="/connexion?acr=eidas3">Demander un niveau élevé (eidas3)</a></p>
<p><a id="leave" href="/deconnexion">Se déconnecter partout</a></p>
{% else %}<p><a id="enter" href="/connexion">Se connecter</a></p>{% endif %}</html>"""


class OneMinute(PrivateKeyJWT):
    """authlib's `private_key_jwt`, whose assertions last an hour unless one says otherwise."""

    def sign(self, auth, token_endpoint):
        return private_key_jwt_sign(
            auth.client_secret,
            client_id=auth.client_id,
            token_endpoint=token_endpoint,
            header={"kid": auth.client_secret.kid},
            alg=ALG,
            expires_in=60,
        )


class Portal:
    """Serves between `with` and its end; `client` is what the gateway is to be told of it."""

    def __init__(self, *, issuer=None, host="127.0.0.1", name="Portail de démonstration", **client):
        """`issuer`: of the gateway, which may start later; `host`: by which the portal is known."""
        self.issuer = issuer
        self._key = ECKey.generate_key("P-256", parameters={"kid": "demonstration", "alg": ALG})
        self._app = Flask(__name__)
        self._app.secret_key = secrets.token_bytes(32)
        self._app.config["SESSION_COOKIE_NAME"] = "portail"
        self._register = None
        for path, door in (
            ("/", self._home),
            ("/connexion", self._enter),
            ("/connexion/retour", self._entered),
            ("/deconnexion", self._leave),
        ):
            self._app.add_url_rule(path, path, door)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True)
        self.address = f"http://{host}:{self._server.server_port}"
        self.redirect_uri = f"{self.address}/connexion/retour"
        self.client = {
            "client_id": CLIENT_ID,
            "client_name": name,
            "redirect_uris": [self.redirect_uri],
            "post_logout_redirect_uris": [f"{self.address}/"],
            "jwks": {"keys": [self._key.as_dict(private=False)]},
            **client,
        }

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _gateway(self):
        """authlib's client, made when it is first needed: the gateway may start later."""
        if self._register is None:
            oauth = OAuth(self._app)
            proof = OneMinute(self.issuer)  # who it is for: the issuer, no other address
            self._register = oauth.register(
                "gateway",
                client_id=CLIENT_ID,
                client_secret=self._key,
                server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
                client_auth_methods=[proof],
                client_kwargs={
                    "scope": "openid profile siseri siseri_worker",
                    "code_challenge_method": "S256",
                    "token_endpoint_auth_method": proof.name,
                },
            )
        return self._register

    def _home(self):
        shown = session.get("claims")
        return render_template_string(PAGE, claims=shown, error=session.pop("error", None))

    def _enter(self):
        asked = {"acr_values": request.args["acr"]} if "acr" in request.args else {}
        return self._gateway().authorize_redirect(self.redirect_uri, **asked)

    def _entered(self):
        try:
            token = self._gateway().authorize_access_token()
        except OAuthError as refused:
            session["error"] = refused.error
            return redirect("/")
        said = token["userinfo"]  # of the identity token, proven by authlib
        more = self._gateway().userinfo(token=token)
        assert more["sub"] == said["sub"]
        session["id_token"] = token["id_token"]
        session["claims"] = {
            name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in {**said, **more}.items()
            if name not in {"nonce", "at_hash"}
        }
        return redirect("/")

    def _leave(self):
        metadata = self._gateway().load_server_metadata()
        asked = {
            "id_token_hint": session.pop("id_token", ""),
            "post_logout_redirect_uri": f"{self.address}/",
            "state": secrets.token_urlsafe(16),
        }
        session.clear()
        return redirect(f"{metadata['end_session_endpoint']}?{urlencode(asked)}")
