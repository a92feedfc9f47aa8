"""`audit hand-overs`: of whom an entry is, for who may know; an export alone tells nobody."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import update

from gateway.__main__ import main
from gateway.commands.opening import configuration, opened_store
from gateway.storage.audit_trail import audit_entries
from gateway.storage.hand_overs import enter_hand_over
from gateway.storage.portal_tables import portal_hand_overs
from tests.portal import a_hand_over
from tests.running import NOW

ANNE, BRUNO = "-account-of-anne", "account-of-bruno"
A_DAY = timedelta(days=1)


class Installation:
    """Anne was handed over on two days, Bruno on the second."""

    def __init__(self, folder, capsys):
        self._folder, self._capsys = folder, capsys
        for at, account in ((NOW, ANNE), (NOW + A_DAY, BRUNO), (NOW + A_DAY, ANNE)):
            handed = a_hand_over(account_id=account)
            self.write(lambda c, h=handed, at=at: enter_hand_over(c, h, portal_id="portail", at=at))

    def write(self, work):
        with opened_store(configuration()) as store:
            store.writer.run(work)

    def shown(self, *asked, code=0):
        self._capsys.readouterr()
        assert main(["audit", "hand-overs", *asked, "--json"]) == code
        return json.loads(self._capsys.readouterr().out)

    def exported(self):
        self._capsys.readouterr()
        assert main(["audit", "export"]) == 0
        return self._capsys.readouterr().out

    def verify(self, export):
        file = self._folder / "audit.jsonl"
        file.write_text(export, "utf-8")
        keys = configuration().signing_keys / "signing-keys.json"
        return main(["audit", "verify", str(file), "--trust", str(keys)])


@pytest.fixture
def installation(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    assert main(["migrate"]) == main(["keys", "new"]) == 0
    return Installation(tmp_path, capsys)


def test_each_is_shown_with_its_account_of_one_time_or_one_account(installation, capsys):
    told = installation.shown()
    assert [one["account"] for one in told] == [ANNE, BRUNO, ANNE]
    assert {*told[0]} == {"number", "at", "portal", "acr", "scope", "account", "salt", "isTrue"}
    assert installation.shown("--account", ANNE) == [told[0], told[2]]
    day = f"{NOW:%Y-%m-%d}"
    assert installation.shown("--from", day, "--to", day) == [told[0]]
    capsys.readouterr()
    assert main(["audit", "hand-overs", f"--account={BRUNO}"]) == 0
    assert "conforme" in capsys.readouterr().out


def test_what_is_shown_opens_the_digest_in_the_export_and_only_that_does(installation):
    export = installation.exported()
    assert installation.verify(export) == 0
    assert ANNE not in export
    assert BRUNO not in export
    entries = {one["number"]: one for one in map(json.loads, export.splitlines()) if "act" in one}
    for one in installation.shown():
        given = bytes.fromhex(one["salt"]) + one["account"].encode()
        assert sha256(given).hexdigest() == entries[one["number"]]["details"]["accountSha256"]


def test_a_hand_over_that_is_edited_removed_or_invented_is_found_by_verify(installation):
    export = installation.exported()
    told = [line for line in export.splitlines(keepends=True) if "IDENTITY_HANDED_OVER" in line]
    assert installation.verify(export) == 0
    for forged in (
        export.replace('"portal":"portail"', '"portal":"autre"', 1),
        export.replace(told[1], ""),
        export.replace(told[1], told[1] + told[1]),
        export.replace(told[0] + told[1], told[1] + told[0]),
    ):
        assert forged != export
        assert installation.verify(forged) == 2


def test_an_account_put_in_the_place_of_another_is_shown_as_such(installation, capsys):
    of_bruno = update(portal_hand_overs).where(portal_hand_overs.c.account_id == BRUNO)
    installation.write(lambda c: c.execute(of_bruno.values(account_id=ANNE)))
    told = installation.shown(code=2)
    assert [one["isTrue"] for one in told] == [True, False, True]
    capsys.readouterr()
    assert main(["audit", "hand-overs"]) == 2
    assert "altéré" in capsys.readouterr().out


def test_a_digest_that_is_made_to_fit_another_account_no_longer_fits_the_log(installation):
    """Who edits both, entry and row, is found by the log."""
    before = installation.exported()
    number, entry = installation.shown()[1]["number"], before.splitlines()[-3]
    other = json.loads(before.splitlines()[-4])["details"]["accountSha256"]
    forged = entry.replace(json.loads(entry)["details"]["accountSha256"], other)
    of_it = update(audit_entries).where(audit_entries.c.number == number)
    installation.write(lambda c: c.execute(of_it.values(entry=forged.encode())))
    assert installation.verify(installation.exported()) == 2
    installation.write(lambda c: c.execute(of_it.values(entry=entry.encode())))
    assert installation.verify(installation.exported()) == 0
