"""A sample as files: JSON or XML by the contract's own shapes, and the matching directory."""

import csv
import io
from functools import lru_cache
from typing import Any, Final

import orjson
from lxml import etree

import specs
from gateway.commands.samples.people import Person
from gateway.commands.samples.transmissions import Sample
from gateway.wire.shape import Shapes

_SCHEMA: Final = "xsd/transmission/1.0/transmission.xsd"
_COLUMNS: Final = (
    "nir", "birth_name", "first_name", "birth_date", "sex", "employer_siret", "nuclear_domain",
    "category", "contract_start", "oa_sirets", "operator_sirets",
)  # fmt: skip


def as_json(form: dict[str, Any]) -> bytes:
    """The transmission in JSON, indented for the eye."""
    return orjson.dumps(form, option=orjson.OPT_INDENT_2) + b"\n"


def as_xml(form: dict[str, Any]) -> bytes:
    """The same in XML."""
    shapes = _shapes()
    root = etree.Element(f"{{{shapes.namespace}}}transmission", nsmap={None: shapes.namespace})
    shapes["Transmission"].fill(root, form)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def directory_csv(*samples: Sample) -> str:
    """The rows that make these transmissions acceptable (docs/directory.md)."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for sample in samples:
        writer.writerows(_row(sample, person) for person in sample.people)
    return stream.getvalue()


def _row(sample: Sample, person: Person) -> tuple[str, ...]:
    return (
        person.nir,
        person.birth_name,
        person.first_name,
        person.birth_date,
        person.sex,
        person.employer.siret,
        "yes" if person.employer.is_nuclear else "no",
        person.category,
        person.hired.isoformat(),
        "" if sample.is_operator else sample.sender,
        sample.sender if sample.is_operator else "",
    )


@lru_cache(maxsize=1)
def _shapes() -> Shapes:
    return Shapes(specs.path(_SCHEMA))
