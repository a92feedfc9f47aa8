"""The import contracts are kept, complete, and each of them bites on a copy that breaks it."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("gateway", "adapters", "signing", "specs")
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
BREAKS = [
    ("layers", "gateway/model/verdict.py", "import gateway.wire.json"),
    ("layers", "gateway/helpers.py", '"""A module without a place."""'),
    ("layers", "gateway/storage/tables.py", "import gateway.api.replies"),
    ("layers", "gateway/rules/dose.py", "import gateway.steps.parse"),
    ("steps", "gateway/steps/parse.py", "import gateway.steps.decide"),
    ("libraries", "signing/jws.py", "import gateway.errors"),
    ("signing-alone", "signing/jws.py", "import specs"),
    ("composition", "gateway/receive.py", "import signing.seal"),
    ("composition", "gateway/steps/verify.py", "import adapters"),
    ("adapters", "adapters/sirene.py", "import gateway.steps.parse"),
    ("web", "gateway/receive.py", "import starlette.requests"),
    ("web", "gateway/storage/engine.py", "import connexion"),
    ("server", "gateway/app.py", "import uvicorn"),
    ("sql", "gateway/directory/importer.py", "import sqlalchemy"),
    ("sql", "gateway/app.py", "import alembic"),
    ("sql", "gateway/commands/migrate.py", "import psycopg"),
    ("durable-engine", "gateway/background/rounds.py", "import dbos"),
    ("tokens", "gateway/partners/authentication.py", "import authlib.oauth2"),
    ("cryptography", "gateway/storage/sealed_rows.py", "import cryptography.fernet"),
    ("soap-client", "adapters/timestamping.py", "import zeep"),
]


def _check(root, *arguments):
    """lint-imports over the code in `root`, whatever is installed."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    root = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in OURS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, root / package, ignore=ignored)
    return root


def test_every_contract_is_kept(copied):
    done = _check(copied)
    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in done.stdout


@pytest.mark.parametrize(("contract", "file", "line"), BREAKS)
def test_a_contract_bites(copied, contract, file, line):
    path = copied / file
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        done = _check(copied, "--contract", contract)
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
    assert done.returncode != 0, done.stdout
    module = file.removesuffix(".py").replace("/", ".")
    if before is None and contract == "layers":
        assert module.removeprefix("gateway.") in done.stdout
    else:
        assert f"{CONTRACTS[contract]['name']} BROKEN" in done.stdout
        assert f"{module} -> " in done.stdout


def test_every_contract_is_broken_once_above():
    assert {contract for contract, _, _ in BREAKS} == CONTRACTS.keys()


def test_adapters_are_kept_from_every_layer_but_the_four_that_they_may_see():
    layers = {
        f"gateway.{name.strip(' ()')}"
        for layer in CONTRACTS["layers"]["layers"]
        for name in layer.split("|")
    }
    seen = {"gateway.ports", "gateway.model", "gateway.identifiers", "gateway.errors"}
    planned = {name for name in layers if not _exists(name)}
    forbidden = set(CONTRACTS["adapters"]["forbidden_modules"])
    assert forbidden - {"signing", "specs"} == layers - seen - planned


def _exists(module):
    path = ROOT.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()
