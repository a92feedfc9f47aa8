"""`sirene import` on the command line: what it says, and how it ends."""

import json

import pytest

from adapters.sirene.stock import NAME
from gateway.__main__ import main
from tests.partners.api_insee_fr.establishments import fictitious
from tests.sirene_stock import a_csv, a_row, a_zip


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def month(tmp_path):
    rows = [a_row(fictitious(number)) for number in range(5)]
    return a_zip(tmp_path, [*rows, a_row(fictitious(5), state="X")])


def test_a_month_is_imported_into_the_home(home, month, capsys):
    assert main(["sirene", "import", str(month)]) == 0
    assert "Stock de 2026-10 : 5 établissements, 1 lignes écartées" in capsys.readouterr().out
    assert (home / NAME).exists()


def test_as_json_it_is_told_to_machines(home, month, capsys):
    assert main(["sirene", "import", str(month), "--json", "--month", "2026-09"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "month": "2026-09",
        "rows": 5,
        "bad": 1,
        "resumedAt": 0,
        "sizeBytes": (home / NAME).stat().st_size,
    }


@pytest.mark.parametrize("case", ["absent", "folder", "another", "month"])
def test_what_cannot_be_imported_is_told_in_both_languages_and_leaves_nothing(
    home, tmp_path, month, capsys, case
):
    another = a_csv(tmp_path, [{"siren": "552081317"}], columns=("siren",), name="other.csv")
    given = {
        "absent": [tmp_path / "absent.zip"],
        "folder": [tmp_path],
        "another": [another],
        "month": [month, "--month", "2026-13"],
    }[case]
    assert main(["sirene", "import", *map(str, given)]) == 3
    french, english = capsys.readouterr().err.splitlines()[-2:]  # after the progress
    assert french.startswith("Erreur ")
    assert english.startswith("Error ")
    assert not (home / NAME).exists()
