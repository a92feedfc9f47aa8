"""`keys new`, `rotate`, `request`, `import`: a key comes into service, and nothing else changes."""

import subprocess

import pytest

from gateway.__main__ import main
from signing.keys import HANDOVER, REGISTER, load_published
from tests.softhsm import PIN, softhsm  # noqa: F401 - a fixture


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path))
    return tmp_path


def test_a_signing_key_is_made_beside_the_former_one(home, capsys):
    assert main(["keys", "new"]) == 0
    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    capsys.readouterr()
    assert main(["keys", "rotate"]) == 0
    said = capsys.readouterr().out
    former, key = load_published(home / "signing-keys")
    assert former.valid_to == key.valid_from + HANDOVER
    for part in (key.kid, f"du {key.valid_from:%Y-%m-%d %H:%M} au {key.valid_to:%Y-%m-%d %H:%M}"):
        assert part in said
    assert f"{former.kid}, jusqu'au {former.valid_to:%Y-%m-%d %H:%M}" in said
    assert "d'elle-même, sans redémarrage" in said
    changed = {file for file, octets in before.items() if file.read_bytes() != octets}
    assert changed == {home / "signing-keys" / REGISTER}
    made = {file.name for file in home.rglob("*") if file.is_file() and file not in before}
    assert made == {f"{key.kid}.key.pem", f"{key.kid}.cert.pem"}


def test_keys_that_exist_name_the_way_to_another(home, capsys):
    assert main(["keys", "new"]) == 0
    assert main(["keys", "new"]) == 3
    assert "siseri-gateway keys rotate" in capsys.readouterr().err
    assert len(load_published(home / "signing-keys")) == 1


def test_there_must_be_a_key_to_take_over_from(home, capsys):
    assert main(["keys", "rotate"]) == 3
    assert "siseri-gateway keys new" in capsys.readouterr().err
    assert not (home / "signing-keys").exists()


def test_a_register_that_cannot_be_read_is_left_as_it_is(home, capsys):
    assert main(["keys", "new"]) == 0
    register = home / "signing-keys" / REGISTER
    register.write_bytes(b"{}")
    assert main(["keys", "rotate"]) == 3
    assert "not a register" in capsys.readouterr().err
    assert register.read_bytes() == b"{}"


def openssl(*arguments, cwd):
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """A root and a signer's key, made by openssl alone."""
    folder = tmp_path_factory.mktemp("ca")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=Racine", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem",
            cwd=folder)  # fmt: skip
    (folder / "usage").write_text("keyUsage=critical,digitalSignature\nbasicConstraints=CA:false\n")
    return folder


def certify(authority, request, certificate):
    openssl("x509", "-req", "-in", request, "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "20",
            "-extfile", "usage", "-out", certificate, cwd=authority)  # fmt: skip


def test_a_pkcs12_file_of_openssl_takes_over(home, authority, tmp_path, monkeypatch, capsys):
    assert main(["keys", "new"]) == 0
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=Passerelle", "-keyout", tmp_path / "k", "-out", tmp_path / "csr",
            cwd=authority)  # fmt: skip
    certify(authority, tmp_path / "csr", tmp_path / "cert")
    openssl("pkcs12", "-export", "-inkey", tmp_path / "k", "-in", tmp_path / "cert",
            "-certfile", "ca.pem", "-out", tmp_path / "key.p12", "-passout", "pass:essai",
            cwd=authority)  # fmt: skip
    assert main(["keys", "import", str(tmp_path / "key.p12")]) == 3
    assert "password" in capsys.readouterr().err
    monkeypatch.setenv("SISERI_PKCS12_PASSWORD", "essai")
    assert main(["keys", "import", str(tmp_path / "key.p12")]) == 0
    said = capsys.readouterr().out
    former, key = load_published(home / "signing-keys")
    assert key.kid in said
    assert former.kid in said
    assert "SISERI_PKCS12_PASSWORD" in said
    assert "essai" not in said.replace("d'essai", "")
    assert [one.subject.rfc4514_string() for one in key.chain] == ["CN=Racine"]


def test_a_requested_key_takes_over_with_its_certificate(home, authority, tmp_path, capsys):
    assert main(["keys", "new"]) == 0
    capsys.readouterr()
    assert main(["keys", "request"]) == 0
    (tmp_path / "csr").write_text(capsys.readouterr().out)
    openssl("req", "-verify", "-in", tmp_path / "csr", "-noout", cwd=authority)
    certify(authority, tmp_path / "csr", tmp_path / "cert")
    chain = (tmp_path / "cert").read_bytes() + (authority / "ca.pem").read_bytes()
    (tmp_path / "chain.pem").write_bytes(chain)
    assert len(load_published(home / "signing-keys")) == 1
    assert main(["keys", "import", str(tmp_path / "chain.pem")]) == 0
    assert len(load_published(home / "signing-keys")) == 2


def test_a_file_that_is_no_key_of_ours_takes_over_nothing(home, authority, tmp_path):
    assert main(["keys", "new"]) == 0
    assert main(["keys", "import", str(tmp_path / "absent")]) == 3
    (tmp_path / "long").write_bytes(bytes(64 * 1024 + 1))
    assert main(["keys", "import", str(tmp_path / "long")]) == 3
    assert len(load_published(home / "signing-keys")) == 1
    assert main(["keys", "import", str(authority / "ca.pem")]) == 3  # its key is not ours


def test_a_key_is_made_in_a_token(home, softhsm, monkeypatch, capsys):  # noqa: F811
    label = softhsm.new_token()
    assert main(["keys", "new", "--token", label]) == 3
    assert "no PKCS#11 library" in capsys.readouterr().err
    monkeypatch.setenv("SISERI_PKCS11_MODULE", str(softhsm.module))
    monkeypatch.setenv("SISERI_PKCS11_PIN", PIN)
    assert main(["keys", "new", "--token", label]) == 0
    assert main(["keys", "rotate", "--token", label]) == 0
    said = "".join(capsys.readouterr())
    assert PIN not in said
    assert len(list((home / "signing-keys").glob("*.token.json"))) == 2
    private = [file.name for file in (home / "signing-keys").glob("*.key.pem")]
    assert all(name.startswith("log-") for name in private)
    assert len(load_published(home / "signing-keys")) == 2


def test_a_pkcs12_file_goes_into_no_token(home, tmp_path, capsys):
    (tmp_path / "key.p12").write_bytes(b"\x30\x00")
    assert main(["keys", "import", str(tmp_path / "key.p12"), "--token", "any"]) == 3
    assert "PEM" in capsys.readouterr().err
    assert not (home / "signing-keys").exists()


def test_a_library_of_tokens_must_be_there(home, tmp_path, monkeypatch, capsys):
    for value in ("relative.so", str(tmp_path / "absent.so")):
        monkeypatch.setenv("SISERI_PKCS11_MODULE", value)
        assert main(["keys", "list"]) == 3
        assert "SISERI_PKCS11_MODULE" in capsys.readouterr().err
    assert not (home / "signing-keys").exists()
