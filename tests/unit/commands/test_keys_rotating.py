"""`keys rotate --sealing`, `--index`, `--log`: each key is rotated by one command, repeatedly."""

import orjson
import pytest

from gateway.__main__ import main
from gateway.app import Store
from gateway.config import Config
from signing.log.keys import HANDOVER, LogKeys
from signing.oauth.decryption_keys import HANDOVER as DECRYPTION_HANDOVER
from signing.oauth.decryption_keys import load_decryption_keys
from signing.register import load_register
from tests.builders import nir_of
from tests.running import a_row


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    """An installation whose directory knows somebody."""
    monkeypatch.setenv("SISERI_HOME", str(tmp_path))
    assert main(["keys", "new"]) == 0
    assert main(["migrate"]) == 0
    store = Store(Config.from_env())
    store.directory.save([a_row(1)], version="june")
    store.close()
    capsys.readouterr()
    return tmp_path


def known():
    store = Store(Config.from_env())
    nir = a_row(1).nir
    assert nir.reveal() == nir_of(1)
    found = store.directory.look_up([nir])
    store.close()
    return nir in found


def sealing_keys(home):
    return sorted(file.name for file in (home / "sealing-keys").iterdir())


@pytest.mark.parametrize(
    ("option", "name", "other"), [("--sealing", "master", "index"), ("--index", "index", "master")]
)
def test_a_sealing_key_is_rotated_and_the_former_put_by(home, capsys, option, name, other):
    for version in (2, 3):
        assert main(["keys", "rotate", option]) == 0
        said = capsys.readouterr().out
        assert f"Clé {name} v{version} : en cours" in said
        assert f"Clé {name} v{version - 1} retirée" in said
        assert known()
    assert sealing_keys(home) == sorted(
        [
            f"sealing-{other}-v1.key",
            f"sealing-{name}-v1.key.retired",
            f"sealing-{name}-v2.key.retired",
            f"sealing-{name}-v3.key",
        ]
    )


def test_a_prepared_key_serves_only_once_it_is_rotated_to(home, capsys):
    for _ in range(2):
        assert main(["keys", "rotate", "--index", "--prepare"]) == 0
        assert "index v2" in capsys.readouterr().out
        assert known()
    assert sealing_keys(home) == [
        "sealing-index-v1.key",
        "sealing-index-v2.key",
        "sealing-master-v1.key",
    ]
    prepared = (home / "sealing-keys" / "sealing-index-v2.key").read_bytes()
    assert main(["keys", "rotate", "--index"]) == 0
    assert (home / "sealing-keys" / "sealing-index-v2.key").read_bytes() == prepared
    assert known()


def test_a_retired_key_that_was_not_put_by_is_before_another_rotation_begins(home):
    assert main(["keys", "rotate", "--sealing"]) == 0
    retired = home / "sealing-keys" / "sealing-master-v1.key.retired"
    retired.rename(retired.with_suffix(""))
    assert main(["keys", "rotate", "--sealing"]) == 0
    assert retired.exists()
    assert "sealing-master-v3.key" not in sealing_keys(home)


def test_keys_of_another_directory_are_refused(home, capsys):
    (home / "sealing-keys" / "sealing-index-v1.key").write_text("ab" * 32)
    assert main(["keys", "rotate", "--index"]) == 3
    assert "bring back its sealing keys" in capsys.readouterr().err
    assert "sealing-index-v2.key" not in sealing_keys(home)


def test_the_key_of_the_log_is_rotated_and_the_former_signs_beside_it(home, capsys):
    assert main(["keys", "rotate", "--log"]) == 0
    said = capsys.readouterr().out
    former, key = load_register(home / "signing-keys").log.keys
    assert key.vkey.name == former.vkey.name
    assert former.valid_to == key.valid_from + HANDOVER
    for part in (key.vkey.text, former.vkey.text, f"{HANDOVER.days} jours"):
        assert part in said.replace("\n", " ")
    signers = LogKeys(home / "signing-keys").signers(now=key.valid_from)
    assert [signer.vkey for signer in signers] == [key.vkey, former.vkey]
    assert main(["keys", "list", "--json"]) == 0
    listed = orjson.loads(capsys.readouterr().out)["log"]
    assert [entry["vkey"] for entry in listed] == [former.vkey.text, key.vkey.text]


@pytest.mark.parametrize(
    "options",
    [
        ["--sealing", "--index"],
        ["--log", "--token", "HSM"],
        ["--index", "--token", "HSM"],
        ["--prepare"],
        ["--log", "--prepare"],
    ],
)
def test_options_of_two_rotations_are_refused(home, capsys, options):
    before = sealing_keys(home)
    assert main(["keys", "rotate", *options]) == 3
    assert "one key at a time" in capsys.readouterr().err
    assert sealing_keys(home) == before


@pytest.fixture
def workers(home, monkeypatch, capsys):
    """An installation that FranceConnect+ is configured in, and its folder of keys."""
    for name, value in (
        ("ISSUER", "https://franceconnect.invalid/api/v2"),
        ("CLIENT_ID", "gateway"),
        ("CLIENT_SECRET", "of-nobody"),
    ):
        monkeypatch.setenv(f"SISERI_FRANCECONNECT_{name}", value)
    assert main(["keys", "new"]) == 0
    capsys.readouterr()
    return home / "franceconnect-keys"


def test_the_keys_of_franceconnect_change_new_one_first(workers, capsys):
    (first,) = load_decryption_keys(workers)
    assert main(["keys", "rotate", "--franceconnect"]) == 0
    former, newer = load_decryption_keys(workers)
    assert newer.kid in capsys.readouterr().out
    assert (former.kid, former.end) == (first.kid, newer.begin + DECRYPTION_HANDOVER)


def test_a_key_of_the_other_algorithm_stands_beside_until_the_registration_changes(
    workers, monkeypatch
):
    monkeypatch.setenv("SISERI_FRANCECONNECT_ENCRYPTION", "RSA-OAEP-256")
    assert main(["keys", "rotate", "--franceconnect"]) == 0
    keys = load_decryption_keys(workers)
    assert [(key.alg, key.end) for key in keys] == [("ECDH-ES", None), ("RSA-OAEP-256", None)]


def test_a_stolen_key_of_franceconnect_opens_nothing_any_more(workers, capsys):
    assert main(["keys", "rotate", "--franceconnect", "--compromised"]) == 0
    stolen, newer = load_decryption_keys(workers)
    assert stolen.end == newer.begin
    assert "n'ouvre plus rien" in capsys.readouterr().out


def test_what_is_not_configured_has_no_key_to_rotate(home, capsys):
    assert main(["keys", "rotate", "--franceconnect"]) == 3
    assert "SISERI_FRANCECONNECT_ISSUER" in capsys.readouterr().err
    assert not (home / "franceconnect-keys").exists()
