"""Names as Ameli spells them, whatever is written."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.ameli.spelling import folded, spelled

AMELI = re.compile(r"[A-Z]+(?:(?:-{1,2}|[' ])[A-Z]+)*", re.ASCII)
WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
LETTERS = st.characters(categories=("L", "M", "Z", "P", "S", "N", "Cc"))
FRENCH = st.text("abcdéèêëàâäîïôöùûüÿçñæœÆŒß'’-–— .0", min_size=1)


@given(st.one_of(st.text(LETTERS), FRENCH))
@example("ŉ")
@example("ǆ")
@example("ﬃ")
@example("İstanbul")
@example("A\u0301\u0301B")
def test_what_is_spelled_is_spelt_as_ameli_has_it_and_stays_so(name):
    told = spelled(name)
    if told is not None:
        assert AMELI.fullmatch(told)
        assert spelled(told) == told
        assert folded(told) == folded(name)


@given(FRENCH)
def test_every_french_name_can_be_spelled(name):
    has_letter = any(character.isalpha() for character in name)
    assert (spelled(name) is not None) == has_letter


@given(WORD, st.lists(st.tuples(st.sampled_from(["-", "--", "'", " "]), WORD)))
def test_a_name_of_ameli_is_spelled_as_it_is(first, more):
    name = first + "".join(separator + word for separator, word in more)
    assert AMELI.fullmatch(name)
    assert spelled(name) == name
    assert spelled(name.lower()) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Lefèbvre", "LEFEBVRE"),
        ("Pierre-Alain", "PIERRE-ALAIN"),
        ("  de   la  Tour ", "DE LA TOUR"),
        ("Dupont--Martin", "DUPONT--MARTIN"),
        ("Dupont -- Martin", "DUPONT--MARTIN"),
        ("Dupont---Martin", "DUPONT--MARTIN"),
        ("Saint – Pierre", "SAINT-PIERRE"),
        ("d’Artagnan", "D'ARTAGNAN"),
        ("D' Artagnan", "D'ARTAGNAN"),
        ("O´Brien", "O'BRIEN"),
        ("'t Hooft", "T HOOFT"),
        ("Œdipe Læticia", "OEDIPE LAETICIA"),
        ("Groß", "GROSS"),
        ("Łukasz Øystein", "LUKASZ OYSTEIN"),
        ("Nguyễn", "NGUYEN"),
        ("Jr. Smith", "JR SMITH"),
        ("Jean 2", "JEAN"),
    ],
)
def test_names_are_spelled(name, told):
    assert spelled(name) == told


@pytest.mark.parametrize("name", ["", " ", "-", "12", "Иван", "Ζωή", "Jean Иван", "王"])
def test_what_ameli_cannot_write_is_not_spelled(name):
    assert spelled(name) is None
