"""`specs/openapi/sirene.yaml`, to which every question and every regular answer is held."""

import json
import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import yaml

import specs

OPENAPI = yaml.safe_load(specs.path("openapi/sirene.yaml").read_text("utf-8"))
COMPONENTS = {"components": OPENAPI["components"]}


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any], dict[str, str]] | None:
    """The operation's id, the operation, and the parameters in the path, which has no base."""
    known = sorted(OPENAPI["paths"].items(), key=lambda item: "{" in item[0])
    for template, item in known:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
        found = re.fullmatch(pattern, path)
        if found and method.lower() in item:
            operation = item[method.lower()]
            return operation["operationId"], operation, found.groupdict()
    return None


def defects_of_question(
    method: str, target: str, headers: dict[str, str], body: bytes
) -> list[str]:
    """In what the question is none of the contract's."""
    parts = urlsplit(target)
    found = operation_of(method, parts.path)
    if found is None:
        return [f"no operation {method} {parts.path}"]
    name, operation, in_path = found
    defects = []
    if headers.get("accept") != "application/json":
        defects.append(f"{name}: accept")
    given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    for stated in map(_resolved, operation.get("parameters", ())):
        values = in_path if stated["in"] == "path" else given
        value = values.pop(stated["name"], None)
        if value is None:
            defects += [f"{name}: {stated['name']} is missing"] if stated["required"] else []
        elif not _validator(json.dumps(stated["schema"])).is_valid(value):
            defects.append(f"{name}: {stated['name']}")
    defects += [f"{name}: {other} is not a parameter" for other in given]
    return defects + _defects_of_form(name, operation, headers, body)


def defects_of_answer(
    method: str, path: str, status: int, media_type: str, body: bytes
) -> list[str]:
    """In what the answer is none of the contract's."""
    found = operation_of(method, path)
    if found is None:
        return [f"no operation {method} {path}"]
    name, operation, _ = found
    stated = _resolved(operation["responses"].get(str(status), {})).get("content", {})
    if media_type not in stated:
        return [f"{name}: {status} {media_type}"]
    if media_type != "application/json":
        return []
    schema = _validator(json.dumps(stated[media_type]["schema"]))
    return [
        f"{name} {status}: {'/'.join(map(str, error.instance_path))}: {error.kind}"
        for error in schema.iter_errors(json.loads(body))
    ]


def _defects_of_form(name, operation, headers, body):
    form = operation.get("requestBody")
    if form is None:
        return [f"{name}: a body"] if body else []
    ((media_type, stated),) = form["content"].items()
    if headers.get("content-type") != media_type:
        return [f"{name}: content-type"]
    pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
    if len({key for key, _ in pairs}) != len(pairs):
        return [f"{name}: a member twice"]
    valid = _validator(json.dumps(stated["schema"])).is_valid(dict(pairs))
    return [] if valid else [f"{name}: form"]


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = OPENAPI
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return found


@cache
def _validator(schema: str) -> Any:
    # the double's answers of thousands of records are held to it as well: one compilation each
    return jsonschema_rs.Draft202012Validator(
        json.loads(schema) | COMPONENTS, validate_formats=True
    )
