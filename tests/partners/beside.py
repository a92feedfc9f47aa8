"""A command that runs for as long as doubles stand beside it."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import MappingProxyType


def run(command: Sequence[str], settings: Mapping[str, str] = MappingProxyType({})) -> int:
    """Its exit code; `settings` are added to its environment."""
    with subprocess.Popen(command, env=os.environ | settings) as process:
        # Ctrl-C reaches both: who stands beside it stays until the command has ended
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()
