"""`keys new`, `rotate`, `request`, `import`: a key comes into service, and nothing else changes."""

import pytest

from gateway.__main__ import main
from signing.keys import HANDOVER, REGISTER, load_published


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
