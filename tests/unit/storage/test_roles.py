"""The roles of docs/postgresql.md: who serves can do all that serving needs, and no more."""

import re
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import ProgrammingError

from gateway.background import engine as durable
from gateway.directory import DirectoryRow
from gateway.model.background import Task
from gateway.model.directory import Attachment, DirectoryVersion, Employment
from gateway.model.partner_notices import MailAddress, NoticeKind, NoticeState, PartnerNotice
from gateway.model.transmission import Flow, Status
from gateway.model.verification import Urgency
from gateway.storage.background_processes import SqlProcessBeats
from gateway.storage.engine import open_engine
from gateway.storage.leases import AdvisoryLeases
from gateway.storage.migrations import is_current, migrate
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.rate_budgets import SqlRateBudget
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.closings import EMPLOYER, LABORATORY, MARKED_NIR, a_closing, a_key, a_line
from tests.contract.ports.test_partner_register import LABORATORY as PARTNER
from tests.fakes import FakeSealer, FixedClock
from tests.postgresql import Cluster

PAGE = Path(__file__).resolve().parents[3] / "docs" / "postgresql.md"
DAYS = {"first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}


def test_who_serves_can_serve_and_cannot_change_what_was_answered(cluster: Cluster) -> None:
    roles, grants = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for statement in roles.split(";"):
        if statement.strip():
            cluster.do(statement)
    try:
        owner = open_engine(cluster.url("siseri", user="siseri_owner"))
        migrate(owner)
        durable.migrate(cluster.url("siseri", user="siseri_owner"))
        owner.dispose()
        cluster.do(grants, database="siseri")
        serve(cluster.url("siseri", user="siseri_gateway"))
        work_behind_the_doors(cluster.url("siseri", user="siseri_gateway"))
    finally:
        cluster.do("DROP DATABASE siseri WITH (FORCE)")
        cluster.do("DROP ROLE siseri_owner, siseri_gateway")


def told_and_sent(engine: Engine, writer: Writer) -> None:
    """All that notices ask of the database."""
    clock = FixedClock()
    heir = msgspec.structs.replace(PARTNER, id="told")
    SqlPartnerRegister(engine=engine, writer=writer, clock=clock).add(heir)
    outbox = SqlNoticeOutbox(engine=engine, writer=writer, clock=clock)
    life = SqlPartnerLife(engine=engine, writer=writer)
    address = MailAddress.parse("siseri@labo.example")
    outbox.add_contact(heir.id, address)
    today = clock.now().date()
    life.note(heir.id, today)
    life.note(heir.id, today + timedelta(days=1))
    ended = PartnerNotice(
        partner_id=heir.id, kind=NoticeKind.ACCOUNT_DISABLED, day=today, decided_at=clock.now()
    )
    assert life.disable(ended, last_seen=today + timedelta(days=1))
    due = outbox.take(clock.now())
    assert due is not None
    outbox.settle(due.notice.id, NoticeState.SENT, at=clock.now())
    outbox.remove_contact(heir.id, address)


def asked_within_a_rate(engine: Engine, writer: Writer) -> None:
    """All that a budget of calls asks of the database."""
    for calls in (3, 2):
        budget = SqlRateBudget(engine=engine, writer=writer, name="register", calls=calls)
        assert budget.take(Urgency.BACKGROUND) == 0
    budget.exhausted(60.0)
    assert budget.left() == 0


def work_behind_the_doors(address: str) -> None:
    """All that the durable engine and its rounds ask of the database."""
    done = threading.Event()
    engine = open_engine(address)
    writer = Writer(engine=engine)
    beats = SqlProcessBeats(engine=engine, writer=writer)
    beats.beat("one")
    beats.beat("one")
    assert beats.beats() == {"one": 2}
    beats.forget("one")
    told_and_sent(engine, writer)
    asked_within_a_rate(engine, writer)
    working = durable.DurableEngine(
        url=address, process_id="one", tasks={Task.MAIL: lambda _: done.set()}, poll_s=0.02
    )
    working.start()
    working.enqueue_occurrence(Task.MAIL, key="mail@1")
    assert done.wait(60)
    working.owners()
    working.take_over("another")
    working.purge(datetime.now(UTC) + timedelta(hours=1))
    working.close()
    writer.close()
    engine.dispose()


def serve(address: str) -> None:
    engine = open_engine(address)
    writer, leases = Writer(engine=engine), AdvisoryLeases(engine=engine)
    assert is_current(engine)
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())
    log.close(a_closing(*(a_line(index=i, status=Status.PENDING) for i in range(9))))
    facts = log.facts(["worker-1"], flow=Flow.PASSIVE_EXTERNAL, **DAYS)
    with leases.hold(a_key()) as is_free:
        assert is_free
        replaced = facts.doses["worker-1"][0].line
        log.close(a_closing(a_line(replaces=(replaced,)), line_entries=(b"{}",)))
    register = SqlPartnerRegister(engine=engine, writer=writer, clock=FixedClock())
    register.add(PARTNER)
    token = register.renew_token(PARTNER.id)
    assert register.holder_of(token) == PARTNER
    heir = msgspec.structs.replace(PARTNER, id="heir", siret=EMPLOYER)
    register.add(heir)
    register.succeed(heir.id, PARTNER.siret)
    register.end_succession(heir.id, PARTNER.siret)
    register.disable(PARTNER.id)
    import_directory(
        SqlWorkerDirectory(engine=engine, writer=writer, sealer=FakeSealer(), clock=FixedClock())
    )
    for statement in (
        "UPDATE acknowledgements SET disposition = 'ACCEPTED'",
        "DELETE FROM acknowledgements",
        "UPDATE renderings SET kid = ''",
        "DELETE FROM lines",
        "UPDATE transmissions SET id = ''",
        "DROP TABLE lines",
        "INSERT INTO alembic_version VALUES ('9999')",
    ):
        with pytest.raises(ProgrammingError, match="42501"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    writer.close()
    leases.close()
    engine.dispose()


def import_directory(directory: SqlWorkerDirectory) -> None:
    for version, start in (("june", date(2025, 1, 1)), ("july", date(2025, 2, 1))):
        row = DirectoryRow(
            number=2,
            nir=MARKED_NIR,
            birth_name=version,
            first_name="Jeanne",
            birth_date="1976-09-12",
            sex="F",
            employer=EMPLOYER,
            is_nuclear=version == "june",
            employment=Employment(employer=EMPLOYER, start=start),
            attachments=(Attachment(employer=EMPLOYER, sender=LABORATORY, start=start),),
        )
        directory.save([row], version=version)
        directory.finish(DirectoryVersion(version=version, date=date(2026, 6, 1)))
    assert directory.look_up([MARKED_NIR])[MARKED_NIR].employments[0].start == date(2025, 2, 1)
