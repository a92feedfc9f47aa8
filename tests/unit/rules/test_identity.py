import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.verdict import Verdict
from gateway.rules.example import ABSENT
from gateway.rules.examples import LABORATORY, SAME_COMPANY, STRANGER
from gateway.rules.names import Likeness, fold, likeness
from tests.unit.rules.builders import World


@pytest.mark.parametrize(
    ("stated", "known", "expected"),
    [
        ("Hélène", "HELENE", Likeness.SAME),
        ("Jean-Pierre", "JEAN PIERRE", Likeness.SAME),
        ("d’Estaing", "D'ESTAING", Likeness.SAME),
        ("Le Cœur", "LECOEUR", Likeness.SAME),
        ("Muñoz", "MUNOZ", Likeness.SAME),
        ("Dupont", "DUPOND", Likeness.NEAR),
        ("Lefebvre", "LEFEVRE", Likeness.NEAR),
        ("Lefebvre", "LEFEUVE", Likeness.DIFFERENT),
        ("Wisniewski", "VISNIEVSKI", Likeness.NEAR),
        ("Wisniewski", "VISNIEVSKY", Likeness.DIFFERENT),
        ("Roy", "ROI", Likeness.DIFFERENT),
        ("Petit", "GRAND", Likeness.DIFFERENT),
    ],
)
def test_names_are_compared_without_accents_case_or_separators(stated, known, expected):
    assert likeness(stated, known) is expected
    assert likeness(known, stated) is expected


@given(st.text(max_size=20))
def test_folding_a_folded_name_changes_nothing(name):
    assert fold(fold(name)) == fold(name)


def test_the_name_in_use_counts_on_either_side():
    assert World(used_name="DURAND").codes(("/worker/birthName", "Durand")) == set()
    married = (("/worker/birthName", "Durand"), ("/worker/usedName", "Lefebvre"))
    assert World().codes(*married) == set()


def test_a_compound_first_name_may_be_cut_either_way():
    cut = (("/worker/firstName", "Marie"), ("/worker/otherFirstNames", "Claude"))
    assert World(first_name="MARIE-CLAUDE").codes(*cut) == set()
    assert World(first_name="MARIE").codes(*cut) == set()


def test_another_person_s_name_is_refused_and_a_slip_is_flagged():
    assert World().at("I011", ("/worker/firstName", "Jeanne")) == ["/results/0/worker/firstName"]
    outcome = World().judge(("/worker/firstName", "Helenne"))
    assert outcome.verdicts[0].verdict is Verdict.ACCEPTED_WITH_WARNINGS


def test_a_stated_birth_date_must_be_the_register_s():
    assert World().at("I011", ("/worker/birthDate", "1990-06-16")) == [
        "/results/0/worker/birthDate"
    ]
    assert World().codes(("/worker/birthDate", "1990-06-00")) == set()
    assert World().codes(("/worker/birthDate", "1990-00-00")) == set()


@pytest.mark.parametrize(
    ("birth_date", "contradicts"),
    [
        ("1990-06-15", False),
        ("1890-06-15", False),
        ("1990-00-00", False),
        ("1991-06-15", True),
        ("1990-07-15", True),
    ],
)
def test_the_number_tells_year_of_the_century_and_month(birth_date, contradicts):
    assert ("I013" in World().codes(("/worker/birthDate", birth_date))) is contradicts


def test_a_number_that_does_not_tell_the_month_contradicts_none():
    unknown_month = "290209912345649"
    assert "I013" not in World().codes(("/worker/nir", unknown_month))
    assert "I002" not in World().codes(("/worker/nir", unknown_month))


def test_a_number_that_cannot_exist_is_not_looked_up():
    assert World().codes(("/worker/nir", "123")) == {"I001"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param((("/worker/nir", "185017800608427"),), id="unknown number"),
        pytest.param((("/employer/siret", SAME_COMPANY),), id="unknown couple"),
        pytest.param(
            (("/period", {"start": "2019-10-01", "end": "2019-10-31"}),), id="before the contract"
        ),
    ],
)
def test_what_the_register_does_not_know_is_held_under_one_code_and_one_pointer(changes):
    identity_free = (("/worker/birthDate", ABSENT), ("/worker/sex", ABSENT))
    outcome = World().judge(*identity_free, *changes)
    verdict = outcome.verdicts[0]
    assert verdict.verdict is Verdict.HELD
    assert [(f.code, f.pointer) for f in verdict.findings] == [("R001", "/results/0/worker")]
    assert verdict.held_until.isoformat() == "2027-02-18T09:00:00+00:00"
    recorded = outcome.recorded[0]
    assert (recorded.worker_id, recorded.is_in_force, recorded.doses) == (None, False, ())


def test_a_missing_attachment_is_held_under_the_same_code():
    assert World(attachments=()).at("R001") == ["/results/0/worker"]


def test_with_an_unknown_worker_nothing_else_is_told_of_him():
    unlike = (("/worker/birthName", "Durand"), ("/monitoring/category", "B"))
    assert World(attachments=()).codes(*unlike) == {"R001"}


def test_a_line_with_a_fault_of_its_own_is_refused_even_where_another_would_hold():
    outcome = World(attachments=()).judge(("/dosimeter/type", "XYZ"))
    assert outcome.verdicts[0].verdict is Verdict.REJECTED
    assert outcome.codes == {"D008", "R001"}
    assert outcome.recorded == ()


def test_second_group_worker_not_yet_registered_is_held_three_months_from_the_end():
    outcome = World(attachments=()).judge(("/monitoring/otherExposures", ["EMERGENCY_2"]))
    assert outcome.codes == {"R004"}
    assert outcome.verdicts[0].held_until.isoformat() == "2027-01-31T23:00:00+00:00"


def test_unclassified_worker_without_other_exposure_is_refused():
    employment = World().directory[0].known.employments[0]
    unclassified = type(employment)(employer=employment.employer, start=employment.start)
    radon = type(employment)(
        employer=employment.employer, start=employment.start, other_exposures=frozenset({"RADON"})
    )
    free = (("/monitoring/category", ABSENT),)
    assert World(employments=(unclassified,)).at("R003", *free) == ["/results/0/monitoring"]
    assert World(employments=(radon,)).codes(*free) == set()
    assert World("operational", employments=(radon,)).codes(*free) == {"R003"}


def test_a_line_for_another_company_than_the_one_represented_is_refused():
    behalf = (("/sender/onBehalfOf", {"siret": STRANGER}),)
    assert World("operational").at("H004", header=behalf) == ["/results/0/employer/siret"]


def test_a_sender_of_another_type_or_siret_is_refused_before_anything_else():
    assert World().codes(header=(("/sender/type", "EMPLOYER"),)) == {"H003"}
    assert World().codes(header=(("/sender/siret", "1"),)) == {"H003"}
    assert World().codes(header=(("/sender/siret", LABORATORY),)) == set()


@pytest.mark.parametrize(
    "partner",
    [
        {"accreditation": None},
        {"suspended_from": World().received_at.date()},
        {"accredited_to": World().received_at.date().replace(day=19)},
        {"accredited_from": World().received_at.date().replace(day=21)},
        {"disabled_at": World().received_at},
    ],
)
def test_a_body_without_accreditation_in_force_is_refused(partner):
    assert World(partner=partner).codes() == {"H001"}
