"""Scalars in normal form (contract §0): what patterns accept and the reader judges."""

import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wire import leaves
from gateway.wire.leaves import Misread, normal_form

decimals = st.from_regex(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,9})?", fullmatch=True)
doses = st.from_regex(r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,3})?", fullmatch=True)


def is_misread(read, value):
    try:
        read(value)
    except Misread:
        return True
    return False


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        *(("0", "0"), ("0.0", "0"), ("0.000", "0"), ("10", "10"), ("100", "100"), ("10.0", "10")),
        *(("0.10", "0.1"), ("0.100", "0.1"), ("0.05", "0.05"), ("0.050", "0.05"), ("1.0", "1")),
        *(("9999999.999", "9999999.999"), ("20.050", "20.05"), ("1200.000", "1200")),
    ],
)
def test_a_decimal_drops_the_zeros_that_end_its_fraction(written, normal):
    assert leaves.decimal(written) == normal


@given(decimals)
def test_a_decimal_keeps_its_value_and_has_one_form(value):
    normal = leaves.decimal(value)
    assert Decimal(normal) == Decimal(value)
    assert leaves.decimal(normal) == normal
    assert leaves.decimal(value + ("000" if "." in value else ".000")) == normal


@given(doses)
def test_a_dose_is_an_exact_number_of_microsieverts(value):
    usv = leaves.usv(value)
    assert isinstance(usv, int)
    assert Decimal(usv) / 1000 == Decimal(value)
    assert leaves.usv(leaves.decimal(value)) == usv


@given(decimals)
def test_an_amount_is_an_exact_number_of_thousand_millionths(value):
    assert leaves.nano(value) == Decimal(value) * 10**9


def test_sums_that_floats_would_miss_are_exact():
    assert leaves.usv("0.1") + leaves.usv("0.2") == leaves.usv("0.3")
    assert leaves.usv("999999999999.999") == 999_999_999_999_999
    assert leaves.usv("4.35") == 4350


# ---------- texts


def test_text_is_brought_to_nfc_and_not_refused():
    assert leaves.text("He\u0301le\u0300ne") == "Hélène"
    assert leaves.text("Å\u0327") == unicodedata.normalize("NFC", "Å\u0327")
    assert leaves.text("ﬁ") == "ﬁ", "compatibility forms stay"


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0)])
@pytest.mark.parametrize("around", ["a{}b", "é{}b", "{}b", "é{}"])
def test_control_characters_are_refused(number, around):
    assert is_misread(leaves.text, around.format(chr(number)))


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_line_and_paragraph_separators_are_refused(separator):
    assert is_misread(leaves.text, f"a{separator}b")
    assert is_misread(leaves.text, f"a{separator}")


@pytest.mark.parametrize("plane", range(17))
def test_noncharacters_that_xml_lets_pass_are_refused(plane):
    for last in (0xFFFE, 0xFFFF):
        assert is_misread(leaves.text, f"a{chr(plane * 0x10000 + last)}b")
    assert not is_misread(leaves.text, f"a{chr(plane * 0x10000 + 0xFFFD)}b")


def test_lone_surrogates_are_refused():
    assert is_misread(leaves.text, "a\ud800b")
    assert is_misread(leaves.text, "a\udfff")


@pytest.mark.parametrize(
    "blank", [" ", "\u00a0", "\u2003", "\u3000", "\u202f", "\u1680", "\u205f", "\t", "\n"]
)
def test_a_blank_at_an_edge_is_refused(blank):
    for value in (f"{blank}é", f"é{blank}", f"{blank}a", f"a{blank}", blank, blank * 3):
        assert is_misread(leaves.text, value)


@pytest.mark.parametrize("value", ["a b", "Le\u00a0Febvre", "D'Artagnan & <Fils>", "李", "🧪", "~"])
def test_other_text_stands(value):
    assert leaves.text(value) == value


@given(st.text(max_size=12))
def test_accepted_text_is_nfc_and_reads_again_as_itself(value):
    if not is_misread(leaves.text, value):
        read = leaves.text(value)
        assert read == unicodedata.normalize("NFC", value)
        assert leaves.text(read) == read
        assert read == read.strip()
        assert read.isprintable() or not read.isascii()


# ---------- days


@pytest.mark.parametrize(
    ("value", "exists"),
    [
        *(("2024-02-29", True), ("2026-02-29", False), ("1900-02-29", False), ("2000-02-29", True)),
        *(("2026-04-31", False), ("0001-01-01", True), ("9999-12-31", True), ("0000-01-01", False)),
    ],
)
def test_a_day_must_be_in_the_calendar(value, exists):
    assert is_misread(leaves.day, value) == (not exists)
    assert is_misread(leaves.lunar_day, value) == (not exists)


@pytest.mark.parametrize(
    "value", ["1990-00-00", "1990-06-00", "1990-00-15", "1990-00-31", "0001-00-00"]
)
def test_a_date_of_birth_may_lack_month_or_day(value):
    assert leaves.lunar_day(value) == value
    assert is_misread(leaves.day, value)


@pytest.mark.parametrize(
    "value", ["0000-00-00", "0000-06-00", "1990-13-00", "1990-00-32", "1990-02-30"]
)
def test_a_date_of_birth_that_nobody_has_is_refused(value):
    assert is_misread(leaves.lunar_day, value)


@given(st.dates())
def test_every_day_of_the_calendar_stands_as_it_is(value: date):
    assert leaves.day(value.isoformat()) == leaves.lunar_day(value.isoformat()) == value.isoformat()


# ---------- instants


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("2026-11-17T08:00:00Z", "2026-11-17T08:00:00.000Z"),
        ("2026-11-17T08:00:00.1Z", "2026-11-17T08:00:00.100Z"),
        ("2026-11-17T08:00:00.12+00:00", "2026-11-17T08:00:00.120Z"),
        ("2026-11-17T08:00:00.999-00:00", "2026-11-17T08:00:00.999Z"),
        ("2026-11-17T09:00:00+01:00", "2026-11-17T08:00:00.000Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00.000Z"),
        ("2025-12-31T23:30:00-14:00", "2026-01-01T13:30:00.000Z"),
        ("2026-11-17T13:45:00+05:45", "2026-11-17T08:00:00.000Z"),
        ("0999-12-31T23:59:59.001Z", "0999-12-31T23:59:59.001Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_is_stated_in_utc_with_milliseconds(written, normal):
    assert leaves.instant(written) == normal
    assert leaves.instant(normal) == normal


@pytest.mark.parametrize(
    "written",
    [
        *("2026-02-30T08:00:00Z", "0000-01-01T00:00:00Z", "2026-11-31T08:00:00Z"),
        *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_an_instant_outside_the_calendar_is_refused(written):
    assert is_misread(leaves.instant, written)


offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), offsets)  # noqa: DTZ001
def test_any_offset_tells_the_same_instant(moment, offset):
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=offset)
    normal = leaves.instant(moment.isoformat(timespec="milliseconds"))
    assert len(normal) == len("YYYY-MM-DDThh:mm:ss.sssZ")
    assert datetime.fromisoformat(normal) == moment
    assert normal == leaves.instant(moment.astimezone(UTC).isoformat(timespec="milliseconds"))


# ---------- by type


def test_the_type_in_the_schema_decides_what_is_normalised():
    assert normal_form("Uuid")("ABCD") == normal_form("Sha256")("aBcD") == "abcd"
    assert normal_form("Nir")("2a") == "2A"
    assert normal_form("Text80") is normal_form("Text500") is leaves.text
    assert normal_form("Msv")("1.0") == normal_form("Amount")("1.0") == "1"
    assert normal_form("Identifier")("0a.0 ") == normal_form("Ref")("0a.0 ") == "0a.0 "
