"""What is a SIRET, a SIREN, an RPPS number; equality of identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identifiers import InvalidIdentifier, Nir, Rpps, Siren, Siret

REAL = (
    *("55208131766522", "55208131715412", "55208131715420", "55208131715446", "55208131715453"),
    *("55208131715461", "55208131715479", "55208131715487", "55208131721063", "55208131721071"),
    *("55208131734058", "55208131734074", "55208131734090", "55208131734108", "55208131734116"),
    *("55208131734124", "55208131734132", "55208131734140", "55208131734157", "55208131741178"),
    *("55208131790241", "77568501900066", "77568501900298", "77568501900330", "77568501900371"),
    *("77568501900405", "77568501900488", "77568501900538", "30520716900056", "30520716900106"),
    *("30520716900494", "30520716900569", "37904139500045", "32894623100052", "38030310700045"),
    *("39019966900032", "39019966900081", "50740620500025", "77955588700024", "31226189400033"),
    *("39337386500020", "18008901300395", "26750045200011", "26750045200029", "26750045200524"),
    *("26750045201191", "26750045200557", "35600000000048", "35600000009075", "52498027300014"),
    *("55208131787403",),
)
"""Public numbers of nuclear sites, hospitals and post offices (ASN, open reference tables)."""
LA_POSTE = "356000000"


def luhn_sum(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total


def with_luhn(digits):
    return digits + str(-luhn_sum(digits + "0") % 10)


def code_of(parse, text):
    """The code of the refusal, or None where there is none."""
    try:
        parse(text)
    except InvalidIdentifier as refused:
        return refused.code
    return None


@pytest.mark.parametrize("text", REAL)
def test_real_establishments_are_accepted_with_their_siren(text):
    siret = Siret.parse(text)
    assert (str(siret), str(siret.siren)) == (text, text[:9])
    assert siret.siren == Siren.parse(text[:9])


@pytest.mark.parametrize(
    "text",
    [
        *("30520716900326", "11122233344455"),
        *("00000000000000", "00000000000018", "00000000600015", "55208131700000"),
        *("5520813176652", "552081317665220", "552 081 317 66522", "552.081.317.66522", ""),
        *("55208131766522\n", " 55208131766522", "5520813176652O", "-5208131766522"),
        *("٥٥٢٠٨١٣١٧٦٦٥٢٢", "５５２０８１３１７６６５２２", "5520813176652２"),
    ],
)
def test_what_cannot_be_an_establishment_is_refused(text):
    assert code_of(Siret.parse, text) == "E001"


@pytest.mark.parametrize("text", ["55208131766523", "55208131766252", "55208131666522"])
def test_a_mistyped_digit_or_two_exchanged_are_refused(text):
    assert code_of(Siret.parse, text) == "E001"


@given(st.integers(1, 99_999))
def test_post_offices_have_a_digit_sum_that_is_a_multiple_of_five_or_the_common_key(nic):
    text = f"{LA_POSTE}{nic:05d}"
    is_valid = sum(map(int, text)) % 5 == 0 or luhn_sum(text) % 10 == 0
    assert code_of(Siret.parse, text) == (None if is_valid else "E001")


def test_the_head_office_of_la_poste_obeys_luhn_and_other_offices_need_not():
    head, other = "35600000000048", "35600000009075"
    assert luhn_sum(head) % 10 == 0
    assert luhn_sum(other) % 10 != 0
    assert Siret.parse(head).siren == Siret.parse(other).siren


def test_nobody_else_has_the_rule_of_la_poste():
    text = next(
        t
        for t in (f"552081317{n:05d}" for n in range(1, 99))
        if sum(map(int, t)) % 5 == 0 and luhn_sum(t) % 10
    )
    assert code_of(Siret.parse, text) == "E001"


sirens = st.from_regex(r"[0-9]{8}", fullmatch=True).map(with_luhn).filter(lambda s: s != "0" * 9)


@given(sirens, st.from_regex(r"[0-9]{4}", fullmatch=True))
def test_any_number_with_both_keys_is_accepted(siren, nic):
    text = with_luhn(siren + nic)
    if text[9:] == "00000":
        assert code_of(Siret.parse, text) == "E001"
    else:
        assert str(Siret.parse(text).siren) == siren


@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_any_other_number_is_refused(text):
    keys = luhn_sum(text) % 10 == 0 and luhn_sum(text[:9]) % 10 == 0
    if not keys and not text.startswith(LA_POSTE):
        assert code_of(Siret.parse, text) == "E001"


@given(sirens)
def test_a_siren_has_one_key_of_ten(siren):
    for last in "0123456789":
        text = siren[:8] + last
        if last == siren[8]:
            assert str(Siren.parse(text)) == text
        else:
            assert code_of(Siren.parse, text) == "E001"


@pytest.mark.parametrize(
    "text", ["000000000", "55208131", "5520813177", "552 081 317", "٥٥٢٠٨١٣١٧"]
)
def test_what_cannot_be_a_siren_is_refused(text):
    assert code_of(Siren.parse, text) == "E001"


@given(st.from_regex(r"[0-9]{10}", fullmatch=True).filter(lambda t: t != "0" * 10))
def test_a_health_professional_has_eleven_digits_with_a_key(digits):
    text = with_luhn(digits)
    assert str(Rpps.parse(text)) == text
    assert code_of(Rpps.parse, text[:10] + str((int(text[10]) + 1) % 10)) == "I004"


@pytest.mark.parametrize("text", ["0" * 11, "", "1000000000", "100000000000", "1000000000٨"])
def test_what_cannot_be_a_health_professional_is_refused(text):
    assert code_of(Rpps.parse, text) == "I004"


def test_identifiers_are_equal_by_value_within_their_kind():
    one, same, other = (Siret.parse(t) for t in (REAL[0], REAL[0], REAL[1]))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert len({one, same, other}) == 2
    assert one != REAL[0]
    assert Siren("552081317") != Siret("552081317")
    assert Nir.parse("275126322074974") == Nir.parse("275126322074974")
    assert Nir.parse("275126322074974") != "275126322074974"


def test_a_public_number_is_printed_as_it_is():
    siret = Siret.parse(REAL[0])
    assert (f"{siret}", repr(siret)) == (REAL[0], f"Siret('{REAL[0]}')")


def test_defects_are_equal_by_code():
    assert InvalidIdentifier("I001") == InvalidIdentifier("I001") != InvalidIdentifier("I002")
    assert len({InvalidIdentifier("I001"), InvalidIdentifier("I001")}) == 1
    assert InvalidIdentifier("I001") != "I001"
    assert repr(InvalidIdentifier("I001")) == "InvalidIdentifier('I001')"
