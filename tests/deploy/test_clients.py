"""The quick starts over mutual TLS, through the nginx that is shipped; a token by a certificate."""

import json
import os
import shutil
import subprocess

import pytest

from tests.machines import said
from tests.quickstart import OVER_TLS, invited, walk


def trusted(proxied):
    """By whom the proxy's certificate was issued, as curl, node and Python's requests are told."""
    authorities = str(proxied.home / "server-authority.pem")
    names = ("CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")
    return dict.fromkeys(names, authorities)


def run(proxied, *command):
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **trusted(proxied)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


curl = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")


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


@curl
@pytest.mark.parametrize("way", OVER_TLS)
def test_mutual_tls_leads_from_an_invitation_to_a_receipt_that_is_proved(proxied, tmp_path, way):
    told = invited(proxied.config, f"way-{OVER_TLS.index(way)}")
    receipt = walk(way, told, tmp_path / "partner", **trusted(proxied)).read_bytes()
    credential = json.loads(receipt)["acknowledgement"]["received"]["credential"]
    assert credential["kind"] == "CERTIFICATE"
