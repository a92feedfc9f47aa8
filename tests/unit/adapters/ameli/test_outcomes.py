"""What comparing with Ameli gives, through real HTTPS: the public test identities, and each row."""

from dataclasses import replace

import pytest

from gateway.identifiers import Nir
from gateway.model.verification import ComparedIdentity, IdentityOutcome, IdentityTraits, Trait
from tests.asking_ameli import ask, traits_of
from tests.partners.services_ps_ameli_fr.answers import Slip
from tests.partners.services_ps_ameli_fr.behaviours import Behaviour
from tests.partners.services_ps_ameli_fr.register import (
    CNDA,
    GENERATED,
    NAMESAKES,
    Ins,
    generated,
    key_of,
)

ZOE, ECETINSI, DOMINIQUE, TOUSSAINT, CORSE, TCHITCHI, PROVISOIRE, HERMANN = CNDA
LEONARDO, LEONARDO_OF_63113, PIERO = NAMESAKES
HYPHENATED = replace(ZOE, birth_name="DE-LA-TOUR")
NOT_FOUND = ComparedIdentity(outcome=IdentityOutcome.NOT_FOUND)
AMBIGUOUS = ComparedIdentity(outcome=IdentityOutcome.AMBIGUOUS)


def nir(number):
    return Nir.parse(number + key_of(number))


def verified(*differences, id_type="NIR"):
    outcome = IdentityOutcome.VERIFIED
    if differences:
        outcome = IdentityOutcome.VERIFIED_WITH_DIFFERENCE
    return ComparedIdentity(outcome=outcome, differences=frozenset(differences), id_type=id_type)


def discordant(*differences):
    return ComparedIdentity(
        outcome=IdentityOutcome.DISCORDANT, differences=frozenset(differences), id_type="NIR"
    )


FORMER = ComparedIdentity(
    outcome=IdentityOutcome.FORMER_NUMBER,
    differences=frozenset({Trait.NUMBER}),
    id_type="NIR",
)


@pytest.mark.parametrize("place", range(len(CNDA)))
@pytest.mark.parametrize("mode", ["register", "verifying"])
def test_the_public_test_identities_are_verified(place, mode, request):
    person = CNDA[place]
    expected = verified(id_type="NIA" if person is PROVISOIRE else "NIR")
    assert ask(request.getfixturevalue(mode), traits_of(person)) == expected


def test_a_key_that_is_not_the_numbers_does_not_throw_the_answer_away(register):
    assert HERMANN.active.key != key_of(HERMANN.active.number)
    assert ask(register, traits_of(HERMANN)) == verified()


@pytest.mark.parametrize("place", [0, 1, 49_999, GENERATED - 1])
def test_people_of_nobody_are_found_by_their_place(register, place):
    assert ask(register, traits_of(generated(place))) == verified()


def test_nobody_is_not_found_whichever_first_name_is_tried(register, double):
    houilles = traits_of(
        ZOE, birth_name="HOUILLES", first_names=("PIERRE", "JEAN"), birth_date="1993-01-27"
    )
    assert ask(register, houilles) == NOT_FOUND
    assert [question.first_names for question in double.questions] == [
        ("PIERRE",),
        ("JEAN",),
        ("PIERRE", "JEAN"),
    ]


def test_each_first_name_is_tried_alone_then_all(register, double):
    ola = traits_of(TCHITCHI, first_names=("OLA", "CATARINA", "BELLA"))
    assert ask(register, ola) == verified(Trait.OTHER_FIRST_NAMES)
    assert [question.first_names for question in double.questions] == [("OLA",), ("CATARINA",)]


def test_at_most_four_first_names_are_tried_alone(register, double):
    double.plan(behaviour=Behaviour.FINDS_NOBODY)
    names = ("ANNE", "BERTHE", "CLAIRE", "DENISE", "EMMA", "FANNY")
    assert ask(register, traits_of(ZOE, first_names=names)) == NOT_FOUND
    asked = [question.first_names for question in double.questions]
    assert asked == [("ANNE",), ("BERTHE",), ("CLAIRE",), ("DENISE",), names]


def test_no_birthplace_is_sent_unless_several_are_found(register, double):
    assert ask(register, traits_of(ZOE, birthplace="63220")) == verified()
    assert [question.birthplace for question in double.questions] == [None]


def test_several_are_several(register):
    assert ask(register, traits_of(LEONARDO)) == AMBIGUOUS


def test_several_are_told_apart_by_the_other_first_names(register, double):
    assert ask(register, traits_of(PIERO)) == verified()
    assert [q.first_names for q in double.questions] == [("LEONARDO",), ("LEONARDO", "PIERO")]


def test_several_are_told_apart_by_the_birthplace(register, double):
    traits = traits_of(LEONARDO_OF_63113, birthplace="63113")
    assert ask(register, traits) == verified()
    assert [question.birthplace for question in double.questions] == [None, "63113"]


def test_a_namesake_whom_a_wrong_birthplace_singles_out_is_no_evidence(register):
    traits = traits_of(LEONARDO, birthplace=LEONARDO_OF_63113.birthplace)
    assert ask(register, traits) == AMBIGUOUS


def test_several_stay_several_where_the_birthplace_is_no_code(register, double):
    assert ask(register, traits_of(LEONARDO, birthplace="Vinci")) == AMBIGUOUS
    assert len(double.questions) == 1


def test_a_twin_found_by_a_second_first_name_is_no_evidence(register, double):
    twin = replace(
        ZOE,
        first_names="INES",
        active=Ins(number="2751263220750", key=key_of("2751263220750")),
    )
    double.register.add(twin)
    assert ask(register, traits_of(ZOE, first_names=("ZOEE", "INES"))) == NOT_FOUND
    assert ask(register, traits_of(twin, nir=traits_of(ZOE).nir)) == discordant(Trait.NUMBER)


@pytest.mark.parametrize(
    "given",
    [
        {"birth_name": "Adrun", "first_names": ("Zoé",)},
        {"first_names": ("zoë",)},
        {"birth_name": "  ÂDRÙN "},
    ],
)
def test_case_and_accents_are_no_difference(register, given):
    assert ask(register, traits_of(ZOE, **given)) == verified()


def test_first_names_that_are_not_given_are_no_difference(register):
    assert ask(register, traits_of(PIERO, first_names=("LEONARDO", "PIERO"))) == verified()
    assert ask(register, traits_of(TCHITCHI, first_names=("CATARINA",))) == verified()


@pytest.mark.parametrize(
    ("person", "given", "difference"),
    [
        (ZOE, {"birthplace": "63113"}, Trait.BIRTHPLACE),
        (TCHITCHI, {"first_names": ("CATARINA", "OLA")}, Trait.OTHER_FIRST_NAMES),
        (TCHITCHI, {"first_names": ("BELLA",)}, Trait.OTHER_FIRST_NAMES),
        (ECETINSI, {"first_names": ("PIERRE ALAIN",)}, Trait.FIRST_NAME),
        (ECETINSI, {"first_names": ("PIERRE", "ALAIN")}, Trait.FIRST_NAME),
        (HYPHENATED, {"birth_name": "DE LA TOUR"}, Trait.BIRTH_NAME),
    ],
)
def test_birthplace_other_first_names_and_separators_stay_verified(
    register, double, person, given, difference
):
    double.plan(behaviour=Behaviour.LENIENT)
    double.register.add(HYPHENATED)
    assert ask(register, traits_of(person, **given)) == verified(difference)


def test_a_date_that_ameli_knows_less_precisely_is_no_other_date(register, double):
    double.plan(behaviour=Slip.VAGUE_DATE)
    assert ask(register, traits_of(ZOE)) == verified(Trait.BIRTH_DATE)


@pytest.mark.parametrize("mode", ["register", "verifying"])
def test_a_number_of_the_history_is_a_former_number(mode, request):
    former = traits_of(ECETINSI, nir=nir("2090763220834"))
    assert ask(request.getfixturevalue(mode), former) == FORMER


@pytest.mark.parametrize("place", range(3))
def test_a_history_of_any_length_is_read(register, double, place):
    numbers = [f"2751263220{number}" for number in (751, 752, 753)]
    former = tuple(Ins(number=number, key=key_of(number)) for number in numbers)
    person = replace(
        ZOE, birth_name="HISTORIQUE", former=former[:place],
        active=Ins(number="2751263220750", key=key_of("2751263220750")),
    )  # fmt: skip
    double.register.add(person)
    expected = [FORMER if known in former[:place] else discordant(Trait.NUMBER) for known in former]
    assert [ask(register, traits_of(person, nir=nir(number))) for number in numbers] == expected


@pytest.mark.parametrize("mode", ["register", "verifying"])
def test_another_number_is_discordant(mode, request):
    traits = traits_of(ZOE, nir=traits_of(generated(1)).nir)
    assert ask(request.getfixturevalue(mode), traits) == discordant(Trait.NUMBER)


@pytest.mark.parametrize(
    ("slip", "difference"),
    [
        (Slip.OTHER_NAME, Trait.BIRTH_NAME),
        (Slip.OTHER_FIRST_NAMES, Trait.FIRST_NAME),
        (Slip.OTHER_SEX, Trait.SEX),
        (Slip.OTHER_DATE, Trait.BIRTH_DATE),
    ],
)
def test_another_name_sex_or_date_is_discordant(register, double, slip, difference):
    double.plan(behaviour=slip)
    assert ask(register, traits_of(ZOE)) == discordant(difference)


@pytest.mark.parametrize("given", [{"birth_name": "Иванов"}, {"first_names": ("Ζωή",)}])
def test_a_name_in_letters_that_ameli_has_not_is_not_asked(register, double, given):
    assert ask(register, traits_of(ZOE, **given)) == NOT_FOUND
    assert "requests" not in double.counts


def test_a_first_name_in_other_letters_is_left_out(register, double):
    assert ask(register, traits_of(ZOE, first_names=("Ζωή", "ZOE"))).outcome in {
        IdentityOutcome.VERIFIED,
        IdentityOutcome.VERIFIED_WITH_DIFFERENCE,
    }
    assert [question.first_names for question in double.questions] == [("ZOE",)]


def test_what_the_service_confirms_is_not_searched(verifying, double):
    assert ask(verifying, traits_of(ZOE, birthplace="63220")) == verified()
    (question,) = double.questions
    assert question.operation == "verifierInsAvecTraitsIdentite"
    assert (question.number, question.birthplace) == ("2751263220749", "63220")


def test_what_the_service_does_not_confirm_is_searched_for_what_differs(verifying, double):
    assert ask(verifying, traits_of(ZOE, birthplace="63113")) == verified(Trait.BIRTHPLACE)
    assert [question.operation for question in double.questions] == [
        "verifierInsAvecTraitsIdentite",
        "rechercherInsAvecTraitsIdentite",
    ]


def test_traits_print_nothing():
    assert repr(traits_of(ZOE)) == f"{IdentityTraits.__name__}(…)"
