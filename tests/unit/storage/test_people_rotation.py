"""Who signs in is found while keys are rotated, and whoever was there before the indexes too."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from gateway.errors import Overloaded, SignInRefused
from gateway.model.accounts import Entered
from gateway.model.background import Stopped, Turn
from gateway.model.federation import BirthDay, Provider
from gateway.model.sealing import KeyKind
from gateway.storage.directory_contacts import SqlDirectoryContacts
from gateway.storage.directory_tables import directory_contacts, directory_indexes
from gateway.storage.people_filling import PeopleFilling
from gateway.storage.users import Users
from signing.seal import new_sealing_keys
from tests.contract.ports.people import HIS, contact_rows, worker_rows
from tests.fakes import FixedClock
from tests.identities import NOW, a_link, a_person, a_professional, a_session, a_subject, who_waits
from tests.signing_in import Portal
from tests.unit.storage.test_key_rotation import MOST_CUTS, Process

GO = Turn(is_stopping=lambda: False)


class Installed(Process):
    """A process that signs people in."""

    def __init__(self, address, folder):
        super().__init__(address, folder)
        self.clock = FixedClock(NOW)
        parts = {"engine": self.engine, "writer": self.writer, "sealer": self.sealer}
        self.parts = parts
        self.users = Users(**parts, clock=self.clock)
        self.contacts = SqlDirectoryContacts(**parts, clock=self.clock)

    def fill(self):
        self.directory.save(worker_rows(), version="a")
        self.contacts.save(contact_rows(), version="a")

    def names(self):
        found = self.users.people.workers_like(a_person())
        return sorted(one.worker.first_name for one in found)

    def portal(self):
        users = self.users
        return Portal(
            self.clock,
            accounts=users.accounts,
            sessions=users.sessions,
            waiting=users.waiting,
            attempts=users.attempts,
            people=users.people,
        )


@pytest.fixture
def start(address, tmp_path: Path):
    new_sealing_keys(tmp_path / "keys")
    begun = []

    def start():
        begun.append(Installed(address, tmp_path / "keys"))
        return begun[-1]

    yield start
    for process in begun:
        process.close()


@pytest.mark.parametrize("kind", [KeyKind.MASTER, KeyKind.INDEX])
def test_a_rotation_cut_short_after_any_step_loses_no_account_and_no_right(start, kind):
    rotating, serving = start(), start()
    rotating.fill()
    worker_id = rotating.users.people.worker_of(HIS).worker.id
    account = rotating.users.accounts.admit(a_link())
    person = rotating.users.accounts.link_worker(
        a_link(a_subject("p"), pivot="a" * 64), worker_id=worker_id
    )
    session, waits = a_session(account.id), who_waits()
    rotating.users.sessions.begin(session, opened_by=a_subject(), replaced=None)
    rotating.users.waiting.keep(waits)
    cuts = 0
    done = False
    while not done:
        done = start().rotate(kind, transactions=1 + cuts)
        cuts += 1
        assert cuts < MOST_CUTS
        for process in (serving, start()):
            users = process.users
            assert process.names() == ["ANGELA", "CLAIRE"]
            assert users.people.worker_of(HIS).worker.id == worker_id
            assert len(users.people.contacts_of("crp@exemple.fr")) == 2
            assert users.accounts.admit(a_link(a_subject("thief"))) is None
            assert users.accounts.linked(a_subject()).account == account
            assert users.accounts.linked(a_subject("p")).pivot_sha256 == "a" * 64
            assert users.accounts.linked(a_subject("p")).account == person
            assert users.sessions.find(session.id) == session
            assert users.waiting.find(waits.id) == waits
        anew = a_link(a_subject(f"s-{cuts}"), email=f"new-{cuts}@exemple.fr")
        assert serving.users.accounts.admit(anew) is not None
    assert cuts > 3
    for number in range(1, cuts + 1):
        taken = a_link(a_subject("thief"), email=f"new-{number}@exemple.fr")
        assert start().users.accounts.admit(taken) is None


def test_a_worker_whose_name_was_corrected_is_found_by_the_new_name_alone(start):
    process = start()
    process.fill()
    (row,) = (row for row in worker_rows() if row.first_name == "ANGELA")
    process.directory.save([msgspec.structs.replace(row, birth_name="DURAND")], version="b")
    assert process.names() == ["CLAIRE"]
    renamed = process.users.people.workers_like(a_person(birth_name="Durand"))
    assert [one.worker.first_name for one in renamed] == ["ANGELA"]


def test_nobody_is_looked_up_before_everybody_is_indexed_and_then_everybody_is(start):
    """Of two who are alike one that is missing would make the other certain."""
    process = start()
    process.fill()
    unindexed = directory_indexes.update().values(name_index=None)
    emptied = directory_contacts.update().values(email_index=None, email_index_version=None)
    for statement in (unindexed, emptied):
        process.writer.run(lambda connection, run=statement: connection.execute(run))
    assert process.directory.is_indexed()
    with pytest.raises(Overloaded):
        process.names()
    with pytest.raises(Overloaded):
        process.users.people.contacts_of("crp@exemple.fr")
    assert process.users.people.worker_of(HIS) is not None
    filling = PeopleFilling(**process.parts, step=3)
    stopping = Turn(is_stopping=iter([False, True]).__next__)
    with pytest.raises(Stopped):
        filling(stopping)
    with pytest.raises(Overloaded):
        process.names()
    for _ in range(2):
        filling(GO)
    assert process.names() == ["ANGELA", "CLAIRE"]
    assert len(process.users.people.contacts_of("crp@exemple.fr")) == 2


def test_a_rotation_of_the_index_key_indexes_those_from_before_as_well(start):
    process = start()
    process.fill()
    unindexed = directory_indexes.update().values(name_index=None)
    process.writer.run(lambda connection: connection.execute(unindexed))
    assert process.rotate(KeyKind.INDEX)
    assert process.names() == ["ANGELA", "CLAIRE"]


def test_two_who_arrive_with_one_attempt_have_one_session_between_them(start):
    processes = [start(), start()]
    processes[0].fill()
    portals = [process.portal() for process in processes]
    for turn in range(6):
        provider = Provider.FRANCECONNECT if turn % 2 else Provider.PROCONNECT
        identity = a_person(birthplace="75107") if turn % 2 else a_professional()
        attempt = portals[0].depart(provider)
        callback = portals[0].callback(attempt, identity, f"s-{turn % 2}")
        portals[1].providers[provider].people = portals[0].providers[provider].people

        def arrive(portal, given=(provider, attempt.id, callback)):
            try:
                return portal.flow.arrive(*given, replaced=None)
            except SignInRefused as refused:
                return refused.step

        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(arrive, portals * 4))
        entered = [one for one in told if isinstance(one, Entered)]
        assert len(entered) == 1
        assert [one for one in told if one is not entered[0]] == ["attempt"] * 7
        seen = portals[1].flow.sessions_of(entered[0].session)
        assert sum(one.is_this for one in seen) == 1
        assert len(seen) == 1 + turn // 2


def test_two_who_type_the_number_at_once_have_one_session_between_them(start):
    process = start()
    process.fill()
    portal = process.portal()
    luc = a_person(
        birth_name="MARTIN",
        given_names=("Luc",),
        birth=BirthDay(year=1980, month=3, day=2),
        sex="M",
        birthplace="69387",
    )
    waiting = portal.arrive(luc)

    def type_it(_):
        return portal.flow.type_nir(waiting.waiting_id, HIS.reveal(), replaced=None)

    with ThreadPoolExecutor(5) as threads:
        told = list(threads.map(type_it, range(5)))
    assert sum(isinstance(one, Entered) for one in told) == 1
