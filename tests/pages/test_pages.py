"""The generated pages are what their sources say today, complete, and without a dead link."""

import re
from pathlib import Path

import pytest

from gateway.api.problems import REFUSALS
from gateway.rules import parameters
from gateway.rules.catalogue import CATALOGUE
from tests.pages import pages
from tests.pages.contract_page import ACKNOWLEDGEMENT, SERVICE, SIMPLE, TRANSMISSION
from tests.pages.doors import OPENAPI
from tests.pages.markdown import anchor

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGES = pages()
SCHEMAS = {"transmission": TRANSMISSION, "acknowledgement": ACKNOWLEDGEMENT, "service": SERVICE}
QUANTITIES = {"Msv", "SumMsv", "Amount"}
"""Types of which a value without its unit means nothing."""


@pytest.mark.parametrize("name", PAGES)
def test_a_committed_page_is_what_its_sources_say(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name], "run `make docs`"


def _anchors(text):
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {anchor(heading)[1:] for heading in headings} | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name):
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"`[^`]*`", "", PAGES[name]))
    assert len(links) > 100
    for link in set(links):
        path, _, heading = link.partition("#")
        target = DOCS / path if path else DOCS / name
        assert target.exists(), link
        if heading:
            text = PAGES.get(target.name) or target.read_text("utf-8")
            assert heading in _anchors(text), link


def test_every_rule_is_told_in_both_languages_with_its_source():
    for rule in CATALOGUE:
        section = PAGES["rules.md"].partition(f"\n### {rule.code}\n")[2].partition("\n### ")[0]
        for text in (rule.fr, rule.en, rule.source, rule.level, rule.actor, rule.action):
            assert text in section, rule.code
        assert section.index(rule.fr) < section.index(rule.en)


def test_every_parameter_is_told_with_what_it_bounds():
    for parameter in parameters.TABLE:
        (row,) = (
            line
            for line in PAGES["rules.md"].splitlines()
            if line.startswith(f"| `{parameter.name}` | ")
            and line.endswith(f"| {parameter.valid_from} | {parameter.valid_to or ''} |")
        )
        assert parameter.source in row
        assert parameter.name.rpartition("_")[0].replace("_", " ").capitalize() not in row


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_type_names_its_source_and_every_quantity_its_unit(name):
    schema = SCHEMAS[name]
    for type_name, (annotation, _) in schema.complex.items():
        assert annotation.source, type_name
        for row in schema.rows(type_name, deep=False):
            assert row.said.meaning
            assert row.said.source, row.xml_path
            if row.type_name in QUANTITIES or row.xml_path.endswith("S"):
                assert row.said.unit, row.xml_path


def test_every_code_that_an_annotation_names_exists():
    known = {rule.code for rule in CATALOGUE} | REFUSALS.keys()
    said = [simple.said.meaning for simple in SIMPLE.values()]
    for schema in SCHEMAS.values():
        said += [annotation.meaning for annotation, _ in schema.complex.values()]
        said += [m.said.meaning for _, members in schema.complex.values() for m in members]
        said += [text for simple in schema.simple.values() for _, text in simple.values]
    named = {found for text in said for found in re.findall(r"\b[A-Z]\d{3}\b", text)}
    assert len(named) > 15
    assert named <= known


@pytest.mark.parametrize(
    ("schema", "root"), [(TRANSMISSION, "Transmission"), (ACKNOWLEDGEMENT, "Receipt")]
)
def test_every_member_of_the_messages_is_told(schema, root):
    prefix = {"Transmission": ("results/result/", "/results/*"), "Receipt": ("", "")}[root]
    rows = list(schema.rows(root))
    assert len(rows) > 80
    for row in rows:
        xml = row.xml_path.removeprefix(prefix[0])
        json = row.json_path.removeprefix(prefix[1]) if xml != row.xml_path else row.json_path
        assert f"| `{xml}` | `{json}` | {row.cardinality} |" in PAGES["contract.md"], row.xml_path


def test_every_operation_and_status_is_told():
    page = PAGES["contract.md"]
    for path, item in OPENAPI["paths"].items():
        for method, operation in item.items():
            section = page.partition(f"\n#### {method.upper()} {path}\n")[2].partition("\n#### ")[0]
            assert operation["operationId"] in section
            for status in operation["responses"]:
                assert f"| `{status}` | " in section, (path, status)


def test_no_placeholder_and_no_empty_section_is_left():
    for text in PAGES.values():
        assert "{{" not in text
        assert not re.search(r"^(#+) .+\n\n\1 ", text, re.MULTILINE)
