"""A provider that names itself anew: who came before is found, on both databases, and no other."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from sqlalchemy import func, select

from gateway.model.accounts import (
    TRIES,
    TRIES_IN_ALL,
    TRIES_WINDOW,
    Entered,
    EstablishmentContact,
    MustTypeNir,
    NoAccount,
    Subject,
)
from gateway.model.contacts import Contact, ContactKind
from gateway.model.federation import Provider
from gateway.storage.account_tables import account_links, accounts, number_tries
from gateway.storage.audit_trail import audit_entries
from gateway.storage.users import Users
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.people import ANOTHERS, HERS, worker_rows
from tests.fake_accounts import MemoryDirectoryPeople
from tests.fakes import FakeSealer, FixedClock
from tests.identities import EMPLOYER, NOW, a_person, a_professional
from tests.postgresql import KINDS, opened
from tests.signing_in import Portal

PROCONNECT, FRANCECONNECT = Provider.PROCONNECT, Provider.FRANCECONNECT
FORMER = {each: f"https://{each.lower()}.invalid/api/v2" for each in Provider}
"""As tests.fake_identity names them."""
PRESENT = {each: f"https://{each.lower()}-moved.invalid/api/v2" for each in Provider}
STRANGER = a_person(birth_name="DUBOISE")
ANNE = EstablishmentContact(
    employer=EMPLOYER,
    contact=Contact(kind=ContactKind.CRP, name="MOREAU Anne", email="anne.moreau@exemple.fr"),
)


class Installed:
    """One database, over which the gateway is started with other settings."""

    def __init__(self, engine):
        self.engine, self.writer = engine, Writer(engine=engine)
        self.clock = FixedClock(NOW)
        parts = {"engine": engine, "writer": self.writer, "sealer": FakeSealer()}
        SqlWorkerDirectory(**parts, clock=self.clock).save(worker_rows(), version="a")
        self.users = Users(**parts, clock=self.clock)
        self.contacts = MemoryDirectoryPeople(contacts=[ANNE])

    def portal(self, provider, *, present=None, former=(), people=None):
        users = self.users
        portal = Portal(
            self.clock,
            accounts=users.accounts,
            sessions=users.sessions,
            waiting=users.waiting,
            attempts=users.attempts,
            people=people or users.people,
            former_issuers={provider: former},
        )
        if present is not None:
            portal.providers[provider].issuer = present
        return portal

    def released(self):
        with self.engine.connect() as connection:
            entries = connection.scalars(select(audit_entries.c.entry)).all()
        told = [msgspec.json.decode(bytes(entry)) for entry in entries]
        return [one for one in told if one["act"] == "ACCOUNT_RELEASED"]

    def count(self, table):
        with self.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.fixture(params=KINDS)
def installed(request, tmp_path):
    with opened(request.param, tmp_path) as engine:
        found = Installed(engine)
        yield found
        found.writer.close()


def moved(installed, provider, **more):
    """The gateway once that provider has another issuer, and the former one is stated."""
    former = (FORMER[provider],)
    return installed.portal(provider, present=PRESENT[provider], former=former, **more)


def test_a_professional_keeps_the_account_and_its_address(installed):
    by = {"people": installed.contacts}
    before = installed.portal(PROCONNECT, **by)
    account_id = before.arrive(a_professional(), provider=PROCONNECT).session.account_id
    forgotten = installed.portal(PROCONNECT, present=PRESENT[PROCONNECT], **by)
    assert forgotten.arrive(a_professional(), provider=PROCONNECT) is NoAccount.EMAIL_TAKEN
    portal = moved(installed, PROCONNECT, **by)
    for _ in range(2):
        entered = portal.arrive(a_professional(), provider=PROCONNECT)
        assert entered.session.account_id == account_id
    assert portal.flow.rights(entered.session).given
    assert installed.count(accounts) == 1
    # a process that runs on by the former settings still lets in whom it knew
    again = before.arrive(a_professional(), provider=PROCONNECT)
    assert again.session.account_id == account_id


def test_a_worker_who_typed_the_number_once_does_not_type_it_again(installed):
    uncertain = a_person(sex=None)
    before = installed.portal(FRANCECONNECT)
    waiting = before.arrive(uncertain)
    assert isinstance(waiting, MustTypeNir)
    typed = before.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
    forgotten = installed.portal(FRANCECONNECT, present=PRESENT[FRANCECONNECT])
    assert isinstance(forgotten.arrive(uncertain), MustTypeNir)
    entered = moved(installed, FRANCECONNECT).arrive(uncertain)
    assert isinstance(entered, Entered)
    assert entered.session.account_id == typed.session.account_id


def test_of_eight_who_come_at_once_after_the_move_all_enter_the_one_account(installed):
    account_id = installed.portal(FRANCECONNECT).arrive(a_person()).session.account_id
    portal = moved(installed, FRANCECONNECT)
    with ThreadPoolExecutor(8) as threads:
        arrived = list(threads.map(lambda _: portal.arrive(a_person()), range(8)))
    assert {one.session.account_id for one in arrived} == {account_id}
    assert installed.count(accounts) == 1
    assert installed.count(account_links) == 2


def test_the_same_subject_at_the_other_provider_enters_nobodys_account(installed):
    """Whatever is stated: the settings refuse it, and each link knows whose it is."""
    worker = installed.portal(FRANCECONNECT).arrive(a_person(), "s-1").session
    portal = installed.portal(PROCONNECT, former=(FORMER[FRANCECONNECT],))
    professional = portal.arrive(a_professional(), "s-1", provider=PROCONNECT).session
    assert professional.account_id != worker.account_id
    assert (professional.worker_id, worker.worker_id is None) == (None, False)
    assert not portal.flow.rights(professional).given


def test_an_account_made_meanwhile_is_not_joined_to_the_former_one(installed):
    stranger = installed.portal(PROCONNECT)
    former = stranger.arrive(a_professional(), provider=PROCONNECT).session.account_id
    meanwhile = installed.portal(PROCONNECT, present=PRESENT[PROCONNECT])
    present = meanwhile.arrive(a_professional(), provider=PROCONNECT).session.account_id
    assert present != former
    portal = moved(installed, PROCONNECT)
    assert portal.arrive(a_professional(), provider=PROCONNECT).session.account_id == present
    assert stranger.arrive(a_professional(), provider=PROCONNECT).session.account_id == former


def test_an_identity_that_was_unlinked_or_closed_is_so_by_any_of_the_issuers(installed):
    account_id = installed.portal(FRANCECONNECT).arrive(a_person()).session.account_id
    installed.users.life.unlink(account_id)
    assert isinstance(moved(installed, FRANCECONNECT).arrive(a_person()), MustTypeNir)
    closed = installed.portal(PROCONNECT).arrive(a_professional(), provider=PROCONNECT)
    installed.users.life.disable(closed.session.account_id)
    arrived = moved(installed, PROCONNECT).arrive(a_professional(), provider=PROCONNECT)
    assert arrived is NoAccount.DISABLED


def test_who_was_linked_again_before_the_former_issuer_was_stated_is_out_once_it_is(installed):
    account_id = installed.portal(FRANCECONNECT).arrive(a_person()).session.account_id
    installed.users.life.unlink(account_id)
    unknown = installed.portal(FRANCECONNECT, present=PRESENT[FRANCECONNECT])
    session = unknown.arrive(a_person()).session
    assert session.account_id == account_id
    portal = moved(installed, FRANCECONNECT)
    for _ in range(2):
        waiting = portal.arrive(a_person())
        assert isinstance(waiting, MustTypeNir)
        assert portal.flow.session(session.id) is None
    told = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
    assert isinstance(told, MustTypeNir)
    assert [one["details"]["account"] for one in installed.released()] == [account_id] * 2


def test_what_the_operator_lifted_stays_lifted_whatever_a_former_issuer_is_kept_from(installed):
    bars, portal = installed.users.bars, moved(installed, FRANCECONNECT)
    account_id = installed.portal(FRANCECONNECT).arrive(a_person()).session.account_id
    installed.users.life.unlink(account_id)
    (before,) = bars.listed()
    portal.arrive(a_person())
    (followed,) = (each for each in bars.listed() if each != before)
    bars.lift(followed.mark)
    present = Subject(issuer=PRESENT[FRANCECONNECT], subject="s-1")
    worker_id = installed.users.people.worker_of(HERS).worker.id
    for _ in range(2):
        waiting = portal.arrive(a_person())
        assert isinstance(waiting, MustTypeNir), "by the number alone"
        assert bars.listed() == [before]
        assert not installed.users.accounts.is_barred(present, worker_id=worker_id)
    entered = portal.flow.type_nir(waiting.waiting_id, HERS.reveal(), replaced=None)
    assert entered.session.account_id == account_id
    installed.users.life.unlink(account_id)
    assert installed.users.accounts.is_barred(present, worker_id=worker_id), "taken away again"


def test_numbers_that_were_refused_count_on(installed):
    before = installed.portal(FRANCECONNECT)
    waiting = before.arrive(STRANGER)
    for _ in range(TRIES - 1):
        told = before.flow.type_nir(waiting.waiting_id, ANOTHERS.reveal(), replaced=None)
        assert isinstance(told, MustTypeNir)
    portal = moved(installed, FRANCECONNECT)
    assert portal.arrive(STRANGER).tries_left == 1
    assert portal.arrive(STRANGER).tries_left == 1
    assert installed.count(number_tries) == 2 * (TRIES - 1)
    assert before.arrive(STRANGER).tries_left == 1, "where they were typed too"
    last = portal.arrive(STRANGER)
    told = portal.flow.type_nir(last.waiting_id, ANOTHERS.reveal(), replaced=None)
    assert told is NoAccount.TOO_MANY_NUMBERS
    assert portal.arrive(STRANGER) is NoAccount.TOO_MANY_NUMBERS


def test_whom_the_operator_lets_type_again_may_by_whatever_issuer(installed):
    former = Subject(issuer=FORMER[FRANCECONNECT], subject="s-1")
    for _ in range(TRIES_IN_ALL):
        installed.users.waiting.draw(former)
        installed.clock.advance(TRIES_WINDOW)
    portal = moved(installed, FRANCECONNECT)
    assert portal.arrive(STRANGER) is NoAccount.TOO_MANY_NUMBERS
    numbers = installed.users.numbers
    assert len(numbers.closed()) == 2
    numbers.reopen(numbers.closed()[0].mark)
    assert numbers.closed() == []
    assert portal.arrive(STRANGER).tries_left == TRIES
