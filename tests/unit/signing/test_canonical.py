"""`jcs` is RFC 8785 on our domain; `strict_json` reads one spelling; C14N is exclusive."""

import random

import pytest
import rfc8785
from lxml import etree

from signing.canonical import exclusive_c14n, jcs, strict_json


def _value(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(6 if depth < 4 else 4)
    if kind == 0:
        return chance.random() < 0.5
    if kind == 1:
        return chance.randrange(-(2**53) + 1, 2**53)
    if kind in (2, 3):
        points = [*range(0x100), 0x20AC, 0x1F600, 0xFB33, 0x2028]
        return "".join(chr(chance.choice(points)) for _ in range(chance.randrange(12)))
    if kind == 4:
        return [_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    names = ["".join(chance.choices("aZ_0~", k=3)) for _ in range(chance.randrange(5))]
    return {name: _value(chance, depth + 1) for name in names}


def test_jcs_equals_rfc8785_on_objects_strings_booleans_and_integers():
    chance = random.Random(8785)
    for _ in range(2000):
        value = _value(chance)
        assert jcs(value) == rfc8785.dumps(value)


def test_strict_json_reads_what_jcs_writes():
    value = {"b": [1, True, "é\u2028"], "a": {"c": ""}}
    assert strict_json(jcs(value)) == value


@pytest.mark.parametrize(
    "octets",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":null}',
        b'{"a":[null]}',
        b'{"a":[[null]]}',
        b'{"a":[1,["b",[null]]]}',
        b'{"a":NaN}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        '{"é":1}'.encode(),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"",
        b"{",
    ],
)
def test_another_spelling_or_another_domain_is_refused(octets: bytes):
    with pytest.raises(ValueError):
        strict_json(octets)


def test_c14n_is_exclusive_without_comments_and_without_tail():
    root = etree.fromstring(b'<a xmlns="urn:a" xmlns:b="urn:b"><c z="1" d="2"><!-- x --></c>t</a>')
    assert exclusive_c14n(root[0]) == b'<c xmlns="urn:a" d="2" z="1"></c>'
