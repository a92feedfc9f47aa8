"""What who signed in may do is the directory's word; what a provider claims opens nothing."""

from datetime import date

import msgspec
import pytest

from gateway.errors import Overloaded
from gateway.identifiers import Rpps, Siret
from gateway.identity.rights import is_named
from gateway.model.accounts import AccountKind, EstablishmentContact, Right, Role
from gateway.model.contacts import Contact, ContactKind, folded_email
from gateway.model.federation import Assurance, Provider, Strength
from gateway.model.verification import (
    Cause,
    HiddenEstablishment,
    NotAnswered,
    UnknownEstablishment,
    VerifiedEstablishment,
)
from tests.fake_accounts import MemoryDirectoryPeople
from tests.fake_verification import a_closed_one, an_active_one
from tests.identities import AGENT, EMPLOYER, a_professional, a_session, an_authentication
from tests.signing_in import Portal

SISTER = Siret.parse("78467169500020")
"""Another establishment of the same legal unit."""
EMAIL = "anne.moreau@exemple.fr"


def contact(kind, employer=EMPLOYER, name="MOREAU Anne", email=EMAIL):
    rpps = Rpps.parse("10000000009") if kind is ContactKind.PHYSICIAN else None
    stated = Contact(kind=kind, name=name, email=email, rpps=rpps)
    return EstablishmentContact(employer=employer, contact=stated)


EVERY = [contact(kind) for kind in ContactKind]


class Sirene:
    """Says one thing of every establishment."""

    def __init__(self, answer):
        self.answer = answer

    def establishments(self, sirets, *, on, within_s, later=False):
        del on, later
        assert within_s <= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return {siret: VerifiedEstablishment(answer=self.answer) for siret in sirets}


def rights(contacts, professional=None, authentication=None, sirene=None):
    portal = Portal(people=MemoryDirectoryPeople((), contacts), establishments=sirene)
    professional = professional or a_professional()
    portal.accounts.emails[folded_email(professional.email)] = "account"
    session = a_session(
        "account",
        professional=professional,
        authentication=authentication or an_authentication(),
    )
    return portal.flow.rights(session)


def roles(found):
    return {right.role for right in found.given}


def test_each_quality_in_the_directory_is_a_role_for_its_establishments():
    others = [contact(ContactKind.CRP, AGENT), contact(ContactKind.CRP, EMPLOYER)]
    found = rights([*EVERY, *others])
    assert [right.role for right in found.given] == [
        Role.LEGAL_REPRESENTATIVE,
        Role.CES,
        Role.CRP,
        Role.PHYSICIAN,
    ]
    (crp,) = (right for right in found.given if right.role is Role.CRP)
    assert crp.establishments == tuple(sorted((AGENT, EMPLOYER), key=str))
    assert (found.withheld, found.worker_id) == ((), None)


def test_an_address_that_the_directory_does_not_have_opens_nothing():
    assert rights(EVERY, a_professional(email="paul@exemple.fr")).given == ()


def test_capitals_in_an_address_are_no_difference():
    assert len(rights(EVERY, a_professional(email="Anne.Moreau@EXEMPLE.fr")).given) == 4


def test_an_address_with_another_name_opens_nothing():
    """One who got the address after her."""
    assert rights(EVERY, a_professional(usual_name="PETIT")).given == ()


def test_an_address_given_to_a_successor_of_the_same_family_name_opens_nothing():
    assert rights(EVERY, a_professional(given_name="Julie")).given == ()


@pytest.mark.parametrize(
    ("stated", "usual_name", "is_named_so"),
    [
        ("MOREAU Anne", "Moreau", True),
        ("Anne Moreau", "MOREAU", True),
        ("Dr LE GUEN Anne", "Le Guen", True),
        ("LEGUEN Anne", "Le Guen", True),
        ("LE GUEN Anne", "LeGuen", True),
        ("LEFÈVRE Anne", "Lefevre", True),
        ("DUPONT-MARTIN Anne", "Dupont Martin", True),
        ("DUPONT-MARTIN Anne", "Martin", True),
        ("D'ARTAGNAN Anne", "D’Artagnan", True),
        ("D ARTAGNAN Anne", "d'Artagnan", True),
        ("M BALA Anne", "M'Bala", True),
        ("SAINT MARTIN Anne", "Saint", True),
        ("MOREAU,Anne", "Moreau", True),
        ("Dr.MOREAU Anne", "Moreau", True),
        ("MARTINEZ Anne", "Martin", False),
        ("MARTIN Anne", "Dupont Martin", False),
        ("MARTIN Anne", "", False),
        ("MARTIN Anne", "-", False),
        ("LE GUEN Anne", "Anne", False),
        ("Service de dosimétrie", "Moreau", False),
        ("", "Moreau", False),
    ],
)
def test_the_usual_name_is_whole_words_side_by_side(stated, usual_name, is_named_so):
    assert is_named(stated, a_professional(usual_name=usual_name)) is is_named_so


@pytest.mark.parametrize(
    ("stated", "usual_name", "given_name", "is_named_so"),
    [
        ("MOREAU Anne", "Moreau", "Julie", False),
        ("LE GUEN Anne", "Lê", "Thi", False),
        ("LE GUEN Anne", "Guen", "Luc-Emile", False),
        ("MOREAU Anne", "Moreau", "ANNE", True),
        ("MOREAU Hélène", "Moreau", "Helene", True),
        ("MOREAU Anne", "Moreau", "Marie Anne", True),
        ("MOREAU Marie Anne", "Moreau", "Anne", True),
        ("MOREAU Anne, PCR", "Moreau", "Anne", True),
        ("MOREAU Annette", "Moreau", "Anne", False),
        ("MOREAU Anne", "Moreau", "-", False),
        ("MARTIN Martin", "Martin", "Martin", True),
        ("MARTIN Anne", "Martin", "Martin", False),
        # initials
        ("MOREAU A.", "Moreau", "Anne", True),
        ("A MOREAU", "Moreau", "Anne", True),
        ("MOREAU A.", "Moreau", "Julie", False),
        ("MOREAU É.", "Moreau", "Eve", True),
        ("MOREAU An.", "Moreau", "Anne", False),
        # compound given names
        ("ROUX Jean-Pierre", "Roux", "Jean Pierre", True),
        ("ROUX Jean Pierre", "Roux", "Jean-Pierre", True),
        ("ROUX JEAN\u2011PIERRE", "Roux", "Jean-Pierre", True),
        ("J.-P. ROUX", "Roux", "Jean-Pierre", True),
        ("J.P. ROUX", "Roux", "Jean-Pierre", True),
        ("JP ROUX", "Roux", "Jean Pierre", True),
        ("J. P. ROUX", "Roux", "Jean-Pierre", True),
        ("J. ROUX", "Roux", "Jean-Pierre", True),
        ("J.-P. ROUX", "Roux", "Paul", False),
        ("J.-P. ROUX", "Roux", "Jean-Marc", False),
        ("ROUX Jean-Pierre", "Roux", "Pierre", False),
        ("ROUX Pierre", "Roux", "Jean-Pierre", False),
        # the family name alone
        ("MOREAU", "Moreau", "Julie", True),
        ("Mme MOREAU", "Moreau", "Julie", True),
        ("M. MOREAU", "Moreau", "Luc", True),
        ("Docteur MOREAU", "Moreau", "Julie", True),
        ("MOREAU, Pr", "Moreau", "Julie", True),
        ("DUPONT-MOREAU", "Moreau", "Julie", False),
        # titles
        ("Dr. ROUX Paul", "Roux", "Paul", True),
        ("Dr. ROUX Paul", "Dr", "Paul", False),
        ("Me ROUX Paul", "Me", "Paul", False),
        ("Dr", "Dr", "Dr", False),
        ("Dr ROUX Paul", "Roux", "Dr", False),
        ("M. ROUX Paul", "Roux", "Marc", False),
        ("ROUX M.", "Roux", "Marc", True),
        ("ROUX M.", "Roux", "Paul", False),
        ("MAÎTRE Jean", "Maître", "Jean", True),
    ],
)
def test_of_what_remains_beside_it_and_titles_one_is_a_given_name(
    stated, usual_name, given_name, is_named_so
):
    said = a_professional(usual_name=usual_name, given_name=given_name)
    assert is_named(stated, said) is is_named_so


class TestTheEstablishmentThatIsClaimed:
    """It narrows what the directory gives, and never opens anything."""

    OF_EMPLOYER = (contact(ContactKind.LEGAL_REPRESENTATIVE), contact(ContactKind.CES))

    def test_any_establishment_of_the_same_legal_unit_will_do(self):
        assert len(rights(self.OF_EMPLOYER, a_professional(siret=SISTER)).given) == 2

    def test_another_legal_unit_opens_nothing_of_this_employer(self):
        assert rights(self.OF_EMPLOYER, a_professional(siret=AGENT)).given == ()

    def test_none_opens_nothing_of_an_employer(self):
        assert rights(self.OF_EMPLOYER, a_professional(siret=None)).given == ()

    def test_an_adviser_and_a_physician_come_from_anywhere(self):
        found = rights(EVERY, a_professional(siret=AGENT))
        assert roles(found) == {Role.CRP, Role.PHYSICIAN}

    def test_a_claim_without_a_contact_is_no_right(self):
        assert rights([], a_professional(siret=EMPLOYER)).given == ()

    def test_of_two_employers_the_one_that_is_claimed_is_opened_alone(self):
        both = [contact(ContactKind.CES), contact(ContactKind.CES, AGENT)]
        assert rights(both).given == (Right(role=Role.CES, establishments=(EMPLOYER,)),)

    @pytest.mark.parametrize(
        "answer", [UnknownEstablishment(siret=EMPLOYER), a_closed_one(EMPLOYER, date(2020, 1, 1))]
    )
    def test_what_sirene_contradicts_gives_no_role_of_an_employer(self, answer):
        assert roles(rights(EVERY, sirene=Sirene(answer))) == {Role.CRP, Role.PHYSICIAN}

    @pytest.mark.parametrize(
        "answer",
        [
            an_active_one(EMPLOYER),
            HiddenEstablishment(siret=EMPLOYER),
            NotAnswered(cause=Cause.OUTAGE),
            NotAnswered(cause=Cause.TIMEOUT),
            NotAnswered(cause=Cause.PAUSED),
            Overloaded("away"),
        ],
    )
    def test_where_sirene_confirms_or_does_not_answer_the_directorys_word_stands(self, answer):
        assert len(rights(EVERY, sirene=Sirene(answer)).given) == 4


class TestHowStrongTheSignInWas:
    """Below the floor of a role it is withheld, with what would do."""

    @pytest.mark.parametrize(
        ("assurance", "strength", "given"),
        [
            (Assurance.NONE, Strength.WEAK_MFA, set()),
            (Assurance.LOW, Strength.SINGLE, set()),
            (Assurance.LOW, Strength.WEAK_MFA, {Role.CES}),
            (
                Assurance.SUBSTANTIAL,
                Strength.WEAK_MFA,
                {Role.CES, Role.CRP, Role.LEGAL_REPRESENTATIVE},
            ),
            (Assurance.SUBSTANTIAL, Strength.STRONG_MFA, {Role(kind) for kind in ContactKind}),
            (Assurance.HIGH, Strength.HARDWARE_MFA, {Role(kind) for kind in ContactKind}),
        ],
    )
    def test_each_role_has_its_floor(self, assurance, strength, given):
        found = rights(EVERY, authentication=an_authentication(assurance, strength))
        assert roles(found) == given
        withheld = {one.role for one in found.withheld}
        assert withheld == {Role(kind) for kind in ContactKind} - given

    def test_a_certified_officer_represents_at_whatever_level(self):
        weak = an_authentication(Assurance.LOW, Strength.SINGLE, is_certified=True)
        assert roles(rights(EVERY, authentication=weak)) == {Role.LEGAL_REPRESENTATIVE}

    def test_who_lacks_the_level_to_represent_may_be_certified_instead_and_nobody_else(self):
        weak = an_authentication(Assurance.LOW, Strength.SINGLE)
        withheld = rights(EVERY, authentication=weak).withheld
        offered = {one.role: one.certification for one in withheld}
        assert offered.pop(Role.LEGAL_REPRESENTATIVE).needs_certified_role
        assert set(offered.values()) == {None}

    def test_a_certified_officer_of_another_legal_unit_does_not(self):
        weak = an_authentication(Assurance.LOW, Strength.SINGLE, is_certified=True)
        assert rights(EVERY, a_professional(siret=AGENT), weak).given == ()

    def test_what_is_asked_for_a_withheld_role_is_enough_for_it(self):
        weak = an_authentication(Assurance.LOW, Strength.SINGLE)
        for withheld in rights(EVERY, authentication=weak).withheld:
            strength = Strength.WEAK_MFA if withheld.wish.needs_mfa else Strength.SINGLE
            if withheld.wish.least_assurance >= Assurance.SUBSTANTIAL:
                strength = Strength.STRONG_MFA  # as ProConnect has it from eidas2 on
            stronger = an_authentication(withheld.wish.least_assurance, strength)
            assert withheld.role in roles(rights(EVERY, authentication=stronger))

    def test_a_worker_is_there_for_himself_from_substantial_on(self):
        portal = Portal()
        session = a_session("account", kind=AccountKind.WORKER, worker_id="w1", professional=None)
        found = portal.flow.rights(session)
        assert (found.given, found.worker_id) == ((Right(role=Role.WORKER),), "w1")
        weak = msgspec.structs.replace(session, authentication=an_authentication(Assurance.LOW))
        found = portal.flow.rights(weak)
        assert (found.given, found.worker_id) == ((), None)
        assert [one.role for one in found.withheld] == [Role.WORKER]


def test_who_left_the_directory_has_no_right_from_the_next_look_on():
    people = MemoryDirectoryPeople((), EVERY)
    portal = Portal(people=people)
    portal.accounts.emails[EMAIL] = "account"
    session = a_session("account")
    assert len(portal.flow.rights(session).given) == 4
    people.contacts.clear()
    assert portal.flow.rights(session).given == ()


def test_an_address_that_is_not_the_accounts_gives_nothing_until_the_next_sign_in():
    """Named by the directory while signed in, or another account's meanwhile."""
    people = MemoryDirectoryPeople()
    portal = Portal(people=people)
    session = portal.arrive(a_professional(), provider=Provider.PROCONNECT).session
    people.contacts.extend(EVERY)
    assert portal.flow.rights(session).given == ()
    again = portal.arrive(a_professional(), provider=Provider.PROCONNECT).session
    assert len(portal.flow.rights(again).given) == 4
    assert len(portal.flow.rights(session).given) == 4, "the account has the address now"
    portal.accounts.emails.clear()
    assert portal.flow.rights(again).given == ()
