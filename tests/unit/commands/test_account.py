"""`account`: what the operator sees and decides of accounts, by ids that say nothing."""

import io
import json
import sys
from datetime import date

import pytest

from gateway.__main__ import main
from gateway.commands.opening import configuration, opened_store
from gateway.model.account_notices import AccountNotice, AccountNoticeKind
from tests.identities import NOW, a_link, a_session, a_subject

EMAIL = "anne.moreau@exemple.fr"


@pytest.fixture
def account_id(tmp_path, monkeypatch, capsys):
    """Of somebody who signed in once, with a session."""
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    for command in (["keys", "new"], ["migrate"]):
        assert main(command) == 0
    capsys.readouterr()
    with opened_store(configuration()) as store:
        account = store.users.accounts.admit(a_link())
        store.users.sessions.begin(a_session(account.id, "held"), replaced=None)
    return account.id


def admitted(subject):
    with opened_store(configuration()) as store:
        return store.users.accounts.admit(a_link(a_subject(subject)))


def is_signed_in():
    with opened_store(configuration()) as store:
        return store.users.sessions.find("held") is not None


def shown(capsys, *arguments):
    capsys.readouterr()
    assert main(["account", "list", "--json", *arguments]) == 0
    out = capsys.readouterr().out
    assert EMAIL not in out
    return json.loads(out)


def test_an_account_is_shown_by_its_id_and_nothing_of_the_person(account_id, capsys):
    (found,) = shown(capsys)
    assert (found["id"], found["kind"]) == (account_id, "PROFESSIONAL")
    assert (found["identities"], found["addresses"], found["disabledAt"]) == (1, 1, None)
    assert main(["account", "list"]) == 0
    out = capsys.readouterr().out
    assert account_id in out
    assert "moreau" not in out


@pytest.mark.parametrize(
    ("typed", "count"), [("Anne.Moreau@exemple.fr\n", 1), ("paul@exemple.fr\n", 0)]
)
def test_the_account_of_an_address_is_found_by_it_without_naming_it_on_the_line(
    account_id, capsys, monkeypatch, typed, count
):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert [one["id"] for one in shown(capsys, "--email")] == [account_id] * count


def test_what_is_no_address_is_said_to_be_none_and_not_repeated(account_id, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("not an address\n"))
    assert main(["account", "list", "--email"]) == 3
    assert "not an address" not in capsys.readouterr().err
    assert is_signed_in()
    del account_id


def test_a_disabled_account_is_out_at_once_and_back_when_it_is_enabled(account_id, capsys):
    assert main(["account", "disable", account_id]) == 0
    assert not is_signed_in()
    assert shown(capsys)[0]["disabledAt"] is not None
    assert admitted("s-1").disabled_at is not None
    assert main(["account", "enable", account_id]) == 0
    assert admitted("s-1").disabled_at is None


def test_a_released_address_is_the_next_ones_who_comes_with_it(account_id):
    assert admitted("s-2") is None
    assert main(["account", "release", account_id]) == 0
    assert not is_signed_in()
    assert admitted("s-2").id != account_id
    assert admitted("s-1") is None


def test_an_identity_that_is_unlinked_begins_anew(account_id, capsys):
    assert main(["account", "release", account_id, "--links"]) == 0
    assert not is_signed_in()
    assert shown(capsys)[0]["identities"] == 0
    assert admitted("s-1") is None, "its address is still the former account's"
    assert main(["account", "release", account_id]) == 0
    assert admitted("s-1").id != account_id


def test_a_notice_that_no_relay_took_is_shown_without_an_address(account_id, capsys):
    with opened_store(configuration()) as store:
        notice = AccountNotice(
            account_id=account_id,
            kind=AccountNoticeKind.IDLE,
            day=date(2028, 11, 2),
            days=30,
            decided_at=NOW,
        )
        store.users.life.tell(notice)
    capsys.readouterr()
    assert main(["background", "notices", "--json"]) == 1
    out = capsys.readouterr().out
    (shown,) = json.loads(out)["notices"]
    assert (shown["account"], shown["kind"], shown["state"]) == (account_id, "IDLE", "WAITING")
    assert "moreau" not in out


@pytest.mark.parametrize("command", ["disable", "enable", "release"])
def test_an_account_that_there_is_not_is_said_so(account_id, command, capsys):
    assert main(["account", command, f"{account_id}x"]) == 3
    assert "account list" in capsys.readouterr().err
