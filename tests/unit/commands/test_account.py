"""`account`: what the operator sees and decides of accounts, by ids that say nothing."""

import io
import json
import sys
from datetime import date

import pytest
from sqlalchemy import insert

from gateway.__main__ import main
from gateway.commands.opening import configuration, opened_store
from gateway.identifiers import Nir
from gateway.model.account_notices import AccountNotice, AccountNoticeKind
from gateway.model.accounts import TRIES, TRIES_IN_ALL
from gateway.model.federation import Provider
from gateway.storage.account_seals import digest_of_subject
from gateway.storage.account_tables import number_tries
from tests import builders
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
        session = a_session(account.id, "held")
        store.users.sessions.begin(session, opened_by=a_subject(), replaced=None)
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
    assert (shown(capsys)[0]["identities"], shown(capsys)[0]["addresses"]) == (0, 0)
    assert admitted("s-1").id != account_id, "with the address that was the former account's"


def test_a_professionals_identities_are_unlinked_with_the_addresses_and_that_is_said(
    account_id, capsys
):
    capsys.readouterr()
    assert main(["account", "release", account_id, "--links"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Identités déliées : 1. Adresses libérées : 1." in said


def test_a_workers_identities_are_kept_from_that_worker_until_that_is_lifted(
    account_id, tmp_path, capsys
):
    rows = "nir;birth_name;first_name;birth_date;sex;employer_siret;nuclear_domain;contract_start\n"
    nir = builders.nir_of(7)
    path = tmp_path / "workers.csv"
    path.write_text(
        f"{rows}{nir};MARTIN;Jeanne;1990-06-15;F;{builders.EMPLOYER};yes;2020-01-01\n", "utf-8"
    )
    assert main(["directory", "import", str(path)]) == 0
    person = a_subject("p-1", Provider.FRANCECONNECT)
    with opened_store(configuration()) as store:
        worker_id = store.users.people.worker_of(Nir.parse(nir)).worker.id
        worker = store.users.accounts.link_worker(a_link(person), worker_id=worker_id)
        linked_at = a_link().at
    capsys.readouterr()
    assert main(["account", "release", worker.id, "--links"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Identités déliées : 1. Chacune est écartée de ce travailleur" in said
    assert {one["id"]: one["identities"] for one in shown(capsys)} == {account_id: 1, worker.id: 0}
    assert main(["account", "release", worker.id, "--links"]) == 0
    assert "déliées : 0" in capsys.readouterr().out
    with opened_store(configuration()) as store:
        assert store.users.accounts.was_released(person)
        assert store.users.accounts.is_barred(person, worker_id=worker_id)
    (bar,) = barred(capsys)
    assert (bar["account"], bar["linkedAt"]) == (worker.id, f"{linked_at:%Y-%m-%dT%H:%M:%SZ}")
    assert main(["account", "barred"]) == 0
    assert bar["mark"] in capsys.readouterr().out
    assert main(["account", "unbar", bar["mark"]]) == 0
    assert "le numéro devra être saisi" in capsys.readouterr().out
    assert barred(capsys) == []
    with opened_store(configuration()) as store:
        assert store.users.accounts.was_released(person), "civil status alone links it no more"
        assert not store.users.accounts.is_barred(person, worker_id=worker_id)
    assert main(["account", "unbar", bar["mark"]]) == 3
    assert "account barred" in capsys.readouterr().err


def barred(capsys):
    capsys.readouterr()
    assert main(["account", "barred", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused_numbers(capsys):
    capsys.readouterr()
    assert main(["account", "refused", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_identity_that_types_no_number_any_more_is_shown_by_a_mark_and_let_again(
    account_id, capsys
):
    closed, other = (a_subject(name, Provider.FRANCECONNECT) for name in ("p-1", "p-2"))
    assert refused_numbers(capsys) == []
    with opened_store(configuration()) as store:
        write_refused(store, closed, TRIES_IN_ALL)
        write_refused(store, other, TRIES_IN_ALL - 1)
        assert store.users.waiting.tries_left(closed) == 0
    (found,) = refused_numbers(capsys)
    assert (found["refused"], len(found["mark"])) == (TRIES_IN_ALL, 16)
    assert found["lastAt"] == f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert main(["account", "refused"]) == 0
    assert found["mark"] in capsys.readouterr().out
    assert main(["account", "reopen", found["mark"]]) == 0
    assert refused_numbers(capsys) == []
    with opened_store(configuration()) as store:
        assert store.users.waiting.tries_left(closed) == TRIES
        assert store.users.waiting.tries_left(other) == 1
    assert main(["account", "reopen", found["mark"]]) == 3
    assert "account refused" in capsys.readouterr().err
    assert shown(capsys)[0]["id"] == account_id


def write_refused(store, subject, count):
    """As so many days leave them."""
    rows = [
        {"id": f"{subject.subject}-{place}", "digest": digest_of_subject(subject), "at": NOW}
        for place in range(count)
    ]
    store.writer.run(lambda connection: connection.execute(insert(number_tries), rows))


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


@pytest.mark.parametrize("command", ["disable", "enable", "release", "reopen"])
def test_an_id_that_begins_with_a_hyphen_is_an_id(account_id, capsys, command):
    capsys.readouterr()
    assert main(["account", command, "-cxYNc536Mdwa6zgABU-wA"]) == 3
    said = capsys.readouterr().err
    assert "account list" in said or "account refused" in said, "where ids are to be seen"
    del account_id
