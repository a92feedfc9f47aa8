"""The operations of the doors as tables, out of the OpenAPI file and the WSDL."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from lxml import etree

import specs
from tests.pages.markdown import code, codes, table

OPENAPI: dict[str, Any] = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


def rest_titles() -> list[str]:
    return [title for title, _ in _operations()]


def rest() -> Iterator[str]:
    """A section for each operation of the REST door."""
    for title, operation in _operations():
        stated = [
            operation.get(name, "").rstrip(".") + "."
            for name in ("summary", "description")
            if operation.get(name)
        ]
        public = operation.get("security") == []
        credential = "No credential is asked." if public else "Credential: the partner's token."
        yield "\n".join(
            (
                f"#### {title}\n",
                f"`{operation['operationId']}`. {' '.join(stated)} {credential}\n",
                _parameters(operation),
                _body(operation),
                _statuses(operation),
            )
        )


def _operations() -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in OPENAPI["paths"].items()
        for method, operation in item.items()
    ]


def _resolved(node: Any) -> Any:
    """What a `$ref` stands for."""
    while "$ref" in node:
        found: Any = OPENAPI
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def _parameters(operation: Mapping[str, Any]) -> str:
    rows = [
        (
            code(given["name"]),
            given["in"],
            "1" if given.get("required") else "0..1",
            given.get("description", ""),
        )
        for given in map(_resolved, operation.get("parameters", ()))
    ]
    return table(("parameter", "in", "card.", "meaning"), rows) if rows else ""


def _body(operation: Mapping[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    body = _resolved(operation["requestBody"])
    return f"Body: {body.get('description', '')} {codes(body['content'])}\n"


def _statuses(operation: Mapping[str, Any]) -> str:
    rows = []
    for status, answer in operation["responses"].items():
        said = _resolved(answer)
        schemas = {
            _resolved_name(media["schema"])
            for media in said.get("content", {}).values()
            if "$ref" in media.get("schema", {})
        }
        rows.append(
            (
                code(status),
                said["description"],
                codes(said.get("content", ())),
                codes(sorted(schemas)),
                codes(said.get("headers", ())),
            )
        )
    return table(("status", "meaning", "media types", "type", "headers"), rows)


def _resolved_name(node: Mapping[str, Any]) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def soap() -> str:
    """The operations of the SOAP door."""
    root = etree.parse(str(specs.path("wsdl/gateway.wsdl"))).getroot()
    actions = {
        node.get("name"): node.find(f"{SOAP}operation").get("soapAction")  # type: ignore[union-attr]
        for node in root.iterfind(f"{WSDL}binding/{WSDL}operation")
        if node.find(f"{SOAP}operation") is not None
    }
    rows = []
    for node in root.iterfind(f"{WSDL}portType/{WSDL}operation"):
        name = node.get("name", "")
        said = " ".join((node.findtext(f"{WSDL}documentation") or "").split())
        rows.append((code(name), code(f"{name}Response"), said, code(actions[name])))
    return table(("operation", "answer", "meaning", "SOAPAction"), rows)
