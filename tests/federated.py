"""A whole gateway between its providers of identity and a portal, each a real server.

Both providers are oidc-provider on node; the portal is authlib's client. The gateway is served by
uvicorn in a thread of the test, so that its keys and what it keeps are at hand.
"""

import json
import socket
import threading
from contextlib import ExitStack
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
import uvicorn

from gateway.app import Gateway
from gateway.identity.op.registering import registered
from gateway.model.directory import DirectoryVersion
from gateway.store import SystemClock
from signing.oauth.decryption_keys import new_decryption_key
from signing.oauth.identity_keys import LEAD, new_identity_key
from tests.contract.ports.people import contact_rows, worker_rows
from tests.partners.identity_providers import NodeProvider
from tests.partners.identity_providers.process import (
    CLIENT_ID,
    SECRET,
    of_franceconnect,
    of_proconnect,
)
from tests.partners.portal_example import Portal
from tests.running import config_at, install
from tests.visitor import Visitor

ELSEWHERE = "localhost"
"""Another site than the gateway's, to a browser: what it tells apart is told apart here."""
NPM = Path(__file__).parent / "interop" / "npm"
ANNE, BRUNO = "Anne Moreau, conseillère en radioprotection", "Bruno Petit, sans droit"
ANGELA, LUC = "Angela Dubois, travailleuse", "Luc Martin, à rattacher"
PROFESSIONALS = {
    ANNE: {
        "sub": "anne",
        "acrs": ["eidas1-mfa", "eidas2", "eidas3"],
        "amr": ["pwd", "mfa"],
        "claims": {
            "given_name": "Anne",
            "usual_name": "Moreau",
            "email": "crp@exemple.fr",
            "uid": "a-moreau",
            "siret": "78467169500012",
        },
    },
    BRUNO: {
        "sub": "bruno",
        "acrs": ["eidas1-mfa"],
        "amr": ["pwd", "mfa"],
        "claims": {
            "given_name": "Bruno",
            "usual_name": "Petit",
            "email": "bruno.petit@exemple.fr",
            "uid": "b-petit",
        },
    },
}
_LUC = {
    "given_name": "Luc",
    "family_name": "MARTIN",
    "birthdate": "1980-03-02",
    "gender": "unspecified",
    "birthplace": "69123",
    "birthcountry": "99100",
    "email": "claude@exemple.fr",
}
"""Whose sex is not said, so that the number must be."""
_ANGELA = {
    "given_name": "Angela Claire Louise",
    "family_name": "DUBOIS",
    "birthdate": "1962-08-24",
    "gender": "female",
    "birthplace": "75107",
    "birthcountry": "99100",
    "email": "angela@exemple.fr",
}
PEOPLE = {
    ANGELA: {
        "sub": "a" * 64 + "v1",
        "acrs": ["eidas2", "eidas3"],
        "amr": ["fc"],
        "claims": _ANGELA,
    },
    LUC: {
        "sub": "c" * 64 + "v1",
        "acrs": ["eidas2"],
        "amr": ["fc"],
        "claims": _LUC,
    },
}


def node_of(run_node):
    """The path of node, where the npm packages of the tests are there too."""
    if not (NPM / "node_modules" / "oidc-provider-9").is_dir():
        pytest.skip("npm packages are not installed (make interop)")
    return run_node(NPM / "which.cjs").stdout.strip()


class ShiftedClock:
    """The machine's clock, as wrong as a test says."""

    def __init__(self):
        self.offset = timedelta(0)

    def now(self):
        return SystemClock().now() + self.offset


class Federated:
    """Serves between `with` and its end."""

    def __init__(
        self, home, node, *, version=9, signing="ES256", alg="ECDH-ES", registered_keys=None
    ):
        """`version`, `signing`: of ProConnect's double; `alg`: FranceConnect+ encrypts by it.

        `registered_keys`: the address that is registered for our keys, where it is not ours.
        """
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self.address = f"http://{self.host}"
        self._home, self._alg, self._signing = home, alg, signing
        self.clock = ShiftedClock()
        self.proconnect = NodeProvider(
            node,
            kind="proconnect",
            version=version,
            ours=self.address,
            host=ELSEWHERE,
            **of_proconnect(signing),
        )
        keys = registered_keys or f"{self.address}/identite/franceconnect/jwks.json"
        self.franceconnect = NodeProvider(
            node,
            kind="franceconnect",
            version=9,
            ours=self.address,
            host=ELSEWHERE,
            **of_franceconnect(alg, jwks_uri=keys),
        )
        self.portal = Portal(issuer=f"{self.address}/op", host=ELSEWHERE)
        self._ends = ExitStack()

    def __enter__(self):
        for one in (self.proconnect, self.franceconnect, self.portal):
            self._ends.enter_context(one)
        self.believe()
        self.config = install(self._home, address=self.address, **self._settings())
        self.rotate_ours(at=self.clock.now() - timedelta(days=1))
        self.gateway = Gateway(self.config, clock=self.clock)
        self._ends.callback(self.gateway.close)
        self.store = self.gateway.store
        self._know()
        self.register(self.portal.client)
        self._serve()
        return self

    def __exit__(self, *_):
        self._ends.close()

    def believe(self):
        """Both providers say the truth, of the people above, at the right time."""
        self.clock.offset = timedelta(0)
        honest = {"abort": None, "away": [], "delayMs": 0}
        self.proconnect.says(people=PROFESSIONALS, **honest)
        self.franceconnect.says(people=PEOPLE, **honest)

    def rotate_ours(self, *, at=None):
        """A new key that FranceConnect+ encrypts for, and one by which identities are handed.

        The latter signs at once, though no portal has had the time to see it published.
        """
        now = at or self.clock.now()
        new_decryption_key(self.config.federation.franceconnect.keys, alg=self._alg, now=now)
        new_identity_key(self.config.federation.portal_keys, now=now - LEAD)

    def rotate_theirs(self):
        """New keys of both providers; the former ones stay published."""
        for one in (self.proconnect, self.franceconnect):
            one.says(rotate="overlapping")

    def register(self, client, *, needs_consent=False):
        """A portal by its metadata (OpenID Connect Dynamic Client Registration 1.0 §2)."""
        self.store.portals.add(
            registered(
                portal_id=client["client_id"],
                name=client["client_name"],
                redirect_uris=client["redirect_uris"],
                post_logout_redirect_uris=client["post_logout_redirect_uris"],
                sector=None,
                needs_consent=needs_consent,
                scopes=("siseri", "siseri_worker", "profile"),
                keys=json.dumps(client["jwks"]).encode(),
            )
        )

    def hand_over(self, visitor, person, *, by="enter"):
        """Through the portal's link, the choice of a provider and the person, to where it ends."""
        visitor.go(self.portal.address)
        visitor.go(visitor.page.link(by))
        return self.sign_in(visitor, person, suite=True)

    def sign_in(self, visitor, person, *, suite=None):
        """From the choice of a provider to the page where it ends; `suite`: of a page that asks."""
        kind = "franceconnect" if person in PEOPLE else "proconnect"
        if suite is None:
            visitor.go(f"{self.address}/identite")
        visitor.send(f"/identite/{kind}")
        visitor.send(person=person)
        return visitor.page

    def _settings(self):
        registered = {
            f"{one.kind}_{name}": value
            for one in (self.proconnect, self.franceconnect)
            for name, value in (
                ("issuer", one.issuer),
                ("client_id", CLIENT_ID),
                ("client_secret", SECRET),
            )
        }
        return {
            **registered,
            "proconnect_signing": self._signing,
            "proconnect_userinfo": "SIGNED",
            "franceconnect_encryption": self._alg,
            "franceconnect_asks": "amr",
        }

    def _know(self):
        self.store.directory.save(worker_rows(), version="test-1")
        self.store.directory.finish(DirectoryVersion(version="test-1", date=date(2026, 11, 1)))
        self.store.contacts.save(contact_rows(), version="test-1")
        self.store.contacts.finish("test-1")

    def _serve(self):
        server = uvicorn.Server(
            uvicorn.Config(
                self.gateway.asgi,
                http="httptools" if find_spec("httptools") else "auto",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
            )
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [self._listening]})
        thread.start()

        def stop():
            server.should_exit = True
            thread.join(30)

        self._ends.callback(stop)


__all__ = ["ANGELA", "ANNE", "BRUNO", "LUC", "Federated", "Visitor", "config_at", "node_of"]
