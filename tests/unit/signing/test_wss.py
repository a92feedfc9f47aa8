"""The proof of a signed message: every hostile one falls at its own step, every sound one holds."""

import random
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from lxml import etree

from signing.wss.algorithms import METHODS, nobodys_key, verifies
from signing.wss.faults import MessageRefused
from signing.wss.token import CertificateName, NameKind, is_named, may_sign, names_of
from signing.wss.verify import Registered, is_secured, verify
from tests import builders
from tests.hostile.wss import credentials, envelopes
from tests.hostile.wss.attack import at, copied, element
from tests.hostile.wss.corpus import ATTACKS, BENIGN

NOW = envelopes.NOW
REARRANGEMENTS = 400
PROVEN = [attack for attack in ATTACKS if attack.step is not None]


def registry(name):
    """As the gateway's: the one certificate of that name that is in force and may sign."""
    for known in credentials.REGISTERED:
        certificate = credentials.sender(known).certificate
        if is_named(certificate, name):
            is_in_time = certificate.not_valid_before_utc <= NOW <= certificate.not_valid_after_utc
            if known == "revoked" or not is_in_time or not may_sign(certificate):
                return None
            return Registered(
                certificate=certificate, allows_rsa_pkcs1_v15=known in credentials.DEVIATIONS
            )
    return None


def proved(octets, *, version="1.2"):
    root = etree.fromstring(octets)
    return verify(root, version=builders.SOAP[version], registry=registry, now=NOW)


@pytest.mark.parametrize("attack", PROVEN, ids=str)
def test_a_hostile_message_falls_at_its_own_step(attack):
    with pytest.raises(MessageRefused) as caught:
        proved(attack.make(), version=attack.twin.version)
    refusal = caught.value
    told = etree.QName(refusal.fault.value).localname
    assert (refusal.step, told) == (attack.step, attack.fault), refusal


@pytest.mark.parametrize("name", BENIGN)
def test_a_sound_message_is_proven(name):
    recipe = BENIGN[name]
    root = envelopes.signed(recipe)
    verified = proved(envelopes.octets(root), version=recipe.version)
    assert verified.certificate == credentials.sender(recipe.sender).certificate
    assert verified.body == envelopes.canonical(root[1])
    assert len(verified.addressing) == len(recipe.addressing)


def test_a_message_without_a_security_header_is_not_secured():
    root = envelopes.signed()
    assert is_secured(root)
    root[0].remove(root[0][0])
    assert not is_secured(root)


@pytest.mark.parametrize("begun", range(3))
def test_no_changed_byte_changes_what_is_read(begun):
    octets = envelopes.octets(envelopes.signed(addressing=envelopes.to_us()))
    sound = proved(octets)
    accepted = 0
    for place in range(begun, len(octets), 17):
        changed = bytes([*octets[:place], octets[place] ^ 1, *octets[place + 1 :]])
        try:
            found = proved(changed)
        except (MessageRefused, etree.XMLSyntaxError):
            continue
        accepted += 1
        assert (found.body, found.addressing) == (sound.body, sound.addressing)
    assert accepted < len(octets) // 170  # Ids of ds:KeyInfo, prefixes of what is not signed


@pytest.mark.parametrize(
    ("stated", "is_it"),
    [
        ("CN=Autorité,2.5.4.97=NTRFR-900000019,O=Exemple\\, laboratoire,C=FR", True),
        ("CN=Autorité, OID.2.5.4.97=NTRFR-900000019, O=Exemple\\, laboratoire, C=FR", True),
        ("C=FR,O=Exemple\\, laboratoire,2.5.4.97=NTRFR-900000019,CN=Autorité", True),
        (("CN=Autorité,2.5.4.97=#0c0f4e545246522d393030303030303139,"
         "O=Exemple\\, laboratoire,C=FR"), True),
        (("CN=Autorité,2.5.4.97=#0c0e4e545246522d393030303030303139,"
         "O=Exemple\\, laboratoire,C=FR"), False),
        ("CN=Autorité,O=Exemple\\, laboratoire,C=FR", False),
        ("CN=Autorité", False),
        ("", False),
        ("CN=#ff,C=FR", False),
        ("no name", False),
    ],
)  # fmt: skip
def test_the_issuer_is_read_as_stacks_write_it(stated, is_it):
    certificate = credentials.sender("laboratory").certificate
    serial = str(certificate.serial_number)
    name = CertificateName(NameKind.SERIAL_NUMBER, serial, issuer=stated)
    assert is_named(certificate, name) is is_it


def test_a_certificate_of_any_key_has_its_names():
    certificate = credentials.sender("laboratory").certificate
    assert names_of(certificate).keys() == set(NameKind)
    for kind, value in names_of(certificate).items():
        if kind is not NameKind.SERIAL_NUMBER:
            assert is_named(certificate, CertificateName(kind, value))
            assert not is_named(certificate, CertificateName(kind, value + "A"))


def test_an_unknown_certificate_is_refused_even_by_the_key_that_stands_in_for_it():
    """Its private key is known to all: 1."""
    known_to_all = ec.derive_private_key(1, ec.SECP256R1())
    stranger = credentials.certify(known_to_all)
    recipe = envelopes.Recipe(sender="stranger")
    root = envelopes.signed(recipe)
    at(root, "BinarySecurityToken").text = b64encode(stranger.der).decode()
    info = envelopes.canonical(at(root, "SignedInfo"))
    value = envelopes.value_of(known_to_all, recipe.method, info)
    at(root, "SignatureValue").text = b64encode(value).decode()
    with pytest.raises(MessageRefused) as caught:
        proved(envelopes.octets(root))
    assert (caught.value.step, caught.value.fault.name) == (6, "FAILED_AUTHENTICATION")


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
def test_a_key_of_another_family_never_verifies(method):
    keys = [
        ed25519.Ed25519PrivateKey.generate(),
        *(credentials.sender(name).key for name in ("laboratory", "p384", "p521", "rsa3072")),
    ]
    taken = [key for key in keys if verifies(method, key.public_key(), bytes(64), b"")]
    assert taken == []
    assert not verifies(method, nobodys_key(method), bytes(64), b"")


def rearranged(root, dice):
    """Some of its elements moved, doubled, removed, or given another's Id."""
    nodes = [node for node in root.iter() if node is not root]
    for _ in range(dice.randint(1, 3)):
        node, other = dice.choice(nodes), dice.choice(nodes)
        if root not in node.iterancestors() or root not in other.iterancestors():
            continue  # taken out before
        match dice.randrange(4):
            case 0:
                if node is not other and node not in other.iterancestors():
                    other.insert(dice.randrange(len(other) + 1), node)
            case 1:
                other.addnext(copied(node))
            case 2:
                node.getparent().remove(node)
            case 3:
                name = dice.choice([envelopes.ID, "Id", "ID"])
                node.set(name, dice.choice(["BODY", "TS", "X509", "A-To", "new"]))
    return root


def test_no_rearrangement_of_a_signed_message_changes_what_is_read():
    """Signature wrapping that nobody thought of."""
    dice = random.Random(1)
    stray = element(f"<x>{envelopes.PING.replace('Ping', 'ListTransmissions')}</x>")
    sound = envelopes.octets(envelopes.signed(addressing=envelopes.to_us()))
    signed, taken = proved(sound), 0
    for _ in range(REARRANGEMENTS):
        root = etree.fromstring(sound)
        root[0].append(copied(stray))
        try:
            found = proved(etree.tostring(rearranged(root, dice)))
        except MessageRefused:
            continue
        taken += 1
        assert (found.body, found.addressing) == (signed.body, signed.addressing)
    assert (
        0 < taken < REARRANGEMENTS
    )  # what is not signed may move: the stray block, the token's place
