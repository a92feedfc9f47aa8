"""libxml2, the gate, and xmlschema, the oracle, accept the same lines of the published examples.

Some hundred mutants of each kind, drawn from a seed. Where libxml2 accepts more than the oracle,
the reader refuses afterwards; where it accepts less, nothing could.
"""

import copy
import random

import pytest
import xmlschema
from lxml import etree

import specs
from gateway.errors import Inadmissible
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire import xml
from gateway.wire.v1.contract import TransmissionContract
from tests import builders
from tests.unit.wire.submissions import a_submission

NAMESPACE = f"{{{builders.TRANSMISSION}}}"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
EXAMPLES = sorted(specs.path("examples/transmission").glob("*.xml"))
ORACLE = xmlschema.XMLSchema(
    str(specs.path("xsd/transmission/1.0/transmission.xsd")), use_location_hints=False
)
CONTRACT = TransmissionContract()
MUTANTS_PER_EXAMPLE = 60
TEXTS = (
    *("", " ", "0", "1", "-1", "+1", "00.1", "0.10", "1.", ".5", "1e1", "NaN", "9999999.999"),
    *("10000000", "0.1234", "999999999999.999999999", "1000000000000", " 0.1", "0.1 ", "0.1\n"),
    *("true", "TRUE", "false ", "A", "a", "B\u00a0", "é", "x" * 32, "x" * 33, "𝔏" * 80, "𝔏" * 81),
    *(
        "2026-10-01",
        "2026-02-30",
        "2026-13-01",
        "2026-1-1",
        "2026-10-01Z",
        "0000-00-00",
        "２０２６-10-01",
    ),
    *("2026-10-01T08:00:00Z", "2026-10-01T24:00:00Z", "2026-10-01T08:00:60Z", "2026-10-01"),
    *("2026-10-01T08:00:00.1234Z", "2026-10-01T08:00:00", "2026-10-01T08:00:00+14:01", "\u2028"),
    *("HP10", "PHOTON", "MEASURED", "INITIAL", "SDI", "Co-60", "Bq/L", "٣", "\u0085", "a\tb"),
)


def lines():
    for file in EXAMPLES:
        for line in xml.read(file.read_bytes()).find(f"{NAMESPACE}results"):
            yield file.stem, etree.tostring(line, with_tail=False)


LINES = list(lines())


def a_mutant(dice, line):
    """The line with one to three defects, or none by chance."""
    root = etree.fromstring(line)
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        nodes = list(root.iter())
        dice.choice(MUTATIONS)(dice, root, dice.choice(nodes), dice.choice(nodes))
    return etree.fromstring(etree.tostring(root))  # what travels is bytes


def _drop(_dice, root, node, _other):
    if node is not root:
        node.getparent().remove(node)


def _repeat(_dice, root, node, _other):
    if node is not root:
        node.addnext(copy.deepcopy(node))


def _exchange(_dice, root, node, _other):
    if node is not root and node.getnext() is not None:
        node.getnext().addnext(node)


def _move(_dice, root, node, other):
    if node is not root and node not in other.iterancestors() and node is not other:
        other.append(node)


def _say(dice, _root, node, _other):
    if len(node) == 0 or dice.random() < 0.1:
        node.text = dice.choice(TEXTS)


def _mix(dice, root, node, _other):
    if node is not root:
        node.tail = dice.choice(
            ("text", " ", "\n", "é", "0")
        )  # the oracle takes U+00A0 for a blank


def _rename(dice, _root, node, other):
    node.tag = dice.choice((other.tag, f"{NAMESPACE}unheard", etree.QName(node).localname, "{u}x"))


def _attribute(dice, _root, node, other):
    name = dice.choice(("a", "Id", "{u}a", f"{{{XSI}}}nil", f"{{{XSI}}}type", f"{{{XSI}}}other"))
    node.set(name, dice.choice(("true", "false", "", etree.QName(other).localname)))


def _copy_text(_dice, _root, node, other):
    if len(node) == len(other) == 0:
        node.text = other.text


def _deepen(dice, _root, node, other):
    if len(other) == 0:
        child = etree.SubElement(other, dice.choice((node.tag, "{u}x", f"{NAMESPACE}value")))
        child.text = "1"


MUTATIONS = (
    *(_drop, _repeat, _exchange, _move, _say, _say, _say, _mix, _rename, _attribute, _copy_text),
    _deepen,
)


def _by_gate(line):
    return CONTRACT.xsd.validate(line)


def _by_oracle(line):
    try:
        return ORACLE.is_valid(line)
    except KeyError:  # an xsi:type that names nothing
        return False


def _by_reader(line):
    """Whether the whole reader takes the line, in a body of its own."""
    form = builders.a_transmission()
    inside = etree.tostring(line, encoding="unicode", with_tail=False)
    head, _, tail = builders.element(form).partition("<result>")
    body = head + inside + tail.partition("</result>")[2]
    return not _outcome(body)


@pytest.mark.parametrize(("name", "line"), LINES, ids=[name for name, _ in LINES])
def test_gate_and_oracle_agree_on_every_mutant(name, line):
    dice = random.Random(name)
    refused = 0
    for _ in range(MUTANTS_PER_EXAMPLE):
        mutant = a_mutant(dice, line)
        if mutant.tag != f"{NAMESPACE}result":
            continue
        by_gate, by_oracle = _by_gate(mutant), _by_oracle(mutant)
        if by_gate != by_oracle:
            assert not _by_reader(mutant), etree.tostring(mutant)
            assert by_gate, f"the oracle accepts what the gate refuses: {etree.tostring(mutant)}"
        if not by_oracle:
            assert not _by_reader(mutant), etree.tostring(mutant)
            refused += 1
    assert refused


@pytest.mark.parametrize(("name", "line"), LINES, ids=[name for name, _ in LINES])
def test_every_published_line_passes_gate_oracle_and_reader(name, line):
    root = etree.fromstring(line)
    assert _by_gate(root), name
    assert ORACLE.is_valid(root), name
    assert _by_reader(root), name


def test_the_mutants_are_several_hundred_and_of_both_kinds():
    found = {True: 0, False: 0}
    for name, line in LINES:
        dice = random.Random(name)
        for _ in range(MUTANTS_PER_EXAMPLE):
            found[_by_gate(a_mutant(dice, line))] += 1
    assert found[False] > 300
    assert found[True] > 50


@pytest.mark.parametrize(
    "attribute",
    [
        *('xsi:type="t:Worker"', 'xsi:nil="false"', 'xsi:type="t:Text80"', 'xsi:other="1"'),
        *('xsi:nil="true"', 'xml:lang="fr"', 'Id="a"', 'xml:id="a"', 'xml:space="preserve"'),
    ],
)
@pytest.mark.parametrize("member", ["worker", "birthName", "result", "measurement", "totals", "id"])
@pytest.mark.parametrize("hidden", [False, True], ids=["plain", "by a character reference"])
def test_no_attribute_stands_anywhere(attribute, member, hidden):
    body = builders.element(builders.a_transmission())
    instance = XSI.replace("-", "&#45;") if hidden else XSI
    spaces = f'<transmission xmlns:xsi="{instance}" xmlns:t="{builders.TRANSMISSION}"'
    body = body.replace("<transmission", spaces, 1)
    assert not _outcome(body)
    assert _outcome(body.replace(f"<{member}>", f"<{member} {attribute}>", 1))


def _outcome(body):
    """What is refused: the code of the header's defect, or the unreadable lines."""
    try:
        return validate(parse(a_submission(body.encode()), CONTRACT)).unreadable
    except Inadmissible as refused:
        return refused.code


def test_a_line_in_a_namespace_that_c14n_refuses_is_answered():
    body = builders.element(builders.a_transmission())
    assert _outcome(
        body.replace("<site>", "").replace("<period>", '<u:x xmlns:u="relative"/><period>')
    )
