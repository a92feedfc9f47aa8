r"""JSON, strict: what Python's reader lets pass and RFC 8259 or the contract does not is refused.

Numbers are kept only where the contract has integers, written `0|[1-9]\d*`; any other number
becomes a value that no type of the contract accepts, so that its line alone is refused (S002).
"""

import json
import re
from typing import Final, NoReturn

import jsonschema_rs
import yaml

import specs
from gateway.errors import Inadmissible
from gateway.wire.shape import Json

MAX_MEMBERS: Final = 64
MAX_NUMBER_LENGTH: Final = 32
MAX_CONTAINERS: Final = 250_000
"""Objects and lists. 5 MiB of lines with 64 measurements each take 100,000."""
MAX_COMMAS: Final = 600_000
"""As many values, about. 5,000 lines with 64 radionuclides each take 470,000."""
_MAX_DIGITS: Final = 15
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_NOT_A_CONTRACT_NUMBER: Final = 0.5


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Inadmissible("T006")
    if len(members) > MAX_MEMBERS:
        raise Inadmissible("T005")
    return members


def _constant(_name: str) -> NoReturn:
    raise Inadmissible("T008")


def _integer(digits: str) -> Json:
    if len(digits) <= _MAX_DIGITS and digits[0] != "-":  # the grammar has no leading zeros
        return int(digits)
    if len(digits) > MAX_NUMBER_LENGTH:
        raise Inadmissible("T005")
    return _NOT_A_CONTRACT_NUMBER


def _fraction(digits: str) -> Json:
    if len(digits) > MAX_NUMBER_LENGTH:
        raise Inadmissible("T005")
    return _NOT_A_CONTRACT_NUMBER


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_constant=_constant,
    parse_int=_integer,
    parse_float=_fraction,
    strict=True,
)


def is_crowded(body: bytes, *, scale: int = 1) -> bool:
    """Whether there are more values than any message of `scale` times the published size holds."""
    containers = body.count(b"{") + body.count(b"[")
    return containers > scale * MAX_CONTAINERS or body.count(b",") > scale * MAX_COMMAS


def read(body: bytes, *, scale: int = 1) -> Json:
    """The JSON value of bytes that a partner sent; `scale` is 1 but for an offline check.

    Raises:
        Inadmissible: T004 not UTF-8, or a byte order mark (RFC 8259 §8.1); S001 not JSON; T005
            deeper or larger than published; T006 a member twice; T007 a lone surrogate; T008 NaN
            or Infinity.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Inadmissible("T004") from None
    if text.startswith("\ufeff") or "\x00" in text:
        raise Inadmissible("T004")
    if is_crowded(body, scale=scale):
        raise Inadmissible("T005")
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise Inadmissible("T005") from None
    except json.JSONDecodeError:
        raise Inadmissible("S001") from None
    if _SURROGATE.search(body) and _has_lone_surrogate(value):
        raise Inadmissible("T007")
    return value


def _has_lone_surrogate(value: Json) -> bool:
    pending = [value]
    while pending:  # no recursion: the decoder follows more levels than Python functions can
        item = pending.pop()
        if isinstance(item, str):
            if any("\ud800" <= character <= "\udfff" for character in item):
                return True
        elif isinstance(item, dict):
            pending += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            pending += item
    return False


def openapi() -> dict[str, Json]:
    """Our OpenAPI document."""
    text = specs.path("openapi/gateway.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Json] = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    return document


def validator(document: dict[str, Json], schema_name: str) -> jsonschema_rs.Draft4Validator:
    """The validator of one schema among the components of an OpenAPI 3.0 document."""
    return jsonschema_rs.Draft4Validator(
        {"$ref": f"#/components/schemas/{schema_name}", "components": document["components"]},
    )
