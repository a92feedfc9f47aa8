"""Every command that changes the gateway leaves an entry of the audit trail; a new one must say so.

The tree of commands is enumerated: a command is done here for real on an installation of its own,
or is on one of the two lists of those that change nothing of the gateway.
"""

import json
import sys
from datetime import UTC, datetime

import pytest
import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import insert

from gateway.__main__ import command_line, main
from gateway.commands.opening import configuration, opened_store
from gateway.identifiers import Nir
from gateway.model.accounts import TRIES_IN_ALL
from gateway.model.partners import Credential, CredentialKind
from gateway.storage.account_seals import digest_of_subject
from gateway.storage.account_tables import account_bars, number_tries
from gateway.storage.log_tables import log_checkpoints, log_hashes
from gateway.storage.tables import metadata
from signing.keys import load_published
from tests import builders
from tests.authority import Authority
from tests.enrolled import put
from tests.identities import NOW, a_link, a_subject
from tests.portal import portal_keys

OPERATOR = "guichet"
READS = {
    "partner list": 0,
    "portal list": 0,
    "account list": 0,
    "account refused": 0,
    "account barred": 0,
    "keys list": 0,
    "background notices": 1,
    "audit export": 0,
    "audit hand-overs": 0,
    "audit log": 0,
}
"""They read the installation; done below, with that exit code, and nothing on record is another."""
SERVES = ("serve",)
"""Decides nothing by itself: who comes by its doors is entered where it is done."""
PROVES_ITSELF = ("cosignatures",)
"""Keeps what the key of a listed witness signed, and nothing else; shown beside receipts."""
ASKS = ("verify-directory",)
"""Keeps what outside registers say, with its source and date; nothing that an operator decides."""
ELSEWHERE = (
    *("check", "enrol", "send", "convert", "fix", "verify", "sample", "audit verify"),
    *("witness", "witness new-key", "witness key"),
    "demo",
)
"""Done where a partner, a verifier or a witness is, or on an installation that is thrown away."""
FEDERATION = {
    "ISSUER": "https://franceconnect.invalid/api/v2",
    "CLIENT_ID": "gateway",
    "CLIENT_SECRET": "of-nobody",
}
NIR = builders.nir_of(7)
LABORATORY, AGENT = "77568501900488", "73282932000074"
OF_A_KEY, OF_A_CERTIFICATE = "k" * 43, "c" * 43
SENDER = ("--type", "OPERATOR", "--flow", "OPERATIONAL")
STOCK = f"siret,etatAdministratifEtablissement\n{AGENT},A\n"
CONTACT = f"employer_siret;role;name;phone\n{AGENT};CRP;MOREAU Anne;0123456789\n"
DECISION = "sender_siret;transmission;ref;decision;decided_on;rpps\n"
WORKER = (
    "nir;birth_name;first_name;birth_date;sex;employer_siret;nuclear_domain;contract_start\n"
    f"{NIR};MARTIN;Jeanne;1990-06-15;F;{builders.EMPLOYER};yes;2020-01-01\n"
)

PORTAL = (
    *("Portail", "--id=portail", "--redirect-uri=https://portail.exemple.test/retour"),
    *("--keys", "{portal keys}"),
)

STEPS = (
    # of schema and keys
    ("migrate", (), ("SCHEMA_MIGRATED",)),
    ("migrate", (), ()),
    ("keys new", (), ("KEY_MADE",) * 7),
    ("keys rotate", (), ("KEY_MADE",)),
    ("keys rotate", ("--log",), ("KEY_MADE",)),
    ("keys rotate", ("--tokens",), ("KEY_MADE",)),
    ("keys rotate", ("--tokens", "--compromised"), ("KEY_MADE",)),
    ("keys rotate", ("--franceconnect",), ("KEY_MADE",)),
    ("keys rotate", ("--franceconnect", "--compromised"), ("KEY_MADE",)),
    ("keys rotate", ("--portal",), ("KEY_MADE",)),
    ("keys rotate", ("--portal", "--compromised"), ("KEY_MADE",)),
    ("keys rotate", ("--sealing",), ("KEY_TAKEN_INTO_USE", "KEY_RETIRED")),
    ("keys rotate", ("--index", "--prepare"), ("KEY_MADE",)),
    ("keys rotate", ("--index",), ("KEY_TAKEN_INTO_USE", "KEY_RETIRED")),
    ("keys request", (), ("KEY_REQUESTED",)),
    ("keys import", ("{chain}",), ("KEY_IMPORTED",)),
    ("keys compromised", ("{kid}", "--at", "2026-01-01T00:00:00Z"), ("KEY_COMPROMISED",)),
    # of partners
    ("partner authority", (), ("KEY_MADE",)),
    (
        "partner add",
        ("Labo", "--siret", LABORATORY, "--id=lab", *SENDER, "--contact=a@exemple.fr"),
        ("PARTNER_ADDED", "CONTACT_ADDED", "PARTNER_INVITED"),
    ),
    ("partner add", ("LIMS", "--siret", AGENT, "--id=agent"), ("PARTNER_ADDED", "PARTNER_INVITED")),
    ("partner invite", ("lab",), ("PARTNER_INVITED",)),
    ("partner token", ("lab",), ("TOKEN_RENEWED",)),
    ("partner contact", ("lab",), ()),
    ("partner contact", ("lab", "b@exemple.fr"), ("CONTACT_ADDED",)),
    ("partner contact", ("lab", "b@exemple.fr", "--remove"), ("CONTACT_REMOVED",)),
    ("partner signatures", ("lab",), ("SIGNATURES_DEMANDED",)),
    ("partner signatures", ("lab", "--undo"), ("SIGNATURES_NOT_DEMANDED",)),
    ("partner speaks-for", ("agent", "lab"), ("MANDATE_DECIDED",)),
    ("partner speaks-for", ("agent", "lab", "--undo"), ("MANDATE_ENDED",)),
    ("partner succeeds", ("agent", LABORATORY), ("SUCCESSION_DECIDED",)),
    ("partner succeeds", ("agent", LABORATORY), ()),
    ("partner succeeds", ("agent", LABORATORY, "--undo"), ("SUCCESSION_ENDED",)),
    ("partner release", ("lab",), ("VERIFICATION_RELEASED",)),
    ("partner recheck", (), ("CREDENTIALS_RECHECKED",)),
    ("partner allow-pkcs1", ("lab", OF_A_CERTIFICATE), ("PKCS1_ALLOWED",)),
    ("partner allow-pkcs1", ("lab", OF_A_CERTIFICATE, "--undo"), ("PKCS1_WITHDRAWN",)),
    ("partner revoke", ("lab", OF_A_KEY), ("CREDENTIAL_REVOKED",)),
    ("partner revoke", ("lab", OF_A_KEY), ()),
    ("partner disable", ("agent",), ("PARTNER_DISABLED",)),
    ("partner disable", ("agent",), ()),
    # of portals
    ("portal add", PORTAL, ("PORTAL_ADDED",)),
    ("portal keys", ("portail", "{portal keys}"), ("PORTAL_KEYS_REPLACED",)),
    ("portal scopes", ("portail", "--scope=siseri"), ("PORTAL_SCOPES_REPLACED",)),
    (
        "portal addresses",
        ("portail", "--redirect-uri=https://portail.exemple.test/revenu"),
        ("PORTAL_ADDRESSES_REPLACED",),
    ),
    ("portal remove", ("portail",), ("PORTAL_REMOVED",)),
    # of accounts
    ("account disable", ("{account}",), ("ACCOUNT_DISABLED",)),
    ("account disable", ("{account}",), ()),
    ("account enable", ("{account}",), ("ACCOUNT_ENABLED",)),
    ("account enable", ("{account}",), ()),
    ("account release", ("{account}",), ("ACCOUNT_RELEASED",)),
    ("account release", ("{account}",), ()),
    ("account release", ("{account}", "--links"), ("ACCOUNT_RELEASED",)),
    ("account reopen", ("{mark}",), ("ACCOUNT_RELEASED",)),
    # of the directory, and orders
    ("directory token", (), ("REGISTER_TOKEN_GIVEN",)),
    ("directory token", ("--withdraw",), ("REGISTER_TOKEN_WITHDRAWN",)),
    (
        "directory import",
        ("{workers}",),
        ("DIRECTORY_WRITTEN", "DIRECTORY_IMPORTED", "JUDGING_AGAIN_ORDERED"),
    ),
    ("directory import", ("{workers}", "--no-judge-again"), ("DIRECTORY_IMPORTED",)),
    ("account unbar", ("{bar}",), ("ACCOUNT_UNBARRED",)),
    (
        "directory import",
        ("{contacts}", "--contacts"),
        ("DIRECTORY_CONTACTS_WRITTEN", "DIRECTORY_CONTACTS_IMPORTED"),
    ),
    ("directory import", ("{decisions}", "--decisions"), ("JUDGING_AGAIN_ORDERED",)),
    ("sirene import", ("{stock}", "--month", "2026-11"), ("SIRENE_IMPORTED",)),
    ("judge-again", (), ("JUDGING_AGAIN_ORDERED",)),
    ("background run", ("expiry-notices",), ("TASK_ORDERED",)),
    ("background run", ("judge-again",), ("JUDGING_AGAIN_ORDERED",)),
)
"""Each command with its arguments, and the acts that it leaves, in order."""


def every_command():
    """The callback of every command, by its words."""

    def walk(words, command):
        below_it = getattr(command, "commands", {})
        if not below_it or command.invoke_without_command:
            yield " ".join(words), command.callback
        for name, below in below_it.items():
            yield from walk((*words, name), below)

    return dict(walk((), typer.main.get_command(command_line())))


class Installation:
    """A gateway's home, and what its trail tells from one look to the next."""

    def __init__(self, folder, capsys):
        self._folder, self._capsys, self._seen = folder, capsys, 0
        self._request = ""

    def does(self, name, arguments, *, code=0):
        """Do a command, which ends so."""
        given = [self._value(argument) for argument in arguments]
        self._capsys.readouterr()
        ended = main([*name.split(), *given])
        said = self._capsys.readouterr()
        assert ended == code, (name, said.err)
        if name == "keys request":
            self._request = said.out

    def new_entries(self):
        with opened_store(configuration()) as store:
            entries = [json.loads(one.octets) for one in store.trail.entries()]
        new, self._seen = entries[self._seen :], len(entries)
        return new

    def record(self):
        """Every row but those by which the log grows."""
        log = {log_checkpoints, log_hashes}
        placed = {"leaf_index", "leaf", "salt"}
        with opened_store(configuration()) as store, store.engine.connect() as connection:
            return {
                table.name: [
                    tuple(value for name, value in row.items() if name not in placed)
                    for row in connection.execute(table.select()).mappings()
                ]
                for table in metadata.sorted_tables
                if table not in log
            }

    def _account(self):
        """Of somebody who signed in once."""
        with opened_store(configuration()) as store:
            known = store.users.life.listed()
            return (known[0].account if known else store.users.accounts.admit(a_link())).id

    def _mark(self):
        """Of an identity that types no number any more."""
        digest = digest_of_subject(a_subject("p-1"))
        rows = [{"id": str(one), "digest": digest, "at": NOW} for one in range(TRIES_IN_ALL)]
        with opened_store(configuration()) as store:
            store.writer.run(lambda connection: connection.execute(insert(number_tries), rows))
            return store.users.numbers.closed()[0].mark

    def _bar(self):
        """Of an identity that was taken away from the worker."""
        with opened_store(configuration()) as store:
            worker_id = store.users.people.worker_of(Nir.parse(NIR)).worker.id
            row = {"digest": digest_of_subject(a_subject("p-1")), "worker_id": worker_id}
            row |= {"provider": "FRANCECONNECT", "linked_at": NOW, "barred_at": NOW}
            store.writer.run(lambda connection: connection.execute(insert(account_bars), row))
            return store.users.bars.listed()[0].mark

    def _value(self, argument):
        made = {
            "{chain}": self._chain,
            "{kid}": lambda: load_published(configuration().signing_keys)[0].kid,
            "{workers}": lambda: self._file("workers.csv", WORKER),
            "{stock}": lambda: self._file("StockEtablissement.csv", STOCK),
            "{portal keys}": lambda: self._file("portal.json", json.dumps(portal_keys())),
            "{account}": self._account,
            "{mark}": self._mark,
            "{bar}": self._bar,
            "{contacts}": lambda: self._file("contacts.csv", CONTACT),
            "{decisions}": lambda: self._file("decisions.csv", DECISION),
            OF_A_KEY: lambda: self._enrolled(CredentialKind.JWK, OF_A_KEY),
            OF_A_CERTIFICATE: lambda: self._enrolled(CredentialKind.CERTIFICATE, OF_A_CERTIFICATE),
        }
        return made[argument]() if argument in made else argument

    def _chain(self):
        """The key that was asked for, certified by an authority that signs for a while."""
        authority = Authority("Racine")
        request = x509.load_pem_x509_csr(self._request.encode())
        certificate = authority.issue(request.public_key())
        chain = [one.public_bytes(Encoding.PEM) for one in (certificate, authority.certificate)]
        return self._file("chain.pem", b"".join(chain).decode())

    def _enrolled(self, kind, thumbprint):
        at = datetime(2026, 1, 1, tzinfo=UTC)
        credential = Credential(
            id=f"of-{kind.value}", partner_id="lab", kind=kind, thumbprint=thumbprint,
            public=b"{}", not_before=at, enrolled_at=at,
        )  # fmt: skip
        with opened_store(configuration()) as store:
            if store.credentials.credential(thumbprint) is None:
                put(store.credentials, credential)
        return thumbprint

    def _file(self, name, content):
        (self._folder / name).write_text(content, "utf-8")
        return str(self._folder / name)


@pytest.fixture
def installation(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SISERI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SISERI_OPERATOR", OPERATOR)
    for name, value in FEDERATION.items():
        monkeypatch.setenv(f"SISERI_FRANCECONNECT_{name}", value)
    return Installation(tmp_path, capsys)


def test_every_command_is_done_here_or_changes_nothing_of_the_gateway():
    done = {name for name, _, _ in STEPS}
    lists = (done, {*READS}, {*SERVES}, {*PROVES_ITSELF}, {*ASKS}, {*ELSEWHERE})
    assert {*every_command()} == set().union(*lists)
    assert sum(map(len, lists)) == len(set().union(*lists)), "a command is of one kind"
    assert all(any(acts for of, _, acts in STEPS if of == name) for name in done)


def test_what_is_done_elsewhere_opens_no_database_of_a_gateway():
    opens = {"opened_store", "database", "entering", "Store"}
    for name, callback in every_command().items():
        module = sys.modules[callback.__module__]
        if name in ELSEWHERE and name != "audit verify":  # beside `audit export`
            assert not opens & {*vars(module)}, name


def test_each_command_leaves_its_acts_by_the_operator_and_nothing_of_a_person(installation):
    early = STEPS[:3]  # there is nothing to open before there are keys
    for name, arguments, _ in early:
        installation.does(name, arguments)
    told = installation.new_entries()
    assert [one["act"] for one in told] == [act for _, _, acts in early for act in acts]
    for name, arguments, acts in STEPS[3:]:
        installation.does(name, arguments)
        new = installation.new_entries()
        assert [one["act"] for one in new] == [*acts], (name, arguments)
        told += new
    assert {(one["actor"]["kind"], one["actor"]["name"]) for one in told} == {
        ("OPERATOR", OPERATOR)
    }
    assert [one["number"] for one in told] == [*range(1, len(told) + 1)]
    whole = json.dumps(told)
    for personal in (NIR, NIR[:13], "MARTIN", "Jeanne", "MOREAU", "exemple.fr"):
        assert personal not in whole
    for name, code in READS.items():
        before = installation.record()
        installation.does(name, (), code=code)
        assert installation.record() == before, name
        assert installation.new_entries() == []


def test_a_trail_begins_with_the_keys_that_were_made_before_it(installation):
    installation.does("keys new", ())
    assert not configuration().home.joinpath("gateway.sqlite3").exists()
    installation.does("migrate", ())
    first, *found = installation.new_entries()
    assert (first["act"], first["number"]) == ("SCHEMA_MIGRATED", 1)
    assert [one["act"] for one in found] == ["KEY_FOUND"] * 7
    uses = [one["details"]["use"] for one in found]
    assert uses == [
        "ACKNOWLEDGEMENTS",
        "LOG",
        "TOKENS",
        "FRANCECONNECT",
        "PORTALS",
        "MASTER",
        "INDEX",
    ]
    published = load_published(configuration().signing_keys)
    assert found[0]["details"]["kid"] == published[0].kid


def test_a_key_is_not_made_where_its_act_cannot_be_entered(installation, capsys):
    installation.does("migrate", ())
    installation.does("keys new", ())
    before = load_published(configuration().signing_keys)
    (configuration().home / "gateway.sqlite3").write_bytes(b"no database of SQLite" * 100)
    assert main(["keys", "rotate"]) == 3
    assert "SISERI_DATABASE_URL" in capsys.readouterr().err
    assert load_published(configuration().signing_keys) == before


def test_a_key_is_published_as_compromised_though_the_database_is_away(installation, capsys):
    installation.does("migrate", ())
    installation.does("keys new", ())
    (key,) = load_published(configuration().signing_keys)
    file = configuration().home / "gateway.sqlite3"
    kept = file.read_bytes()
    file.write_bytes(b"no database of SQLite" * 100)
    assert main(["keys", "compromised", key.kid, "--at", "2026-01-01T00:00:00Z"]) == 3
    assert "SISERI_DATABASE_URL" in capsys.readouterr().err
    (lost,) = load_published(configuration().signing_keys)
    assert lost.compromised_at is not None
    file.write_bytes(kept)
    installation.does("keys compromised", (key.kid, "--at", "2026-01-01T00:00:00Z"))
    assert installation.new_entries()[-1]["act"] == "KEY_COMPROMISED"
