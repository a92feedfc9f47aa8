"""The wheel holds everything: installed elsewhere, it imports, finds its contract, and answers."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway", "adapters", "signing", "specs")


def _run(*command, cwd="/", **environment):
    """A command far from the checkout, with nothing of it on the path."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env=clean | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built without isolation: no package is fetched, the build backend is that of the lock."""
    target = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=ROOT)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A virtual environment with the wheel, which sees our dependencies but not our checkout."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    seen = Path(sysconfig.get_paths()["purelib"])
    site = Path(
        _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    )
    _run(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel
    )
    # a line of a .pth file adds the folder alone: the .pth of the editable install is not read
    (site / "dependencies.pth").write_text(f"{seen}\n")
    return home


def test_the_wheel_holds_every_file_that_is_committed(wheel):
    committed = _run("git", "ls-files", "-z", *PACKAGES, cwd=ROOT).split("\0")
    held = set(zipfile.ZipFile(wheel).namelist())
    missing = {name for name in committed if name and Path(ROOT, name).exists()} - held
    assert missing == set()


def test_the_wheel_holds_nothing_but_our_packages(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_installed_gateway_imports_and_finds_its_contract(installed):
    asked = (
        "import warnings; warnings.simplefilter('ignore');"
        "import gateway.app, signing, adapters, specs;"
        "print(gateway.app.__file__); print(specs.path('openapi/gateway.yaml'));"
        "print(specs.path('xsd/transmission/1.0/transmission.xsd'))"
    )
    places = _run(installed / "bin" / "python", "-c", asked).split()
    assert len(places) == 3
    assert all(Path(place).is_relative_to(installed) for place in places), places


def test_the_installed_gateway_judges_by_the_contract_it_carries(installed):
    asked = (
        "from gateway.wire.v1.contract import TransmissionContract;"
        "from gateway.rules.catalogue import CATALOGUE;"
        "TransmissionContract(); print(len(list(CATALOGUE)))"
    )
    assert int(_run(installed / "bin" / "python", "-c", asked)) > 50


def test_the_installed_command_answers(installed):
    said = _run(installed / "bin" / "siseri-gateway", "--help", NO_COLOR="1", COLUMNS="100")
    for command in ("serve", "migrate", "verify", "send"):
        assert command in said
