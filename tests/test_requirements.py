"""What we install: hashed, without addresses, above every advisory, and under no name of ours."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FLOORS = tomllib.loads((ROOT / "security" / "advisory-floors.toml").read_text("utf-8"))["floors"]
OURS = {"gateway", "adapters", "signing", "specs"}
ENTRY = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)( ;[^\\]+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n",
    re.MULTILINE,
)


def _locked(lock):
    """Name → version of a hashed requirements file."""
    return {name: Version(version) for name, version, *_ in ENTRY.findall(lock.read_text("utf-8"))}


def _below(locked, floors):
    return {name for name in floors.keys() & locked.keys() if locked[name] < floors[name]}


def _floors():
    return {name: Version(entry["version"]) for name, entry in FLOORS.items()}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_of_a_lock_is_a_pinned_version_with_its_hashes(lock):
    text = lock.read_text("utf-8")
    assert ENTRY.sub("", text).strip() == ""
    assert _locked(lock)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_no_address(lock):
    assert not re.search(r"://|index-url|find-links", lock.read_text("utf-8"))


def test_developers_run_the_versions_that_production_runs():
    runtime, dev = (_locked(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "dev"))
    assert runtime.items() <= dev.items()


def test_everything_asked_for_is_in_its_lock():
    asked = {
        "runtime": PROJECT["project"]["dependencies"],
        "dev": PROJECT["dependency-groups"]["dev"],
    }
    for name, requirements in asked.items():
        locked = _locked(ROOT / "requirements" / f"{name}.txt")
        for requirement in map(Requirement, requirements):
            version = locked[requirement.name.lower()]
            assert requirement.specifier.contains(version, prereleases=True), requirement


def test_the_npm_lock_holds_hashes_and_no_registry_address():
    npm = ROOT / "tests" / "interop" / "npm"
    text = (npm / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')
    assert "omit-lockfile-registry-resolved=true" in (npm / ".npmrc").read_text("utf-8")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_is_above_every_advisory(lock):
    assert _below(_locked(lock), _floors()) == set()


def test_every_floor_is_of_something_installed_or_says_that_it_is_not():
    locked = {name for lock in LOCKS for name in _locked(lock)}
    absent = {name for name, entry in FLOORS.items() if entry.get("absent", False)}
    assert FLOORS.keys() - locked == absent
    assert all(entry["why"] for entry in FLOORS.values())


def test_what_we_ask_for_admits_nothing_below_a_floor():
    for requirement in map(Requirement, PROJECT["project"]["dependencies"]):
        floor = _floors().get(requirement.name)
        if floor is None:
            continue
        stated = [Version(s.version) for s in requirement.specifier if s.operator in {">=", "=="}]
        assert stated, requirement
        assert min(stated) >= floor, requirement


def test_a_lock_below_a_floor_is_found():
    assert _below({"lxml": Version("6.0.2"), "six": Version("1")}, _floors()) == {"lxml"}


def test_no_dependency_installs_a_package_of_our_name():
    owners = importlib.metadata.packages_distributions()
    assert owners["lxml"] == ["lxml"]
    for name in OURS:
        assert set(owners.get(name, ())) <= {"siseri-gateway"}, name


def test_the_wheel_holds_the_packages_of_ours_and_no_other():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages == OURS
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == OURS
