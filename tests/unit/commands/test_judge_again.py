"""`judge-again`, and what follows `directory import`: over a real installation."""

import json
from datetime import timedelta

import pytest

from gateway.__main__ import main
from gateway.commands.judge_again import Tally
from gateway.commands.opening import configuration
from gateway.commands.terminal import ExitCode
from gateway.identifiers import Siret
from gateway.judge_again import Outcome, Report
from gateway.model.directory import Partner
from gateway.model.transmission import Flow, SenderType
from gateway.store import SystemClock
from tests import running

LABORATORY = "77568501900488"
ACCREDITATION = "COFRAC 1-0000"
LINES = 4


@pytest.fixture
def held(tmp_path, monkeypatch, capsys):
    """An installation that holds a whole transmission; the file of its directory; its lines."""
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    for command in (["keys", "new"], ["migrate"]):
        assert main(command) == 0
    file, directory = tmp_path / "lot.json", tmp_path / "directory.csv"
    command = ["sample", "--lines", str(LINES), "--seed", "7", "--accreditation", ACCREDITATION]
    assert main([*command, "--out", str(file), "--directory-out", str(directory)]) == 0
    config = configuration()
    monkeypatch.setattr(running, "install", lambda *_, **__: config)
    form = json.loads(file.read_bytes())
    partner = Partner(
        id="laboratory",
        name="Laboratoire Exemple",
        siret=Siret.parse(LABORATORY),
        type=SenderType.OA,
        flows=frozenset({Flow.PASSIVE_EXTERNAL}),
        accreditation=ACCREDITATION,
        accredited_from=SystemClock().now().date() - timedelta(days=30),
    )
    with running.loop() as portal:
        gateway = running.Running(
            tmp_path / "home", portal=portal, clock=SystemClock(), partners=(partner,), rows=()
        )
        assert gateway.submit(form).acknowledgement["disposition"] == "HELD"
        capsys.readouterr()
        yield gateway, form, directory
        gateway.close()


def said(capsys):
    return json.loads(capsys.readouterr().out)


def test_what_the_import_makes_known_is_judged_again_at_once(held, capsys):
    gateway, form, directory = held
    assert main(["directory", "import", str(directory), "--json"]) == 0
    judged = said(capsys)["judgedAgain"]
    assert judged["transmissions"]["SUPERSEDED"] == 1
    assert judged["lines"] == {"accepted": LINES, "rejected": 0, "held": 0}
    status = gateway.get(f"/v1/transmissions/{form['id']}").form
    assert len(status["receipts"]) == 2
    assert main(["judge-again", "--json"]) == 0
    assert set(said(capsys)["transmissions"].values()) == {0}


def test_an_import_may_leave_it_to_the_command(held, capsys):
    _, _, directory = held
    assert main(["directory", "import", str(directory), "--json", "--no-judge-again"]) == 0
    assert "judgedAgain" not in said(capsys)
    assert main(["judge-again"]) == 0
    assert f"{LINES} acceptées" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        (
            "en",
            (
                "Rows refused",
                "… and 5 others: --json gives them all.",
                f"{LINES} added, 0 changed, 0 unchanged, 55 refused, 0 removed.",
                "Directory in version ",
                f"in 1 transmissions that were due: {LINES} accepted, 0 refused, 0 still held.",
                "1 with a new acknowledgement.",
            ),
        ),
        (
            "fr",
            (
                "Lignes refusées",
                "… et 5 autres : --json les donne toutes.",
                f"{LINES} ajoutées, 0 modifiées, 0 inchangées, 55 refusées, 0 retirées.",
                "Annuaire en version ",
                f"dans 1 transmissions à revoir : {LINES} acceptées, 0 refusées, 0 toujours",
                "1 avec un nouvel accusé.",
            ),
        ),
    ],
)
def test_an_import_is_told_in_the_language_asked_throughout(held, capsys, lang, texts):
    _, _, directory = held
    with directory.open("a", encoding="utf-8") as file:
        file.writelines(["no row at all\n"] * 55)
    assert main(["directory", "import", str(directory), "--lang", lang]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert [text for text in texts if text not in shown] == []


def test_what_is_judged_again_is_told_in_the_language_asked(held, capsys):
    _, _, directory = held
    assert main(["directory", "import", str(directory), "--no-judge-again", "--lang", "en"]) == 0
    capsys.readouterr()
    assert main(["judge-again", "--lang", "en"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert shown == (
        f"Held lines, in 1 transmissions that were due: {LINES} accepted, 0 refused, 0 still held. "
        "1 with a new acknowledgement."
    )


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (Report(outcome=Outcome.SUPERSEDED, accepted=2), ExitCode.DONE),
        (Report(outcome=Outcome.SETTLED), ExitCode.DONE),
        (Report(outcome=Outcome.SUPERSEDED, accepted=2, rejected=1), ExitCode.SOME_LINES),
        (Report(outcome=Outcome.UNCHANGED, held=1), ExitCode.SOME_LINES),
        (Report(outcome=Outcome.BUSY), ExitCode.SOME_LINES),
        (Report(outcome=Outcome.WITHOUT_BODY, held=1), ExitCode.SOME_LINES),
        (Report(outcome=Outcome.UNREADABLE, held=1), ExitCode.SOME_LINES),
    ],
)
def test_the_exit_code_says_whether_anything_is_refused_or_left(report, code, capsys):
    tally = Tally()
    tally.add(Report(outcome=Outcome.SUPERSEDED, accepted=1))
    tally.add(report)
    assert tally.exit_code is code
    tally.show()
    assert "Lignes en attente, dans 2 transmissions" in capsys.readouterr().out


def test_every_outcome_is_told():
    assert set(Tally().form["transmissions"]) == set(Outcome)


def test_without_an_installation_the_command_to_run_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "nowhere"))
    assert main(["judge-again"]) == 3
    assert "siseri-gateway keys new" in capsys.readouterr().err
