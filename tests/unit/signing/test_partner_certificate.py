"""Certificates of other authorities: each point of the proof, refused beside one that passes."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing.errors import CredentialRefused, Unfit
from signing.organisation import Reading
from signing.partner_certificate import (
    certificate_thumbprint,
    demand_enrollable,
    key_of_certificate,
    parse_certificate,
)
from tests.authority import BEGIN, ISSUES, usage
from tests.partner_pki import SIRET, Pki, der, subject

NOW = BEGIN + timedelta(days=320)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pki():
    return Pki()


@pytest.fixture(scope="module")
def key():
    return ec.generate_private_key(ec.SECP256R1())


def demanded(pki, certificate, *, others=None, authorities=None, siret=SIRET, now=NOW):
    return demand_enrollable(
        certificate,
        [pki.authority] if others is None else others,
        authorities=[pki.trusted()] if authorities is None else authorities,
        siret=siret,
        now=now,
    )


def refused(*arguments, **named):
    with pytest.raises(CredentialRefused) as caught:
        demanded(*arguments, **named)
    return caught.value.why


@pytest.mark.parametrize("reading", Reading)
def test_a_certificate_of_a_configured_authority_is_taken(pki, key, reading):
    certificate = pki.issue(key.public_key(), name=subject(reading=reading))
    authority = demanded(pki, certificate, authorities=[pki.trusted(reading=reading)])
    assert authority.name == "essai"


def test_the_right_one_of_several_authorities_is_found(pki, key):
    other = Pki("Autre")
    trusted = [other.trusted(name="autre"), pki.trusted(name="celle-ci")]
    certificate = pki.issue(key.public_key())
    assert demanded(pki, certificate, authorities=trusted).name == "celle-ci"


def test_what_the_installation_holds_of_the_path_need_not_be_sent(pki, key):
    held = pki.trusted(intermediates=(pki.authority,))
    demanded(pki, pki.issue(key.public_key()), others=[], authorities=[held])


def test_a_weak_key_is_refused(pki):
    weak = rsa.generate_private_key(65_537, 2048).public_key()
    assert refused(pki, pki.issue(weak)) is Unfit.KEY
    curve = ec.generate_private_key(ec.SECP521R1()).public_key()
    assert refused(pki, pki.issue(curve)) is Unfit.KEY


def test_an_rsa_key_of_3072_bits_is_taken(pki):
    long = rsa.generate_private_key(65_537, 3072).public_key()
    demanded(pki, pki.issue(long))


def test_a_certificate_counts_from_its_first_second_to_its_last(pki, key):
    certificate = pki.issue(key.public_key(), begin=NOW, end=NOW + DAY)
    for now in (NOW, NOW + DAY):
        demanded(pki, certificate, now=now)
    for now in (NOW - timedelta(seconds=1), NOW + DAY + timedelta(seconds=1)):
        assert refused(pki, certificate, now=now) is Unfit.TIME


def test_a_self_signed_certificate_is_refused(pki):
    alone = Pki("Moi-même")
    certificate = alone.issue(alone.key.public_key(), name=alone.authority.subject)
    assert refused(pki, certificate, others=[]) is Unfit.PATH
    assert refused(pki, alone.root, others=[]) is Unfit.PATH


def test_an_authority_of_the_same_name_is_not_the_authority(pki, key):
    twin = Pki()
    assert refused(pki, twin.issue(key.public_key()), others=[twin.authority]) is Unfit.PATH
    assert refused(pki, twin.issue(key.public_key()), others=[twin.authority, twin.root]) is (
        Unfit.PATH
    )


def test_a_missing_link_is_refused(pki, key):
    assert refused(pki, pki.issue(key.public_key()), others=[]) is Unfit.PATH


def test_a_link_that_is_over_is_refused(key):
    ended = Pki(end=NOW - DAY)
    assert refused(ended, ended.issue(key.public_key())) is Unfit.PATH


def test_no_authority_is_configured(pki, key):
    assert refused(pki, pki.issue(key.public_key()), authorities=[]) is Unfit.PATH


def test_a_holder_does_not_certify(pki, key):
    lower = ec.generate_private_key(ec.SECP256R1())
    holder = pki.issue(key.public_key(), key_usage=usage(digital_signature=True))
    forged = Pki("Titulaire")
    forged.key, forged.authority = key, holder
    certificate = forged.issue(lower.public_key())
    assert refused(pki, certificate, others=[holder, pki.authority]) is Unfit.PATH


def test_a_path_longer_than_its_root_allows_is_refused(key):
    short = Pki(path_length=1)
    assert demanded(short, short.issue(key.public_key())).name == "essai"
    lower = short.below()
    certificate = lower.issue(key.public_key())
    assert refused(short, certificate, others=[lower.authority, short.authority]) is Unfit.PATH


def test_a_crowd_of_certificates_is_refused_unread(pki, key):
    assert refused(pki, pki.issue(key.public_key()), others=[pki.authority] * 9) is Unfit.PATH


@pytest.mark.parametrize(
    "changes",
    [
        {"extended": ()},
        {"extended": (ExtendedKeyUsageOID.SERVER_AUTH,)},
        {"extended": (ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)},
        {"key_usage": usage(key_encipherment=True)},
        {"key_usage": usage(content_commitment=True)},
        {"key_usage": None},
    ],
    ids=["none", "server", "others", "encipherment", "commitment", "no-usage"],
)
def test_a_certificate_for_another_use_is_refused(pki, key, changes):
    certificate = pki.issue(key.public_key(), **changes)
    assert refused(pki, certificate) is Unfit.USE


def test_an_authority_of_seals_is_configured_without_a_use(pki, key):
    seal = pki.issue(key.public_key(), extended=())
    demanded(pki, seal, authorities=[pki.trusted(usages=frozenset())])


def test_an_authority_itself_is_no_holder(pki, key):
    certificate = pki.issue(key.public_key(), is_authority=True, key_usage=ISSUES)
    assert refused(pki, certificate) in {Unfit.USE, Unfit.PATH}


def test_a_policy_that_is_configured_is_demanded(pki, key):
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.250.1.177.2.6.1.4.1"), None)
    stated = pki.issue(key.public_key(), more=((x509.CertificatePolicies([policy]), False),))
    expects = [pki.trusted(policies=frozenset({"1.2.250.1.177.2.6.1.4.1"}))]
    demanded(pki, stated, authorities=expects)
    assert refused(pki, pki.issue(key.public_key()), authorities=expects) is Unfit.USE
    others = [pki.trusted(policies=frozenset({"1.2.3"}))]
    assert refused(pki, stated, authorities=others) is Unfit.USE


def test_an_extension_that_nobody_knows_and_is_critical_is_refused(pki, key):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    demanded(pki, pki.issue(key.public_key(), more=((unknown, False),)))
    assert refused(pki, pki.issue(key.public_key(), more=((unknown, True),))) is Unfit.PATH


def test_a_foreign_siret_is_refused(pki, key):
    foreign = pki.issue(key.public_key(), name=subject(siret="44054601800019"))
    assert refused(pki, foreign) is Unfit.ORGANISATION


def with_lists(pki, lists, **changes):
    return [pki.trusted(revocations=lists, **changes)]


def test_a_revoked_certificate_is_refused_and_its_twin_is_not(pki, key):
    revoked, twin = pki.issue(key.public_key()), pki.issue(key.public_key())
    authorities = with_lists(pki, pki.lists(at=NOW, revoked=[revoked]))
    assert refused(pki, revoked, authorities=authorities) is Unfit.REVOKED
    demanded(pki, twin, authorities=authorities)


def test_a_revoked_authority_revokes_what_it_issued(pki, key):
    mine, _ = pki.lists(at=NOW)
    above = Pki("Racine")
    above.root, above.root_key = pki.root, pki.root_key
    above.authority, above.key = pki.root, pki.root_key
    roots, _ = above.lists(at=NOW, revoked=[pki.authority])
    certificate = pki.issue(key.public_key())
    authorities = with_lists(pki, (mine, roots))
    assert refused(pki, certificate, authorities=authorities) is Unfit.REVOKED


@pytest.mark.parametrize(
    ("at", "days", "counts"),
    [
        (NOW, 7, True),
        (NOW - DAY, 7, True),
        (NOW - DAY - timedelta(seconds=1), 7, False),
        (NOW + timedelta(seconds=1), 7, False),
        (NOW - timedelta(hours=23), 0.9, False),
    ],
    ids=["now", "a-day-old", "older", "of-tomorrow", "past-its-next"],
)
def test_a_list_counts_while_it_is_fresh(pki, key, at, days, counts):
    authorities = with_lists(pki, pki.lists(at=at, days=days))
    certificate = pki.issue(key.public_key())
    if counts:
        demanded(pki, certificate, authorities=authorities)
    else:
        assert refused(pki, certificate, authorities=authorities) is Unfit.REVOCATION_UNKNOWN


def test_no_list_at_hand_lets_nothing_pass(pki, key):
    certificate = pki.issue(key.public_key())
    assert refused(pki, certificate, authorities=with_lists(pki, ())) is Unfit.REVOCATION_UNKNOWN
    mine, roots = pki.lists(at=NOW)
    for one in (mine, roots):
        authorities = with_lists(pki, (one,))
        assert refused(pki, certificate, authorities=authorities) is Unfit.REVOCATION_UNKNOWN


def test_a_list_by_another_key_of_that_name_does_not_count(pki, key):
    forged = pki.lists(at=NOW, by=ec.generate_private_key(ec.SECP256R1()))
    certificate = pki.issue(key.public_key())
    assert refused(pki, certificate, authorities=with_lists(pki, forged)) is (
        Unfit.REVOCATION_UNKNOWN
    )


def _point(**scope):
    stated = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False,
        "only_contains_ca_certs": False, "only_some_reasons": None, "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }  # fmt: skip
    return x509.IssuingDistributionPoint(**{**stated, **scope})


@pytest.mark.parametrize(
    ("extension", "counts"),
    [
        (x509.DeltaCRLIndicator(1), False),
        (_point(indirect_crl=True), False),
        (_point(only_contains_ca_certs=True), False),
        (_point(only_contains_attribute_certs=True), False),
        (_point(only_some_reasons=frozenset([x509.ReasonFlags.key_compromise])), False),
        (_point(only_contains_user_certs=True), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False),
    ],
    ids=["delta", "indirect", "authorities", "attributes", "reasons", "holders", "unknown"],
)
def test_a_list_of_a_narrower_scope_does_not_count(pki, key, extension, counts):
    lists = pki.lists(at=NOW, more=((extension, True),))
    certificate = pki.issue(key.public_key())
    if counts:
        demanded(pki, certificate, authorities=with_lists(pki, lists))
    else:
        assert refused(pki, certificate, authorities=with_lists(pki, lists)) is (
            Unfit.REVOCATION_UNKNOWN
        )


def test_bytes_are_one_certificate_and_nothing_more(pki, key):
    octets = der(pki.issue(key.public_key()))
    assert der(parse_certificate(octets)) == octets
    for wrong in (b"", octets[:-1], octets + b"\x00", b"0" * 20_000, octets[:40]):
        with pytest.raises(CredentialRefused) as caught:
            parse_certificate(wrong)
        assert caught.value.why is Unfit.CERTIFICATE
    assert len(certificate_thumbprint(octets)) == 43


def test_the_key_of_a_certificate_is_that_of_its_holder(pki, key):
    assert key_of_certificate(pki.issue(key.public_key())) == key.public_key()


def test_a_key_that_tls_and_ws_security_do_not_share_is_refused(pki):
    of_edwards = ed25519.Ed25519PrivateKey.generate().public_key()
    assert refused(pki, pki.issue(of_edwards)) is Unfit.KEY
