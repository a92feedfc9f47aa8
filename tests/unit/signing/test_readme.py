"""What the README tells a receiver to type works as written."""

import json
import re
import ssl
import subprocess
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from signing.canonical import jcs
from signing.keys import published_document
from signing.timestamp import new_query
from tests.partners.tsa_example.stamping import a_stamper, reply_to
from tests.unit.signing.log.small_log import policy_text, small_log

STAMPED_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
README = (Path(__file__).parents[3] / "signing" / "README.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def receiver(signed, tmp_path, monkeypatch):
    """Someone who has a receipt in each form, and the published register."""
    logged = small_log(sha256(signed.canonical).digest())
    document = published_document(signed.trust, log=logged.log)
    (tmp_path / "receipt.tlog-proof").write_bytes(logged.proof.octets)
    (tmp_path / "policy.txt").write_text(policy_text(logged.policy.witnesses))
    (tmp_path / "siseri-signing-keys.json").write_bytes(jcs(document))
    (tmp_path / "certificate.pem").write_text(
        ssl.DER_cert_to_PEM_cert(b64decode(document["keys"][0]["x5c"][0]))
    )
    (tmp_path / "receipt.json").write_bytes(signed.json)
    (tmp_path / "answer.xml").write_bytes(
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="urn:x">'
        b"<s:Body>" + signed.xml + b"</s:Body></s:Envelope>"
    )
    stamper = a_stamper()
    text = logged.signed.checkpoint.text.encode()
    stamped = tsp.TimeStampResp.load(reply_to(new_query(text).octets, stamper, now=STAMPED_AT))
    (tmp_path / "checkpoint.txt").write_bytes(text)
    (tmp_path / "token.der").write_bytes(stamped["time_stamp_token"].dump())
    (tmp_path / "tsa-root.pem").write_bytes(stamper.root.certificate.public_bytes(Encoding.PEM))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_python_example_runs_and_the_saved_receipt_is_the_rest_one(receiver, signed, capsys):
    examples = _blocks("python")
    assert len(examples) == 5
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})  # noqa: S102 (our own text)
    *_, acknowledgement, gen_time = capsys.readouterr().out.splitlines()
    assert json.loads(acknowledgement) == json.loads(signed.canonical)
    assert gen_time == str(STAMPED_AT)
    assert (receiver / "receipt.xml").read_bytes() == signed.xml


def test_the_jose_example_refuses_a_changed_receipt(receiver, signed):
    changed = signed.json.replace(b'"returnCode":2', b'"returnCode":0')
    (receiver / "receipt.json").write_bytes(changed)
    with pytest.raises(AssertionError):
        exec(compile(_blocks("python")[1], "README.md", "exec"), {})  # noqa: S102


@pytest.mark.usefixtures("receiver")
def test_the_openssl_command_proves_the_same_time_stamp():
    (command,) = re.findall(r"`(openssl ts -verify [^`]+)`", README)
    at = int(STAMPED_AT.timestamp())  # the certificates of the test need not be valid today
    command = f"{command.replace(chr(10), ' ')} -attime {at}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done.stderr


@pytest.mark.usefixtures("xmlsec1")
def test_the_xmlsec1_command_says_what_the_readme_says(receiver, signed):
    (command,) = _blocks("sh")
    (receiver / "receipt.xml").write_bytes(signed.xml)
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "OK" in said
    assert "SignedInfo References (ok/all): 2/2" in said
    changed = signed.xml.replace(b"PARTLY_ACCEPTED", b"HARDLY_ACCEPTED")
    (receiver / "receipt.xml").write_bytes(changed)
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert done.returncode != 0
