"""`docs/contract.md`: the tables of the contract, out of the schemas and the tables that judge."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.model.acknowledgement import Disposition
from gateway.model.transmission import Flow
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.dose import WORN_AT
from gateway.rules.sender import OPEN_TO
from gateway.rules.structure import TAKES, WITH_ABSENCES
from tests.pages import doors
from tests.pages.markdown import anchor, code, codes, table
from tests.pages.rest_types import meanings, types_of_rest
from tests.pages.schema import Row, Schema, Simple

TEMPLATE = Path(__file__).parent / "contract.template.md"
TRANSMISSION = Schema("xsd/transmission/1.0/transmission.xsd")
ACKNOWLEDGEMENT = Schema("xsd/acknowledgement/1.0/acknowledgement.xsd")
SERVICE = Schema("xsd/service/1.0/service.xsd")
HEADS = ("XML", "JSON", "card.", "type", "form", "meaning", "unit", "source")
MEMBERS = (
    "period",
    "exposureTime",
    "dosimeter",
    "measurements",
    "examination",
    "committed",
    "site",
)
ANSWERS = ("receiptLines", "checkReport", "transmissionList", "transmissionStatus", "pong", "fault")
SIMPLE = {**ACKNOWLEDGEMENT.simple, **TRANSMISSION.simple}
KNOWN = SIMPLE.keys() | TRANSMISSION.complex.keys() | ACKNOWLEDGEMENT.complex.keys()
LONGEST_FORM = 48
"""A longer pattern stands with its type alone."""
CODE = re.compile(r"\b[A-Z]\d{3}\b")


def contract_page() -> str:
    """The whole page."""
    page = TEMPLATE.read_text("utf-8")
    for name, text in _parts().items():
        page = page.replace(f"{{{{{name}}}}}", text.strip("\n"))
    return _linked(page.replace("{{contents}}", _contents(page)))


def _linked(page: str) -> str:
    """Codes of rules lead to their rule, but in headings and in code."""
    parts = re.split(r"(`[^`]*`|^#.*$)", page, flags=re.MULTILINE)
    return "".join(
        part if place % 2 else CODE.sub(lambda match: _rule_link(match[0]), part)
        for place, part in enumerate(parts)
    )


def _rule_link(found: str) -> str:
    return f"[{found}](rules.md#{found.lower()})" if found in CATALOGUE else found


def _parts() -> dict[str, str]:
    return {
        "header": _header(),
        "result": _result(),
        "flows": _flows(),
        "absences": codes(sorted(WITH_ABSENCES)),
        "senders": table(
            ("sender", "flows"), [(code(kind), codes(sorted(of))) for kind, of in OPEN_TO.items()]
        ),
        "worn": table(
            ("quantity", "location"), [(code(q), codes(sorted(at))) for q, at in WORN_AT.items()]
        ),
        "dispositions": _dispositions(),
        "acknowledgement": _acknowledgement(),
        "rest": "\n".join(doors.rest()),
        "soap": doors.soap(),
        "wrapped": _wrapped(),
        "answers": _answers(),
        "restTypes": "\n".join(types_of_rest(KNOWN)),
        "scalars": _scalars(),
        "enumerations": "\n".join(map(_enumeration, _enumerations())),
    }


def _contents(page: str) -> str:
    lines = []
    for depth, heading in re.findall(r"^(##|###|####) (.+)$", page, re.MULTILINE):
        if heading != "Contents" and heading not in {e.name for e in _enumerations()}:
            lines.append(f"{'  ' * (len(depth) - 2)}- [{heading}]({anchor(heading)})")
    return "\n".join(lines)


def _table(rows: Iterable[Row]) -> str:
    return table(HEADS, map(_cells, rows))


def _cells(row: Row) -> tuple[str, ...]:
    simple = SIMPLE.get(row.type_name)
    is_list = any(s.is_list(row.type_name) for s in (TRANSMISSION, ACKNOWLEDGEMENT))
    kind = ("list" if is_list else "object") if row.is_object else _type_link(row.type_name)
    return (
        code(row.xml_path),
        code(row.json_path),
        row.cardinality,
        kind,
        _form(simple) if simple is not None and not row.is_object else "",
        row.said.meaning,
        row.said.unit,
        row.said.source,
    )


def _form(simple: Simple) -> str:
    is_long = len(simple.form) > LONGEST_FORM
    return f"[pattern](#{_type_anchor(simple.name)})" if is_long else simple.form


def _type_link(name: str) -> str:
    return f"[{name}](#{_type_anchor(name)})"


def _type_anchor(name: str) -> str:
    return f"type-{name.lower()}"


def _header() -> str:
    rows = [row for row in TRANSMISSION.rows("Transmission") if "result/" not in row.xml_path]
    return "Paths start at `transmission` in XML, at the body's object in JSON.\n\n" + _table(rows)


def _result() -> str:
    """The members of a line, then a table for each object among them."""
    parts = ["### Line\n", _table(TRANSMISSION.rows("Result", deep=False))]
    for row in TRANSMISSION.rows("Result", deep=False):
        if row.is_object:
            meaning = TRANSMISSION.complex[row.type_name][0].meaning
            inside = TRANSMISSION.rows(row.type_name, at=(row.xml_path, row.json_path))
            parts += [f"### `{row.xml_path}`\n", f"{meaning}\n", _table(inside)]
    return "\n".join(parts)


def _acknowledgement() -> str:
    """The receipt, then a table for each object in it."""
    rows = [*map(_cells, ACKNOWLEDGEMENT.rows("Receipt", deep=False)), _signature()]
    parts = ["### Receipt\n", table(HEADS, rows)]
    parts += list(_objects_of("Receipt", ("", ""), skip="acknowledgement"))
    at = ("acknowledgement", "/acknowledgement")
    direct = list(ACKNOWLEDGEMENT.rows("Acknowledgement", at=at, deep=False))
    parts += ["### Acknowledgement\n", _table(direct), *_objects_of("Acknowledgement", at)]
    return "\n".join(parts)


def _signature() -> tuple[str, ...]:
    """The one member of a receipt that XML has not."""
    meaning = meanings()["Receipt", "signature"]
    return ("–", code("/signature"), "1", "Jws", "compact JWS", meaning, "", "RFC 7515")


def _objects_of(type_name: str, at: tuple[str, str], *, skip: str = "") -> Iterator[str]:
    for row in ACKNOWLEDGEMENT.rows(type_name, at=at, deep=False):
        if row.is_object and row.xml_path != skip:
            meaning = ACKNOWLEDGEMENT.complex[row.type_name][0].meaning
            yield f"### `{row.xml_path}`\n"
            yield f"{meaning}\n"
            inside = ACKNOWLEDGEMENT.rows(row.type_name, at=(row.xml_path, row.json_path))
            yield _table(inside)


def _answers() -> str:
    """Roots that are no receipt; what they share with an acknowledgement is not told again."""
    shared = {row.xml_path for row in ACKNOWLEDGEMENT.rows("Acknowledgement")}
    parts = []
    for name in ANSWERS:
        type_name, said = ACKNOWLEDGEMENT.roots[name]
        note = ""
        rows = [
            row
            for row in ACKNOWLEDGEMENT.rows(type_name)
            if not row.xml_path.startswith("receipt/")
        ]
        if name == "checkReport":
            rows = [row for row in rows if row.xml_path not in shared]
            note = " It has the members of `acknowledgement` but `id`, and those below."
        parts += [f"#### `{name}`\n", f"{said.meaning}{note}\n", _table(rows)]
    return "\n".join(parts)


def _wrapped() -> str:
    rows = []
    for name, (annotation, members) in SERVICE.complex.items():
        for row in SERVICE.rows(name) if members else ():
            form = _form(ACKNOWLEDGEMENT.simple[row.type_name])
            rows.append(
                (
                    code(f"{name}/{row.xml_path}"),
                    row.cardinality,
                    _type_link(row.type_name),
                    form,
                    row.said.meaning,
                    row.said.unit,
                )
            )
        if not members:
            wraps = _wraps(name)
            rows.append((code(name), "1", wraps, "", annotation.meaning, ""))
    return table(("element", "card.", "type", "form", "meaning", "unit"), rows)


def _wraps(name: str) -> str:
    """The document that a wrapper refers to."""
    referred = SERVICE.references(name)
    return code(referred) if referred else "nothing"


def _flows() -> str:
    rows = []
    for flow in Flow:
        required, optional = TAKES[flow]
        marks = ("R" if m in required else "O" if m in optional else "–" for m in MEMBERS)
        rows.append((code(flow.value), *marks))
    return table(("flow", *MEMBERS), rows)


def _dispositions() -> str:
    meanings = dict(ACKNOWLEDGEMENT.simple["Disposition"].values)
    rows = [
        (code(d.value), "–" if d.return_code is None else d.return_code, meanings[d.value])
        for d in Disposition
    ]
    return table(("disposition", "return code", "meaning"), rows)


def _scalars() -> str:
    rows = [
        (
            f'<a id="{_type_anchor(name)}"></a>{name}',
            simple.json,
            simple.form,
            simple.said.unit,
            simple.said.meaning,
        )
        for name, simple in sorted(SIMPLE.items())
        if not simple.values or name == "Boolean"
    ]
    return table(("type", "in JSON", "form", "unit", "meaning"), rows)


def _enumerations() -> list[Simple]:
    return [s for _, s in sorted(SIMPLE.items()) if s.values and s.name != "Boolean"]


def _enumeration(simple: Simple) -> str:
    rows = [(code(value), meaning) for value, meaning in simple.values]
    title = f'<a id="{_type_anchor(simple.name)}"></a>\n\n#### {simple.name}\n'
    return f"{title}\n{simple.said.meaning}\n\n{table(('value', 'meaning'), rows)}"
