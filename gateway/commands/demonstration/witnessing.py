"""A witness beside the demonstration: a process of its own, as somebody else would run it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.commands.demonstration.installation import Installation, Process, free_port
from signing.log.witness_folder import new_witness
from signing.register import load_register

NAME = "temoin.example/demonstration"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalWitness:
    """Where it is, and what asks for it."""

    url: str
    policy: Path
    """A policy that lists it and requires it (C2SP tlog-policy): the gateway asks by it, a
    partner verifies by it."""
    process: Process


@contextmanager
def witnessed(installation: Installation) -> Iterator[LocalWitness]:
    """A witness of the log of `installation`, whose keys are made; stopped whatever happens."""
    folder = installation.folder / "temoin"
    key = new_witness(folder, name=NAME)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    policy = installation.folder / "temoins.policy"
    policy.write_text(f"witness temoin {key.text} {url}\nquorum temoin\n", encoding="utf-8")
    log = load_register(installation.config.signing_keys).log
    known = [] if log is None else [f"--log={one.vkey.text}" for one in log.keys]
    process = Process(
        *("witness", f"--folder={folder}", f"--port={port}", *known),
        log=installation.folder / "temoin.log",
    )
    try:
        yield LocalWitness(url=url, policy=policy, process=process)
    finally:
        process.stop()
