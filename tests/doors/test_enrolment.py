"""A partner enrols its own key, certificate or request: what is taken, what is refused, by code."""

import base64
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.partners.root_of_trust import fingerprint_of
from signing.authority import new_authority
from signing.held_key import Kind, new_key, request_of
from signing.organisation import Reading
from signing.partner_key import thumbprint_of
from tests import builders, enrolling
from tests.enrolling import (
    JSON,
    enrol,
    enrolled_key,
    invite,
    of_certificate,
    of_key,
    of_request,
    renewal,
    revocation,
    revoke,
    trust,
)
from tests.fakes import FixedClock
from tests.partner_pki import Pki, asked, subject
from tests.running import NOW, THE_LABORATORY, THE_OPERATOR, Running

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def pki():
    return Pki()


@pytest.fixture(scope="module")
def key():
    return new_key(Kind.P256)


@pytest.fixture(scope="module")
def certifying(tmp_path_factory, portal):
    """A gateway with an authority of its own."""
    running = Running(tmp_path_factory.mktemp("home"), portal=portal)
    new_authority(
        running.config.authority_keys, common_name="Partenaires", organisation="Essai", now=NOW
    )
    yield running
    running.close()


@pytest.fixture
def home(certifying):
    """That gateway, found empty, trusting no other authority."""
    certifying.forget(partners=(THE_LABORATORY, THE_OPERATOR), keeps_directory=True)
    shutil.rmtree(certifying.config.trusted_authorities, ignore_errors=True)
    return certifying


def of_laboratory(pki, key, **changes):
    name = subject(siret=builders.LABORATORY, reading=changes.pop("reading", Reading.ICD))
    return pki.issue(key.public_key(), name=changes.pop("name", name), **changes)


def code_of(answer, status):
    assert answer.status_code == status, answer.text
    return answer.json()["code"]


def refusals(running, partner="laboratory"):
    kept = running.store.enrolments.refusals(partner, since=NOW - DAY)
    return [one.code for one in kept]


def credentials(running, *, by="laboratory"):
    return running.request("GET", "/v1/me", by=by).json().get("credentials")


# ---------- what is taken


@pytest.mark.parametrize("kind", Kind)
def test_a_key_is_enrolled_by_an_invitation(gateway, kind):
    held, invitation = new_key(kind), invite(gateway)
    answer = enrol(gateway, of_key(held, invitation=invitation, now=NOW), by=invitation)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert said["partner"] == {
        "id": "laboratory", "name": "Laboratoire Exemple", "siret": builders.LABORATORY,
    }  # fmt: skip
    assert said["credential"]["kind"] == "JWK"
    assert said["credential"]["thumbprint"] == thumbprint_of(held.public_key())
    assert "certificates" not in said


@pytest.mark.parametrize("reading", Reading)
def test_a_certificate_of_a_trusted_authority_is_enrolled(home, pki, key, reading):
    running = home
    trust(running, "essai", pki, reading=reading.value)
    invitation = invite(running)
    certificate = of_laboratory(pki, key, reading=reading)
    form = of_certificate(key, certificate, pki.authority, invitation=invitation, now=NOW)
    answer = enrol(running, form, by=invitation)
    assert answer.status_code == 201, answer.text
    assert answer.json()["credential"]["kind"] == "CERTIFICATE"
    assert answer.json()["credential"]["expiresAt"].startswith("2035-12-30")


@pytest.mark.parametrize("kind", [Kind.P256, Kind.P384, Kind.RSA])
def test_a_request_is_certified_for_three_years(home, kind):
    held, invitation = new_key(kind), invite(home)
    answer = enrol(home, of_request(held), by=invitation)
    assert answer.status_code == 201, answer.text
    leaf, above = (
        x509.load_der_x509_certificate(base64.b64decode(one))
        for one in answer.json()["certificates"]
    )
    leaf.verify_directly_issued_by(above)
    assert leaf.public_key() == held.public_key()
    assert leaf.not_valid_after_utc - NOW > timedelta(days=1094)
    assert leaf.subject.rfc4514_string().startswith("CN=laboratory,OU=0002 ")
    root = home.request("GET", "/v1/enrolment").json()
    assert root["trust"]["authorities"] == answer.json()["certificates"][1:]


def test_the_root_of_trust_is_told_under_its_fingerprint(home):
    told = home.request("GET", "/v1/enrolment").json()
    assert told["fingerprint"] == fingerprint_of(told["trust"])
    keys = home.request("GET", "/.well-known/siseri-signing-keys.json").json()
    assert told["trust"]["signingKeys"] == keys
    changed = {**told["trust"], "address": "https://elsewhere.example"}
    assert fingerprint_of(changed) != told["fingerprint"]


def test_the_root_of_trust_is_asked_for_without_parameters(gateway):
    assert code_of(gateway.request("GET", "/v1/enrolment?lang=fr"), 400) == "B001"


def test_what_is_enrolled_is_told_to_the_partner_alone(gateway):
    _, thumbprint = enrolled_key(gateway)
    own = credentials(gateway)
    assert [one["thumbprint"] for one in own] == [thumbprint]
    assert credentials(gateway, by="operator") is None


# ---------- what opens it


def test_a_stranger_is_told_nothing_and_nothing_is_kept(gateway, key):
    invitation = invite(gateway)
    form = of_key(key, invitation=invitation, now=NOW)
    for by in (None, "x" * 43, invitation[:-1] + ("A" if invitation[-1] != "A" else "B"), "a.b.c"):
        answer = enrol(gateway, form, by=by)
        assert code_of(answer, 401) == "A001"
        assert "www-authenticate" in answer.headers
    assert refusals(gateway) == []
    twice = [("authorization", f"Bearer {invitation}")] * 2
    answer = gateway.request("POST", "/v1/enrolment", headers=[*twice, *JSON.items()])
    assert code_of(answer, 400) == "B001"


def test_a_token_of_the_flow_enrols_nothing_and_an_invitation_submits_nothing(gateway, key):
    invitation = invite(gateway)
    assert code_of(enrol(gateway, of_key(key, now=NOW), by="laboratory"), 401) == "A001"
    body = builders.in_json(builders.a_transmission())
    answer = gateway.post(body, by=invitation, headers=JSON)
    assert answer.status == 401


def test_an_invitation_serves_once(gateway):
    invitation = invite(gateway)
    first, second = new_key(Kind.P256), new_key(Kind.P256)
    answer = enrol(gateway, of_key(first, invitation=invitation, now=NOW), by=invitation)
    assert answer.status_code == 201
    again = enrol(gateway, of_key(second, invitation=invitation, now=NOW), by=invitation)
    assert code_of(again, 401) == "K015"
    assert refusals(gateway) == ["K015"]


def test_an_answer_that_was_lost_is_given_again(home):
    for is_request in (True, False):
        held, invitation = new_key(Kind.P256), invite(home)
        of = of_request(held), of_key(held, invitation=invitation, now=NOW)
        form = of[0] if is_request else of[1]
        first, again = (enrol(home, form, by=invitation) for _ in range(2))
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
    assert len(credentials(home)) == 2


def test_a_revoked_credential_is_not_given_again(gateway):
    held, invitation = new_key(Kind.P256), invite(gateway)
    form = of_key(held, invitation=invitation, now=NOW)
    thumbprint = enrol(gateway, form, by=invitation).json()["credential"]["thumbprint"]
    gateway.store.credentials.revoke("laboratory", thumbprint, NOW)
    assert code_of(enrol(gateway, form, by=invitation), 401) == "K015"


def test_an_invitation_waits_fourteen_days(start):
    running = start(clock=FixedClock(NOW))
    for days, status in ((13.99, 201), (14, 401), (40, 401)):
        invitation, held = invite(running), new_key(Kind.P256)
        running.clock.advance(timedelta(days=days))
        now = running.clock.now()
        answer = enrol(running, of_key(held, invitation=invitation, now=now), by=invitation)
        assert answer.status_code == status
        assert status == 201 or answer.json()["code"] == "K016"


def test_a_later_invitation_takes_the_place_of_the_first(gateway, key):
    first, second = invite(gateway), invite(gateway)
    form = of_key(key, invitation=first, now=NOW)
    assert code_of(enrol(gateway, form, by=first), 401) == "K016"
    other = new_key(Kind.P256)
    assert enrol(gateway, of_key(other, invitation=second, now=NOW), by=second).status_code == 201


def test_a_disabled_partner_is_a_stranger(gateway, key):
    invitation = invite(gateway)
    gateway.store.register.disable("laboratory")
    form = of_key(key, invitation=invitation, now=NOW)
    assert code_of(enrol(gateway, form, by=invitation), 401) == "A001"


def test_of_32_who_use_one_invitation_at_once_one_enrols(gateway):
    invitation = invite(gateway)
    forms = [of_key(new_key(Kind.P256), invitation=invitation, now=NOW) for _ in range(32)]
    with ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda form: enrol(gateway, form, by=invitation), forms))
    codes = sorted("enrolled" if one.status_code == 201 else one.json()["code"] for one in answers)
    assert codes.count("enrolled") == 1
    assert set(codes) == {"enrolled", "K015"}
    assert len(credentials(gateway)) == 1


# ---------- what is refused


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"request":1}', b'{"request":"AA==","proof":"a.b.c"}',
     b'{"request":"AA==","request":"AA=="}', b'{"certificate":"AA=="}',
     b'{"certificate":"AA==","chain":[],"proof":"a.b.c"}', b'{"jwk":{},"more":1,"proof":"a.b.c"}',
     b'{"jwk":{"kty":"EC"},"request":"AA==","proof":"a.b.c"}', b'{"request":"A"}', b"\xff"],
    ids=range(12),
)  # fmt: skip
def test_a_body_of_none_of_the_three_forms_is_refused(gateway, body):
    invitation = invite(gateway)
    answer = gateway.request("POST", "/v1/enrolment", by=invitation, headers=JSON, content=body)
    assert code_of(answer, 400) == "K014"
    assert refusals(gateway) == ["K014"]


def test_a_body_too_large_for_an_offer_is_refused(gateway):
    invitation = invite(gateway)
    body = b'{"request":"' + b"A" * 70_000 + b'"}'
    answer = gateway.request("POST", "/v1/enrolment", by=invitation, headers=JSON, content=body)
    assert code_of(answer, 413) == "T002"


def _private(form):
    return {**form, "jwk": {**form["jwk"], "d": "AQ"}}


HOSTILE_KEYS = {
    "private": ("K001", lambda key, i: _private(of_key(key, invitation=i, now=NOW))),
    "no-key": ("K001", lambda key, i: {**of_key(key, invitation=i, now=NOW), "jwk": {"kty": "EC"}}),
    "other-signer": (
        "K002",
        lambda key, i: of_key(key, invitation=i, now=NOW, by=new_key(Kind.P256)),
    ),
    "other-invitation": ("K002", lambda key, _: of_key(key, invitation="x" * 43, now=NOW)),
    "no-invitation": ("K002", lambda key, _: of_key(key, now=NOW)),
    "other-gateway": (
        "K002",
        lambda key, i: of_key(key, invitation=i, now=NOW, audience="https://other.example"),
    ),
    "stale": ("K002", lambda key, i: of_key(key, invitation=i, now=NOW - timedelta(minutes=7))),
    "early": ("K002", lambda key, i: of_key(key, invitation=i, now=NOW + timedelta(minutes=2))),
    "no-statement": ("K002", lambda key, i: {**of_key(key, invitation=i, now=NOW), "proof": "x"}),
}


@pytest.mark.parametrize(("code", "form_of"), HOSTILE_KEYS.values(), ids=HOSTILE_KEYS)
def test_a_key_that_is_not_plainly_the_partners_is_refused(gateway, key, code, form_of):
    invitation = invite(gateway)
    assert code_of(enrol(gateway, form_of(key, invitation), by=invitation), 400) == code
    assert refusals(gateway) == [code]
    right = of_key(key, invitation=invitation, now=NOW)
    assert enrol(gateway, right, by=invitation).status_code == 201  # it did not cost the invitation


def _weak():
    return rsa.generate_private_key(65_537, 2048)


HOSTILE_CERTIFICATES = {
    "foreign-siret": ("K009", lambda p, k: p.issue(k.public_key(), name=subject())),
    "no-siret": (
        "K009",
        lambda p, k: p.issue(k.public_key(), name=subject(number="Direction générale")),
    ),
    "server": (
        "K008",
        lambda p, k: of_laboratory(p, k, extended=(ExtendedKeyUsageOID.CODE_SIGNING,)),
    ),
    "expired": ("K005", lambda p, k: of_laboratory(p, k, end=NOW - DAY)),
    "not-yet": ("K005", lambda p, k: of_laboratory(p, k, begin=NOW + DAY)),
    "stranger": ("K004", lambda _, k: of_laboratory(Pki(), k)),
}


@pytest.mark.parametrize(
    ("code", "certificate_of"), HOSTILE_CERTIFICATES.values(), ids=HOSTILE_CERTIFICATES
)
def test_a_certificate_that_is_not_fit_is_refused(home, pki, key, code, certificate_of):
    running = home
    trust(running, "essai", pki)
    invitation = invite(running)
    certificate = certificate_of(pki, key)
    form = of_certificate(key, certificate, pki.authority, invitation=invitation, now=NOW)
    assert code_of(enrol(running, form, by=invitation), 400) == code
    assert refusals(running) == [code]


def test_chains_lists_and_signers_of_certificates(home, pki, key):
    running = home
    certificate, revoked = of_laboratory(pki, key), of_laboratory(pki, key)
    trust(running, "essai", pki, lists=pki.lists(at=NOW, revoked=[revoked]))
    invitation = invite(running)

    def answered(form):
        return code_of(enrol(running, form, by=invitation), 400)

    def offered(one, *chain, **changes):
        return of_certificate(key, one, *chain, invitation=invitation, now=NOW, **changes)

    alone = Pki("Seul")
    mine = alone.issue(key.public_key(), name=subject(siret=builders.LABORATORY))
    assert answered(offered(certificate)) == "K004"  # a link is missing
    assert answered(offered(mine, alone.authority, alone.root)) == "K004"
    assert answered(offered(revoked, pki.authority)) == "K006"
    assert answered(offered(certificate, pki.authority, by=new_key(Kind.P256))) == "K002"
    assert answered({**offered(certificate), "certificate": "AAAA"}) == "K003"
    trust(running, "essai", pki, lists=pki.lists(at=NOW - 3 * DAY))
    assert answered(offered(certificate, pki.authority)) == "K007"
    trust(running, "essai", pki, lists=pki.lists(at=NOW))
    assert enrol(running, offered(certificate, pki.authority), by=invitation).status_code == 201


def test_requests_for_more_than_is_given(home):
    invitation = invite(home)
    held = ec.generate_private_key(ec.SECP256R1())

    def answered(der):
        form = {"request": enrolling.base64_of(der)}
        return code_of(enrol(home, form, by=invitation), 400)

    assert answered(asked(held, x509.BasicConstraints(ca=True, path_length=None))) == "K010"
    host = x509.SubjectAlternativeName([x509.DNSName("siseri.example")])
    assert answered(asked(held, host)) == "K010"
    assert answered(asked(_weak())) == "K001"
    assert answered(request_of(held)[:-1]) == "K010"
    answer = enrol(home, {"request": enrolling.base64_of(asked(held))}, by=invitation)
    leaf = x509.load_der_x509_certificate(base64.b64decode(answer.json()["certificates"][0]))
    assert "O=Another" not in leaf.subject.rfc4514_string()


def test_no_authority_issues_nothing(gateway, key):
    invitation = invite(gateway)
    assert code_of(enrol(gateway, of_request(key), by=invitation), 400) == "K013"


def test_what_another_partner_enrolled_is_refused(gateway):
    held, thumbprint = enrolled_key(gateway)
    invitation = invite(gateway, "operator")
    form = of_key(held, invitation=invitation, now=NOW)
    assert code_of(enrol(gateway, form, by=invitation), 409) == "K011"
    gateway.store.credentials.revoke("laboratory", thumbprint, NOW)
    assert code_of(enrol(gateway, form, by=invitation), 409) == "K011"  # nor once it is revoked
    assert refusals(gateway, "operator") == ["K011", "K011"]


def test_a_certificate_of_a_key_that_another_enrolled_is_refused(home, pki):
    running = home
    trust(running, "essai", pki)
    held, _ = enrolled_key(running, "operator")
    invitation = invite(running)
    form = of_certificate(
        held, of_laboratory(pki, held), pki.authority, invitation=invitation, now=NOW
    )
    assert code_of(enrol(running, form, by=invitation), 409) == "K011"


def test_too_many_refusals_in_a_day_wait(gateway, key):
    invitation = invite(gateway)
    for _ in range(50):
        assert enrol(gateway, {}, by=invitation).status_code == 400
    answer = enrol(gateway, of_key(key, invitation=invitation, now=NOW), by=invitation)
    assert code_of(answer, 429) == "B007"
    assert int(answer.headers["retry-after"]) == 3600
    assert len(refusals(gateway)) == 50


# ---------- two slots, renewal, revocation


def renewed(running, live, kid, form, subject, **changes):
    statement = renewal(live, kid, subject, now=running.clock.now(), **changes)
    return enrol(running, form, by=statement)


def test_the_live_key_enrols_the_next_and_a_third_is_refused(gateway):
    first, kid = enrolled_key(gateway)
    second, third = new_key(Kind.P256), new_key(Kind.P256)
    named = thumbprint_of(second.public_key())
    answer = renewed(gateway, first, kid, of_key(second, now=NOW), named)
    assert answer.status_code == 201, answer.text
    of_third = thumbprint_of(third.public_key())
    refused = renewed(gateway, second, named, of_key(third, now=NOW), of_third)
    assert code_of(refused, 409) == "K012"
    assert revoke(gateway, revocation(second, named, kid, now=NOW)).status_code == 200
    assert renewed(gateway, second, named, of_key(third, now=NOW), of_third).status_code == 201


def test_a_key_and_a_certificate_have_slots_of_their_own(home):
    first, kid = enrolled_key(home)
    for _ in range(2):
        held = new_key(Kind.P256)
        form = of_request(held)
        named = thumbprint_of(held.public_key())
        assert renewed(home, first, kid, form, named).status_code == 201
    held = new_key(Kind.P256)
    named = thumbprint_of(held.public_key())
    assert code_of(renewed(home, first, kid, of_request(held), named), 409) == "K012"


def test_a_certificate_renews_itself(home):
    held, invitation = new_key(Kind.P256), invite(home)
    kid = enrol(home, of_request(held), by=invitation).json()["credential"]["thumbprint"]
    second = new_key(Kind.P384)
    answer = renewed(home, held, kid, of_request(second), thumbprint_of(second.public_key()))
    assert answer.status_code == 201, answer.text
    used = {one["thumbprint"]: one.get("lastUsedAt") for one in credentials(home)}
    assert used.pop(kid) == "2026-11-20T09:00:00.000Z"
    assert [*used.values()] == [None]


def test_a_renewal_is_of_the_live_key_of_what_it_names_and_of_now(gateway):
    first, kid = enrolled_key(gateway)
    other = new_key(Kind.P256)
    form, named = of_key(other, now=NOW), thumbprint_of(other.public_key())
    for statement in (
        renewal(other, kid, named, now=NOW),
        renewal(first, named, named, now=NOW),
        renewal(first, kid, named, now=NOW - timedelta(minutes=7)),
        renewal(first, kid, named, now=NOW, audience="https://other.example"),
        renewal(first, kid, named, now=NOW, invitation="x" * 43),
        revocation(first, kid, named, now=NOW),
    ):
        assert code_of(enrol(gateway, form, by=statement), 401) == "A001"
    assert refusals(gateway) == []
    elsewhere = renewal(first, kid, thumbprint_of(new_key(Kind.P256).public_key()), now=NOW)
    assert code_of(enrol(gateway, form, by=elsewhere), 400) == "K002"
    assert enrol(gateway, form, by=renewal(first, kid, named, now=NOW)).status_code == 201
    again = enrol(gateway, form, by=renewal(first, kid, named, now=NOW))
    assert again.status_code == 201  # an answer that was lost
    assert len(credentials(gateway)) == 2


def test_a_key_that_opens_nothing_any_more_enrols_nothing(gateway):
    first, kid = enrolled_key(gateway)
    assert revoke(gateway, revocation(first, kid, kid, now=NOW)).status_code == 200  # itself
    other = new_key(Kind.P256)
    form, named = of_key(other, now=NOW), thumbprint_of(other.public_key())
    assert code_of(renewed(gateway, first, kid, form, named), 401) == "A001"
    assert code_of(revoke(gateway, revocation(first, kid, kid, now=NOW)), 401) == "A001"


def test_a_certificate_past_its_time_enrols_nothing(start, pki):
    running = start(clock=FixedClock(NOW))
    trust(running, "essai", pki)
    held, invitation = new_key(Kind.P256), invite(running)
    certificate = of_laboratory(pki, held, end=NOW + DAY)
    form = of_certificate(held, certificate, pki.authority, invitation=invitation, now=NOW)
    kid = enrol(running, form, by=invitation).json()["credential"]["thumbprint"]
    other = new_key(Kind.P256)
    named = thumbprint_of(other.public_key())
    running.clock.advance(DAY + timedelta(seconds=1))
    form = of_key(other, now=running.clock.now())
    assert code_of(renewed(running, held, kid, form, named), 401) == "A001"


def test_one_partner_revokes_nothing_of_anothers(gateway):
    _, kid = enrolled_key(gateway)
    theirs, their_kid = enrolled_key(gateway, "operator")
    answer = revoke(gateway, revocation(theirs, their_kid, kid, now=NOW))
    assert code_of(answer, 404) == "A003"
    unknown = revoke(gateway, revocation(theirs, their_kid, "x" * 43, now=NOW))
    assert unknown.content == answer.content


# ---------- the list of revocations


def test_the_list_names_what_is_revoked_at_once_and_is_made_anew_each_day(start):
    home = start(clock=FixedClock(NOW))
    folder = home.config.authority_keys
    new_authority(folder, common_name="Partenaires", organisation="Essai", now=NOW)
    held, invitation = new_key(Kind.P256), invite(home)
    answer = enrol(home, of_request(held), by=invitation).json()
    leaf, above = (
        x509.load_der_x509_certificate(base64.b64decode(one)) for one in answer["certificates"]
    )
    points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    address = points[0].full_name[0].value
    assert address.startswith(f"{enrolling.GATEWAY}/v1/enrolment/crl/")
    path = address.removeprefix(enrolling.GATEWAY)

    def listed():
        told = home.request("GET", path)
        assert told.headers["content-type"] == "application/pkix-crl"
        made = x509.load_der_x509_crl(told.content)
        assert made.is_signature_valid(above.public_key())
        number = made.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        return number, [one.serial_number for one in made], made.next_update_utc

    assert listed() == listed() == (1, [], NOW + 7 * DAY)
    kid = answer["credential"]["thumbprint"]
    assert revoke(home, revocation(held, kid, kid, now=NOW)).status_code == 200
    assert listed() == (2, [leaf.serial_number], NOW + 7 * DAY)
    home.clock.advance(DAY)
    assert listed() == (3, [leaf.serial_number], NOW + 8 * DAY)
    unknown = home.request("GET", f"/v1/enrolment/crl/{'0' * 40}")
    assert code_of(unknown, 404) == "A003"
