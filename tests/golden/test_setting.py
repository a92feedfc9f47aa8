"""A vendor can bring a gateway of his own to the setting of a case: by the commands themselves."""

import json
import shlex

import pytest

import specs
from gateway.__main__ import main

ROOT = specs.path("examples")
CASES = json.loads((ROOT / "index.json").read_bytes())["cases"]
SUBMITTERS = [message["submitter"] for case in CASES for message in (case, *case.get("before", ()))]


@pytest.fixture
def installed(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    assert main(["keys", "new"]) == 0
    assert main(["migrate"]) == 0
    capsys.readouterr()


@pytest.mark.usefixtures("installed")
def test_every_directory_is_imported_without_a_bad_row(capsys):
    for path in sorted({case["directory"] for case in CASES}):
        assert main(["directory", "import", "--json", str(ROOT / path)]) == 0, path
        assert json.loads(capsys.readouterr().out)["bad"] == []


@pytest.mark.usefixtures("installed")
def test_every_command_enrols_the_submitter_that_the_index_states(capsys):
    commands = {given["command"]: given for given in SUBMITTERS if "command" in given}
    for place, command in enumerate(commands):
        assert main([*shlex.split(command)[1:], "--id", f"p{place:02d}"]) == 0, command
    capsys.readouterr()
    assert main(["partner", "list", "--json"]) == 0
    enrolled = json.loads(capsys.readouterr().out)
    for partner, stated in zip(enrolled, commands.values(), strict=True):
        assert {"name": stated["name"], "siret": stated["siret"]}.items() <= partner.items()
        assert sorted(partner["flows"]) == stated["flows"]
