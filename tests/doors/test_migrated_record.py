"""A record from before the evidence log is brought to today: every receipt stands, with a proof."""

import shutil
import uuid

import pytest
from alembic import command
from sqlalchemy import MetaData, insert, select

import signing.keys
from gateway.__main__ import main
from gateway.app import Gateway
from gateway.storage.directory_tables import directory_indexes
from gateway.storage.migrations import _config, is_current, migrate
from tests.builders import a_line, a_transmission, a_worker
from tests.postgresql import KINDS, opened
from tests.running import DOORS, config_at

BEFORE_THE_LOG = "0007"
UNKNOWN = 9


def brought_to(revision, engine):
    with engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def copied(source, target):
    """Every row of the tables that are in the target, in the columns that they have there."""
    found, wanted = MetaData(), MetaData()
    found.reflect(source)
    wanted.reflect(target)
    indexes = directory_indexes.c
    count = 0
    with source.connect() as reading, target.connect() as writing:
        by_worker = {
            row.worker_id: {"nir_index": row.nir_index, "nir_index_version": row.version}
            for row in reading.execute(select(directory_indexes).order_by(indexes.version))
        }
        for table in wanted.sorted_tables:
            if table.name.startswith("alembic"):
                continue
            writing.execute(table.delete())
            names = {*table.c.keys()} & {*found.tables[table.name].c.keys()}
            columns = [found.tables[table.name].c[name] for name in sorted(names)]
            for row in reading.execute(select(*columns)).mappings():
                if table.name == "counters" and row["name"].startswith("changes of"):
                    continue  # counted since
                more = by_worker[row["worker_id"]] if "nir_index" in table.c else {}
                writing.execute(insert(table), {**row, **more})
                count += 1
        writing.commit()
    return count


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_answered_before_the_log_stands_and_gets_its_proof(start, kind, tmp_path):
    running = start()
    forms = [a_transmission(id=str(uuid.uuid4()), results=[a_line()])]
    forms += [
        a_transmission(id=str(uuid.uuid4()), results=[a_line(worker=a_worker(UNKNOWN + place))])
        for place, _ in enumerate(DOORS)
    ]
    before = [running.submit(form) for form in forms]
    assert [answer.acknowledgement["disposition"] for answer in before] == [
        "ACCEPTED",
        *("HELD" for _ in DOORS),
    ]
    with opened(kind, tmp_path, is_migrated=False) as old:
        brought_to(BEFORE_THE_LOG, old)
        assert copied(running.store.engine, old) > len(forms)
        assert not is_current(old)
        migrate(old)
        assert is_current(old)
        home = tmp_path / "home"
        former = running.config
        for keys in (former.signing_keys, former.sealing_keys, former.token_keys):
            shutil.copytree(keys, home / keys.name)
        address = old.url.render_as_string(hide_password=False)
        config = config_at(home, database_url=address)
        gateway = Gateway(config, clock=running.clock)
        try:
            running.serve(gateway.asgi)
            for form, answer in zip(forms, before, strict=True):
                name = answer.acknowledgement["id"]
                now = running.get(f"/v1/receipts/{name}")
                assert now.acknowledgement == answer.acknowledgement
                assert now.form["signature"] == answer.form["signature"]
                assert now.form["proof"] != answer.form["proof"], "of another log, with other salts"
                file = tmp_path / "receipt.json"
                file.write_bytes(now.content)
                register = str(config.signing_keys / signing.keys.REGISTER)
                assert main(["verify", str(file), "--trust", register]) == 0
                again = running.submit(form)
                assert again.acknowledgement == answer.acknowledgement
                assert again.headers["idempotent-replayed"] == "true"
            new = running.submit(a_transmission(id=str(uuid.uuid4()), results=[a_line()]))
            assert new.acknowledgement["counts"]["held"] == 0, "the worker was missed"
            assert gateway.store.figures().log_size == len(forms) + 1
            assert gateway.store.figures().held_lines == len(DOORS)
        finally:
            gateway.close()
