"""Contents drawn from the published schemas, right and wrong, and their two written forms.

Only what both forms can say is drawn: no control character but tab and line ends, no JSON number
or boolean where the contract has a text.
"""

from xml.sax.saxutils import escape

import yaml
from hypothesis import strategies as st
from lxml import etree

import specs
from tests.builders import TRANSMISSION

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMAS = yaml.safe_load(specs.path("openapi/gateway.yaml").read_text("utf-8"))["components"][
    "schemas"
]
ITEM = {
    "results": "result",
    "otherExposures": "otherExposure",
    "measurements": "measurement",
    "activities": "activity",
    "radionuclides": "radionuclide",
    "basedOn": "result",
}
"""The lists of a transmission (contract §0)."""
UUID = "aa5bf11d-58a2-4f22-a7fb-c0e39c984d59"
RIGHT = {
    "Version": ("1.0",),
    "Uuid": (UUID, UUID.upper(), "AA5bf11d-58a2-4f22-a7fb-c0e39c984d59"),
    "DateTime": (
        *("2026-11-17T08:00:00Z", "2026-01-01T00:30:00+01:00", "2026-11-17T08:00:00.1-14:00"),
        *("2026-11-17T23:59:59.999+14:00", "0001-01-01T00:00:00Z", "0999-06-01T00:00:00.010Z"),
    ),
    "Date": ("2026-10-01", "2024-02-29", "0001-01-01", "9999-12-31"),
    "LunarDate": ("1990-06-15", "1990-00-00", "1990-06-00", "1990-00-31"),
    "Count": (0, 1, 999_999_999_999),
    "Msv": ("0", "0.0", "0.150", "1.05", "9999999.999", "9999999", "10.000"),
    "SumMsv": ("0", "0.150", "999999999999.999"),
    "Amount": ("0", "0.000000001", "999999999999.999999999", "12.500000000"),
    "Sha256": ("ab" * 32, "AB" * 32),
    "Identifier": ("90000001900019", "1", "x" * 32, "0aZ"),
    "Nir": ("275126322074974", "297022a02077878", "1", "z" * 32),
    "Ref": ("A", "A/B:c._-", "x" * 64),
    "Radionuclide": ("Co-60", "Tc-99m", "x" * 32),
    "Inb": ("101", "A.b_/-", "x" * 16),
}
TEXTS = (
    "Lefebvre",
    "L\u0301\u0327e",
    "Œuvre & <fils>",
    "Le\u00a0Febvre",
    "李",
    "]]>",
    'a "b"',
    "ﬁ",
)
WRONG = (
    *(
        "",
        " ",
        "  ",
        "a b",
        "x" * 33,
        "x" * 65,
        "x" * 501,
        "É",
        "٣",
        "1 ",
        " 1",
        "1\n",
        "\t1",
        "1\r",
    ),
    *(
        "-1",
        "+1",
        "00",
        "00.1",
        "01",
        "1.",
        ".5",
        "1e1",
        "0,15",
        "NaN",
        "0x1",
        "1_0",
        "1000000000000",
    ),
    *("0.1234", "10000000", "0.1234567890", "2026-02-29", "2026-13-01", "2026-1-1", "2026-10-01Z"),
    *("0000-01-01", "0000-00-00", "1990-02-30", "1990-13-00", "2026-10-01T24:00:00Z", "1990-00-32"),
    *(
        "2026-10-01T08:00:60Z",
        "2026-10-01T08:00:00.1234Z",
        "2026-10-01T08:00:00",
        "2026-10-01t08:00:00Z",
    ),
    *("2026-10-01T08:00:00+14:01", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    *(
        "2026-10-01 08:00:00Z",
        "２０２６-10-01",
        "true",
        "TRUE",
        "false",
        "null",
        "unheard",
        "measured",
    ),
    *(UUID + "0", f"{{{UUID}}}", UUID.replace("-", ""), "g" * 64, "ab" * 31, "a\u2028b", "\u3000a"),
    *(
        "é" * 81,
        "𝔏" * 33,
        "𝔏" * 161,
        "a\u0085b",
        "a\u00a0",
        "\ufffda",
        "2.0",
        "1.1",
        "HP10 ",
        "hp10",
    ),
)


def _named(reference):
    return reference["$ref"].rpartition("/")[2]


def _text_of(name):
    length = SCHEMAS[name]["maxLength"]
    return st.sampled_from((*TEXTS, "x" * length, "𝔏" * length))


def _scalar(name):
    schema = SCHEMAS[name]
    if name == "Boolean":
        return st.booleans()
    right = RIGHT.get(name) or schema.get("enum")
    return st.sampled_from(right) if right else _text_of(name)


def _strikes(draw, odds):
    """Once in `odds`; in the middle, for both ends are drawn more often and shrunk to."""
    return draw(st.integers(1, odds)) == odds // 2


def _any(draw, name, odds):
    """A value of that schema; about one in `odds` is another."""
    schema = SCHEMAS[name]
    if schema["type"] == "object":
        return _object(draw, name, odds)
    if schema["type"] == "array":
        size = 0 if _strikes(draw, odds) else draw(st.integers(1, 3))
        return [_any(draw, _named(schema["items"]), odds) for _ in range(size)]
    if _strikes(draw, odds):
        wrong = draw(st.sampled_from(WRONG))
        is_right_in_xml = wrong in {"true", "false"} or wrong.isdecimal()
        return "unheard" if name in {"Boolean", "Count"} and is_right_in_xml else wrong
    return draw(_scalar(name))


def _object(draw, name, odds):
    schema = SCHEMAS[name]
    required = set(schema.get("required", ()))
    branches = [set(branch.get("required", ())) for branch in schema.get("oneOf", ())]
    if branches and not _strikes(draw, odds):
        chosen = draw(st.sampled_from(branches))
    else:
        chosen = set().union(*branches)
    form = {}
    for member, kind in schema["properties"].items():
        is_wanted = member in required or member in chosen
        if any(member in branch for branch in branches) and member not in chosen:
            continue
        if _strikes(draw, odds):
            is_wanted = not is_wanted
        elif not is_wanted:
            is_wanted = draw(st.booleans())
        if is_wanted:
            form[member] = _any(draw, _named(kind), odds)
    if _strikes(draw, odds):
        form[draw(st.sampled_from(("unheard", "Ref", "id", "value")))] = "1"
    return form


@st.composite
def lines(draw, odds=60):
    """A line of any flow; small `odds` make more defects."""
    return _object(draw, "Result", odds)


@st.composite
def headers(draw, odds=60):
    """A transmission without its lines."""
    return _object(draw, "TransmissionHeader", odds)


# ---------- the XML form, by the order of the schema file


def _orders():
    root = etree.parse(str(specs.path("xsd/transmission/1.0/transmission.xsd"))).getroot()
    kinds = [*root.findall(f"{XS}complexType"), *root.findall(f"{XS}group")]
    orders = {
        kind.get("name"): [(e.get("name"), e.get("type")) for e in kind.iter(f"{XS}element")]
        for kind in kinds
    }
    orders["Transmission"] = orders["Header"] + orders["Transmission"]
    return {
        name: {member: kind.rpartition(":")[2] for member, kind in members}
        for name, members in orders.items()
    }


ORDERS = _orders()


def in_xml(form):
    """The XML body of a transmission in JSON form."""
    inside = _members(form, "Transmission")
    return f'<transmission xmlns="{TRANSMISSION}">{inside}</transmission>'.encode()


def _members(form, kind):
    order = ORDERS.get(kind, {})
    names = [*(n for n in form if n not in order), *(n for n in order if n in form)]
    return "".join(_element(name, form[name], order.get(name, "")) for name in names)


def _element(name, value, kind):
    if isinstance(value, list):
        item = ITEM[name]
        inside = "".join(_element(item, entry, ORDERS[kind][item]) for entry in value)
    elif isinstance(value, dict):
        inside = _members(value, kind)
    elif isinstance(value, bool):
        inside = "true" if value else "false"
    else:
        inside = escape(str(value), {"\r": "&#13;"})
    return f"<{name}>{inside}</{name}>"
