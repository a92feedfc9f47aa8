"""There and back: whose account opens, which session begins, and what is refused on the way."""

from datetime import timedelta

import msgspec
import pytest
import structlog

from gateway.errors import Overloaded, SignInRefused
from gateway.model.accounts import (
    IDLE_SESSION,
    LONGEST_SESSION,
    TRIES,
    TRIES_IN_ALL,
    WAITING,
    AccountKind,
    Entered,
    EstablishmentContact,
    LinkBasis,
    MustTypeNir,
    NoAccount,
    Subject,
)
from gateway.model.contacts import Contact, ContactKind
from gateway.model.federation import Assurance, Provider, SignInFailure, Strength
from tests.contract.ports.people import ANOTHERS, HERS, HIS, candidates
from tests.fake_accounts import MemoryDirectoryPeople
from tests.identities import EMPLOYER, a_person, a_professional, an_authentication
from tests.signing_in import BACK, Portal

PROCONNECT, FRANCECONNECT = Provider.PROCONNECT, Provider.FRANCECONNECT
ANNE = EstablishmentContact(
    employer=EMPLOYER,
    contact=Contact(kind=ContactKind.CRP, name="MOREAU Anne", email="anne.moreau@exemple.fr"),
)
STRANGER = a_person(birth_name="DUBOISE")


@pytest.fixture
def portal():
    return Portal(people=MemoryDirectoryPeople(candidates()))


def refusal(call, *arguments, **named):
    with pytest.raises(SignInRefused) as refused:
        call(*arguments, **named)
    return refused.value.failure, refused.value.step


def of_worker(portal, subject="s-1"):
    issuer = portal.providers[FRANCECONNECT].issuer
    return portal.accounts.linked(Subject(issuer=issuer, subject=subject))


def test_the_providers_are_offered_in_their_order(portal):
    assert portal.flow.offered == (PROCONNECT, FRANCECONNECT)


def test_a_worker_is_linked_by_civil_status_and_a_session_begins(portal):
    entered = portal.arrive(a_person())
    assert isinstance(entered, Entered)
    assert entered.return_to == BACK
    session = entered.session
    assert (session.kind, session.worker_id, session.professional) == (
        AccountKind.WORKER,
        "w1",
        None,
    )
    assert session.ends_at - session.begun_at == LONGEST_SESSION
    assert portal.flow.session(session.id) == session
    assert of_worker(portal).basis is LinkBasis.CIVIL_STATUS


def test_a_professional_enters_by_the_first_sign_in(portal):
    entered = portal.arrive(a_professional(), provider=PROCONNECT)
    assert entered.session.kind is AccountKind.PROFESSIONAL
    assert entered.session.professional == a_professional()
    again = portal.arrive(a_professional(), provider=PROCONNECT)
    assert again.session.account_id == entered.session.account_id


def test_an_address_that_is_anothers_opens_nothing(portal):
    portal.people.contacts.append(ANNE)
    portal.arrive(a_professional(), provider=PROCONNECT)
    taken = portal.arrive(a_professional(), "s-2", provider=PROCONNECT)
    assert taken is NoAccount.EMAIL_TAKEN


@pytest.mark.parametrize(
    "stranger",
    [
        a_professional(usual_name="DUPONT"),
        a_professional(usual_name=""),
        a_professional(siret=None, usual_name="MORE"),
    ],
)
def test_a_stranger_who_comes_first_with_an_address_locks_nobody_out(portal, stranger):
    portal.people.contacts.append(ANNE)
    assert isinstance(portal.arrive(stranger, "s-2", provider=PROCONNECT), Entered)
    entered = portal.arrive(a_professional(), provider=PROCONNECT)
    assert portal.flow.rights(entered.session).given
    assert portal.arrive(stranger, "s-2", provider=PROCONNECT) is NoAccount.EMAIL_TAKEN


def test_who_proves_too_little_for_any_role_takes_the_address_from_nobody(portal):
    portal.people.contacts.append(ANNE)
    strong = portal.providers[PROCONNECT].authentication
    portal.providers[PROCONNECT].authentication = an_authentication(Assurance.LOW, Strength.SINGLE)
    weak = portal.arrive(a_professional(), "s-2", provider=PROCONNECT)
    assert portal.flow.rights(weak.session).withheld
    portal.providers[PROCONNECT].authentication = strong
    entered = portal.arrive(a_professional(), provider=PROCONNECT)
    assert portal.flow.rights(entered.session).given
    assert portal.flow.rights(weak.session).given == ()


def test_an_address_that_the_directory_does_not_name_is_nobodys(portal):
    for subject in ("s-1", "s-2"):
        assert isinstance(portal.arrive(a_professional(), subject, provider=PROCONNECT), Entered)


def test_a_worker_who_was_unlinked_types_the_number_and_civil_status_links_nobody_again(portal):
    account_id = portal.arrive(a_person()).session.account_id
    portal.life.unlink(account_id)
    waiting = portal.arrive(a_person())
    assert isinstance(waiting, MustTypeNir)
    assert isinstance(portal.arrive(a_person()), MustTypeNir), "however often"
    assert isinstance(portal.arrive(a_person(), "s-2"), Entered), "another identity is not barred"
    typed = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
    assert typed.is_refused, "it is kept from that worker"
    assert of_worker(portal) is None


def test_who_comes_by_the_civil_status_of_somebody_linked_types_the_number_and_that_is_told(portal):
    portal.arrive(a_person())
    with structlog.testing.capture_logs() as logged:
        waiting = portal.arrive(a_person(), "s-2")
    assert isinstance(waiting, MustTypeNir)
    assert of_worker(portal, "s-2") is None
    (told,) = logged
    assert told == {
        "event": "sign_in.worker_has_another_identity",
        "log_level": "warning",
        "provider": "FRANCECONNECT",
    }


def test_a_session_does_not_begin_where_the_operator_was_faster(portal):
    for begun in (lambda: portal.arrive(a_person()), lambda: typed(portal)):
        begin = portal.sessions.begin

        def late(session, *, begin=begin, **named):
            portal.life.unlink(session.account_id)
            return begin(session, **named)

        portal.sessions.begin = late
        assert begun() is NoAccount.WAITED_TOO_LONG
        portal.sessions.begin = begin
    assert portal.sessions.find_all() == []


def typed(portal):
    waiting = portal.arrive(TestTypingTheNumber.UNSURE, "s-7")
    return portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)


def test_each_sign_in_begins_a_new_session_and_ends_what_the_browser_held(portal):
    first = portal.arrive(a_person()).session
    second = portal.arrive(a_person(), replaced=first.id).session
    assert second.id != first.id
    assert portal.flow.session(first.id) is None
    assert portal.flow.session(second.id) == second


def test_a_session_that_was_planted_in_a_browser_ends_with_a_sign_in_that_opens_nothing(portal):
    planted = portal.arrive(a_person()).session
    assert isinstance(portal.arrive(STRANGER, "s-2", replaced=planted.id), MustTypeNir)
    assert portal.flow.session(planted.id) is None


def test_a_worker_is_known_by_subject_alone_afterwards(portal):
    portal.arrive(a_person())
    portal.people.workers.clear()
    assert portal.arrive(a_person()).session.worker_id == "w1"


def test_one_spelling_of_a_civil_status_for_another_asks_nothing_anew(portal):
    portal.arrive(a_person())
    portal.people.workers.clear()
    spelled = a_person(birth_name="Dubois", given_names=("ANGÉLA", "Claire", "Louise"))
    assert portal.arrive(spelled).session.worker_id == "w1"


def test_a_civil_status_that_changed_is_compared_anew_and_not_taken_over(portal):
    portal.arrive(a_person())
    kept = of_worker(portal).pivot_sha256
    changed = a_person(birth_name="LEROY")
    asked = portal.arrive(changed)
    assert isinstance(asked, MustTypeNir)
    assert of_worker(portal).pivot_sha256 == kept


def test_a_civil_status_that_is_again_the_workers_by_every_field_replaces_the_kept_one(portal):
    portal.arrive(a_person())
    kept = of_worker(portal).pivot_sha256
    reordered = a_person(given_names=("Angela", "Louise", "Claire"))
    assert portal.arrive(reordered).session.worker_id == "w1"
    assert of_worker(portal).pivot_sha256 != kept


def test_an_identity_never_becomes_another_worker(portal):
    portal.arrive(a_person())
    claire = a_person(given_names=("Claire",))
    other = next(one for one in portal.people.workers if one.nir == ANOTHERS)
    portal.people.workers = [other]
    waiting = portal.arrive(claire)
    assert isinstance(waiting, MustTypeNir)
    refused = portal.flow.type_nir(waiting.waiting_id, ANOTHERS.reveal(), replaced=None)
    assert refused.is_refused
    assert of_worker(portal).account.worker_id == "w1"
    assert portal.arrive(claire, "s-2").session.worker_id == other.worker.id


def test_several_identities_of_one_person_open_one_account(portal):
    first, waiting = portal.arrive(a_person()), portal.arrive(a_person(), "s-2")
    second = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
    assert first.session.account_id == second.session.account_id
    assert first.session.id != second.session.id


class TestTypingTheNumber:
    """The second path."""

    UNSURE = a_person(birthplace="75056")

    def test_ones_own_number_opens_the_account(self, portal):
        waiting = portal.arrive(self.UNSURE)
        assert (waiting.is_refused, waiting.tries_left) == (False, TRIES)
        entered = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
        assert (entered.session.worker_id, entered.return_to) == ("w1", BACK)
        assert of_worker(portal).basis is LinkBasis.NIR_TYPED
        assert portal.arrive(self.UNSURE).session.worker_id == "w1"

    def test_blanks_between_figures_are_how_it_is_written_on_the_card(self, portal):
        waiting = portal.arrive(self.UNSURE)
        n = HERS.reveal()
        typed = f" {n[0]} {n[1:3]} {n[3:5]} {n[5:7]} {n[7:10]} {n[10:13]} {n[13:]}\n"
        assert isinstance(portal.flow.type_nir(waiting.waiting_id, typed, replaced=None), Entered)

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "x" * 4000,
            "\ud800",
            HERS.reveal()[:13],
            HERS.reveal()[:13] + "00",
            "200019999999930",
            HIS.reveal(),
            "255081416802538",
        ],
        ids=("nothing", "long", "surrogate", "no key", "key", "stand-in", "another's", "nobody's"),
    )
    def test_what_is_no_number_nobodys_or_anothers_is_answered_alike(self, portal, typed):
        waiting = portal.arrive(self.UNSURE)
        refused = portal.flow.type_nir(waiting.waiting_id, typed, replaced=None)
        assert refused == MustTypeNir(
            waiting_id=waiting.waiting_id, is_refused=True, tries_left=TRIES - 1
        )
        assert of_worker(portal) is None

    def test_the_directory_is_asked_once_whatever_was_typed(self, portal):
        asked = []
        worker_of = portal.people.worker_of
        portal.people.worker_of = lambda nir: asked.append(nir) or worker_of(nir)
        waiting = portal.arrive(self.UNSURE)
        for count, typed in enumerate(("no number", "200019999999930", HIS.reveal()), 1):
            portal.flow.type_nir(waiting.waiting_id, typed, replaced=None)
            assert len(asked) == count

    def test_five_numbers_and_no_more_within_a_day_even_by_signing_in_again(self, portal):
        waiting = portal.arrive(self.UNSURE)
        for left in (4, 3, 2, 1):
            refused = portal.flow.type_nir(waiting.waiting_id, HIS.reveal(), replaced=None)
            assert refused.tries_left == left
        for typed in (HIS.reveal(), HERS.reveal()):
            assert (
                portal.flow.type_nir(waiting.waiting_id, typed, replaced=None)
                is NoAccount.TOO_MANY_NUMBERS
            )
        assert portal.arrive(self.UNSURE) is NoAccount.TOO_MANY_NUMBERS
        portal.clock.advance(timedelta(days=1))
        assert isinstance(portal.arrive(self.UNSURE), MustTypeNir)

    def test_thirty_refused_numbers_close_the_second_path_on_whatever_days(self, portal):
        for _ in range(TRIES_IN_ALL):
            waiting = portal.arrive(self.UNSURE)
            refused = portal.flow.type_nir(waiting.waiting_id, HIS.reveal(), replaced=None)
            portal.clock.advance(timedelta(days=1))
        assert refused is NoAccount.TOO_MANY_NUMBERS
        portal.clock.advance(timedelta(days=3650))
        assert portal.arrive(self.UNSURE) is NoAccount.TOO_MANY_NUMBERS
        assert isinstance(portal.arrive(self.UNSURE, "s-2"), MustTypeNir)

    def test_who_waited_too_long_signs_in_again(self, portal):
        waiting = portal.arrive(self.UNSURE)
        portal.clock.advance(WAITING + timedelta(seconds=1))
        late = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
        assert late is NoAccount.WAITED_TOO_LONG
        unknown = portal.flow.type_nir("unknown", HERS.reveal(), replaced=None)
        assert unknown is NoAccount.WAITED_TOO_LONG

    def test_what_waited_opens_once(self, portal):
        waiting = portal.arrive(self.UNSURE)
        portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
        again = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
        assert again is NoAccount.WAITED_TOO_LONG

    def test_the_session_that_the_browser_held_ends(self, portal):
        held = portal.arrive(a_person(), "s-9").session
        waiting = portal.arrive(self.UNSURE)
        portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=held.id)
        assert portal.flow.session(held.id) is None

    def test_nothing_that_was_typed_is_shown_by_what_stands_for_it(self, portal):
        waiting = portal.arrive(self.UNSURE)
        entered = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
        for shown in (repr(waiting), repr(entered), repr(of_worker(portal))):
            assert HERS.reveal() not in shown
            assert "DUBOIS" not in shown
            assert waiting.waiting_id not in shown
            assert entered.session.id not in shown


class TestAttempts:
    """Each refusal has its own step, and the same browser is taken by what is its own."""

    def test_an_attempt_is_brought_back_once(self, portal):
        attempt = portal.depart()
        callback = portal.callback(attempt, a_person())
        flow = portal.flow
        assert isinstance(flow.arrive(FRANCECONNECT, attempt.id, callback, replaced=None), Entered)
        again = refusal(flow.arrive, FRANCECONNECT, attempt.id, callback, replaced=None)
        assert again == (SignInFailure.NOT_OURS, "attempt")

    @pytest.mark.parametrize("held", [None, "", "unknown"])
    def test_a_browser_that_began_nothing_brings_nothing_back(self, portal, held):
        attempt = portal.depart()
        callback = portal.callback(attempt, a_person())
        refused = refusal(portal.flow.arrive, FRANCECONNECT, held, callback, replaced=None)
        assert refused == (SignInFailure.NOT_OURS, "attempt")
        own = portal.flow.arrive(FRANCECONNECT, attempt.id, callback, replaced=None)
        assert isinstance(own, Entered)

    def test_an_attempt_at_one_provider_is_not_brought_back_from_the_other(self, portal):
        attempt = portal.depart(PROCONNECT)
        callback = portal.callback(attempt, a_professional())
        refused = refusal(portal.flow.arrive, FRANCECONNECT, attempt.id, callback, replaced=None)
        assert refused == (SignInFailure.NOT_OURS, "attempt-provider")
        spent = refusal(portal.flow.arrive, PROCONNECT, attempt.id, callback, replaced=None)
        assert spent == (SignInFailure.NOT_OURS, "attempt")
        assert isinstance(portal.arrive(a_professional(), provider=PROCONNECT), Entered)

    def test_the_answer_to_another_attempt_of_the_same_browser_is_not_this_ones(self, portal):
        one, other = portal.depart(), portal.depart()
        crossed = portal.callback(other, a_person())
        refused = refusal(portal.flow.arrive, FRANCECONNECT, one.id, crossed, replaced=None)
        assert refused == (SignInFailure.NOT_OURS, "state")
        own = portal.flow.arrive(FRANCECONNECT, other.id, crossed, replaced=None)
        assert isinstance(own, Entered)

    def test_the_code_of_another_provider_is_not_believed(self, portal):
        attempt = portal.depart()
        mixed_up = portal.callback(attempt, a_person(), issuer=portal.providers[PROCONNECT].issuer)
        refused = refusal(portal.flow.arrive, FRANCECONNECT, attempt.id, mixed_up, replaced=None)
        assert refused == (SignInFailure.NOT_BELIEVED, "callback-iss")
        assert isinstance(portal.arrive(a_person()), Entered)

    def test_an_identity_token_that_was_spent_opens_nothing_again(self, portal):
        provider = portal.providers[FRANCECONNECT]
        proven = []
        complete = provider.complete

        def once(attempt, callback):
            proven.append(complete(attempt, callback))
            return proven[0]

        provider.complete = once
        assert isinstance(portal.arrive(a_person()), Entered)
        refused = refusal(portal.arrive, a_person())
        assert refused == (SignInFailure.NOT_BELIEVED, "id-token-spent")
        del provider.complete
        assert isinstance(portal.arrive(a_person()), Entered)

    def test_a_spent_token_is_remembered_for_as_long_as_it_would_be_believed(self, portal):
        """Its end by the provider's clock, and the seconds by which ours may be ahead."""
        portal.arrive(a_person())
        ends_at = portal.clock.now() + timedelta(minutes=1)
        assert [*portal.attempts.spent.values()] == [ends_at + timedelta(seconds=30)]

    def test_a_provider_that_is_away_is_said_to_be_and_no_other_is_taken_for_it(self, portal):
        portal.providers[PROCONNECT].is_away = True
        assert refusal(portal.depart, PROCONNECT) == (SignInFailure.PROVIDER_AWAY, "metadata")
        assert isinstance(portal.arrive(a_person()), Entered)

    def test_a_provider_that_is_not_configured_is_not_offered(self):
        portal = Portal()
        del portal.providers[PROCONNECT]
        assert portal.flow.offered == (FRANCECONNECT,)
        assert refusal(portal.depart, PROCONNECT) == (SignInFailure.MISCONFIGURED, "not-offered")


class TestSessions:
    """How long one lasts, and who ends it."""

    def test_a_session_ends_after_thirty_minutes_without_use(self, portal):
        session = portal.arrive(a_person()).session
        portal.clock.advance(IDLE_SESSION - timedelta(seconds=1))
        assert portal.flow.session(session.id) == session
        portal.clock.advance(IDLE_SESSION - timedelta(seconds=1))
        assert portal.flow.session(session.id) is not None
        portal.clock.advance(IDLE_SESSION)
        assert portal.flow.session(session.id) is None

    def test_a_session_ends_after_eight_hours_however_it_is_used(self, portal):
        session = portal.arrive(a_person()).session
        for _ in range(31):
            portal.clock.advance(timedelta(minutes=15))
            assert portal.flow.session(session.id) is not None
        portal.clock.advance(timedelta(minutes=15))
        assert portal.flow.session(session.id) is None

    def test_it_is_noted_once_a_minute_that_a_session_is_used(self, portal):
        session = portal.arrive(a_person()).session
        noted = []
        touch = portal.sessions.touch
        portal.sessions.touch = lambda *args, **named: (noted.append(named), touch(*args, **named))
        for _ in range(120):
            portal.clock.advance(timedelta(seconds=1))
            portal.flow.session(session.id)
        assert len(noted) == 2

    def test_a_database_that_cannot_write_keeps_nobody_out_who_is_in(self, portal):
        session = portal.arrive(a_person()).session
        portal.clock.advance(timedelta(minutes=5))

        def away(*_args, **_named):
            raise Overloaded("away")

        portal.sessions.touch = away
        assert portal.flow.session(session.id) == session

    def test_an_account_that_is_disabled_opens_nothing_from_then_on(self, portal):
        session = portal.arrive(a_person()).session
        portal.life.disable(session.account_id)
        assert portal.flow.session(session.id) is None
        assert portal.arrive(a_person()) is NoAccount.DISABLED
        for person, subject in ((a_person(), "s-2"), (TestTypingTheNumber.UNSURE, "s-3")):
            waiting = portal.arrive(person, subject)
            typed = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
            assert typed is NoAccount.DISABLED

    def test_a_professional_whose_account_is_disabled_is_told_so(self, portal):
        session = portal.arrive(a_professional(), provider=PROCONNECT).session
        portal.life.disable(session.account_id)
        assert portal.arrive(a_professional(), provider=PROCONNECT) is NoAccount.DISABLED

    def test_somebody_sees_and_ends_their_own_sessions_alone(self, portal):
        one, other = portal.arrive(a_person()).session, portal.arrive(a_person()).session
        foreign = portal.arrive(a_professional(), provider=PROCONNECT).session
        marks = {seen.is_this: seen.mark for seen in portal.flow.sessions_of(one)}
        assert set(marks) == {True, False}
        (foreign_mark,) = (seen.mark for seen in portal.flow.sessions_of(foreign))
        portal.flow.end(one, mark=foreign_mark)
        assert portal.flow.session(foreign.id) is not None
        portal.flow.end(one, mark=marks[False])
        assert portal.flow.session(other.id) is None
        assert portal.flow.session(one.id) is not None

    def test_a_session_that_is_over_is_not_shown(self, portal):
        portal.arrive(a_person())
        portal.clock.advance(IDLE_SESSION)
        late = portal.arrive(a_person()).session
        assert [seen.is_this for seen in portal.flow.sessions_of(late)] == [True]

    def test_who_leaves_is_out_here_before_the_provider_is_asked(self, portal):
        session = portal.arrive(a_person()).session
        provider = portal.providers[FRANCECONNECT]
        seen = []
        sign_out = provider.sign_out
        provider.sign_out = lambda *args, **named: (
            seen.append(portal.flow.session(session.id)) or sign_out(*args, **named)
        )
        address = portal.flow.leave(session, state="s" * 43)
        assert seen == [None]
        assert address.startswith(provider.issuer)

    def test_who_leaves_a_provider_that_is_gone_is_out_here(self, portal):
        session = portal.arrive(a_person()).session
        del portal.providers[FRANCECONNECT]
        assert portal.flow.leave(session, state="s" * 43) is None
        assert portal.flow.session(session.id) is None


def test_nothing_of_a_person_nor_a_number_nor_a_token_is_logged(portal):
    marked = a_person(birth_name="MARQUE-A", given_names=("Marquea",), birthplace="75056")
    with structlog.testing.capture_logs() as logged:
        portal.arrive(a_person())
        waiting = portal.arrive(marked, "marked-subject")
        for typed in ("MARQUE-B", HIS.reveal(), HERS.reveal()):
            portal.flow.type_nir(waiting.waiting_id, typed, replaced=None)
        portal.arrive(a_professional(email="marque@exemple.fr"), provider=PROCONNECT)
        portal.arrive(a_professional(email="marque@exemple.fr"), "s-2", provider=PROCONNECT)
    assert [one["event"] for one in logged] == ["sign_in.number_refused"] * 3
    told = repr(logged)
    for secret in ("arque", "MARQUE", HIS.reveal(), HERS.reveal(), "signature", "s-1", "subject"):
        assert secret not in told


def test_a_person_who_is_bound_to_nobody_has_no_rights(portal):
    session = portal.arrive(a_person()).session
    assert portal.flow.rights(session).worker_id == "w1"
    nobody = msgspec.structs.replace(session, worker_id=None)
    assert portal.flow.rights(nobody).given == ()
