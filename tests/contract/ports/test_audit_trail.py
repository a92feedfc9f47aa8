"""What the audit trail promises on every database: an act and its entry, or neither."""

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, func, select, text

from gateway.errors import Overloaded
from gateway.model.audit import Act, Actor, ActorKind, Deed
from gateway.storage.audit_trail import MAX_TEXT_CHARS, SqlAuditTrail, enter
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.partner_tables import partner_tokens, partners
from tests.contract.ports.conftest import a_database
from tests.running import THE_LABORATORY

OPERATOR = Actor(ActorKind.OPERATOR, "guichet")


class Undone(Exception):
    """What undoes a transaction."""


@pytest.fixture
def register(database: Any, clock: Any) -> SqlPartnerRegister:
    return SqlPartnerRegister(**database.parts(), clock=clock, by=OPERATOR)


@pytest.fixture
def trail(database: Any, clock: Any) -> SqlAuditTrail:
    return SqlAuditTrail(**database.parts(), clock=clock, by=OPERATOR)


def acts(trail: SqlAuditTrail) -> list[tuple[int, str]]:
    entries = [json.loads(entry.octets) for entry in trail.entries()]
    return [(one["number"], one["act"]) for one in entries]


def counted(database: Any, table: Any) -> int:
    with database.engine.connect() as connection:
        return int(connection.scalar(select(func.count()).select_from(table)))


def removing(connection: Connection, deed: Deed) -> None:
    """An act and its entry."""
    connection.execute(partner_tokens.delete())
    enter(connection, deed)


def test_what_is_undone_after_its_entry_leaves_neither_the_act_nor_a_gap(
    database: Any, register: Any, trail: Any, clock: Any
) -> None:
    register.add(THE_LABORATORY)
    deed = Deed(act=Act.TOKEN_RENEWED, by=OPERATOR, at=clock.now())

    def undone(connection: Connection) -> None:
        removing(connection, deed)
        raise Undone

    with pytest.raises(Undone):
        database.writer.run(undone)
    assert counted(database, partner_tokens) == 1
    register.disable(THE_LABORATORY.id)
    assert acts(trail) == [(1, "PARTNER_ADDED"), (2, "PARTNER_DISABLED")]


def test_what_a_lost_connection_undoes_leaves_neither(tmp_path: Path, clock: Any) -> None:
    """On PostgreSQL; of SQLite a process is killed (tests/chaos)."""
    with a_database("postgresql", tmp_path) as found:
        SqlPartnerRegister(**found.parts(), clock=clock, by=OPERATOR).add(THE_LABORATORY)
        deed = Deed(act=Act.TOKEN_RENEWED, by=OPERATOR, at=clock.now())

        def cut(connection: Connection) -> None:
            removing(connection, deed)
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        with pytest.raises(Overloaded):
            found.writer.run(cut)
        assert counted(found, partner_tokens) == 1
        trail = SqlAuditTrail(**found.parts(), clock=clock, by=OPERATOR)
        assert acts(trail) == [(1, "PARTNER_ADDED")]


def test_what_is_refused_leaves_no_entry(register: Any, trail: Any) -> None:
    register.add(THE_LABORATORY)
    with pytest.raises(ValueError, match="enrolled already"):
        register.add(THE_LABORATORY)
    with pytest.raises(LookupError):
        register.renew_token("nobody")
    assert acts(trail) == [(1, "PARTNER_ADDED")]


def test_what_cannot_be_entered_is_not_done(database: Any, register: Any, trail: Any) -> None:
    unnamed = msgspec.structs.replace(THE_LABORATORY, id="x" * (MAX_TEXT_CHARS + 1))
    with pytest.raises(ValueError, match="more than an entry"):
        register.add(unnamed)
    assert counted(database, partners) == 0
    assert acts(trail) == []


def test_acts_at_once_are_one_chain(register: Any, trail: Any) -> None:
    register.add(THE_LABORATORY)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: register.renew_token(THE_LABORATORY.id), range(24)))
        list(threads.map(lambda _: trail.enter(Act.TASK_ORDERED, task="mail"), range(24)))
    previous = "0" * 64
    for number, entry in enumerate(trail.entries(), 1):
        form = json.loads(entry.octets)
        assert (form["number"], form["previous"]) == (number, previous)
        previous = sha256(entry.octets).hexdigest()
    assert len(trail.entries()) == 49
