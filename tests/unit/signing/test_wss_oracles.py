"""Independent software agrees on signed messages: libxmlsec takes the sound ones, as we do."""

import subprocess

import pytest
import xmlsec
from lxml import etree

from tests.hostile.wss import credentials, envelopes
from tests.hostile.wss.attack import at
from tests.hostile.wss.corpus import ATTACKS, BENIGN

CHANGED = [
    attack
    for attack in ATTACKS
    if attack.step in {6, 8, 10} and attack.fault in {"FailedCheck", "FailedAuthentication"}
]
"""Those whose octets or signature value are others than were signed."""
NOT_CRYPTOGRAPHIC = frozenset(
    {
        *("certificate-expired", "certificate-not-yet", "certificate-revoked"),
        *("certificate-server", "certificate-code", "certificate-encipherment"),
        *("certificate-authority", "certificate-stranger", "p521"),
        *("serial-of-another-issuer", "issuer-that-is-no-name", "another-serial"),
        *("serial-of-another-partner", "identifier-of-nobody", "token-without-a-certificate"),
        *("token-of-another-partner", "2000-attributes"),
    }
)


def xmlsec_verifies(root, sender):
    """By python-xmlsec, whose transforms are held to those of the profile."""
    context = xmlsec.SignatureContext()
    for node in root.iter():
        if node.get(envelopes.ID):
            context.register_id(node, "Id", envelopes.WSU)
    context.enable_reference_transform(xmlsec.constants.TransformExclC14N)
    for digest in ("Sha256", "Sha384", "Sha512"):
        context.enable_reference_transform(getattr(xmlsec.constants, f"Transform{digest}"))
    context.key = xmlsec.Key.from_memory(
        sender.certificate_pem, xmlsec.constants.KeyDataFormatCertPem
    )
    context.verify(at(root, "Signature"))


@pytest.mark.parametrize("name", BENIGN)
def test_python_xmlsec_takes_a_sound_message(name):
    recipe = BENIGN[name]
    root = etree.fromstring(envelopes.octets(envelopes.signed(recipe)))
    xmlsec_verifies(root, credentials.sender(recipe.sender))


@pytest.mark.parametrize(
    "attack", [one for one in CHANGED if one.name not in NOT_CRYPTOGRAPHIC], ids=str
)
def test_python_xmlsec_refuses_what_was_changed(attack):
    root = etree.fromstring(attack.make())
    with pytest.raises(xmlsec.Error):
        xmlsec_verifies(root, credentials.sender(attack.twin.sender))


@pytest.mark.parametrize("name", ["sound", "addressed", "soap-1.1", "p384", "pkcs1-by-deviation"])
def test_the_command_xmlsec1_takes_a_sound_message(xmlsec1, tmp_path, name):
    recipe = BENIGN[name]
    message, certificate = tmp_path / "message.xml", tmp_path / "certificate.pem"
    message.write_bytes(envelopes.octets(envelopes.signed(recipe)))
    certificate.write_bytes(credentials.sender(recipe.sender).certificate_pem)
    ids = [
        argument
        for element in ("Body", "Timestamp", *recipe.addressing)
        for argument in ("--id-attr:Id", element)
    ]
    command = [xmlsec1, "--verify", "--pubkey-cert-pem", certificate, *ids, message]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
