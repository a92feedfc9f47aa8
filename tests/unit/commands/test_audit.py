"""The audit trail: entered with the act, exported with its proof, and betrayed by any change."""

import json
from datetime import date, timedelta
from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import select, update

from gateway.commands.audit import exported
from gateway.model.audit import GATEWAY, Act, Actor, ActorKind, Deed
from gateway.model.transmission import Flow
from gateway.storage.audit_trail import audit_entries, enter
from gateway.store import Store
from signing.errors import SignatureInvalid
from signing.log.audit import verify_audit
from signing.log.policy import NO_WITNESS
from signing.register import load_register
from tests.fakes import FixedClock
from tests.running import NOW, THE_LABORATORY, THE_OPERATOR, install

OPERATOR = Actor(ActorKind.OPERATOR, "guichet")


class Undone(Exception):
    """What undoes a transaction."""


@pytest.fixture
def config(tmp_path):
    return install(tmp_path)


@pytest.fixture
def store(config):
    made = Store(config, clock=FixedClock(NOW), by=OPERATOR)
    yield made
    made.close()


@pytest.fixture
def lines(config, store):
    store.register.add(THE_LABORATORY)
    store.register.add(THE_OPERATOR)
    store.register.renew_token(THE_LABORATORY.id)
    store.register.disable(THE_OPERATOR.id)
    return exported(config, store, since=None, before=None)


def proved(config, lines):
    log = load_register(config.signing_keys).log
    return verify_audit(lines, log=log, policy=NO_WITNESS)


def test_an_export_names_who_did_what_to_whom(config, lines):
    told = [json.loads(line) for line in lines[:-1]]
    assert [(one["act"], one["partner"]) for one in told] == [
        ("PARTNER_ADDED", "laboratory"),
        ("PARTNER_ADDED", "operator"),
        ("TOKEN_RENEWED", "laboratory"),
        ("PARTNER_DISABLED", "operator"),
    ]
    assert {one["actor"]["name"] for one in told} == {"guichet"}
    assert (proved(config, lines).first, proved(config, lines).last) == (1, 4)


def test_what_a_partner_may_do_is_told_with_its_enrolment(store):
    given = {
        "accredited_to": date(2027, 6, 30),
        "suspended_from": date(2026, 1, 1),
        "failure_budget": 0,
        "accreditation": "1-0001 " + "x" * 200,
    }
    token = store.register.add(msgspec.structs.replace(THE_LABORATORY, **given), days=30)
    store.register.renew_token(THE_LABORATORY.id)
    store.register.enrol(msgspec.structs.replace(THE_OPERATOR, flows=frozenset(Flow)))
    added, renewed, other = [json.loads(one.octets)["details"] for one in store.trail.entries()]
    assert added == {
        "siret": str(THE_LABORATORY.siret),
        "type": "OA",
        "flows": "PASSIVE_EXTERNAL",
        "accreditation": "1-0001 " + "x" * 25,
        "accredited": "2020-01-01..2027-06-30",
        "suspendedFrom": "2026-01-01",
        "failureBudget": "0",
        "tokenUntil": "2026-12-20T09:00:00.000Z",
    }
    assert renewed == {"tokenUntil": "NEVER"}
    assert other["flows"] == ",".join(sorted(Flow))
    assert "tokenUntil" not in other
    assert token not in json.dumps([added, renewed])


class Busy:
    """An evidence log beside which somebody acts each time that it is extended."""

    def __init__(self, store):
        self._store = store
        self.latest, self.hashes = store.evidence.latest, store.evidence.hashes
        self.cosignatures = store.evidence.cosignatures

    def extend(self, grow):
        extension = self._store.evidence.extend(grow)
        if extension is not None and len(self._store.trail.entries()) < 6:
            self._store.register.renew_token(THE_LABORATORY.id)
        return extension


def test_who_acts_while_an_export_is_made_does_not_spoil_it(config, store, lines):
    store.register.renew_token(THE_LABORATORY.id)
    busy = SimpleNamespace(evidence=Busy(store), trail=store.trail, clock=store.clock)
    again = exported(config, busy, since=None, before=None)
    assert again[: len(lines) - 1] == lines[:-1]
    assert proved(config, again).last == 5
    assert len(store.trail.entries()) == 6


def test_no_token_is_in_an_entry(config, store):
    token = store.register.add(THE_LABORATORY)
    octets = b"\n".join(exported(config, store, since=None, before=None))
    assert token.encode() not in octets
    assert THE_LABORATORY.name.encode() not in octets


@pytest.mark.parametrize(
    "changed",
    [
        lambda lines: [lines[0].replace(b"guichet", b"guichef"), *lines[1:]],
        lambda lines: [*lines[:3], lines[3].replace(b"guichet", b"guichef"), lines[4]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [*lines[:3], lines[4]],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: [*lines[:2], lines[1], *lines[2:]],
        lambda lines: lines[:-1],
        lambda lines: lines[-1:],
    ],
    ids=["edited", "last edited", "removed", "last removed", "moved", "inserted", "bare", "empty"],
)
def test_any_change_of_an_export_is_refused(config, lines, changed):
    with pytest.raises(SignatureInvalid):
        proved(config, changed(lines))


def test_an_entry_changed_in_the_database_no_longer_fits_the_log(config, store, lines):
    last = select(audit_entries.c.entry).where(audit_entries.c.number == 4)
    with store.engine.begin() as connection:
        octets = connection.scalar(last).replace(b"guichet", b"guichef")
        connection.execute(
            update(audit_entries).where(audit_entries.c.number == 4).values(entry=octets)
        )
    again = exported(config, store, since=None, before=None)
    assert again != lines
    with pytest.raises(SignatureInvalid):
        proved(config, again)


def test_an_export_of_no_day_has_no_line(config, store, lines):
    del lines
    assert exported(config, store, since=NOW + timedelta(days=1), before=None) == []


def test_an_entry_takes_no_long_text(store):
    deed = Deed(act=Act.PARTNER_ADDED, by=GATEWAY, at=NOW, details={"name": "x" * 129})
    with pytest.raises(ValueError, match="more than an entry"):
        store.writer.run(lambda connection: enter(connection, deed))
