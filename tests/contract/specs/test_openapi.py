"""The OpenAPI file by itself: valid, loadable by connexion, and as strict as the contract says."""

import re
import warnings
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

import specs

PATH = specs.path("openapi/gateway.yaml")
OPENAPI = yaml.safe_load(PATH.read_text("utf-8"))
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
OWN_SCHEME = {"enrol": "enrolment", "revokeCredential": "revocation"}
READING = (
    *("listTransmissions", "readTransmission", "readReceipt", "readReceiptLines"),
    "readContacts",
    "readEstablishment",
)
SCOPES = {
    "submitTransmission": "transmissions.submit",
    "checkTransmission": "transmissions.submit",
    "verifyWorker": "transmissions.submit",
    **dict.fromkeys(READING, "transmissions.read"),
}


def _schemas(node: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield at, node
        for key, value in node.items():
            yield from _schemas(value, f"{at}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _schemas(value, f"{at}/{index}")


def test_document_is_valid_openapi_3_0() -> None:
    assert OPENAPI["openapi"] == "3.0.3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        OpenAPIV30SpecValidator(OPENAPI).validate()


def test_operations_are_those_of_the_contract() -> None:
    assert {name: (method, path) for name, (method, path, _) in OPERATIONS.items()} == {
        "submitTransmission": ("post", "/v1/transmissions"),
        "listTransmissions": ("get", "/v1/transmissions"),
        "readTransmission": ("get", "/v1/transmissions/{id}"),
        "readReceipt": ("get", "/v1/receipts/{ackId}"),
        "readReceiptLines": ("get", "/v1/receipts/{ackId}/lines"),
        "checkTransmission": ("post", "/v1/checks"),
        "listRules": ("get", "/v1/rules"),
        "readRule": ("get", "/v1/rules/{code}"),
        "readMe": ("get", "/v1/me"),
        "readContacts": ("get", "/v1/establishments/{siret}/contacts"),
        "readEstablishment": ("get", "/v1/establishments/{siret}"),
        "verifyWorker": ("post", "/v1/workers/verifications"),
        "ping": ("post", "/v1/ping"),
        "readEnrolment": ("get", "/v1/enrolment"),
        "enrol": ("post", "/v1/enrolment"),
        "revokeCredential": ("post", "/v1/enrolment/revocations"),
        "readRevocationList": ("get", "/v1/enrolment/crl/{authority}"),
        "requestToken": ("post", "/oauth/token"),
        "readServerMetadata": ("get", "/.well-known/oauth-authorization-server"),
        "readTokenKeys": ("get", "/.well-known/siseri-token-keys.json"),
        "readSigningKeys": ("get", "/.well-known/siseri-signing-keys.json"),
        "readCheckpoint": ("get", "/log/checkpoint"),
        "readHashTile": ("get", "/log/tile/{level}/{index}"),
        "readPartialHashTile": ("get", "/log/tile/{level}/{index}.p/{width}"),
        "readEntryBundle": ("get", "/log/tile/entries/{index}"),
        "readPartialEntryBundle": ("get", "/log/tile/entries/{index}.p/{width}"),
        "readLiveness": ("get", "/health/live"),
        "readReadiness": ("get", "/health/ready"),
    }


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_operation_needs_a_credential_unless_public(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    security = operation.get("security", OPENAPI["security"])
    scheme = OWN_SCHEME.get(name, "oauth2")
    scopes = [SCOPES[name]] if name in SCOPES else []
    assert security == ([] if name in PUBLIC else [{scheme: scopes}])
    assert bool(scopes) is ("403" in operation["responses"])
    assert name in PUBLIC or "401" in operation["responses"]


def test_submission_answers_every_status_of_the_contract_that_can_be_reached_today() -> None:
    _, _, operation = OPERATIONS["submitTransmission"]
    unsigned = {"400", "401", "403", "406", "408", "409", "413", "415", "429", "503"}
    assert operation["responses"].keys() == {"200", "422"} | unsigned
    for status in ("200", "422"):
        response = operation["responses"][status]
        assert "Idempotent-Replayed" in response["headers"]
        assert response["content"].keys() == {
            "application/json", "application/xml", "text/xml", "application/jose",
            "text/html", "text/csv",
        }  # fmt: skip


def test_objects_are_closed_lists_never_empty_and_nothing_is_nullable() -> None:
    for at, schema in _schemas(OPENAPI["components"]["schemas"]):
        if at.endswith("/properties"):
            continue
        assert "nullable" not in schema, at
        assert "format" not in schema, at
        if schema.get("type") == "array":
            assert schema.get("minItems") == 1 or schema["maxItems"] == 0, at
        if schema.get("type") == "object" and "/RuleExamples/" not in at:
            assert "additionalProperties" in schema, at


def test_patterns_hold_to_the_very_end() -> None:
    for at, schema in _schemas(OPENAPI["components"]):
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and pattern != r"\n":
            assert pattern.startswith("^"), at
            assert pattern.endswith("$"), at
            assert not re.search(r"\\[dws]", pattern), at


@pytest.mark.parametrize("name", ["Uuid", "Count", "Msv", "DateTime", "Nir", "Ref", "Pointer"])
def test_a_newline_after_the_end_is_refused(name: str) -> None:
    good = {
        "Uuid": "00000000-0000-4000-8000-000000000000", "Count": 1, "Msv": "0.05",
        "DateTime": "2026-10-05T08:12:00Z", "Nir": "276091234644512", "Ref": "a", "Pointer": "/a",
    }[name]  # fmt: skip
    schema = jsonschema_rs.validator_for(OPENAPI["components"]["schemas"][name])
    assert schema.is_valid(good)
    assert not schema.is_valid(f"{good}\n")


@pytest.mark.parametrize("name", sorted(OPENAPI["components"]["parameters"]))
def test_a_parameter_with_a_pattern_refuses_a_newline_in_every_engine(name: str) -> None:
    schema = OPENAPI["components"]["parameters"][name]["schema"]
    if "pattern" in schema:
        fixed = schema["minLength"] == schema["maxLength"]
        assert fixed or schema["not"] == {"pattern": r"\n"}


@pytest.mark.parametrize("name", sorted(OPENAPI["components"]["schemas"]))
def test_every_component_compiles_in_jsonschema_rs(name: str) -> None:
    jsonschema_rs.validator_for(
        {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    )


# connexion 3.3 imports names that jsonschema and starlette have deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_connexion_loads_it_and_binds_every_operation() -> None:
    import connexion  # noqa: PLC0415
    from connexion.resolver import Resolver  # noqa: PLC0415

    bound: set[str] = set()

    async def handler() -> tuple[dict[str, str], int, dict[str, str]]:
        return {"status": "ok"}, 200, {"Content-Type": "application/json"}

    def find(name: str) -> Any:
        bound.add(name)
        return handler

    app = connexion.AsyncApp("test", specification_dir=str(PATH.parent))
    app.add_api(PATH.name, resolver=Resolver(find), swagger_ui_options=None)
    client = app.test_client()
    assert client.get("/health/live").status_code == 200
    assert client.get("/v1/me").status_code == 401
    assert bound == OPERATIONS.keys()
