"""Keys that an authority certified: brought in with their chain, or refused with the reason."""

import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from signing.canonical import jcs
from signing.encoding import to_base64
from signing.errors import KeyUnusable
from signing.keys import (
    HANDOVER,
    KeyAccess,
    import_certificate,
    import_pkcs12,
    load_published,
    load_signer,
    new_signing_key,
    parse_published,
    published_document,
    request_certificate,
)
from signing.published import thumbprint
from tests.authority import BEGIN, SIGNS, Authority, usage

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PASSWORD = "mot de passe d'essai"  # noqa: S105
ACCESS = KeyAccess(pkcs12_password=PASSWORD)
ROOT = Authority("Racine")
ISSUER = Authority("Autorité", above=ROOT)
STRANGER = Authority("Autre")


def pkcs12(key, certificate, others, password=PASSWORD):
    encryption = BestAvailableEncryption(password.encode())
    return serialize_key_and_certificates(b"essai", key, certificate, others, encryption)


def pem(*certificates):
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def brought_in(folder, *, others=(ISSUER.certificate, ROOT.certificate), key=None, **more):
    key = key or ec.generate_private_key(ec.SECP256R1())
    certificate = ISSUER.issue(key.public_key(), **more)
    octets = pkcs12(key, certificate, others)
    return import_pkcs12(folder, octets, password=PASSWORD, now=NOW)


def test_a_pkcs12_key_takes_over_with_its_chain_published_in_order(tmp_path):
    former = new_signing_key(tmp_path, common_name="A", organisation="A", now=BEGIN)
    kid = brought_in(tmp_path, others=(ROOT.certificate, ISSUER.certificate))
    old, new = load_published(tmp_path)
    assert (old.kid, old.valid_to) == (former, NOW + HANDOVER)
    assert (new.kid, new.valid_from, new.valid_to) == (
        kid,
        NOW,
        new.certificate.not_valid_after_utc,
    )
    assert new.chain == (ISSUER.certificate, ROOT.certificate)
    entry = published_document([new])["keys"][0]
    assert len(entry["x5c"]) == 3
    assert parse_published(jcs({"keys": [entry]})) == (new,)
    assert load_signer(tmp_path, now=NOW, access=ACCESS).kid == kid


def test_the_file_is_kept_private_and_as_it_was(tmp_path):
    kid = brought_in(tmp_path)
    file = tmp_path / f"{kid}.p12"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (tmp_path / f"{kid}.key.pem").exists()
    written = (tmp_path / f"{kid}.cert.pem").read_bytes()
    assert x509.load_pem_x509_certificates(written)[1:] == [ISSUER.certificate, ROOT.certificate]
    file.chmod(0o640)
    with pytest.raises(KeyUnusable, match="open to group or others"):
        load_signer(tmp_path, now=NOW, access=ACCESS)


@pytest.mark.parametrize("password", ["", "autre"])
def test_another_password_opens_nothing_and_is_not_told(tmp_path, password):
    brought_in(tmp_path)
    with pytest.raises(KeyUnusable, match="password") as refusal:
        load_signer(tmp_path, now=NOW, access=KeyAccess(pkcs12_password=password))
    assert password not in str(refusal.value) or not password


def test_access_to_keys_shows_no_secret():
    shown = repr(KeyAccess(pkcs12_password=PASSWORD, pkcs11_pin="4711"))
    assert shown == "KeyAccess(pkcs11_module=None)"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"key_usage": None}, "not for signatures"),
        ({"key_usage": usage(key_encipherment=True)}, "not for signatures"),
        ({"key_usage": usage(digital_signature=True, key_cert_sign=True), "is_authority": True},
         "of an authority"),
        ({"begin": NOW + timedelta(seconds=1)}, "not valid"),
        ({"end": NOW - timedelta(seconds=1)}, "not valid"),
        ({"others": [ISSUER.certificate, STRANGER.certificate]}, "on no path"),
        ({"others": [ROOT.certificate]}, "on no path"),
    ],
)  # fmt: skip
def test_a_certificate_that_is_not_fit_takes_over_nothing(tmp_path, more, reason):
    with pytest.raises(KeyUnusable, match=reason):
        brought_in(tmp_path, **more)
    assert not tmp_path.exists() or not list(tmp_path.iterdir())


@pytest.mark.parametrize("bit", ["digital_signature", "content_commitment"])
def test_either_use_that_signs_is_enough(tmp_path, bit):
    assert brought_in(tmp_path, key_usage=usage(**{bit: True}))


def test_a_chain_may_stop_below_its_root(tmp_path):
    brought_in(tmp_path, others=(ISSUER.certificate,))
    assert load_published(tmp_path)[0].chain == (ISSUER.certificate,)


def test_an_issuer_that_is_no_authority_makes_no_chain(tmp_path):
    below = Authority("Signataire", above=ROOT)
    below.certificate = ROOT.issue(below.key.public_key(), name="Signataire", key_usage=SIGNS)
    key = ec.generate_private_key(ec.SECP256R1())
    octets = pkcs12(key, below.issue(key.public_key()), [below.certificate])
    with pytest.raises(KeyUnusable, match="not of an authority"):
        import_pkcs12(tmp_path, octets, password=PASSWORD, now=NOW)


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)]
)
def test_a_key_of_another_kind_is_refused(tmp_path, key):
    octets = pkcs12(key, ISSUER.issue(key.public_key()), [ISSUER.certificate])
    with pytest.raises(KeyUnusable, match="P-256"):
        import_pkcs12(tmp_path, octets, password=PASSWORD, now=NOW)


@pytest.mark.parametrize("octets", [b"", b"\x30\x80", b"-----BEGIN CERTIFICATE-----\n"])
def test_what_is_no_pkcs12_file_is_refused(tmp_path, octets):
    with pytest.raises(KeyUnusable, match="not a PKCS#12 file"):
        import_pkcs12(tmp_path, octets, password=PASSWORD, now=NOW)


def test_a_pkcs12_file_without_its_key_is_refused(tmp_path):
    octets = serialize_key_and_certificates(
        b"essai", None, None, [ROOT.certificate], BestAvailableEncryption(PASSWORD.encode())
    )
    with pytest.raises(KeyUnusable, match="does not hold a key"):
        import_pkcs12(tmp_path, octets, password=PASSWORD, now=NOW)


def test_a_requested_key_signs_once_its_certificate_is_brought_in(tmp_path):
    new_signing_key(tmp_path, common_name="A", organisation="A", now=BEGIN)
    asked = x509.load_pem_x509_csr(
        request_certificate(tmp_path, common_name="Passerelle", organisation="Registre")
    )
    assert asked.is_signature_valid
    assert len(load_published(tmp_path)) == 1
    certificate = ISSUER.issue(asked.public_key())
    kid = import_certificate(tmp_path, pem(certificate, ISSUER.certificate), now=NOW)
    assert kid == thumbprint(asked.public_key())
    assert load_signer(tmp_path, now=NOW).kid == kid


def test_a_certificate_without_its_key_is_refused(tmp_path):
    certificate = ISSUER.issue(ec.generate_private_key(ec.SECP256R1()).public_key())
    with pytest.raises(KeyUnusable, match="cannot be read"):
        import_certificate(tmp_path, pem(certificate), now=NOW)
    with pytest.raises(KeyUnusable, match="not certificates"):
        import_certificate(tmp_path, b"nothing", now=NOW)
    of_another_kind = pem(ISSUER.issue(rsa.generate_private_key(65537, 2048).public_key()))
    with pytest.raises(KeyUnusable, match="P-256"):
        import_certificate(tmp_path, of_another_kind, now=NOW)


def test_a_key_takes_over_once(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    brought_in(tmp_path, key=key)
    with pytest.raises(KeyUnusable, match="in the register already"):
        brought_in(tmp_path, key=key)


def test_a_key_that_is_stored_in_two_forms_is_refused(tmp_path):
    kid = brought_in(tmp_path)
    (tmp_path / f"{kid}.token.json").write_text("{}")
    with pytest.raises(KeyUnusable, match="twice"):
        load_signer(tmp_path, now=NOW, access=ACCESS)


@pytest.mark.parametrize(
    "chain",
    [
        [ROOT.certificate, ISSUER.certificate],
        [ISSUER.certificate, STRANGER.certificate],
        [ISSUER.certificate] + [ROOT.certificate] * 9,
    ],
)
def test_a_register_whose_certificates_are_no_chain_is_unusable(tmp_path, chain):
    brought_in(tmp_path)
    entry = published_document(load_published(tmp_path))["keys"][0]
    above = [to_base64(one.public_bytes(Encoding.DER)) for one in chain]
    with pytest.raises(KeyUnusable, match="not a chain"):
        parse_published(jcs({"keys": [entry | {"x5c": entry["x5c"][:1] + above}]}))
