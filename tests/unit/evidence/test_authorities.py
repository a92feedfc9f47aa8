"""The authorities that the operator named: believed by their own roots, published for good."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import AuthorityUnavailable, ConfigurationFault
from gateway.evidence.authorities import MAX_TOKEN_BYTES, authorities_of, published_authorities
from gateway.model.stamping import ConfiguredAuthority, StampingPlan
from gateway.wire.canonical import jcs
from signing.authorities import parse_published_authorities
from signing.errors import KeyUnusable
from tests.fakes import FixedClock
from tests.partners.tsa_example.server import Double
from tests.partners.tsa_example.stamping import STAMPS, a_stamper

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ONE, OTHER = a_stamper("Une"), a_stamper("Autre")


@pytest.fixture
def file_of(tmp_path):
    def written(*stampers):
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.pem"
        pem = [one.root.certificate.public_bytes(Encoding.PEM) for one in stampers]
        file.write_bytes(b"".join(pem))
        return file

    return written


def a_plan(*roots, url="http://127.0.0.1:9", former=None):
    return StampingPlan(
        authorities=tuple(
            ConfiguredAuthority(name=f"authority-{number}", url=url, roots=file)
            for number, file in enumerate(roots)
        ),
        former_roots=former,
        every=timedelta(minutes=1),
        warn_after=timedelta(hours=1),
        refuse_after=None,
    )


def published(plan):
    trust = parse_published_authorities(jcs({"keys": [], **published_authorities(plan)}))
    return trust and [root.subject.rfc4514_string() for root in trust.roots]


def test_the_roots_of_all_are_published_once_and_those_of_former_ones_stay(file_of):
    plan = a_plan(file_of(ONE), file_of(ONE), former=file_of(OTHER))
    assert published(plan) == ["CN=Racine Une", "CN=Racine Autre"]
    assert published(a_plan(former=file_of(OTHER))) == ["CN=Racine Autre"]
    assert published(a_plan()) is None


def test_a_stamp_is_believed_by_the_roots_of_that_authority_alone(file_of):
    clock = FixedClock(NOW)
    with Double(ONE, now=clock.now) as double:
        plan = a_plan(file_of(OTHER), file_of(ONE), url=double.url)
        of_other, of_one = authorities_of(plan, clock=clock)
        with pytest.raises(AuthorityUnavailable, match="step 9"):
            of_other.stamp(b"text")
        assert of_one.stamp(b"text").gen_time == NOW


def test_a_token_that_no_receipt_can_carry_counts_as_none(file_of):
    big = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(MAX_TOKEN_BYTES))
    certificate = ONE.issuer.issue(
        ONE.key.public_key(), name="Horodatage", more=((STAMPS, True), (big, False))
    )
    clock = FixedClock(NOW)
    with Double(replace(ONE, certificate=certificate), now=clock.now) as double:
        (authority,) = authorities_of(a_plan(file_of(ONE), url=double.url), clock=clock)
        with pytest.raises(AuthorityUnavailable, match="longer than a receipt"):
            authority.stamp(b"text")


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_a_file_without_a_root_stops_the_start_by_its_name(tmp_path, content):
    file = tmp_path / "roots.pem"
    if content is not None:
        file.write_bytes(content)
    for use in (published_authorities, lambda plan: authorities_of(plan, clock=FixedClock(NOW))):
        with pytest.raises(ConfigurationFault, match=r"roots\.pem"):
            use(a_plan(file))


@pytest.mark.parametrize(
    "member",
    [
        *(None, 3, [], {}, {"roots": []}, {"roots": ["MAA="]}, {"roots": "MAA="}, {"roots": [3]}),
        {"roots": [], "more": 1},
    ],
)
def test_a_register_whose_authorities_cannot_be_read_is_refused(member):
    with pytest.raises(KeyUnusable):
        parse_published_authorities(json.dumps({"keys": [], "timestamping": member}).encode())
