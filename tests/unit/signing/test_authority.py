"""The gateway's own authority: requests judged, certificates and lists as others read them."""

import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.authority import (
    VALID_DAYS,
    Holder,
    Revoked,
    authority_certificates,
    judge_request,
    load_authority,
    new_authority,
)
from signing.errors import CredentialRefused, KeyUnusable, Unfit
from signing.held_key import Kind, new_key, pem_of, request_of
from signing.organisation import Reading
from signing.partner_certificate import TrustedAuthority, demand_enrollable
from signing.wss.token import CertificateName, NameKind, is_named, may_sign
from tests.authority import usage
from tests.partner_pki import SIRET, asked

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOLDER = Holder(id="oa-1", name="Laboratoire d'étalonnage " + "é" * 80, siret=SIRET)
LISTS = "https://siseri.example/v1/enrolment/crl/00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    home = tmp_path_factory.mktemp("authority")
    new_authority(home, common_name="Partenaires", organisation="Essai", now=NOW)
    return home


@pytest.fixture(scope="module")
def authority(folder):
    (certificate,) = authority_certificates(folder)
    return load_authority(folder, certificate)


@pytest.fixture(scope="module")
def key():
    return ec.generate_private_key(ec.SECP256R1())


def issued(authority, key, *, now=NOW):
    der = authority.issue(key.public_key(), holder=HOLDER, lists=LISTS, now=now)
    return x509.load_der_x509_certificate(der)


def test_the_key_is_on_p384_and_nobody_writes_or_shares_it(folder, authority):
    assert authority.key.curve.name == "secp384r1"
    assert stat.S_IMODE((folder / f"{authority.id}.key.pem").stat().st_mode) == 0o400
    assert "EllipticCurve" not in repr(authority)


def test_it_certifies_holders_and_no_authority(authority):
    extensions = authority.certificate.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (
        True, True, 0,
    )  # fmt: skip
    usages = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usages.key_cert_sign
    assert usages.crl_sign
    assert not usages.digital_signature


def test_the_name_is_ours_and_never_the_requests(authority, key):
    certificate = issued(authority, key)
    said = {one.oid: one.value for one in certificate.subject}
    assert said == {
        NameOID.COUNTRY_NAME: "FR",
        NameOID.ORGANIZATION_NAME: HOLDER.name[:64],
        NameOID.ORGANIZATION_IDENTIFIER: f"NTRFR-{SIRET[:9]}",
        NameOID.ORGANIZATIONAL_UNIT_NAME: f"0002 {SIRET}",
        NameOID.COMMON_NAME: "oa-1",
    }
    assert judge_request(asked(key)) == key.public_key()


def test_it_is_for_three_years_and_for_one_use(authority, key):
    certificate = issued(authority, key)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(
        days=VALID_DAYS
    )
    assert certificate.not_valid_before_utc <= NOW
    of = certificate.extensions.get_extension_for_class
    assert list(of(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert of(x509.KeyUsage).value == usage(digital_signature=True)
    assert not of(x509.BasicConstraints).value.ca
    assert of(x509.CRLDistributionPoints).value[0].full_name[0].value == LISTS
    with pytest.raises(x509.ExtensionNotFound):
        of(x509.SubjectAlternativeName)


def test_serial_numbers_are_random(authority, key):
    serials = {issued(authority, key).serial_number for _ in range(20)}
    assert len(serials) == 20
    assert max(serials).bit_length() > 140


def test_what_it_issues_passes_the_proof_of_certificates(authority, key):
    for reading in (Reading.ICD, Reading.ORGANIZATION_IDENTIFIER):
        own = TrustedAuthority(
            name="propre", anchors=(authority.certificate,), reading=reading,
            revocations=(x509.load_der_x509_crl(authority.revocation_list([], number=1, now=NOW)),),
        )  # fmt: skip
        demand_enrollable(issued(authority, key), [], authorities=[own], siret=SIRET, now=NOW)


def test_an_authority_that_ends_before_issues_nothing(tmp_path, key):
    new_authority(tmp_path, common_name="Brève", organisation="Essai", now=NOW, days=VALID_DAYS - 1)
    (certificate,) = authority_certificates(tmp_path)
    with pytest.raises(KeyUnusable, match="ends before"):
        issued(load_authority(tmp_path, certificate), key)


def test_the_newest_authority_comes_first_and_the_older_stays(tmp_path):
    old = new_authority(tmp_path, common_name="Un", organisation="Essai", now=NOW)
    later = NOW + timedelta(days=365)
    new = new_authority(tmp_path, common_name="Deux", organisation="Essai", now=later)
    found = authority_certificates(tmp_path)
    assert [load_authority(tmp_path, one).id for one in found] == [new, old]


def test_a_key_that_others_may_read_is_not_used(tmp_path):
    stem = new_authority(tmp_path, common_name="Un", organisation="Essai", now=NOW)
    (tmp_path / f"{stem}.key.pem").chmod(0o440)
    with pytest.raises(KeyUnusable, match="open to group"):
        load_authority(tmp_path, *authority_certificates(tmp_path))


def test_a_key_of_another_authority_is_not_used(tmp_path):
    old = new_authority(tmp_path, common_name="Un", organisation="Essai", now=NOW)
    new = new_authority(tmp_path, common_name="Deux", organisation="Essai", now=NOW)
    (tmp_path / f"{old}.key.pem").unlink()
    (tmp_path / f"{new}.key.pem").rename(tmp_path / f"{old}.key.pem")
    for certificate in authority_certificates(tmp_path):
        with pytest.raises(KeyUnusable):
            load_authority(tmp_path, certificate)


def test_no_folder_is_no_authority(tmp_path):
    assert authority_certificates(tmp_path / "absent") == ()


@pytest.mark.parametrize("kind", [Kind.P256, Kind.P384, Kind.RSA])
def test_the_requests_of_our_own_commands_are_taken(kind):
    held = new_key(kind)
    assert judge_request(request_of(held)) == held.public_key()


def test_a_request_may_ask_for_what_is_given(key):
    extensions = (
        x509.BasicConstraints(ca=False, path_length=None),
        usage(digital_signature=True, key_encipherment=True),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
    )
    assert judge_request(asked(key, *extensions)) == key.public_key()


@pytest.mark.parametrize(
    "extension",
    [
        x509.BasicConstraints(ca=True, path_length=None),
        usage(key_cert_sign=True),
        usage(digital_signature=True, crl_sign=True),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        x509.ExtendedKeyUsage(
            [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]
        ),
        x509.SubjectAlternativeName([x509.DNSName("siseri.example")]),
        x509.SubjectAlternativeName([x509.RFC822Name("somebody@example.invalid")]),
        x509.NameConstraints(None, [x509.DNSName("example")]),
        x509.CertificatePolicies(
            [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)]
        ),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
    ],
    ids=["ca", "certifies", "lists", "server", "any", "host", "mail", "names", "policy", "unknown"],
)  # fmt: skip
def test_a_request_for_anything_more_is_refused(key, extension):
    with pytest.raises(CredentialRefused) as refused:
        judge_request(asked(key, extension))
    assert refused.value.why is Unfit.REQUEST


@pytest.mark.parametrize(
    "weak",
    [
        lambda: rsa.generate_private_key(65_537, 2048),
        lambda: ec.generate_private_key(ec.SECP521R1()),
        lambda: ec.generate_private_key(ec.SECP256K1()),
        ed25519.Ed25519PrivateKey.generate,
    ],
    ids=["rsa-2048", "p-521", "secp256k1", "ed25519"],
)
def test_a_request_for_a_key_that_is_not_taken_is_refused(weak):
    with pytest.raises(CredentialRefused) as refused:
        judge_request(asked(weak()))
    assert refused.value.why is Unfit.KEY


def test_a_request_that_its_key_did_not_sign_is_refused(key):
    """The key of one request in the other: sizes are the same, the signature is not its own."""
    other = ec.generate_private_key(ec.SECP256R1())
    mine, theirs = (_point(one) for one in (key, other))
    right = asked(key)
    forged = right.replace(mine, theirs)
    assert forged != right
    with pytest.raises(CredentialRefused) as refused:
        judge_request(forged)
    assert refused.value.why is Unfit.POSSESSION


def _point(key):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def test_bytes_are_one_request_and_nothing_more(key):
    der = asked(key)
    for wrong in (b"", der[:-1], der + b"\x00", b"0" * 9000, der[:20]):
        with pytest.raises(CredentialRefused) as refused:
            judge_request(wrong)
        assert refused.value.why is Unfit.REQUEST


def test_a_list_names_what_is_revoked_and_is_numbered(authority, key):
    certificate = issued(authority, key)
    revoked = [Revoked(serial=certificate.serial_number, at=NOW)]
    der = authority.revocation_list(revoked, number=7, now=NOW)
    made = x509.load_der_x509_crl(der)
    assert made.is_signature_valid(authority.certificate.public_key())
    assert made.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    assert [one.serial_number for one in made] == [certificate.serial_number]
    assert made.next_update_utc == NOW + timedelta(days=7)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_openssl_believes_the_certificate_until_the_list_revokes_it(authority, key, tmp_path):
    now = datetime.now(UTC)
    certificate = issued(authority, key, now=now)
    (tmp_path / "authority.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "holder.pem").write_bytes(certificate.public_bytes(Encoding.PEM))

    def verified(revoked):
        der = authority.revocation_list(revoked, number=1, now=now)
        pem = x509.load_der_x509_crl(der).public_bytes(Encoding.PEM)
        (tmp_path / "list.pem").write_bytes(pem)
        command = (
            "openssl verify -x509_strict -purpose sslclient -crl_check "
            f"-attime {int(now.timestamp())} -CAfile authority.pem -CRLfile list.pem holder.pem"
        )
        done = subprocess.run(
            command.split(), cwd=tmp_path, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert verified([]) == (0, "holder.pem: OK\n")
    code, said = verified([Revoked(serial=certificate.serial_number, at=now)])
    assert code != 0
    assert "certificate revoked" in said


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_a_request_hashed_by_sha1_is_refused():
    """No library of ours makes one; openssl does."""
    command = "openssl req -new -sha1 -key /dev/stdin -subj /CN=x -outform DER"
    done = subprocess.run(
        command.split(), input=pem_of(new_key(Kind.RSA)), capture_output=True, check=True
    )
    assert x509.load_der_x509_csr(done.stdout).signature_hash_algorithm.name == "sha1"
    with pytest.raises(CredentialRefused) as refused:
        judge_request(done.stdout)
    assert refused.value.why is Unfit.POSSESSION


def test_a_certificate_of_ours_may_sign_messages_and_is_named_by_its_issuer(authority, key):
    certificate = issued(authority, key)
    name = CertificateName(
        NameKind.SERIAL_NUMBER,
        str(certificate.serial_number),
        issuer=certificate.issuer.rfc4514_string(),
    )
    assert may_sign(certificate)
    assert is_named(certificate, name)
