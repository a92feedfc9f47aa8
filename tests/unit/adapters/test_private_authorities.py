"""A server under TLS is believed by the authorities that the operator names for it, and no others.

Real servers of HTTPS, certified by a root that no machine knows.
"""

import http.server
import threading
from contextlib import contextmanager

import pytest

from adapters.witnesses import HttpLog, HttpWitness
from gateway.errors import AuthorityUnavailable, LogUnavailable, WitnessUnavailable
from gateway.model.witnessing import Cosigned
from tests.authority import Authority
from tests.partners.tsa_example.server import Double as StampingDouble
from tests.partners.witness_example.server import Double as WitnessDouble
from tests.tls import certified, protect
from tests.unit.adapters.test_timestamping import TEXT, authority_at
from tests.witnesses import ALog, a_witness

LOG = ALog(20)
OUR_OWN, ANOTHER = Authority("Racine privée"), Authority("Une autre racine")


@contextmanager
def stamping(chain, _folder):
    with StampingDouble(chain=chain) as double:
        yield lambda root: authority_at(double, authorities=root).stamp(TEXT).gen_time


@contextmanager
def witnessing(chain, folder):
    with (
        a_witness(folder / "w") as witness,
        WitnessDouble(witness.add_checkpoint, chain=chain) as d,
    ):
        request = LOG.request(0, 9).octets
        yield lambda root: isinstance(
            HttpWitness(url=d.url, authorities=root).add_checkpoint(request), Cosigned
        )


@contextmanager
def showing(chain, _folder):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-length", "1")
            self.end_headers()
            self.wfile.write(b"a")

        def log_message(self, *_):
            """Nothing on the output of tests."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    protect(server, chain)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"https://127.0.0.1:{server.server_address[1]}/log"
    try:
        yield lambda root: HttpLog(url=url, authorities=root).read("checkpoint")
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=[stamping, witnessing, showing])
def serve(request, tmp_path):
    @contextmanager
    def begin(**given):
        (tmp_path / "tls").mkdir()
        chain, root = certified(tmp_path / "tls", OUR_OWN, **given)
        with request.param(chain, tmp_path) as ask:
            yield ask, root

    return begin


def reason_of(ask, root):
    with pytest.raises((AuthorityUnavailable, WitnessUnavailable, LogUnavailable)) as refusal:
        ask(root)
    return refusal.value.reason


def test_whoever_is_certified_by_the_named_authority_is_asked_and_no_other_authority_will_do(
    serve, tmp_path
):
    other = tmp_path / "other"
    other.mkdir()
    _, another = certified(other, ANOTHER)
    with serve() as (ask, root):
        assert reason_of(ask, None) == "TLS refused"  # the public authorities do not know it
        assert reason_of(ask, another) == "TLS refused"
        assert ask(root)


def test_a_certificate_for_another_address_is_refused_whoever_signed_it(serve):
    with serve(host="127.0.0.2") as (ask, root):
        assert reason_of(ask, root) == "TLS refused"


def test_no_authority_of_the_environment_is_believed_beside_those_named(serve, monkeypatch):
    with serve() as (ask, root):
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, str(root))
        assert reason_of(ask, None) == "TLS refused"
