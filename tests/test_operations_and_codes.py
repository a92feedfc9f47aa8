"""Every operation and every code that the contract names is handled, tested and documented."""

import ast
import re
from pathlib import Path

import connexion
import pytest
import yaml

import specs
from gateway.api.operations import Operations
from gateway.api.problems import REFUSALS
from gateway.api.rest import rest_app
from gateway.errors import Refusal
from gateway.rules.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent
TESTS = [
    path
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    if path != Path(__file__) and "specs" not in path.parts
]
OPENAPI = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in OPENAPI["paths"].items()
    for method, operation in item.items()
}
PUBLIC = {
    *("readSigningKeys", "readEnrolment", "readRevocationList"),
    *("readLiveness", "readReadiness"),
    *("requestToken", "readServerMetadata", "readTokenKeys"),
    *("readCheckpoint", "readHashTile", "readPartialHashTile"),
    *("readEntryBundle", "readPartialEntryBundle"),
}


# ---------- operations


def _operations():
    doors = (
        "submissions",
        "enquiries",
        "reference",
        "enrolment",
        "oauth",
        "establishments",
        "verifications",
    )
    return Operations(**dict.fromkeys(doors))


def test_every_operation_has_a_handler_and_every_handler_an_operation():
    of_the_log = {name for name, (_, path, _) in OPERATIONS.items() if path.startswith("/log/")}
    assert _operations().names() == OPERATIONS.keys() - of_the_log  # `root` routes these


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_has_a_security_scheme_or_is_public(name):
    security = OPERATIONS[name][2].get("security", OPENAPI["security"])
    if name in PUBLIC:
        assert security == []
    else:
        assert security
        schemes = OPENAPI["components"]["securitySchemes"].keys()
        assert all(scheme.keys() <= schemes for scheme in security)


def _texts(tree):
    """Every text constant of a test, f-strings with a star for what is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "*" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.fixture(scope="module")
def texts():
    support = [ROOT / "tests" / "running.py"]
    return {text for path in (*TESTS, *support) for text in _texts(ast.parse(path.read_text()))}


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_called_by_a_test(name, texts):
    method, path, _ = OPERATIONS[name]
    is_second = method == "get" and len(OPENAPI["paths"][path]) > 1  # beside a POST: by its query
    address = re.sub(r"\\\{\w+\\\}", r"[^/?]+", re.escape(path))
    called = re.compile(address + (r"\?.+" if is_second else r"(\?.*)?"))
    assert any(text == name or called.fullmatch(text) for text in texts)


def test_every_media_type_of_a_body_passes_our_own_gate(monkeypatch):
    given = {}
    monkeypatch.setattr(
        connexion.AsyncApp, "add_api", lambda *_, **options: given.update(options), raising=True
    )
    rest_app(
        operations=_operations(), authentication=None, openings=None, lanes=None, admission=None
    )
    bodies = [body["content"] for body in OPENAPI["components"]["requestBodies"].values()]
    bodies += [op["requestBody"]["content"] for _, _, op in OPERATIONS.values()
               if "content" in op.get("requestBody", {})]  # fmt: skip
    media_types = {media_type for content in bodies for media_type in content}
    assert media_types >= {"application/json", "application/xml", "text/xml"}
    validators = given["validator_map"]["body"]
    for media_type in (*media_types, "application/anything"):
        assert validators[media_type].__module__.startswith("gateway."), media_type


# ---------- codes


def _row(code):
    said = REFUSALS[code]
    return f"| {code} | {said.status} | {said.fr} | {said.en} |"


def test_the_page_of_errors_says_what_the_gateway_says():
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    stated = [line for line in page.splitlines() if re.match(r"\| `?[A-Z]\d{3}", line)]
    assert stated == [_row(code) for code in sorted(REFUSALS)]


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_an_unsigned_refusal_speaks_both_languages(code):
    said = REFUSALS[code]
    assert said.fr
    assert said.en
    assert said.fr != said.en
    assert 400 <= said.status < 600


def _refusals(kind=Refusal):
    for child in kind.__subclasses__():
        yield child
        yield from _refusals(child)


@pytest.mark.parametrize("error", list(_refusals()), ids=lambda error: error.__name__)
def test_a_refusal_of_the_tree_has_its_entry_in_the_table(error):
    assert error.code in REFUSALS


@pytest.mark.parametrize("rule", list(CATALOGUE), ids=lambda rule: rule.code)
def test_a_code_of_the_catalogue_speaks_both_languages(rule):
    assert rule.fr
    assert rule.en
    assert rule.fr != rule.en
    assert rule.source
