"""`witness` on the command line: what it makes, and why it does not start."""

from dataclasses import replace

import pytest

from gateway.__main__ import main
from signing.log.witness_folder import new_witness, witness_key
from tests.witnesses import NAME, ALog


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--log", "no key"),
        ("--log", "WITNESS"),
        ("--log", "LOG", "--folder", "/nowhere/at/all"),
        ("--log", "LOG", "--log", "OTHER", "--follow", "http://127.0.0.1:9/log"),
        ("--log", "LOG", "--follow", "ftp://127.0.0.1/log"),
    ],
)
def test_a_witness_that_cannot_start_says_why_in_both_languages(tmp_path, capsys, arguments):
    new_witness(tmp_path / "w", name=NAME)
    other = ALog(1).key.vkey
    texts = {
        "WITNESS": witness_key(tmp_path / "w").text,
        "LOG": other.text,
        "OTHER": replace(other, name="other.example/log").text,
    }
    given = [texts.get(one, one) for one in arguments]
    folder = [] if "--folder" in given else ["--folder", tmp_path / "w"]
    assert main(["witness", *map(str, folder), *given]) == 3
    french, english = capsys.readouterr().err.splitlines()
    assert french.startswith("Erreur ")
    assert english.startswith("Error ")


def test_a_new_key_is_shown_as_policies_name_it_and_made_once(tmp_path, capsys):
    made = ["witness", "new-key", "--folder", str(tmp_path / "w"), "--name", NAME]
    assert main(made) == 0
    text = witness_key(tmp_path / "w").text
    assert capsys.readouterr().out.splitlines()[0] == text
    assert main(made) == 3
    capsys.readouterr()
    assert main(["witness", "key", "--folder", str(tmp_path / "w")]) == 0
    assert capsys.readouterr().out.split() == [text]


@pytest.mark.parametrize("name", ["two words", "", "plus+plus"])
def test_a_name_that_no_line_could_hold_is_refused(tmp_path, capsys, name):
    assert main(["witness", "new-key", "--folder", str(tmp_path / "w"), "--name", name]) == 3
    assert "Erreur" in capsys.readouterr().err
