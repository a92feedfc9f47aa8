"""The double itself: its control port, its keys, its limits, and TLS."""

from ipaddress import ip_address

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509 import DNSName, IPAddress, SubjectAlternativeName

from adapters.http import TlsFiles
from gateway.model.verification import (
    Cause,
    DuplicateEstablishment,
    ExistingEstablishment,
    HiddenEstablishment,
    UnknownEstablishment,
)
from tests.authority import Authority
from tests.partners.api_insee_fr.establishments import fictitious, record
from tests.partners.api_insee_fr.server import API_KEY, Double
from tests.sirene import a_private_register, a_register, ask_one

BUGEY = "55208131715412"
NEW = fictitious(50_000)


def _put(double, path, content):
    said = requests.put(f"{double.control.url}/{path}", json=content, timeout=10)
    assert said.status_code == 200, said.text
    return said.json()


def _state(double):
    return requests.get(double.control.url, timeout=10).json()


def test_a_behaviour_is_switched_for_some_calls_or_for_all(double):
    register = a_register(double, attempts=1)
    _put(double, "behaviour", {"behaviour": "html-503", "times": 1})
    assert ask_one(register, BUGEY).cause is Cause.OUTAGE
    assert isinstance(ask_one(register, BUGEY), ExistingEstablishment)
    _put(double, "behaviour", {"behaviour": "quota-portal", "retryAfter": "9"})
    assert ask_one(register, BUGEY).retry_after_s == 9
    assert _state(double)["behaviour"] == "quota-portal"
    assert [call["method"] for call in _state(double)["calls"]] == ["GET"] * 3


def test_what_it_knows_is_stated(double):
    register = a_register(double)
    assert isinstance(ask_one(register, NEW), UnknownEstablishment)
    _put(double, f"establishments/{NEW}", record(NEW))
    assert isinstance(ask_one(register, NEW), ExistingEstablishment)
    requests.delete(f"{double.control.url}/establishments/{NEW}", timeout=10)
    _put(double, f"duplicates/{NEW}", {"kept": BUGEY})
    assert isinstance(ask_one(register, NEW), DuplicateEstablishment)
    _put(double, f"hidden/{NEW}", {})
    assert isinstance(ask_one(register, NEW), HiddenEstablishment)


def test_its_quota_its_tokens_and_its_state_are_switched(double):
    _put(double, "quota", {"quota": 0, "says": "quota-portal"})
    assert ask_one(a_register(double, attempts=1), BUGEY).cause is Cause.QUOTA
    _put(double, "quota", {"quota": None})
    _put(double, "tokens", {"refused": True})
    assert ask_one(a_private_register(double), BUGEY).cause is Cause.MISCONFIGURED
    _put(double, "service", {"state": "DOWN"})
    assert _state(double)["up"] is False


def test_what_it_is_not_asked_for_is_refused_by_the_control_port(double):
    for path, content in (("elsewhere", {}), ("behaviour", {"behaviour": "sings"}), ("quota", {})):
        said = requests.put(f"{double.control.url}/{path}", json=content, timeout=10)
        assert said.status_code == 400


def test_a_long_address_and_another_media_type_are_refused(double):
    key = {"x-insee-api-key-integration": API_KEY}
    long = requests.get(
        f"{double.url}/siret?q={'siret:55208131715412 OR ' * 300}", headers=key, timeout=10
    )
    assert (long.status_code, long.json()["header"]["statut"]) == (414, 414)
    other = requests.get(
        f"{double.url}/siret/{BUGEY}", headers=key | {"accept": "image/png"}, timeout=10
    )
    assert other.status_code == 406


def test_a_question_that_is_none_of_the_contract_is_noted():
    with Double() as double:
        key = {"x-insee-api-key-integration": API_KEY, "accept": "application/json"}
        address = f"{double.url}/siret/{BUGEY}?date=2026-01-01"
        assert requests.get(address, headers=key, timeout=10).status_code == 200
        assert double.defects == ["readEstablishment: date is not a parameter"]


def test_over_tls_it_is_proved_by_its_authority_and_by_no_other(tmp_path):
    authority, other = Authority("INSEE d'essai"), Authority("Autre")
    key = ec.generate_private_key(ec.SECP256R1())
    names = SubjectAlternativeName([DNSName("localhost"), IPAddress(ip_address("127.0.0.1"))])
    certificate = authority.issue(key.public_key(), name="localhost", more=((names, False),))
    files = tmp_path / "certificate.pem", tmp_path / "key.pem"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    files[1].write_bytes(private)
    for each in (authority, other):
        path = tmp_path / f"{each.name.rfc4514_string()}.pem"
        path.write_bytes(each.certificate.public_bytes(Encoding.PEM))
    trusted, untrusted = (
        TlsFiles(authorities=tmp_path / f"{each.name.rfc4514_string()}.pem")
        for each in (authority, other)
    )
    with Double(tls=files) as double:
        assert double.url.startswith("https://")
        answer = ask_one(a_register(double, tls=trusted), BUGEY)
        assert isinstance(answer, ExistingEstablishment)
        refused = ask_one(a_register(double, tls=untrusted), BUGEY)
        assert refused.cause is Cause.MISCONFIGURED
        assert len(double.calls) == 1
