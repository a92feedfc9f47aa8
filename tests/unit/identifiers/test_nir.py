"""What is a NIR, and with which code another text is refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identifiers import InvalidIdentifier, Nir

PUBLISHED = (
    ("2751263220749", "74"),
    ("1090763220834", "89"),
    ("2090763220834", "39"),
    ("297022A020778", "78"),
    ("160012B020777", "13"),
    ("180032B020401", "23"),
    ("2360663220836", "56"),
    ("1090763220888", "35"),
    ("2760912346445", "12"),
)
"""Identities that the health insurance publishes for software approval; no real person."""
WRONG_KEY = ("1810363220456", "60")


def key_of(body):
    """The key by the text of the décret: Corsica's letters count as 19 and 18."""
    place = {"2A": "19", "2B": "18"}.get(body[5:7].upper(), body[5:7])
    return f"{97 - int(body[:5] + place + body[7:]) % 97:02d}"


def a_number(*, first="1", year="90", month="06", place="75", rest="056123"):
    body = first + year + month + place + rest
    return body + key_of(body)


def code_of(text):
    """The code of the refusal, or None where there is none."""
    try:
        Nir.parse(text)
    except InvalidIdentifier as refused:
        return refused.code
    return None


@pytest.mark.parametrize(("body", "key"), PUBLISHED)
def test_published_identities_are_accepted(body, key):
    assert Nir.parse(body + key).reveal() == body + key


def test_the_published_identity_with_a_wrong_key_is_refused_for_its_key():
    assert code_of("".join(WRONG_KEY)) == "I002"
    assert Nir.parse(WRONG_KEY[0] + "76")


@pytest.mark.parametrize("letters", ["2A", "2a", "2B", "2b"])
def test_corsica_is_read_in_both_cases_and_kept_in_upper_case(letters):
    text = a_number(place=letters)
    assert Nir.parse(text).reveal() == text.upper()
    assert Nir.parse(text) == Nir.parse(text.upper())


def test_corsicas_letters_do_not_count_as_the_numbers_of_the_mainland():
    body = "297022A020778"
    assert key_of(body) != key_of(body.replace("2A", "20"))
    assert code_of(body + key_of(body.replace("2A", "20"))) == "I002"
    assert code_of(body.replace("A", "B") + key_of(body)) == "I002"


@pytest.mark.parametrize("letters", ["2C", "3A", "A2", "1B", "2Α", "AB"])
def test_other_letters_are_not_a_place_of_birth(letters):
    assert code_of("19006" + letters + "056123" + "11") == "I001"


@pytest.mark.parametrize("month", [*range(1, 13), *range(20, 100)])
def test_known_and_unknown_months_are_accepted(month):
    nir = Nir.parse(a_number(month=f"{month:02d}"))
    assert nir.birth_month == (f"{month:02d}" if month <= 12 else None)


@pytest.mark.parametrize("month", [0, *range(13, 20)])
def test_months_that_no_body_gives_are_refused(month):
    assert code_of(a_number(month=f"{month:02d}")) == "I001"


@pytest.mark.parametrize("first", ["0", "3", "4", "9"])
def test_a_first_digit_that_no_number_has_is_refused(first):
    assert code_of(a_number(first=first)) == "I001"


@pytest.mark.parametrize("text", ["712340000000123", "801230000000197", "7" + "0" * 14])
def test_a_provisional_number_has_its_own_code(text):
    assert code_of(text) == "I003"


@pytest.mark.parametrize("text", ["512340000000123", "621230000000197"])
def test_a_migrant_number_has_its_own_code(text):
    assert code_of(text) == "I003"


@pytest.mark.parametrize("text", ["531230000000197", "501230000000197", "731230000000197"])
def test_what_resembles_neither_is_no_number_at_all(text):
    assert code_of(text) == "I001"


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1900675056123", a_number()[:14], a_number() + "0", a_number() + "\n"),
        *(f" {a_number()}", f"{a_number()} ", "1 90 06 75 056 123 11", "1-90-06-75-056-123-11"),
        *("1900675O5612311", "190067505612E11", "+90067505612311", "1_0067505612311"),
        *("\x00" * 15, "1" * 100_000),
    ],
)
def test_another_shape_is_refused(text):
    assert code_of(text) == "I001"


@pytest.mark.parametrize("zero", ["٠", "０", "०", "𝟎", "۰"])
def test_digits_of_other_scripts_are_refused(zero):
    other = a_number().translate({ord("0") + n: chr(ord(zero) + n) for n in range(10)})
    assert other.isdecimal()
    assert code_of(other) == "I001"
    assert code_of(a_number()[:14] + other[14]) == "I001"


@pytest.mark.parametrize("letter", ["ａ", "ᴀ", "ⓐ", "а"])
def test_letters_that_resemble_corsicas_are_refused(letter):
    assert code_of("297022" + letter + "02077878") == "I001"


bodies = st.builds(
    "".join,
    st.tuples(
        st.sampled_from("12"),
        st.from_regex(r"[0-9]{2}", fullmatch=True),
        st.sampled_from([f"{m:02d}" for m in (*range(1, 13), *range(20, 100))]),
        st.one_of(
            st.from_regex(r"[0-9]{2}", fullmatch=True), st.sampled_from(["2A", "2B", "2a", "2b"])
        ),
        st.from_regex(r"[0-9]{6}", fullmatch=True),
    ),
)


@given(bodies)
def test_exactly_one_key_of_the_97_opens_a_number(body):
    codes = {f"{key:02d}": code_of(f"{body}{key:02d}") for key in range(100)}
    accepted = [key for key, code in codes.items() if code is None]
    assert set(codes.values()) == {None, "I002"}
    assert accepted == [key_of(body)]
    assert 1 <= int(accepted[0]) <= 97


@given(st.text(alphabet=string.printable + "٠０²½é\u2028", max_size=20))
def test_any_text_is_a_number_or_a_defect(text):
    assert code_of(text) in {None, "I001", "I002", "I003"}


@pytest.mark.parametrize("key", ["00", "98", "99"])
def test_keys_outside_1_to_97_are_never_valid(key):
    for order in range(100):
        assert code_of(f"1900675056{order:03d}{key}") == "I002"


@pytest.mark.parametrize(("remainder", "key"), [(0, "97"), (96, "01")])
def test_the_keys_at_both_ends_exist(remainder, key):
    order = next(n for n in range(1000) if int(f"1900675056{n:03d}") % 97 == remainder)
    assert code_of(f"1900675056{order:03d}{key}") is None


def test_what_the_number_says_of_its_holder():
    nir = Nir.parse(a_number(first="2", year="05", month="12"))
    assert (nir.sex, nir.birth_year_of_century, nir.birth_month) == ("F", "05", "12")
    assert Nir.parse(a_number(first="1")).sex == "M"
