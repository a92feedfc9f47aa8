"""`openssl ts -verify` says of the time-stamps of receipts that nobody chose what `verify` says."""

import random
import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.authorities import parse_published_authorities
from signing.errors import SignatureInvalid
from signing.timestamp import prove_token
from tests.vectors.evidence.random_receipts import BEGIN, Gateway, receipts
from tests.vectors.evidence.stamps import BY_RSA, FIRST

MADE = 24
"""Of which two in three are stamped, now and then by a stranger."""

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")


def openssl_accepts(folder, token, text, *, at):
    (folder / "token.der").write_bytes(token)
    (folder / "text").write_bytes(text)
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token.der", "-data", "text"]
    command += ["-CAfile", "roots.pem", "-attime", str(int(at.timestamp()))]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def gen_time(token, text, trust):
    """By our verifier; None where it proves nothing."""
    try:
        return prove_token(token, text=text, trust=trust).timestamp.gen_time
    except SignatureInvalid:
        return None


def test_both_accept_a_stamp_of_a_known_authority_over_its_checkpoint_and_no_other(tmp_path):
    (tmp_path / "keys").mkdir()
    gateway = Gateway(tmp_path / "keys")
    made = receipts(MADE, gateway=gateway, draw=random.Random(20261122))
    trust = parse_published_authorities(gateway.register)
    roots = [one.root.certificate.public_bytes(Encoding.PEM) for one in (FIRST, BY_RSA)]
    (tmp_path / "roots.pem").write_bytes(b"".join(roots))
    stamped = [one for one in made if one.stamp is not None]
    texts = [one.logged.signed.note.text.encode() for one in stamped]
    accepted = 0
    for place, one in enumerate(stamped):
        at = gen_time(one.stamp, texts[place], trust)
        other = texts[place - 1]
        said = [
            openssl_accepts(tmp_path, one.stamp, text, at=at or BEGIN)
            for text in (texts[place], other)
        ]
        assert said == [at is not None, at is not None and other == texts[place]]
        accepted += said[0]
    assert 0 < accepted < len(stamped)  # a stranger's is among them, refused by both
