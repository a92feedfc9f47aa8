"""No byte on disk tells who a line is about, outside what is sealed."""

import json
import traceback
import zlib
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from gateway.directory import DirectoryRow
from gateway.model.directory import DirectoryVersion, Employment
from gateway.storage.sealed_rows import body_context, line_context, worker_from_identity
from gateway.storage.tables import lines, transmission_bodies, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.closings import EMPLOYER, MARKED_NAME, MARKED_NIR, a_closing, a_line
from tests.fakes import FakeSealer, FixedClock
from tests.postgresql import Cluster, cluster_or_skip

WORK = "MARKEDWORK in the reactor building"
BODY = f"<worker>{MARKED_NIR.reveal()} {MARKED_NAME}</worker>".encode()


@pytest.fixture
def filled(engine: Engine, writer: Writer) -> Engine:
    """A database with a marked worker recorded, held and in the directory."""
    sealer = FakeSealer()
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=sealer)
    log.close(
        a_closing(
            a_line(work=WORK),
            a_line(index=1, worker_id=None),
            body=BODY,
            acknowledgement_id="marked",
        )
    )
    directory = SqlWorkerDirectory(engine=engine, writer=writer, sealer=sealer, clock=FixedClock())
    row = DirectoryRow(
        number=2,
        nir=MARKED_NIR,
        birth_name=MARKED_NAME,
        first_name="MARKEDFIRST",
        birth_date="1976-09-12",
        sex="F",
        employer=EMPLOYER,
        is_nuclear=False,
        employment=Employment(employer=EMPLOYER, start=date(2025, 1, 1)),
    )
    directory.save([row], version="june")
    directory.finish(DirectoryVersion(version="june", date=date(2026, 6, 1)))
    assert directory.look_up([MARKED_NIR])[MARKED_NIR].birth_name == MARKED_NAME
    return engine


def files_of(engine: Engine, folder: Path) -> dict[str, bytes]:
    """All that the database has written anywhere, its journal and log too."""
    if engine.dialect.name == "postgresql":
        cluster = cluster_or_skip()
        cluster.do("CHECKPOINT")
        folder = cluster.folder
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    expected = {"sqlite": {"gateway.db", "gateway.db-wal"}, "postgresql": {"log"}}
    assert expected[engine.dialect.name] <= set(files)
    return files


def test_no_byte_of_any_file_holds_a_nir_or_a_name(filled: Engine, tmp_path: Path) -> None:
    files = files_of(filled, tmp_path)
    holding = " ".join(name for name, content in files.items() if b"ref-0" in content)
    for part in ("base/", "pg_wal/") if filled.dialect.name == "postgresql" else ("gateway.db",):
        assert part in holding
    nir = MARKED_NIR.reveal()
    for name, content in files.items():
        for mark in (nir, nir[:13], nir[1:13], MARKED_NAME, "MARKEDFIRST", "MARKEDWORK"):
            assert mark.encode() not in content, name
            assert mark.encode("utf-16-le") not in content, name
        for number in (int(nir), int(nir[:13])):
            assert number.to_bytes(8, "big") not in content, name
            assert number.to_bytes(6, "big") not in content, name


def test_what_is_sealed_opens_in_its_own_place_only(filled: Engine) -> None:
    with filled.connect() as connection:
        wrapped = connection.scalar(select(transmissions.c.wrapped_key))
        line = connection.execute(select(lines).where(lines.c.line == 0)).one()
        body = connection.scalar(select(transmission_bodies.c.sealed_body))
    key = FakeSealer().unwrap(wrapped)
    worker = worker_from_identity(
        key.open(line.sealed_worker, context=line_context("marked", 0, "sealed_worker"))
    )
    assert worker.nir == MARKED_NIR
    assert worker.birth_name == MARKED_NAME
    texts = key.open(line.sealed_texts, context=line_context("marked", 0, "sealed_texts"))
    assert json.loads(texts) == {"work": WORK, "serial": "S0"}
    assert zlib.decompress(key.open(body, context=body_context("marked"))) == BODY
    for other in (
        line_context("marked", 1, "sealed_worker"),
        line_context("marked", 0, "sealed_texts"),
        line_context("other", 0, "sealed_worker"),
    ):
        with pytest.raises(ValueError):
            key.open(line.sealed_worker, context=other)


def test_a_held_line_is_found_by_the_blind_index_and_a_recorded_one_by_its_worker(
    filled: Engine,
) -> None:
    with filled.connect() as connection:
        rows = connection.execute(select(lines).order_by(lines.c.line)).all()
    assert (rows[0].worker_id, rows[0].held_nir_index) == ("worker-1", None)
    index = FakeSealer().blind_index("worker-nir", MARKED_NIR.reveal(), version=1)
    assert (rows[1].worker_id, rows[1].held_nir_index) == (None, index)
    assert rows[1].held_nir_index_version == 1


def test_two_transmissions_have_two_keys(filled: Engine, writer: Writer) -> None:
    SqlTransmissionLog(engine=filled, writer=writer, sealer=FakeSealer()).close(a_closing())
    with filled.connect() as connection:
        assert len(set(connection.scalars(select(transmissions.c.wrapped_key)))) == 2


def test_a_statement_that_fails_never_shows_its_values(
    engine: Engine, writer: Writer, cluster: Cluster
) -> None:
    log = SqlTransmissionLog(engine=engine, writer=writer, sealer=FakeSealer())
    for count in (1, 100):  # one by one, and by COPY
        lines_twice = [a_line(index=index) for index in range(count)] * 2
        with pytest.raises(IntegrityError, match=r"UNIQUE|pk_lines") as caught:
            log.close(a_closing(*lines_twice))
        shown = "".join(traceback.format_exception(caught.value))
        for value in ("ref-0", "worker-1", "ref-99", "(1, 0)", "DETAIL", "CONTEXT"):
            assert value not in shown
    assert "worker-1" not in (cluster.folder / "log").read_text()
