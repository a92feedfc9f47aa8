"""Every key is rotated under load, by the command, which is killed on the way and run again."""

import random
import subprocess
import sys
import time

import signing.keys
from gateway.__main__ import main
from gateway.config import environment_of_child
from tests.chaos.killing import chapter, refusals_of
from tests.chaos.load import CLIENTS
from tests.chaos.resolving import acknowledgement_of

KILLS = 3
"""Of each command, before it may come to its end."""
SEALING = {"sealing": ("--sealing",), "index": ("--index",)}
SIGNING = {"acknowledgements": (), "log": ("--log",)}
EVERY_KEY = SEALING | SIGNING
LONGEST_S = 0.4
"""From what such a command says once it has begun, to the kill."""
_START_S = 1.5
"""Of a command that says nothing before its end: it is killed at any moment until then."""
_VERIFIED = 3
"""Receipts of a chapter that the command `verify` proves, with their place in the log."""


def rotate_on_sqlite(seed, home, *, keys=EVERY_KEY, kills=KILLS, clients=CLIENTS):
    """The one process over SQLite takes every new key up."""
    dice = random.Random(seed)
    with chapter(home, dice) as told:
        told.fleet.start()
        return _rotate(told, dice, keys, kills=kills, clients=clients)


def rotate_on_postgresql(seed, home, *, cluster, keys=EVERY_KEY, kills=KILLS, clients=CLIENTS):
    """So do two processes over PostgreSQL."""
    dice = random.Random(seed)
    with cluster.database() as address, chapter(home, dice, database_url=address, size=2) as told:
        told.fleet.start(0)
        told.fleet.start(1)
        return _rotate(told, dice, keys, kills=kills, clients=clients)


def _rotate(told, dice, keys, *, kills, clients):
    fleet = told.fleet
    rotated = {"rotations": 0, "kills": 0}
    with told.load(clients=clients) as load:
        load.wait_for_answers(1)
        for key in dice.sample(sorted(keys), len(keys)):
            for _ in range(kills):
                rotated["kills"] += _killed(fleet, dice, key)
            _done(fleet, key)
            rotated["rotations"] += 1
            load.wait_for_answers(len(load.answered) + 1)
    assert not refusals_of(load), refusals_of(load)
    assert not load.unanswered, "a connection broke"
    told.trust_anew()
    told.settle(load)
    assert_nothing_is_of_a_former_key(told.record)
    _verify(fleet, load, dice)
    return told.end() | rotated


def assert_nothing_is_of_a_former_key(record):
    """What is indexed and wrapped is so by the versions in use, and every other is retired."""
    versions = record.ask("SELECT kind, version, state FROM key_versions WHERE state <> 'RETIRED'")
    serving = {kind: version for kind, version, _ in versions}
    assert sorted(versions) == [(kind, serving[kind], "SERVING") for kind in ("INDEX", "MASTER")]
    workers = record.ask("SELECT count(*) FROM directory_workers")
    indexes = "SELECT version, count(*) FROM directory_indexes GROUP BY version"
    assert record.ask(indexes) == [(serving["INDEX"], workers[0][0])]
    held = "SELECT DISTINCT held_nir_index_version FROM lines WHERE held_nir_index IS NOT NULL"
    assert {version for (version,) in record.ask(held)} <= {serving["INDEX"]}
    prefix = serving["MASTER"].to_bytes(2, "big")
    for table in ("transmissions", "directory_keys"):
        for (wrapped,) in record.ask(f"SELECT wrapped_key FROM {table}"):  # noqa: S608 - ours
            assert bytes(wrapped).startswith(prefix), f"{table}: wrapped by a former key"


def _killed(fleet, dice, key):
    """Kill the command somewhere on its way; whether it was alive then."""
    with _command(fleet, key) as process:
        if key in SEALING:
            process.stdout.readline()
            time.sleep(dice.random() * LONGEST_S)
        else:
            time.sleep(dice.random() * _START_S)
        process.kill()
        return process.wait() != 0


def _done(fleet, key):
    with _command(fleet, key) as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said


def _command(fleet, key):
    settings = {
        "HOME": str(fleet.home),
        "DATABASE_URL": fleet.config.database_url,
        "PUBLIC_ADDRESS": fleet.config.public_address,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "gateway", "keys", "rotate", *EVERY_KEY[key]],
        env=environment_of_child(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _verify(fleet, load, dice):
    """The command proves receipts from before, between and after, by the register of today."""
    with fleet.client() as client:
        for sent in dice.sample(load.answered, min(_VERIFIED, len(load.answered))):
            name = acknowledgement_of(sent.receipt)["id"]
            _, _, receipt = client.get(f"/v1/receipts/{name}")
            file = fleet.home / "receipt.json"
            file.write_bytes(receipt)
            register = str(fleet.config.signing_keys / signing.keys.REGISTER)
            assert main(["verify", str(file), "--trust", register]) == 0
