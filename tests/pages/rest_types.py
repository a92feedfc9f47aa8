"""The types that the REST door alone has: their members, with what the comments above them say."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any

import specs
from tests.pages.doors import OPENAPI
from tests.pages.markdown import code, table

SCHEMAS: dict[str, Any] = OPENAPI["components"]["schemas"]
_TYPE = re.compile(r"    (\w+):$")
_MEMBER = re.compile(r"        ([\w#]+|'[^']+'|\"[^\"]+\"):")
_COMMENT = re.compile(r"        # (.*)$")


def meanings() -> dict[tuple[str, str], str]:
    """Of each member by type and name: the comment that stands above it in the OpenAPI file."""
    found: dict[tuple[str, str], str] = {}
    _, _, text = specs.path("openapi/gateway.yaml").read_text("utf-8").partition("\n  schemas:\n")
    type_name, said = "", []
    for line in text.splitlines():
        if match := _TYPE.match(line):
            type_name, said = match[1], []
        elif match := _COMMENT.match(line):
            said.append(match[1])
        elif match := _MEMBER.match(line):
            found[type_name, match[1].strip("'\"")] = " ".join(said)
            said = []
        else:
            said = []
    return found


def types_of_rest(known: AbstractSet[str]) -> Iterator[str]:
    """A section for each type that has no XML form."""
    said = meanings()
    for name, schema in SCHEMAS.items():
        if name in known or name == "TransmissionHeader":
            continue
        rows = [
            (
                code(f"/{member}"),
                "1" if member in schema.get("required", ()) else "0..1",
                _kind(of),
                said[name, member] or of.get("description") or _said_of_type(of),
            )
            for member, of in schema.get("properties", {}).items()
        ]
        members = table(("JSON", "card.", "type", "meaning"), rows) if rows else ""
        yield f"#### `{name}`\n\n{schema.get('description', '')}\n\n{members}"


def _said_of_type(of: dict[str, Any]) -> str:
    """What the type says of itself, for a member of which nothing else is said."""
    name = str(of.get("items", of).get("$ref", "")).rpartition("/")[2]
    return str(SCHEMAS.get(name, {}).get("description", ""))


def _kind(of: dict[str, Any]) -> str:
    name = str(of.get("$ref", "")).rpartition("/")[2]
    if of.get("type") == "array":
        return f"list of {_kind(of['items'])}"
    return name or str(of.get("type", ""))
