"""The two canonical forms that are signed: JCS (RFC 8785) and exclusive XML C14N (W3C, 2002)."""

import json
from collections.abc import Sequence
from typing import NoReturn

import orjson
from lxml import etree

_JCS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def jcs(value: object) -> bytes:
    """Give the RFC 8785 bytes of `value`, made of objects, arrays, strings, booleans and integers.

    orjson is JCS on this domain. RFC 8785 §3.2.3 sorts member names by UTF-16 code unit: with ASCII
    names that is orjson's order of bytes. §3.2.2.2 escapes what orjson escapes, the same way.
    §3.2.2.3 makes numbers ECMAScript doubles: integers below 2**53 read the same, floats would not,
    which is why no document of ours holds one. `strict_json` refuses all else in what others send.
    Raises `TypeError` on a value that JSON cannot hold.
    """
    return orjson.dumps(value, option=_JCS)


def strict_json(octets: bytes) -> object:
    """Parse `octets` that must already be canonical; raise `ValueError` on any other spelling.

    Refused: a name given twice or not in ASCII, `null`, a float, `NaN`, an integer of 2**53 or
    more, a lone surrogate, nesting beyond the interpreter's own limit, and any byte that `jcs`
    would not write. Two parsers therefore cannot read two things in it.
    """
    try:
        value: object = json.loads(
            octets.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse,
            parse_constant=_refuse,
        )
        canonical = jcs(value)
    except (TypeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError("not a JSON document of the contract") from error
    if canonical != octets:
        raise ValueError("not in canonical form (RFC 8785)")
    return value


def plain_json(octets: bytes) -> object:
    """Parse JSON of RFC 8259 in whatever spelling; raise `ValueError` on what is none.

    `json.loads` alone takes UTF-16, UTF-32 and a byte order mark (§8.1), and `NaN` (§6).
    """
    try:
        return json.loads(octets.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def exclusive_c14n(element: etree._Element, *, prefixes: Sequence[str] = ()) -> bytes:
    """Give the exclusive canonical form of `element` without comments, and without its tail.

    `prefixes` are those of InclusiveNamespaces (§4): their declarations are rendered though unused.

    Exclusive only: inclusive C14N takes minutes on 122 kB of hostile namespaces, and breaks when a
    receipt moves into a SOAP envelope. Source: https://www.w3.org/TR/xml-exc-c14n/.
    """
    return etree.tostring(
        element,
        method="c14n",
        exclusive=True,
        with_comments=False,
        inclusive_ns_prefixes=list(prefixes) or None,
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    if not all(name.isascii() for name in members):
        raise ValueError("a member name is not ASCII")
    if any(_holds_null(one) for one in members.values()):
        raise ValueError("null is not a value of the contract")
    return members


def _holds_null(value: object) -> bool:
    """Whether it is null or a list that holds one at any depth; objects within were read before."""
    return value is None or (isinstance(value, list) and any(_holds_null(one) for one in value))


def _integer(text: str) -> int:
    if len(text) > 16 or abs(int(text)) >= 2**53:  # noqa: PLR2004 (RFC 7493 §2.2)
        raise ValueError("an integer that a double cannot hold")
    return int(text)


def _refuse(text: str) -> NoReturn:
    del text
    raise ValueError("only integers are numbers of the contract")
