"""Two processes that import: one has the turn, and a kill frees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.directory import ImportUnderWay
from gateway.storage.engine import open_engine
from gateway.storage.import_turn import import_turn
from tests.postgresql import KINDS, new_database
from tests.unit.background.looking import until

ROOT = Path(__file__).resolve().parents[3]
HOLDING = """
import sys, time
from gateway.storage.engine import open_engine
from gateway.storage.import_turn import import_turn
with import_turn(open_engine(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_that_imports_keeps_others_out_until_it_is_killed(kind, tmp_path):
    with new_database(kind, tmp_path, is_migrated=False) as address:
        engine = open_engine(address)
        other = subprocess.Popen(
            [sys.executable, "-c", HOLDING, address], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert other.stdout.readline() == "held\n"

        def is_free():
            try:
                with import_turn(engine):
                    return True
            except ImportUnderWay:
                return False

        assert not is_free()
        other.kill()
        other.communicate()
        until(is_free)
        assert is_free()
        engine.dispose()
