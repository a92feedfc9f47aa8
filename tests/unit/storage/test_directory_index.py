"""After the index key was rotated, nobody is lost and nobody becomes two."""

from datetime import date

import pytest
from sqlalchemy import Engine

from gateway.directory import DirectoryRow
from gateway.errors import ConfigurationFault
from gateway.model.directory import Employment
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from signing.seal import SealingKeys
from tests.contract.ports.closings import EMPLOYER, MARKED_NIR

MASTER, FIRST, SECOND = (bytes([number]) * 32 for number in (1, 2, 3))
ROW = DirectoryRow(
    number=2,
    nir=MARKED_NIR,
    birth_name="MARTIN",
    first_name="Jeanne",
    birth_date="1976-09-12",
    sex="F",
    employer=EMPLOYER,
    is_nuclear=False,
    employment=Employment(employer=EMPLOYER, start=date(2025, 1, 1)),
)


def test_a_rotated_index_key_asks_to_reindex_and_keeps_every_id(
    engine: Engine, writer: Writer
) -> None:
    parts = {"engine": engine, "writer": writer}
    old = SealingKeys(masters={1: MASTER}, indexes={1: FIRST})
    before = SqlWorkerDirectory(**parts, sealer=old)
    before.save([ROW], version="june")
    worker = before.look_up([MARKED_NIR])[MARKED_NIR]

    new = SealingKeys(masters={1: MASTER}, indexes={1: FIRST, 2: SECOND})
    after = SqlWorkerDirectory(**parts, sealer=new)
    assert not after.is_indexed()
    with pytest.raises(ConfigurationFault):
        after.save([ROW], version="july")
    assert after.reindex() == 1
    assert after.is_indexed()
    assert after.reindex() == 0
    assert after.look_up([MARKED_NIR]) == {MARKED_NIR: worker}
    assert after.save([ROW], version="july").unchanged == 1
