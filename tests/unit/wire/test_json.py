"""JSON as partners must write it: what RFC 8259 leaves open is closed, each defect has its code."""

import json as stdlib_json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import BodyTooLarge, Inadmissible
from gateway.steps.parse import parse
from gateway.steps.validate import validate
from gateway.wire import json
from gateway.wire.v1.contract import MAX_LINES, TransmissionContract
from tests import builders
from tests.unit.wire.submissions import a_submission

CONTRACT = TransmissionContract()
FORM = builders.a_transmission()
TEXT = builders.in_json(FORM).decode()


def code_of(text):
    """The code of the refusal, or None where there is none."""
    try:
        json.read(text if isinstance(text, bytes) else text.encode())
    except Inadmissible as refused:
        return refused.code
    return None


def outcome_of(text):
    """The code and pointer of what makes it inadmissible, or how many lines cannot be read."""
    try:
        return len(validate(parse(a_submission(text.encode()), CONTRACT)).unreadable)
    except Inadmissible as refused:
        return refused.code, refused.pointer


# ---------- members


@pytest.mark.parametrize(
    "text",
    [
        *('{"a":1,"a":2}', '{"a":1,"b":2,"a":1}', '{"":1,"":1}', '[{"a":1,"a":1}]'),
        *('{"a":{"b":{"c":[1,{"d":1,"d":1}]}}}', '{"a":1,"\\u0061":2}', '{"é":1,"\\u00e9":2}'),
        '{"a":{},"b":{"a":{"a":{},"a":{}}}}',
    ],
)
def test_a_member_twice_is_refused_at_any_depth(text):
    assert code_of(text) == "T006"


def test_the_same_name_in_two_objects_is_not_twice():
    assert code_of('{"a":{"a":[{"a":1},{"a":1}]},"A":1,"a ":1}') is None


def test_names_that_only_look_alike_are_two():
    assert code_of('{"\u00e9":1,"e\u0301":2}') is None


@pytest.mark.parametrize(("count", "code"), [(64, None), (65, "T005"), (100_000, "T005")])
def test_an_object_has_at_most_64_members(count, code):
    members = ",".join(f'"m{n}":0' for n in range(count))
    assert code_of(f"{{{members}}}") == code
    assert code_of(f'[{{"a":{{{members}}}}}]') == code


# ---------- numbers


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("around", ["{}", "[{}]", '{{"a":{{"b":[1,{}]}}}}', " {} "])
def test_constants_that_json_does_not_have_are_refused(constant, around):
    assert code_of(around.format(constant)) == "T008"


@pytest.mark.parametrize("text", ["nan", "inf", "+1", "01", "-01", ".5", "1.", "0x1", "1_0", "1e"])
def test_what_is_not_a_number_is_not_json(text):
    assert code_of(f'{{"a":{text}}}') == "S001"


@pytest.mark.parametrize("length", [33, 5_000, 1_000_000])
@pytest.mark.parametrize("form", ["{}", "-{}", "0.{}", "{}.0", "1e{}", "1E-{}"])
def test_a_number_of_more_than_32_characters_is_refused(length, form):
    assert code_of(f"[{form.format('9' * length)}]") == "T005"


def test_a_number_of_32_characters_is_read():
    assert code_of(f"[{'9' * 32}]") is None
    assert code_of(f"[-{'9' * 32}]") == "T005"


@pytest.mark.parametrize("written", ["0", "1", "7", "10", "999999999999999"])
def test_an_integer_counts_as_it_is_written(written):
    value = json.read(f"[{written}]".encode())[0]
    assert (value, type(value)) == (int(written), int)


@pytest.mark.parametrize(
    "written",
    ["-0", "-1", "1.0", "0.0", "1e2", "1E2", "1e0", "0.1", "1e999", "9999999999999999", "2.5e-3"],
)
def test_any_other_number_fits_no_member_of_the_contract(written):
    value = json.read(f"[{written}]".encode())[0]
    assert isinstance(value, float)
    assert not math.isinf(value)
    assert not value.is_integer()
    for member in ("results", "measurements"):
        text = TEXT.replace(f'"{member}": 1', f'"{member}": {written}', 1)
        assert text != TEXT
        assert outcome_of(text) == ("S002", f"/totals/{member}")


def test_a_number_where_the_contract_has_a_text_refuses_its_line_alone():
    for written in ("0.15", "15", "1e2"):
        text = TEXT.replace('"value": "0.15"', f'"value": {written}')
        assert text != TEXT
        assert outcome_of(text) == 1


@pytest.mark.parametrize("written", ["1", "999999999999"])
def test_a_count_has_at_most_twelve_digits(written):
    text = TEXT.replace('"measurements": 1', f'"measurements": {written}')
    assert outcome_of(text) == 0
    text = TEXT.replace('"measurements": 1', f'"measurements": {written}000000000000')
    assert outcome_of(text) == ("S002", "/totals/measurements")


# ---------- text


@pytest.mark.parametrize(
    "text",
    [
        *("\\ud800", "\\udfff", "\\uDBFF", "a\\ud800b", "\\udc00\\ud800", "\\ud800\\ud800"),
        *("\\ud83d\\ude00\\ud83d", "\\ud83d \\ude00", "\\\\\\ud800", "\\ud83d\\u0041"),
    ],
)
def test_a_lone_surrogate_is_refused_in_values_and_names(text):
    assert code_of(f'["{text}"]') == "T007"
    assert code_of(f'{{"{text}":1}}') == "T007"
    assert code_of(f'{{"a":{{"b":[0,"{text}"]}}}}') == "T007"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("\\ud83d\\ude00", "😀"), ("\\uD83D\\uDE00", "😀"), ("\\\\ud800", "\\ud800")),
        *(("\\\\\\\\ud800", "\\\\ud800"), ("\\ud7ff\\ue000", "\ud7ff\ue000"), ("😀", "😀")),
    ],
)
def test_pairs_and_escaped_backslashes_are_text(written, value):
    assert json.read(f'["{written}"]'.encode()) == [value]


@pytest.mark.parametrize(
    "text", ["\t", "\n", "\r", "\x01", "\x1f", "\\x41", "\\", "\\u12", "\\U0041"]
)
def test_raw_control_characters_and_unknown_escapes_are_not_json(text):
    assert code_of(f'["a{text}"]') == "S001"


@pytest.mark.parametrize("number", [*range(0x20), 0x7F, 0x85, 0x2028, 0xFFFE, 0xFFFF])
def test_escaped_control_characters_refuse_their_line(number):
    assert outcome_of(TEXT.replace('"Lefebvre"', f'"Lef\\u{number:04x}ebvre"')) == 1


# ---------- bytes


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"\xef\xbb\xbf{}",
            b'{"a":"\x00"}',
            b"{}\x00",
            b"\xff\xfe{\x00}\x00",
            b"\xfe\xff\x00{\x00}",
        ),
        *(
            b'{"a":"\xe9"}',
            b'{"a":"\xc0\xaf"}',
            b'{"a":"\xed\xa0\x80"}',
            b'{"a":"\xf4\x90\x80\x80"}',
        ),
        *("{}".encode("utf-16-le"), "{}".encode("utf-16"), "{}".encode("utf-32-be")),
    ],
)
def test_only_utf_8_without_its_mark_is_read(body):
    assert code_of(body) == "T004"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "{",
            "}",
            '{"a"}',
            '{"a":}',
            '{"a":1,}',
            "[1,]",
            "{'a':1}",
            "{a:1}",
            "undefined",
        ),
        *(
            "{}{}",
            "{} []",
            "{}x",
            "[1]]",
            "{}//",
            "/**/{}",
            "# {}",
            "{}\u00a0",
            "\u2028{}",
            "\x0b{}",
        ),
        *("True", "None", "'a'", "<a/>", '"a', "{}\ufeff"),
    ],
)
def test_what_is_not_one_json_value_is_refused(text):
    assert code_of(text) == "S001"


def test_blanks_around_the_value_are_json():
    assert json.read(b"\r\n\t {} \n") == {}


@pytest.mark.parametrize("text", ["[]", "1", '"a"', "null", "true"])
def test_another_value_than_an_object_is_not_the_expected_root(text):
    with pytest.raises(Inadmissible) as refused:
        parse(a_submission(text.encode(), media_type="application/json"), CONTRACT)
    assert refused.value.code == "S001"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(0, 10**14) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values, st.booleans())
def test_everything_else_that_json_can_say_is_read_as_it_is(value, escaped):
    text = stdlib_json.dumps(value, ensure_ascii=escaped)
    if "\x00" not in text and not text.startswith("\ufeff"):
        assert json.read(text.encode()) == value


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_with_a_code(body):
    assert code_of(body) in {None, "S001", "T004", "T005", "T006", "T007", "T008"}


# ---------- the document


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"results": []}, ("S002", "/results")),
        ({"results": {}}, ("S002", "/results")),
        ({"results": builders.ABSENT}, ("S002", "/results")),
        ({"version": "2.0"}, ("S003", "/version")),
        ({"version": 1}, ("S002", "/version")),
        ({"test": None}, ("S002", "/test")),
        ({"test": "true"}, ("S002", "/test")),
        ({"id": None}, ("S002", "/id")),
        ({"results": [None, 1, "a", [], {}]}, 5),
    ],
)
def test_a_defect_of_the_header_is_told_from_one_of_a_line(change, outcome):
    form = builders.changed(builders.a_transmission(), change)
    assert outcome_of(stdlib_json.dumps(form)) == outcome


def test_more_lines_than_are_judged_at_once_are_too_large():
    lines = [{}] * (MAX_LINES + 1)
    at_most = {**FORM, "results": lines[1:]}
    assert outcome_of(stdlib_json.dumps(at_most)) == MAX_LINES
    with pytest.raises(BodyTooLarge):
        outcome_of(stdlib_json.dumps({**FORM, "results": lines}))
