"""A PKCS#11 token for tests: SoftHSM2, which keeps its tokens in a folder of ours.

The library reads SOFTHSM2_CONF once for the whole process, so there is one folder for each process
of pytest, and a token of its own label for each test. Debian: `apt-get install softhsm2`.
"""

import atexit
import functools
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PIN = "essai-4711"
_PLACES = ("lib/softhsm", "lib/x86_64-linux-gnu/softhsm", "lib/aarch64-linux-gnu/softhsm",
           "lib64/pkcs11", "lib/pkcs11")  # fmt: skip


class SoftHsm:
    """Its tool, its library, and the folder of its tokens."""

    def __init__(self, folder: Path) -> None:
        tool = shutil.which("softhsm2-util")
        if tool is None:
            pytest.skip("softhsm2-util is not installed (apt-get install softhsm2)")
        prefix = Path(tool).resolve().parent.parent
        modules = [prefix / place / "libsofthsm2.so" for place in _PLACES]
        self._tool = tool
        self.module = next((module for module in modules if module.is_file()), modules[0])
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {self.tokens}\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self._numbers = itertools.count(1)

    def new_token(self) -> str:
        """An empty token; its label."""
        label = f"essai-{next(self._numbers)}"
        subprocess.run(
            [self._tool, "--init-token", "--free", "--label", label, "--pin", PIN,
             "--so-pin", "9999", "--module", self.module],
            check=True, capture_output=True,
        )  # fmt: skip
        return label

    @contextmanager
    def pulled_out(self) -> Iterator[None]:
        """Every token is away."""
        away = self.tokens.with_name("away")
        self.tokens.rename(away)
        self.tokens.mkdir()
        try:
            yield
        finally:
            self.tokens.rmdir()
            away.rename(self.tokens)


@functools.cache
def _softhsm() -> SoftHsm:
    folder = tempfile.mkdtemp(prefix="softhsm-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return SoftHsm(Path(folder))


@pytest.fixture
def softhsm() -> SoftHsm:
    """The one of this process; skipped where it is not installed."""
    return _softhsm()
