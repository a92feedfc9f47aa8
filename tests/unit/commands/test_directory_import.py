"""`directory import --decisions`: bad rows by line and reason, and the code that says so."""

import json

import pytest

from gateway.__main__ import main
from tests import builders
from tests.running import install

HEAD = "sender_siret;transmission;ref;decision;decided_on;rpps\n"
NOBODYS = "0b6f7a52-6d4c-4f7e-9a53-ffffffffffff"
ROW = f"{builders.LABORATORY};{NOBODYS};P-0001;CANCELLED;2026-01-20;10000000009\n"


@pytest.fixture
def importing(tmp_path, monkeypatch, capsys):
    install(tmp_path / "home")
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    file = tmp_path / "decisions.csv"
    file.write_text(HEAD + ROW + ROW.replace("CANCELLED", "FORGOTTEN"), "utf-8")

    def run(*options):
        code = main(["directory", "import", str(file), *options])
        return code, capsys.readouterr()

    return run


def test_a_line_that_nobody_sent_is_named_by_its_row_and_never_by_a_value(importing):
    code, said = importing("--decisions", "--json")
    assert code == 1
    form = json.loads(said.out)
    assert (form["version"], form["refused"], form["added"]) == (None, 2, 0)
    assert [(bad["line"], bad["column"], bad["code"]) for bad in form["bad"]] == [
        (2, "ref", "LINE_UNKNOWN"),
        (3, "decision", "CODE"),
    ]
    code, said = importing("--decisions", "--no-judge-again", "--lang", "en")
    assert code == 1
    assert "No row can be used" in said.out
    assert "FORGOTTEN" not in said.out + said.err
    assert NOBODYS not in said.out + said.err


def test_a_file_is_of_one_kind(importing):
    code, said = importing("--decisions", "--contacts")
    assert code == 3
    assert "contacts" in said.err
