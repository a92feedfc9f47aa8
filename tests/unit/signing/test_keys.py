"""Signing keys: made private, published for ever, superseded with a handover."""

import json
import stat
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey

from signing.errors import KeyUnusable
from signing.keys import (
    HANDOVER,
    REGISTER,
    load_published,
    load_signer,
    mark_compromised,
    new_signing_key,
    parse_published,
    published_document,
)

NOW = datetime(2026, 1, 1, 12, 0, 0, 999999, tzinfo=UTC)
BEGIN = NOW.replace(microsecond=0)


def _made(folder, now=NOW, **more):
    return new_signing_key(folder, common_name="Essai", organisation="Registre", now=now, **more)


def test_private_key_is_0600_in_a_0700_folder_and_the_register_is_public(tmp_path):
    folder = tmp_path / "keys"
    kid = _made(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{kid}.key.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / REGISTER).stat().st_mode) == 0o644
    assert {path.name for path in folder.iterdir()} == {
        f"{kid}.key.pem",
        f"{kid}.cert.pem",
        REGISTER,
    }


def test_kid_is_the_rfc_7638_thumbprint(tmp_path):
    kid = _made(tmp_path)
    assert ECKey.import_key((tmp_path / f"{kid}.key.pem").read_bytes()).thumbprint() == kid


def test_certificate_is_self_signed_for_signature_and_non_repudiation_only(tmp_path):
    kid = _made(tmp_path, valid_days=10)
    certificate = x509.load_pem_x509_certificate((tmp_path / f"{kid}.cert.pem").read_bytes())
    certificate.verify_directly_issued_by(certificate)
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    assert certificate.not_valid_before_utc == BEGIN
    assert certificate.not_valid_after_utc == BEGIN + timedelta(days=10)
    assert certificate == load_published(tmp_path)[0].certificate


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o644])
def test_key_file_open_to_group_or_others_is_refused(tmp_path, mode):
    kid = _made(tmp_path)
    (tmp_path / f"{kid}.key.pem").chmod(mode)
    with pytest.raises(KeyUnusable, match="open to group or others"):
        load_signer(tmp_path, now=NOW)


def test_newest_key_signs_and_the_former_is_retired_after_the_handover(tmp_path):
    former = _made(tmp_path)
    later = NOW + timedelta(days=100)
    newest = _made(tmp_path, now=later)
    old, new = load_published(tmp_path)
    assert (old.kid, new.kid) == (former, newest)
    assert old.valid_from == BEGIN
    assert old.valid_to == BEGIN + timedelta(days=100) + HANDOVER
    assert new.valid_to == new.certificate.not_valid_after_utc
    assert load_signer(tmp_path, now=later).kid == newest


def test_a_third_key_does_not_prolong_the_first(tmp_path):
    for days in (0, 100, 200):
        _made(tmp_path, now=NOW + timedelta(days=days))
    assert load_published(tmp_path)[0].valid_to == BEGIN + timedelta(days=100) + HANDOVER


@pytest.mark.parametrize("away", [timedelta(days=-1), timedelta(days=1096)])
def test_key_out_of_its_time_does_not_sign(tmp_path, away):
    _made(tmp_path)
    with pytest.raises(KeyUnusable, match="may not sign"):
        load_signer(tmp_path, now=NOW + away)


def test_compromised_key_stays_published_and_does_not_sign(tmp_path):
    kid = _made(tmp_path)
    at = BEGIN + timedelta(days=3)
    mark_compromised(tmp_path, kid, at=at)
    mark_compromised(tmp_path, kid, at=at + timedelta(days=1))
    assert load_published(tmp_path)[0].compromised_at == at
    with pytest.raises(KeyUnusable, match="compromised"):
        load_signer(tmp_path, now=NOW)
    with pytest.raises(KeyUnusable):
        mark_compromised(tmp_path, "unknown", at=at)


def test_key_file_that_holds_another_key_is_refused(tmp_path):
    kid, other = _made(tmp_path / "a"), _made(tmp_path / "b")
    (tmp_path / "b" / f"{other}.key.pem").rename(tmp_path / "a" / f"{kid}.key.pem")
    with pytest.raises(KeyUnusable, match="another key"):
        load_signer(tmp_path / "a", now=NOW)


def test_absent_folder_key_or_garbage_is_key_unusable(tmp_path):
    with pytest.raises(KeyUnusable):
        load_signer(tmp_path / "absent", now=NOW)
    kid = _made(tmp_path)
    key_file = tmp_path / f"{kid}.key.pem"
    key_file.write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(KeyUnusable):
        load_signer(tmp_path, now=NOW)
    key_file.unlink()
    with pytest.raises(KeyUnusable):
        load_signer(tmp_path, now=NOW)


def test_published_document_is_read_back_and_is_the_register(tmp_path):
    _made(tmp_path)
    _made(tmp_path, now=NOW + timedelta(days=5))
    keys = load_published(tmp_path)
    document = json.dumps(published_document(keys)).encode()
    assert parse_published(document) == keys
    assert json.loads((tmp_path / REGISTER).read_bytes()) == published_document(keys)
    assert set(published_document(keys)["keys"][0]) == {
        *("kty", "crv", "x", "y", "kid", "use", "alg", "x5c", "x5t#S256", "from", "to")
    }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entry: entry | {"kid": "A" * 43},
        lambda entry: entry | {"x": "A" * 43},
        lambda entry: entry | {"crv": "P-384"},
        lambda entry: entry | {"x5c": ["x"]},
        lambda entry: entry | {"x5c": []},
        lambda entry: entry | {"x5c": 1},
        lambda entry: entry | {"from": "2026-01-01"},
        lambda entry: entry | {"from": "1999-01-01T00:00:00.000Z"},
        lambda entry: entry | {"to": "2999-01-01T00:00:00.000Z"},
        lambda entry: entry | {"compromisedAt": "yesterday"},
        lambda entry: {name: entry[name] for name in entry if name != "from"},
        lambda _: [],
        lambda _: None,
    ],
)
def test_spoilt_register_is_key_unusable(tmp_path, spoil):
    _made(tmp_path)
    entry = published_document(load_published(tmp_path))["keys"][0]
    with pytest.raises(KeyUnusable):
        parse_published(json.dumps({"keys": [spoil(entry)]}).encode())


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b'{"keys":[]}', b'{"keys":5}', b"\xff"])
def test_no_register_or_an_empty_one_is_key_unusable(octets):
    with pytest.raises(KeyUnusable):
        parse_published(octets)


def test_the_same_key_twice_is_refused(tmp_path):
    _made(tmp_path)
    entry = published_document(load_published(tmp_path))["keys"][0]
    with pytest.raises(KeyUnusable, match="twice"):
        parse_published(json.dumps({"keys": [entry, entry]}).encode())


def test_a_key_that_is_not_on_p256_is_refused(tmp_path):
    _made(tmp_path)
    entry = published_document(load_published(tmp_path))["keys"][0]
    key = ec.generate_private_key(ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Essai")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, BEGIN, BEGIN + timedelta(days=9))
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )
    with pytest.raises(KeyUnusable, match="P-256"):
        parse_published(
            json.dumps({"keys": [entry | {"x5c": [b64encode(certificate).decode()]}]}).encode()
        )
    kid = entry["kid"]
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / f"{kid}.key.pem").write_bytes(pem)
    with pytest.raises(KeyUnusable, match="P-256"):
        load_signer(tmp_path, now=NOW)


def test_an_instant_without_zone_makes_no_key(tmp_path):
    with pytest.raises(ValueError, match="time zone"):
        _made(tmp_path, now=NOW.replace(tzinfo=None))
    assert not list(tmp_path.iterdir())


def test_unknown_members_are_left_unread(tmp_path):
    _made(tmp_path)
    entry = published_document(load_published(tmp_path))["keys"][0] | {"later": 1}
    assert parse_published(json.dumps({"keys": [entry], "more": 2}).encode())


def test_representation_of_a_signer_shows_the_kid_only(tmp_path):
    kid = _made(tmp_path)
    assert repr(load_signer(tmp_path, now=NOW)) == f"AcknowledgementSigner(kid={kid!r})"
