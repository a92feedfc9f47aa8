"""What the generator and the writers must be for a comparison of the doors to prove anything."""

import json
import random
from xml.etree import ElementTree as ET

import pytest

from tests.differential import said, writing_json, writing_xml
from tests.differential.chapter import chapter
from tests.differential.coverage import CODES, camel, schema_members
from tests.differential.defects import every_way
from tests.differential.kinds import scalar_members
from tests.differential.spoiling import BRINGS, SPOILS
from tests.differential.steps import request

NAMED = {
    part: tuple((member, camel(member)) for member in members)
    for part, members in said.MEMBERS.items()
}


def test_what_can_be_said_is_what_the_schema_has():
    of_schema = {
        name: tuple(member for member, _ in members) for name, members in schema_members().items()
    }
    assert {
        part.__name__: tuple(name for _, name in members) for part, members in NAMED.items()
    } == {name: members for name, members in of_schema.items() if name != "Header"}


def test_every_scalar_that_is_told_has_a_kind_and_every_kind_is_told():
    told = {
        (owner, member)
        for seed in range(1, 13)
        for step in chapter(seed)
        for _, owner, member, _ in said.scalars(step.transmission)
    }
    assert told == scalar_members()


def test_the_writer_of_json_names_every_member_as_the_contract_does():
    assert {part: dict(members) for part, members in NAMED.items()} == writing_json.NAMES


def test_the_writer_of_xml_names_every_member_in_the_order_of_the_contract():
    names = writing_xml.has_every_member()
    assert names == {part: tuple(n for _, n in NAMED[part]) for part in names}


@pytest.mark.parametrize("seed", [11, 12])
def test_both_writers_say_the_same_in_every_style(seed):
    for step in chapter(seed):
        if step.spoilt is not None:
            continue
        in_json = json.loads(request(step, "json").body)
        root = ET.fromstring(request(step, "xml").body)  # noqa: S314 - of our own writer
        assert _same(in_json, root), step


def _same(value, node):
    """Whether an element says what a JSON value says, by structure alone."""
    if isinstance(value, dict):
        children = {child.tag.partition("}")[2]: child for child in node}
        return children.keys() == value.keys() and all(
            _same(entry, children[name]) for name, entry in value.items()
        )
    if isinstance(value, list):
        children = list(node)
        return len(children) == len(value) and all(map(_same, value, children))
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return (node.text or "") == text


def test_a_seed_tells_one_chapter_written_in_one_way():
    first, second = chapter(5), chapter(5)
    assert first == second
    assert chapter(6) != first
    for one, other in zip(first[:40], second[:40], strict=True):
        for door in one.doors:
            assert request.__wrapped__(one, door) == request.__wrapped__(other, door)


def test_styles_of_writing_differ():
    dice = random.Random(1)
    assert len({writing_xml.drawn_style(dice) for _ in range(200)}) > 100
    assert len({writing_json.drawn_style(dice) for _ in range(200)}) > 100


def test_there_is_a_way_to_bring_every_code_of_the_catalogue():
    assert sorted({code for code, _ in every_way()}) == list(CODES)
    assert BRINGS.keys() == SPOILS.keys()
