"""Sealing keys are rotated step by step, cut short after any of them, while others serve."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from gateway.commands.keys_rotating import rotate_sealed, version_to_take
from gateway.directory import DirectoryRow
from gateway.errors import Overloaded, RecordMoved
from gateway.evidence.sealer_in_force import SealerInForce
from gateway.identifiers import Nir
from gateway.model.directory import Employment
from gateway.model.sealing import KeyKind, KeysInUse, KeyState
from gateway.ports import Closing
from gateway.storage import closing as closings
from gateway.storage.engine import open_engine
from gateway.storage.key_rotation import KeyRotation
from gateway.storage.sealing_tables import keys_in_use, master_version
from gateway.storage.tables import BlindIndex, WrappedKey, lines, metadata, transmissions
from gateway.storage.transmission_log import SqlTransmissionLog
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from signing.seal import load_sealing_keys, new_sealing_keys
from tests.builders import nir_of
from tests.contract.ports.closings import AT, EMPLOYER, MARKED_NIR, a_closing, a_line
from tests.fakes import FixedClock

KINDS = (KeyKind.MASTER, KeyKind.INDEX)
WORKERS = 5
MOST_CUTS = 40


def a_row(nir: Nir) -> DirectoryRow:
    return DirectoryRow(
        number=2,
        nir=nir,
        birth_name="MARTIN",
        first_name="Jeanne",
        birth_date="1976-09-12",
        sex="F",
        employer=EMPLOYER,
        is_nuclear=False,
        employment=Employment(employer=EMPLOYER, start=date(2025, 1, 1)),
    )


class Cut(Exception):
    """The process is killed."""


class CutShort:
    """A writer whose process is killed before it writes once more than `left` times."""

    def __init__(self, writer: Writer, left: int) -> None:
        self._writer, self.left = writer, left

    def run(self, work: Callable[[Connection], Any]) -> Any:
        if self.left == 0:
            raise Cut
        self.left -= 1
        return self._writer.run(work)


class Process:
    """A process over the database, with what it knows of the keys."""

    def __init__(self, address: str, folder: Path) -> None:
        self.folder = folder
        self.engine = open_engine(address)
        self.writer = Writer(engine=self.engine)
        self.sealer = SealerInForce(folder, read=self.in_use)
        parts: dict[str, Any] = {"engine": self.engine, "sealer": self.sealer}
        self.log = SqlTransmissionLog(**parts, writer=self.writer)
        self.directory = SqlWorkerDirectory(**parts, writer=self.writer, clock=FixedClock())
        self.rotation = KeyRotation(**parts, writer=self.writer, clock=FixedClock())

    def in_use(self) -> KeysInUse:
        with self.engine.connect() as connection:
            return keys_in_use(connection)

    def rotate(self, kind: KeyKind, *, transactions: int = 1_000) -> bool:
        """As the command does it, killed after that many transactions; whether it came to its end.

        What it did before is done: a later one has fewer to do.
        """
        writer = CutShort(self.writer, transactions)
        parts: dict[str, Any] = {"engine": self.engine, "sealer": self.sealer, "step": 2}
        rotation = KeyRotation(**parts, writer=writer, clock=FixedClock())
        try:
            version = version_to_take(self.folder, rotation, kind)
            rotate_sealed(self.folder, rotation, kind, version)
        except Cut:
            return False
        return True

    def close(self) -> None:
        self.writer.close()
        self.engine.dispose()


@pytest.fixture
def start(address: str, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Starts processes over one database and one folder of keys."""
    folder = tmp_path / "sealing-keys"
    new_sealing_keys(folder)
    with ExitStack() as started:

        def begin() -> Process:
            process = Process(address, folder)
            started.callback(process.close)
            process.sealer.follow(process.in_use())
            return process

        yield begin


def filled(process: Process) -> list[Nir]:
    """Workers in the directory, transmissions on record, lines that wait for a known worker."""
    nirs = [Nir.parse(nir_of(number)) for number in range(WORKERS)]
    process.directory.save([a_row(nir) for nir in nirs], version="june")
    for index in range(WORKERS):
        process.log.close(a_closing(a_line(index=index)))
        process.log.close(a_closing(a_line(worker_id=None)))
    return nirs


def record(process: Process, closing: Closing) -> None:
    """As a receiver does: again, where a key was rotated since the closing was made ready."""
    with suppress(RecordMoved):
        process.log.close(closing)
        return
    process.log.close(closing)


def stored(engine: Engine, kind: type) -> list[bytes]:
    """Every value of every column of a type, whatever its table."""
    columns = [c for table in metadata.tables.values() for c in table.c if isinstance(c.type, kind)]
    with engine.connect() as connection:
        found = [value for c in columns for value in connection.scalars(select(c)).all()]
    return [value for value in found if value is not None]


def nothing_is_left_of(process: Process, kind: KeyKind, former: list[bytes]) -> None:
    """No value that a former version made is stored, and its key is put by."""
    (serving,) = {key.version for key in process.rotation.versions(kind)[-1:]}
    states = [key.state for key in process.rotation.versions(kind)]
    assert states == [KeyState.RETIRED] * (len(states) - 1) + [KeyState.SERVING]
    keys = load_sealing_keys(process.folder)
    if kind is KeyKind.MASTER:
        assert {master_version(w) for w in stored(process.engine, WrappedKey)} == {serving}
        assert keys.master_versions == {serving}
    else:
        assert not {*stored(process.engine, BlindIndex)} & {*former}
        assert len(stored(process.engine, BlindIndex)) == len(former)
        assert set(keys.index_versions) == {serving}


@pytest.mark.parametrize("kind", KINDS)
def test_a_rotation_cut_short_after_any_step_misses_nobody_and_goes_on(
    start: Callable[[], Process], kind: KeyKind
) -> None:
    rotating, serving, asleep = start(), start(), start()
    nirs = filled(rotating)
    known = rotating.directory.look_up(nirs)
    former = stored(rotating.engine, BlindIndex)
    assert len(known) == WORKERS
    cuts = 0
    while not start().rotate(kind, transactions=1 + cuts // 2):
        cuts += 1
        assert cuts < MOST_CUTS
        # a process that serves meanwhile, one that has just started
        for process in (serving, start()):
            assert process.directory.look_up(nirs) == known
            assert process.directory.is_indexed()
            assert len(process.log.due(AT)) == 0
        record(serving, a_closing(a_line(index=cuts), a_line(index=99, worker_id=None)))
        assert serving.directory.save([a_row(nir) for nir in nirs], version="june").unchanged
        former += [b""]  # the line that was held meanwhile
    assert cuts > 5
    assert asleep.directory.look_up(nirs) == known
    nothing_is_left_of(rotating, kind, former)
    # whoever was imported at any time is found, and what waited for him is due
    assert asleep.directory.save([a_row(MARKED_NIR)], version="july").added == 1
    assert len(serving.log.due(AT)) == WORKERS + cuts


def test_a_worker_taken_in_during_a_rotation_is_found_before_and_after_its_end(
    start: Callable[[], Process],
) -> None:
    rotating, serving = start(), start()
    filled(rotating)
    added: list[Nir] = []
    while not start().rotate(KeyKind.INDEX, transactions=1 + len(added) // 2):
        assert len(added) < MOST_CUTS
        added.append(Nir.parse(nir_of(100 + len(added))))
        importing = start() if len(added) % 2 else serving
        assert importing.directory.save([a_row(added[-1])], version="july").added == 1
        for process in (rotating, serving, start()):
            assert len(process.directory.look_up(added)) == len(added)
    assert serving.directory.save([a_row(nir) for nir in added], version="july").unchanged == len(
        added
    )
    assert len(stored(rotating.engine, BlindIndex)) == 3 * WORKERS + 2 * len(added)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_made_ready_by_a_former_key_is_not_written_and_is_made_ready_anew(
    start: Callable[[], Process], kind: KeyKind
) -> None:
    serving, rotating = start(), start()
    closing = a_closing(a_line(), a_line(index=1, worker_id=None))
    ready = closings.prepare(closing, sealer=serving.sealer)
    rotating.rotate(kind)

    def write(connection: Connection) -> None:
        closings.write(connection, ready, sealer=serving.sealer)

    with pytest.raises(RecordMoved):
        serving.writer.run(write)
    assert serving.log.acknowledgement(closing.acknowledgement_id) is None
    serving.log.close(closing)
    nothing_is_left_of(rotating, kind, [b""])


def test_an_erased_key_stays_erased_and_its_held_lines_keep_no_index(
    start: Callable[[], Process],
) -> None:
    process = start()
    filled(process)
    erasing = transmissions.update().where(transmissions.c.number == 2).values(wrapped_key=None)
    process.writer.run(lambda connection: connection.execute(erasing).rowcount)
    for kind in KINDS:
        process.rotate(kind)
    with process.engine.connect() as connection:
        erased = select(transmissions.c.wrapped_key).where(transmissions.c.number == 2)
        assert connection.scalars(erased).one() is None
        line = select(lines.c.held_nir_index, lines.c.held_nir_index_version)
        assert connection.execute(line.where(lines.c.transmission == 2)).one() == (None, None)
    assert len(stored(process.engine, BlindIndex)) == 3 * WORKERS - 1


def test_held_lines_open_after_a_rotation_of_the_master_key(start: Callable[[], Process]) -> None:
    process = start()
    closing = a_closing(a_line(worker_id=None), body=b"what was received")
    process.log.close(closing)
    for _ in range(2):
        process.rotate(KeyKind.MASTER)
    held = start().log.held(1)
    assert held is not None
    assert held.body == b"what was received"
    assert process.rotation.versions(KeyKind.MASTER)[-1].version == 3


def test_a_key_that_is_not_at_hand_is_a_refusal_and_its_return_needs_no_restart(
    start: Callable[[], Process],
) -> None:
    rotating, serving = start(), start()
    nirs = filled(rotating)
    rotating.rotate(KeyKind.INDEX)
    key = rotating.folder / "sealing-index-v2.key"
    elsewhere = key.rename(key.with_suffix(".away"))
    with pytest.raises(Overloaded):
        serving.directory.look_up(nirs)
    elsewhere.rename(key)
    assert len(serving.directory.look_up(nirs)) == WORKERS


def test_another_key_of_the_same_version_is_a_mismatch(
    start: Callable[[], Process], tmp_path: Path, address: str
) -> None:
    filled(start())
    other = tmp_path / "other"
    new_sealing_keys(other)
    for name in ("sealing-master-v1.key",):
        (other / name).write_bytes((tmp_path / "sealing-keys" / name).read_bytes())
    process = Process(address, other)
    assert not process.directory.is_indexed()
    process.close()
