"""`keys compromised KID --at INSTANT`: published at once, and the key signs no more."""

from datetime import UTC, datetime

import pytest

from gateway.__main__ import main
from signing.errors import KeyUnusable
from signing.keys import load_published, load_signer
from signing.log.keys import LogKeys
from signing.register import load_register

AT = "2026-01-05T10:00:00+01:00"


@pytest.fixture
def keys(tmp_path, monkeypatch):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path))
    assert main(["keys", "new"]) == 0
    return tmp_path / "signing-keys"


def kid_of(keys):
    return load_published(keys)[-1].kid


def test_a_compromised_key_is_published_with_its_instant_and_signs_no_more(keys, capsys):
    assert main(["keys", "compromised", kid_of(keys), "--at", AT]) == 0
    assert "2026-01-05 09:00:00 UTC" in capsys.readouterr().out
    (key,) = load_published(keys)
    assert key.compromised_at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    with pytest.raises(KeyUnusable, match="compromised"):
        load_signer(keys, now=key.valid_from)


def test_an_earlier_instant_stays(keys):
    main(["keys", "compromised", kid_of(keys), "--at", AT])
    assert main(["keys", "compromised", kid_of(keys), "--at", "2026-01-06T00:00:00Z"]) == 0
    (key,) = load_published(keys)
    assert key.compromised_at == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_another_key_may_take_over(keys):
    kid = kid_of(keys)
    main(["keys", "compromised", kid, "--at", AT])
    assert main(["keys", "rotate"]) == 0
    assert [key.compromised_at is None for key in load_published(keys)] == [False, True]


def test_a_compromised_key_of_the_log_is_published_and_signs_no_more(keys, capsys):
    (key,) = load_register(keys).log.keys
    key_id = key.vkey.key_id.hex()
    assert main(["keys", "list"]) == 0
    assert key_id in capsys.readouterr().out
    assert main(["keys", "compromised", key_id, "--at", AT]) == 0
    said = capsys.readouterr().out
    assert "2026-01-05 09:00:00 UTC" in said
    assert "keys rotate --log" in said
    (marked,) = load_register(keys).log.keys
    assert marked.compromised_at == datetime(2026, 1, 5, 9, tzinfo=UTC)
    with pytest.raises(KeyUnusable, match="compromised"):
        LogKeys(keys).signers(now=key.valid_from)
    assert main(["keys", "rotate", "--log"]) == 0
    assert [one.compromised_at is None for one in load_register(keys).log.keys] == [False, True]


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-01-05", "2026-01-05T10:00:00", "2999-01-01T00:00:00Z", ""]
)
def test_only_an_instant_in_the_past_with_its_offset_is_taken(keys, capsys, at):
    assert main(["keys", "compromised", kid_of(keys), "--at", at]) == 3
    assert "offset" in capsys.readouterr().err
    assert load_published(keys)[0].compromised_at is None


@pytest.mark.parametrize("kid", ["nobody-s", "-begins-with-a-hyphen", "--with-two"])
def test_an_unknown_key_is_said_to_be_so(keys, capsys, kid):
    assert main(["keys", "compromised", kid, "--at", AT]) == 3
    assert "keys list" in capsys.readouterr().err
    assert load_published(keys)[0].compromised_at is None


def test_there_must_be_keys(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path))
    assert main(["keys", "compromised", "any", "--at", AT]) == 3
    assert "siseri-gateway keys new" in capsys.readouterr().err
