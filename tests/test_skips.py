"""A test that is skipped on a developer's machine fails in CI, whatever skips it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = {
    "test": "import pytest\ndef test_it():\n    pytest.skip('no means')\n",
    "mark": "import pytest\n@pytest.mark.skip(reason='no means')\ndef test_it():\n    pass\n",
    "fixture": (
        "import pytest\n@pytest.fixture\ndef means():\n    pytest.skip('no means')\n"
        "def test_it(means):\n    pass\n"
    ),
    "module": "import pytest\npytest.skip('no means', allow_module_level=True)\n",
}


def _run(folder, **environment):
    without = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "."],
        cwd=folder,
        env=without | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("kind", SKIPPED)
def test_a_skip_is_a_failure_in_ci_alone(kind, tmp_path):
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_means.py").write_text(SKIPPED[kind])
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n")
    locally = _run(tmp_path)
    assert locally.returncode == 0, locally.stdout
    assert "1 skipped" in locally.stdout
    in_ci = _run(tmp_path, CI="true")
    assert in_ci.returncode != 0, in_ci.stdout
    assert "no means" in in_ci.stdout


def test_an_expected_failure_is_not_a_skip(tmp_path):
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_means.py").write_text(
        "import pytest\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"
    )
    assert _run(tmp_path, CI="true").returncode == 0
