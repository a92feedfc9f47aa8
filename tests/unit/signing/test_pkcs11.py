"""Keys in a token: they sign as those of files, never leave, and are refused at once when away."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.ecdsa import sign_raw, verifies
from signing.errors import KeyUnusable
from signing.keys import (
    KeyAccess,
    SigningKeys,
    import_certificate,
    load_published,
    load_signer,
    new_signing_key,
    request_certificate,
)
from signing.pkcs11 import Token
from signing.verify import verify_json
from tests.authority import Authority
from tests.softhsm import PIN, softhsm  # noqa: F401 - a fixture

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Stopwatch:
    """Seconds that pass when told."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def hsm(softhsm):  # noqa: F811 - the fixture of that name
    return softhsm


@pytest.fixture
def label(hsm):
    return hsm.new_token()


def token_at(hsm, label, *, pin=PIN, may_write=True, **more):
    return Token(module=hsm.module, label=label, pin=pin, may_write=may_write, **more)


def access_to(hsm, pin=PIN):
    return KeyAccess(pkcs11_module=hsm.module, pkcs11_pin=pin)


def made(folder, hsm, label):
    return new_signing_key(
        folder, common_name="A", organisation="A", now=NOW, token=token_at(hsm, label)
    )


def test_a_receipt_signed_in_a_token_verifies_as_any_other(tmp_path, hsm, label, canonical):
    kid = made(tmp_path, hsm, label)
    signer = load_signer(tmp_path, now=NOW, access=access_to(hsm))
    proof = verify_json(signer.sign_json(canonical), trust=load_published(tmp_path))
    assert (proof.kid, proof.certificate) == (kid, load_published(tmp_path)[0].certificate)


@pytest.fixture
def canonical():
    return b'{"decidedAt":"2026-06-01T12:00:00.000Z","test":true}'


def test_the_folder_says_where_the_key_is_and_holds_no_key(tmp_path, hsm, label):
    kid = made(tmp_path, hsm, label)
    file = tmp_path / f"{kid}.token.json"
    assert {path.name for path in tmp_path.iterdir()} == {
        file.name,
        f"{kid}.cert.pem",
        "signing-keys.json",
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_bytes()).keys() == {"id", "token"}
    assert PIN not in file.read_text()


def test_a_key_of_a_token_does_not_leave_it(hsm, label):
    _, key = token_at(hsm, label).generate(label="essai")
    with pytest.raises(KeyUnusable, match="does not leave"):
        key.private_numbers()
    with pytest.raises(KeyUnusable, match="does not leave"):
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(KeyUnusable, match="no secret"):
        key.exchange(ec.ECDH(), key.public_key())
    with pytest.raises(KeyUnusable, match="SHA-256 alone"):
        key.sign(b"", ec.ECDSA(SHA512()))
    with pytest.raises(KeyUnusable, match="cannot be used"):
        token_at(hsm, label, may_write=False).generate(label="essai")


def test_no_representation_shows_the_pin(hsm, label):
    token = token_at(hsm, label)
    _, key = token.generate(label="essai")
    assert PIN not in repr(token) + repr(key) + repr(access_to(hsm))


def test_threads_share_one_session(hsm, label):
    key_id, key = token_at(hsm, label).generate(label="essai")
    shared = token_at(hsm, label, may_write=False).private_key(key_id)

    def sign(number):
        message = str(number).encode()
        return verifies(key.public_key(), sign_raw(shared, message), message)

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(sign, range(200)))


def test_a_key_that_an_authority_certified_is_found_in_its_token(tmp_path, hsm, label):
    authority = Authority("Autorité")
    token = token_at(hsm, label)
    token.generate(label="une autre")
    asked = x509.load_pem_x509_csr(
        request_certificate(tmp_path, common_name="A", organisation="A", token=token)
    )
    assert asked.is_signature_valid
    pem = b"".join(
        one.public_bytes(Encoding.PEM)
        for one in (authority.issue(asked.public_key()), authority.certificate)
    )
    kid = import_certificate(tmp_path, pem, now=NOW, token=token_at(hsm, label))
    assert load_signer(tmp_path, now=NOW, access=access_to(hsm)).kid == kid
    assert load_published(tmp_path)[0].chain == (authority.certificate,)


def test_a_certificate_of_a_key_that_is_not_in_the_token_is_refused(tmp_path, hsm, label):
    key = ec.generate_private_key(ec.SECP256R1())
    pem = Authority("Autorité").issue(key.public_key()).public_bytes(Encoding.PEM)
    with pytest.raises(KeyUnusable, match="holds no such key"):
        import_certificate(tmp_path, pem, now=NOW, token=token_at(hsm, label))


def test_a_token_that_went_is_refused_and_taken_up_when_it_is_back(hsm, label):
    watch = Stopwatch()
    token = token_at(hsm, label, monotonic=watch)
    key_id, key = token.generate(label="essai")
    with hsm.pulled_out():
        with pytest.raises(KeyUnusable, match="cannot be used"):
            sign_raw(key, b"a")
        with pytest.raises(KeyUnusable, match="is away"):
            sign_raw(key, b"a")  # and the token was not asked again
        watch.now_s += 3
        with pytest.raises(KeyUnusable, match="cannot be used"):
            key.demand_present()
    watch.now_s += 3
    key.demand_present()
    assert verifies(key.public_key(), sign_raw(key, b"a"), b"a")
    assert token.private_key(key_id).public_key() == key.public_key()


def test_a_session_that_ended_is_opened_again_within_the_operation(hsm, label):
    token = token_at(hsm, label)
    _, key = token.generate(label="essai")
    token.close()
    assert verifies(key.public_key(), sign_raw(key, b"a"), b"a")
    token._session.close()  # as a token that was put back loses it
    assert verifies(key.public_key(), sign_raw(key, b"b"), b"b")


def test_a_refused_pin_is_not_tried_again(hsm, label):
    token = token_at(hsm, label, pin="0000")
    with pytest.raises(KeyUnusable, match="refuses the PIN") as refusal:
        token.generate(label="essai")
    assert "0000" not in str(refusal.value)
    with pytest.raises(KeyUnusable, match="not tried again"):
        token.generate(label="essai")


def test_a_key_that_was_taken_out_of_its_token_is_away(hsm, label):
    token = token_at(hsm, label)
    with pytest.raises(KeyUnusable, match="does not hold the key"):
        token.private_key(b"nothing")
    with pytest.raises(KeyUnusable, match="cannot be used"):
        token_at(hsm, "no such token").private_key(b"nothing")


def test_without_a_library_no_key_of_a_token_signs(tmp_path, hsm, label):
    made(tmp_path, hsm, label)
    with pytest.raises(KeyUnusable, match="no PKCS#11 library"):
        load_signer(tmp_path, now=NOW)
    wrong = KeyAccess(pkcs11_module=tmp_path / "signing-keys.json", pkcs11_pin=PIN)
    with pytest.raises(KeyUnusable, match="cannot be used"):
        load_signer(tmp_path, now=NOW, access=wrong)


def test_another_key_under_the_name_of_the_published_one_does_not_sign(tmp_path, hsm, label):
    kid = made(tmp_path, hsm, label)
    key_id, _ = token_at(hsm, label).generate(label="une autre")
    reference = {"id": key_id.hex(), "token": label}
    (tmp_path / f"{kid}.token.json").write_text(json.dumps(reference))
    with pytest.raises(KeyUnusable, match="another key"):
        load_signer(tmp_path, now=NOW, access=access_to(hsm))


@pytest.mark.parametrize("content", ["", "{}", '{"token":1,"id":"aa"}', '{"token":"a","id":""}',
                                     '{"token":"a","id":"x"}', "[]"])  # fmt: skip
def test_a_reference_to_no_key_is_refused(tmp_path, content):
    kid = new_signing_key(tmp_path, common_name="A", organisation="A", now=NOW)
    (tmp_path / f"{kid}.key.pem").unlink()
    reference = tmp_path / f"{kid}.token.json"
    reference.touch(mode=0o600)
    reference.write_text(content)
    with pytest.raises(KeyUnusable, match="names no key"):
        load_signer(tmp_path, now=NOW)


def test_a_folder_asks_its_token_which_key_is_in_force(tmp_path, hsm, label):
    kid = made(tmp_path, hsm, label)
    keys = SigningKeys(tmp_path, access=access_to(hsm))
    assert keys.in_force(now=NOW).signs.kid == kid
    with hsm.pulled_out(), pytest.raises(KeyUnusable):
        keys.in_force(now=NOW)


def test_a_signature_of_a_token_is_over_the_digest_of_the_message(hsm, label):
    token = token_at(hsm, label)
    key_id, key = token.generate(label="essai")
    raw = token.sign(key_id, sha256(b"message").digest())
    assert verifies(key.public_key(), raw, b"message")
    assert not verifies(key.public_key(), raw, b"another")
