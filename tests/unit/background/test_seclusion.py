"""The engine calls nobody and listens on nothing, whatever its environment asks it to."""

import os
import subprocess
import sys
from pathlib import Path

from tests.durable import engine_tables

ROOT = Path(__file__).resolve().parents[3]
ASKING = {
    "DBOS__CLOUD": "true",
    "DBOS_APP_NAME": "theirs",
    "DBOS__APPVERSION": "theirs",
    "DBOS__VMID": "theirs",
    "DBOS__APPID": "theirs",
    "DBOS_SYSTEM_DATABASE_URL": "postgresql://theirs.example/theirs",
    "DBOS_DOMAIN": "theirs.example",
    "DBOS__CONDUCTOR_APP_NAME": "theirs",
    "DBOS__CONDUCTOR_KEY": "theirs",
    "DBOS__CONDUCTOR_URL": "wss://theirs.example",
    "DBOS__OTLP_TRACES_ENDPOINT": "https://theirs.example",
    "DBOS__OTLP_LOGS_ENDPOINT": "https://theirs.example",
}


def test_no_way_out_is_tried_even_where_the_environment_names_some(tmp_path):
    with engine_tables("sqlite", tmp_path) as address:
        done = subprocess.run(
            [sys.executable, "-m", "tests.unit.background.secluded", address],
            cwd=ROOT,
            env={**os.environ, **ASKING},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.stdout == "done\n", done.stderr
    assert done.stderr == ""
