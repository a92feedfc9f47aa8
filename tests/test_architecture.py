"""The shape of the house, checked: what every operation, code, port and module must have."""

import ast
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import xmlschema
import zeep
from lxml import etree

import specs

ROOT = Path(__file__).parent.parent
OURS = ("gateway", "adapters", "signing", "specs")
MODULES = {
    path.relative_to(ROOT): ast.parse(path.read_text("utf-8"))
    for package in OURS
    for path in sorted((ROOT / package).rglob("*.py"))
}
XS = "{http://www.w3.org/2001/XMLSchema}"
MAX_LINES = 300
MAX_FUNCTION_LINES = 40
LONG_FUNCTIONS = {
    ("gateway/app.py", "__init__"): "the composition root names everything once, in order",
}
UNWANTED_NAMES = {
    *("utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"),
    *("service", "services", "data", "info", "base", "core"),
}


def _protocols():
    return [
        node.name
        for path, tree in MODULES.items()
        if path.parent == Path("gateway/ports")
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases)
    ]


@pytest.mark.parametrize("port", _protocols())
def test_a_port_has_a_contract_suite(port):
    folder = ROOT / "tests" / "contract" / "ports"
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", port).lower()
    suites = [path.stem.removeprefix("test_") for path in folder.glob("test_*.py")]
    assert name in suites, f"tests/contract/ports/test_{name}.py is missing"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_is_short_and_named_for_what_it_is(path):
    lines = len((ROOT / path).read_text("utf-8").splitlines())
    assert lines <= MAX_LINES
    assert not {part.removesuffix(".py") for part in path.parts} & UNWANTED_NAMES


def _functions():
    """Lines of statements: a signature that lists dependencies or options is no length."""
    for path, tree in MODULES.items():
        if "versions" in path.parts:
            continue  # a migration is a list of tables, never changed again
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = node.body[1] if ast.get_docstring(node) and node.body[1:] else node.body[0]
                yield (path.as_posix(), node.name), node.end_lineno - first.lineno + 1


def test_functions_are_short():
    long = {function for function, length in _functions() if length > MAX_FUNCTION_LINES}
    assert long == LONG_FUNCTIONS.keys()


def _reads_environment(node):
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id == "os" and node.attr in {"environ", "environb", "getenv"}
    return isinstance(node, ast.ImportFrom) and node.module == "os" and any(
        name.name in {"environ", "environb", "getenv"} for name in node.names
    )  # fmt: skip


def test_the_configuration_alone_reads_the_environment():
    readers = {
        path for path, tree in MODULES.items() if any(map(_reads_environment, ast.walk(tree)))
    }
    assert readers == {Path("gateway/config.py")}


IMPORT_ALL = """
import importlib, sys, warnings
warnings.simplefilter("ignore")

def watch(event, arguments):
    if event == "socket.bind" and arguments[1] == ("::1", 0):
        return  # urllib3 asks whether this machine has IPv6
    if event == "subprocess.Popen" and arguments[0] == "file":
        return  # croniter, below the durable engine, asks whether this machine has 32 bits
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "sqlite3.connect",
                 "subprocess.Popen", "os.mkdir", "os.remove", "os.rename"}:
        raise SystemExit(f"{event} at import: {arguments}")
    if event == "open" and arguments[0] != "/dev/null":
        mode = arguments[1] or ""
        if any(letter in mode for letter in "wax+"):
            raise SystemExit(f"opened for writing at import: {arguments[0]}")

sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(len(sys.argv) - 1)
"""


def _import_all(*names, path=ROOT):
    return subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_ALL, *names],
        cwd=path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_module_opens_anything_at_import():
    names = [
        ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if path.name != "env.py"  # alembic runs it: it is a script
    ]
    done = _import_all(*names)
    assert done.stdout.strip() == str(len(names)), done.stderr + done.stdout


@pytest.mark.parametrize(
    "line",
    [
        "open('left-behind', 'w')",
        "import sqlite3; sqlite3.connect(':memory:')",
        "import socket; socket.create_connection(('127.0.0.1', 9), timeout=1)",
    ],
)
def test_a_module_that_opens_something_at_import_is_found(line, tmp_path):
    (tmp_path / "opens.py").write_text(line)
    done = _import_all("opens", path=tmp_path)
    assert done.returncode != 0
    assert "at import" in done.stderr


def test_what_the_contract_refers_to_is_a_file_of_ours():
    folder = specs.path("xsd").parent
    seen = 0
    for file in (*folder.rglob("*.xsd"), *folder.rglob("*.wsdl")):
        for node in etree.parse(file).iter(f"{XS}import", f"{XS}include", f"{XS}redefine"):
            location = node.get("schemaLocation", "")
            if location:
                assert (file.parent / location).is_file(), (file, location)
                seen += 1
    assert seen


def test_schemas_resolve_and_examples_validate_without_network(monkeypatch):
    def refuse(*_arguments):
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    zeep.Client(str(specs.path("wsdl/gateway.wsdl")), settings=zeep.Settings(forbid_dtd=True))
    for kind in ("transmission", "acknowledgement"):
        file = specs.path(f"xsd/{kind}/1.0/{kind}.xsd")
        oracle, gate = xmlschema.XMLSchema(str(file)), etree.XMLSchema(file=str(file))
        examples = sorted(specs.path(f"examples/{kind}").glob("*.xml"))
        assert examples
        for example in examples:
            oracle.validate(str(example))
            gate.assertValid(etree.parse(example))
