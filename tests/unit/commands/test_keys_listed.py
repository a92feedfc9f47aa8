"""`keys list`: every key that serves, will or did, by what it is for; never a secret."""

import json
from datetime import timedelta

import pytest

from gateway.__main__ import main
from gateway.commands.opening import configuration, machine_time
from signing.oauth.decryption_keys import load_decryption_keys
from signing.oauth.identity_keys import LEAD, load_identity_keys
from signing.oauth.token_keys import TOKEN_KEYS, load_token_keys, new_token_key

FEDERATION = {
    "ISSUER": "https://franceconnect.invalid/api/v2",
    "CLIENT_ID": "gateway",
    "CLIENT_SECRET": "of-nobody",
}


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path))
    for name, value in FEDERATION.items():
        monkeypatch.setenv(f"SISERI_FRANCECONNECT_{name}", value)
    assert main(["keys", "new"]) == 0
    capsys.readouterr()
    return tmp_path


def listed(capsys):
    capsys.readouterr()
    assert main(["keys", "list", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def table(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    capsys.readouterr()
    assert main(["keys", "list"]) == 0
    return capsys.readouterr().out


def dated(keys, *, use):
    """As they are to be shown."""
    return [
        {
            "kid": one.kid,
            "use": use,
            "alg": one.alg,
            "from": one.begin.isoformat(),
            "to": None if one.end is None else one.end.isoformat(),
        }
        for one in keys
    ]


def test_each_key_is_shown_with_its_use_and_its_time_before_and_after_a_rotation(home, capsys):
    config = configuration()
    for rotations in (1, 2):
        shown = listed(capsys)
        assert [*shown] == ["signing", "log", "tokens", "franceconnect", "portals", "sealing"]
        tokens = load_token_keys(config.token_keys)
        opening = load_decryption_keys(config.federation.franceconnect.keys)
        portals = load_identity_keys(config.federation.portal_keys)
        assert shown["tokens"] == dated(tokens, use="sig")
        assert shown["franceconnect"] == dated(opening, use="enc")
        assert shown["portals"] == dated(portals, use="sig")
        assert [len(shown[name]) for name in ("tokens", "franceconnect", "portals")] == [
            rotations
        ] * 3
        for option in ("--tokens", "--franceconnect", "--portal"):
            assert main(["keys", "rotate", option]) == 0
    secrets = {file.read_text("ascii") for file in home.rglob("*.key.pem")}
    assert len(secrets) > 6
    assert not any(line in json.dumps(shown) for one in secrets for line in one.splitlines()[1:-1])


def test_a_table_tells_what_serves_what_will_and_what_did(home, capsys, monkeypatch):
    assert main(["keys", "rotate", "--portal"]) == 0
    config = configuration()
    (home / "token-keys" / TOKEN_KEYS).unlink()
    for hours_ago in (2, 1):
        at = machine_time() - timedelta(hours=hours_ago)
        new_token_key(config.token_keys, now=at, handover=timedelta(0))
    former, latest = load_token_keys(config.token_keys)
    lines = table(capsys, monkeypatch).splitlines()

    def row(name, key):
        (found,) = [line for line in lines if f"{name} {key.kid}" in line]
        return found

    assert "hors délai" in row("jetons", former)
    assert "en vigueur" in row("jetons", latest)
    opening = load_decryption_keys(config.federation.franceconnect.keys)[0]
    assert "en vigueur" in row("FranceConnect+", opening)
    serving, coming = load_identity_keys(config.federation.portal_keys)
    assert "en vigueur" in row("portails", serving)
    assert "à venir" in row("portails", coming)
    assert coming.begin - serving.begin >= LEAD - timedelta(seconds=1)


def test_where_nobody_signs_in_by_franceconnect_its_keys_are_none(home, capsys, monkeypatch):
    for name in FEDERATION:
        monkeypatch.delenv(f"SISERI_FRANCECONNECT_{name}")
    shown = listed(capsys)
    assert "franceconnect" not in shown
    assert len(shown["tokens"]) == 1
    (home / "token-keys" / TOKEN_KEYS).unlink()
    assert listed(capsys)["tokens"] == []


def test_a_register_that_cannot_be_read_is_said(home, capsys):
    (home / "portal-keys" / "identity-keys.json").write_text("{}", "utf-8")
    assert main(["keys", "list"]) == 3
    assert "Unusable keys" in capsys.readouterr().err
