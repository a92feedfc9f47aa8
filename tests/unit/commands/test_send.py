import json

import pytest

from gateway.__main__ import main
from tests.unit.commands.test_posting import BUSY, EXAMPLES, TOKEN, Script


def receipt(name):
    return (EXAMPLES / f"acknowledgement/{name}").read_bytes()


@pytest.fixture
def lot(tmp_path, monkeypatch):
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("SISERI_TOKEN_FILE", str(tmp_path / "token"))
    for name in ("lot.json", "lot.xml", "other.json"):
        (tmp_path / name).write_bytes(b"{}" if name.endswith("json") else b"<t/>")
    return tmp_path


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("accepted.json", 0),
        ("partly_accepted.json", 1),
        ("held.json", 1),
        ("inadmissible.json", 2),
        ("conflict.json", 2),
    ],
)
def test_the_exit_code_tells_the_verdict_and_the_receipt_is_kept(lot, answer, code):
    with Script((200, {}, receipt(answer))) as script:
        assert main(["send", str(lot / "lot.json"), "--url", script.url]) == code
    assert (lot / "lot.receipt.json").read_bytes() == receipt(answer)


def test_several_files_end_with_the_worst_and_none_costs_another(lot, capsys):
    answers = [(401, {}, BUSY.replace(b"B008", b"A001")), (200, {}, receipt("held.json"))]
    with Script(*answers) as script:
        files = [str(lot / name) for name in ("lot.json", "missing.json", "other.json")]
        assert main(["send", *files, "--url", script.url, "--json"]) == 3
    first, missing, last = json.loads(capsys.readouterr().out)
    assert first["exitCode"] == missing["exitCode"] == 3
    assert "[A001]" in first["error"]["fr"]
    assert last["exitCode"] == 1
    assert last["acknowledgement"]["disposition"] == "HELD"


def test_a_verdict_says_line_code_remedy_and_who_must_act_in_french(lot, capsys):
    with Script((200, {}, receipt("partly_accepted.json"))) as script:
        main(["send", str(lot / "lot.json"), "--url", script.url])
    out = capsys.readouterr().out
    for said in (
        "Acceptée en partie",
        "2026-09/000003",
        "I002",
        "corriger",
        "l'émetteur",
        "refusée",
    ):
        assert said in out


def test_a_verdict_may_be_read_in_english(lot, capsys):
    with Script((200, {}, receipt("partly_accepted.json"))) as script:
        main(["send", str(lot / "lot.json"), "--url", script.url, "--lang", "en"])
    out = capsys.readouterr().out
    for said in ("Partly accepted", "the employer", "wait", "The key is not that"):
        assert said in out


def test_a_replay_is_told(lot, capsys):
    with Script((200, {"Idempotent-Replayed": "true"}, receipt("accepted.json"))) as script:
        main(["send", str(lot / "lot.json"), "--url", script.url])
    assert "Déjà répondu" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["lot.json", "--soap", "1.1"], ["lot.csv"]])
def test_a_file_that_no_door_takes_is_not_sent(lot, arguments, capsys):
    name, *more = arguments
    assert main(["send", str(lot / name), *more, "--url", "http://127.0.0.1:9"]) == 3
    assert name in capsys.readouterr().err


def test_the_token_is_never_shown(lot, capsys):
    with Script((200, {}, receipt("accepted.json"))) as script:
        main(["send", str(lot / "lot.json"), "--url", script.url])
    shown = capsys.readouterr()
    assert TOKEN not in shown.out + shown.err
