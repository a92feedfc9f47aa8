"""`partner add | invite | revoke | authority` and `enrol`, over a gateway that runs."""

import base64
import json
import shutil
import stat
import uuid
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.__main__ import main
from gateway.commands.enrolling.pack import AUTHORITIES, CURRENT_KEY, PACK, TRUST
from gateway.commands.opening import machine_time
from signing.held_key import Kind, new_key, pem_of, pkcs12_of, read_held_key
from signing.keys import parse_published
from tests import builders
from tests.doors.serving import Served
from tests.partner_pki import Pki, subject
from tests.running import config_at

OPENS = "secret é"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(tmp_path_factory.mktemp("home"), is_of_now=True)
    yield running
    running.stop()


@pytest.fixture
def run(served, tmp_path, monkeypatch, capsys):
    """Runs a command on either side; its code, and what it said."""
    monkeypatch.setenv("SISERI_HOME", str(served.home))
    monkeypatch.setenv("SISERI_PUBLIC_ADDRESS", f"http://{served.host}")
    monkeypatch.setenv("SISERI_URL", f"http://{served.host}")
    monkeypatch.setenv("SISERI_CREDENTIALS", str(tmp_path / "credentials"))

    def run(*words):
        code = main([*map(str, words)])
        return code, capsys.readouterr()

    return run


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "credentials"


@pytest.fixture
def partner(run):
    """A partner of this test alone: its id, invited."""
    name = f"p-{uuid.uuid4()}"
    code, told = run(
        *("partner", "add", "Essai", "--siret", builders.LABORATORY, "--type", "OA"),
        *("--flow", "PASSIVE_EXTERNAL", "--accreditation", "1-0001", "--id", name, "--json"),
    )
    assert code == 0, told.err
    return json.loads(told.out)


@pytest.fixture
def trusted(served):
    """An authority that the gateway trusts."""
    pki, folder = Pki(), config_at(served.home).trusted_authorities
    folder.mkdir(exist_ok=True)
    (folder / "essai.pem").write_bytes(pki.root.public_bytes(Encoding.PEM))
    (folder / "essai.toml").write_text('organisation = "icd"\nanchors = ["essai.pem"]\n')
    return pki


def enrol(run, partner, *more, fingerprint=None):
    return run(
        *("enrol", "--invitation", partner["invitation"]),
        *("--fingerprint", fingerprint or partner["fingerprint"]),
        *more,
    )


def listed(run, partner):
    _, told = run("partner", "list", "--json")
    return next(one for one in json.loads(told.out) if one["id"] == partner["id"])


def mode(file):
    return stat.S_IMODE(file.stat().st_mode)


@pytest.mark.parametrize("kind", Kind)
def test_a_key_is_made_here_and_its_public_half_enrolled(run, partner, folder, kind):
    code, told = enrol(run, partner, "--key-type", kind.value, "--json")
    assert code == 0, told.err
    credential = json.loads(told.out)["credential"]
    pack = json.loads((folder / PACK).read_bytes())
    assert pack["partner"]["id"] == partner["id"]
    assert pack["fingerprint"] == partner["fingerprint"]
    assert mode(folder) == 0o700
    assert {mode(file) for file in (folder / PACK, folder / credential["keyFile"])} == {0o600}
    held = read_held_key((folder / credential["keyFile"]).read_bytes())
    assert held.key.public_key() is not None
    parse_published((folder / TRUST).read_bytes())
    assert [one["thumbprint"] for one in listed(run, partner)["credentials"]] == [
        credential["thumbprint"]
    ]
    assert not list(folder.glob("*pending*"))
    assert (folder / CURRENT_KEY).resolve() == folder / credential["keyFile"]


def test_the_private_key_is_kept_under_a_password(run, partner, folder, monkeypatch):
    monkeypatch.setenv("SISERI_KEY_PASSWORD", OPENS)
    code, told = enrol(run, partner, "--json")
    assert code == 0, told.err
    file = folder / json.loads(told.out)["credential"]["keyFile"]
    assert b"ENCRYPTED" in file.read_bytes()
    assert run("enrol", "--renew")[0] == 0
    monkeypatch.setenv("SISERI_KEY_PASSWORD", "another")
    code, told = run("enrol", "--renew")
    assert code == 3
    assert "mot de passe" in told.err


def test_a_request_is_certified_and_kept_as_pkcs12(run, partner, folder, monkeypatch):
    assert run("partner", "authority")[0] == 0
    code, told = run("partner", "invite", partner["id"], "--json")
    invited = json.loads(told.out)
    assert invited["fingerprint"] != partner["fingerprint"]  # the authority is new
    code, told = enrol(run, {**partner, **invited}, fingerprint=partner["fingerprint"])
    assert code == 3
    assert "empreinte" in told.err
    monkeypatch.setenv("SISERI_KEY_PASSWORD", OPENS)
    code, told = enrol(run, invited, "--request", "--json")
    assert code == 0, told.err
    file = folder / json.loads(told.out)["credential"]["keyFile"]
    assert file.suffix == ".p12"
    held = read_held_key(file.read_bytes(), password=OPENS)
    above = x509.load_pem_x509_certificates((folder / AUTHORITIES).read_bytes())
    held.certificate.verify_directly_issued_by(above[0])
    assert run("enrol", "--renew", "--request")[0] == 0
    assert len(listed(run, partner)["credentials"]) == 2


@pytest.mark.parametrize("form", ["p12", "pem"])
def test_a_certificate_that_the_partner_has_is_enrolled(
    run, partner, trusted, tmp_path, monkeypatch, *, form
):
    pki, key = trusted, new_key(Kind.P256)
    certificate = pki.issue(key.public_key(), name=subject(siret=builders.LABORATORY))
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in (certificate, pki.authority))
    file, key_file = tmp_path / f"holder.{form}", tmp_path / "holder.key"
    if form == "p12":
        monkeypatch.setenv("SISERI_KEY_PASSWORD", OPENS)
        file.write_bytes(pkcs12_of(key, pem, password=OPENS))
        file.chmod(0o600)
    else:
        file.write_bytes(pem)
        key_file.write_bytes(pem_of(key))
        key_file.chmod(0o600)
    more = ("--key", key_file) if form == "pem" else ()
    code, told = enrol(run, partner, "--certificate", file, *more, "--json")
    assert code == 0, told.err
    kept = json.loads(told.out)["credential"]
    assert kept["kind"] == "CERTIFICATE"
    assert kept["keyFile"] == str(key_file if form == "pem" else file)
    assert not list((tmp_path / "credentials").glob("key-*"))  # it stays where the partner keeps it


def test_what_its_authority_revokes_later_ends_here_too(run, partner, served, tmp_path):
    pki, folder = Pki(), config_at(served.home).trusted_authorities
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    pairs = [(pki.root, "racine.pem"), (pki.authority, "ac.pem")]
    for certificate, name in pairs:
        (folder / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "essai.toml").write_text(
        'organisation = "icd"\nanchors = ["racine.pem"]\nintermediates = ["ac.pem"]\n'
        'revocation_lists = ["ac.crl", "racine.crl"]\n'
    )

    def publish(*revoked, at):
        for one, name in zip(pki.lists(at=at, revoked=revoked), ("ac", "racine"), strict=True):
            (folder / f"{name}.crl").write_bytes(one.public_bytes(Encoding.DER))

    now = machine_time()
    publish(at=now)
    key = new_key(Kind.P256)
    certificate = pki.issue(key.public_key(), name=subject(siret=builders.LABORATORY))
    file, key_file = tmp_path / "holder.pem", tmp_path / "holder.key"
    file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(pem_of(key))
    key_file.chmod(0o600)
    assert enrol(run, partner, "--certificate", file, "--key", key_file)[0] == 0
    (thumbprint,) = [one["thumbprint"] for one in listed(run, partner)["credentials"]]

    def looked():
        code, told = run("partner", "recheck", "--json")
        return code, json.loads(told.out)

    assert looked()[1]["revoked"] == []
    publish(certificate, at=now - timedelta(days=3))
    code, told = looked()
    assert (code, told["revoked"]) == (1, [])  # too old to tell
    assert thumbprint in told["untold"]
    publish(certificate, at=now)
    assert looked()[1]["revoked"] == [thumbprint]
    assert listed(run, partner)["credentials"][0]["revokedAt"] is not None
    assert looked()[1]["revoked"] == []


def test_a_certificate_without_its_key_is_not_done(run, partner, tmp_path):
    certificate = tmp_path / "holder.pem"
    certificate.write_bytes(Pki().root.public_bytes(Encoding.PEM))
    certificate.chmod(0o600)
    assert enrol(run, partner, "--certificate", certificate)[0] == 3
    assert enrol(run, partner, "--certificate", tmp_path / "absent")[0] == 3


def test_another_root_of_trust_is_refused_before_anything_is_sent(run, partner, folder):
    code, told = enrol(run, partner, fingerprint="SHA256:" + "A" * 43)
    assert code == 3
    assert "rien n'est envoyé" in told.err
    assert not folder.exists()
    assert listed(run, partner)["invitedUntil"] is not None


def test_without_a_fingerprint_nothing_is_sent(run, partner):
    code, told = run("enrol", "--invitation", partner["invitation"])
    assert code == 3
    assert "--fingerprint" in told.err


def test_an_invitation_that_is_wrong_is_told_in_both_languages(run, partner, folder):
    code, told = enrol(run, {**partner, "invitation": "x" * 43})
    assert code == 3
    assert "A001" in told.err
    pending = [*folder.glob("*pending*")]
    assert mode(pending[0]) == 0o600
    assert enrol(run, partner)[0] == 0  # with the same key
    code, told = run("enrol", "--renew", "--invitation", "ignored")
    assert code == 0, told.err


def test_an_answer_that_was_lost_comes_again(run, partner, folder):
    assert enrol(run, partner)[0] == 0
    pack = json.loads((folder / PACK).read_bytes())
    lost = folder / pack["credentials"][0]["keyFile"]
    lost.rename(folder / "key-pending.pem")
    (folder / PACK).unlink()
    assert enrol(run, partner)[0] == 0
    assert json.loads((folder / PACK).read_bytes()) == pack
    assert len(listed(run, partner)["credentials"]) == 1


def test_the_next_key_takes_over_and_the_first_is_revoked(run, partner, folder):
    assert enrol(run, partner)[0] == 0
    first = json.loads((folder / PACK).read_bytes())["credentials"][0]["thumbprint"]
    assert enrol(run, partner)[0] == 3  # enrolled already
    assert run("enrol", "--renew")[0] == 0
    code, told = run("enrol", "--renew")
    assert code == 3
    assert "K012" in told.err
    assert run("enrol", f"--revoke={first}")[0] == 0
    states = {one["thumbprint"]: one for one in listed(run, partner)["credentials"]}
    assert states[first]["revokedAt"] is not None
    assert [one["code"] for one in listed(run, partner)["refusals"]] == ["K012"]
    left = json.loads((folder / PACK).read_bytes())["credentials"]
    assert [one["thumbprint"] for one in left] == [one for one in states if one != first]
    assert run("enrol", "--renew")[0] == 0


def test_whoever_runs_the_gateway_revokes_at_once(run, partner, folder):
    assert enrol(run, partner)[0] == 0
    thumbprint = json.loads((folder / PACK).read_bytes())["credentials"][0]["thumbprint"]
    assert run("partner", "revoke", partner["id"], thumbprint)[0] == 0
    code, told = run("enrol", "--renew")
    assert code == 3
    assert "A001" in told.err
    assert run("partner", "revoke", partner["id"], "x" * 43)[0] == 3
    assert run("partner", "revoke", "nobody", thumbprint)[0] == 3


def test_what_is_enrolled_and_refused_is_shown_to_whoever_runs_the_gateway(run, partner):
    code, told = run("partner", "list")
    assert code == 0
    assert "invité jusqu'au" in told.out
    assert enrol(run, partner)[0] == 0
    _, told = run("partner", "list")
    assert "JWK" in told.out


def test_what_is_enrolled_sends(run, partner, tmp_path):
    assert enrol(run, partner)[0] == 0
    lot = tmp_path / "lot.json"
    lot.write_bytes(builders.in_json(builders.a_transmission()))
    code, told = run("send", lot, "--json")
    assert code == 0, told.err + told.out
    received = json.loads(told.out)[0]["acknowledgement"]["received"]
    thumbprint = listed(run, partner)["credentials"][0]["thumbprint"]
    assert received["credential"]["sha256"] == _hexadecimal(thumbprint)
    assert listed(run, partner)["credentials"][0]["lastUsedAt"] is not None
    assert run("enrol", f"--revoke={thumbprint}")[0] == 0
    code, told = run("send", lot)
    assert code == 3
    assert "enrol" in told.err


def test_a_key_that_was_revoked_sends_nothing(run, partner, folder, tmp_path):
    assert enrol(run, partner)[0] == 0
    thumbprint = json.loads((folder / PACK).read_bytes())["credentials"][0]["thumbprint"]
    assert run("partner", "revoke", partner["id"], thumbprint)[0] == 0
    lot = tmp_path / "lot.json"
    lot.write_bytes(builders.in_json(builders.a_transmission()))
    code, told = run("send", lot)
    assert code == 3
    assert "révoqué" in told.err


def _hexadecimal(thumbprint):
    return base64.urlsafe_b64decode(thumbprint + "=").hex()


def test_nobody_is_invited_who_is_no_partner(run):
    code, told = run("partner", "invite", "nobody")
    assert code == 3
    assert "partner list" in told.err


def test_an_invitation_is_shown_once_with_the_command_that_uses_it(run, partner):
    code, told = run("partner", "invite", partner["id"], "--days", "3")
    assert code == 0
    assert f"siseri-gateway enrol --url {partner['url']} --fingerprint SHA256:" in told.out


def test_an_invitation_never_travels_in_clear(run, partner):
    code, told = enrol(run, partner, "--url", "http://gateway.example")
    assert code == 3
    assert "https" in told.err


def test_nothing_to_renew_or_revoke_is_said(run):
    assert run("enrol", "--renew")[0] == 3
    assert run("enrol", "--revoke", "x" * 43)[0] == 3


def test_a_pack_open_to_others_is_not_used(run, partner, folder):
    assert enrol(run, partner)[0] == 0
    (folder / PACK).chmod(0o644)
    code, told = run("enrol", "--renew")
    assert code == 3
    assert "600" in told.err
