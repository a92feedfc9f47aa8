"""The table of identities, through the whole sign-in and on real databases: nobody is another."""

import msgspec
import pytest

from gateway.model.accounts import Entered, LinkBasis, MustTypeNir, Subject
from gateway.model.federation import Provider
from gateway.storage.account_tables import (
    account_bars,
    account_links,
    account_notices,
    accounts,
    number_tries,
    sign_in_sessions,
    waiting_identities,
)
from gateway.storage.directory_tables import (
    directory_attachments,
    directory_employments,
    directory_indexes,
    directory_workers,
)
from gateway.storage.users import Users
from gateway.storage.worker_directory import SqlWorkerDirectory
from gateway.storage.writer import Writer
from tests.contract.ports.people import worker_rows
from tests.fakes import FakeSealer, FixedClock
from tests.postgresql import KINDS, opened
from tests.signing_in import Portal
from tests.unit.identity.test_reconciliation import ROWS, nir

EMPTIED = (
    *(account_notices, account_links, account_bars, sign_in_sessions, waiting_identities),
    *(number_tries, accounts),
    *(directory_indexes, directory_employments, directory_attachments, directory_workers),
)
SUBJECT = "of-the-row"


class Register:
    """One database for the whole table, emptied before each row."""

    def __init__(self, engine):
        self._engine = engine
        self.writer = Writer(engine=engine)
        self.clock = FixedClock()
        parts = {"engine": engine, "writer": self.writer, "sealer": FakeSealer()}
        self.directory = SqlWorkerDirectory(**parts, clock=self.clock)
        self.users = Users(**parts, clock=self.clock)

    def with_workers(self, known):
        def empty(connection):
            for table in EMPTIED:
                connection.execute(table.delete())

        self.writer.run(empty)
        stated = {
            one.number: (nir(one.number), one.name, one.first, one.born, one.sex) for one in known
        }
        rows = worker_rows(stated.values())
        others = {nir(one.number): (one.used, one.others) for one in known}
        rows = [
            msgspec.structs.replace(
                row, used_name=others[row.nir][0], other_first_names=others[row.nir][1]
            )
            for row in rows
        ]
        if rows:
            self.directory.save(rows, version="a")
        users = self.users
        return Portal(
            self.clock,
            accounts=users.accounts,
            sessions=users.sessions,
            waiting=users.waiting,
            attempts=users.attempts,
            people=users.people,
        )

    def id_of(self, known):
        return self.users.people.worker_of(nir(known.number)).worker.id


@pytest.fixture(scope="module", params=KINDS)
def register(request, tmp_path_factory):
    with opened(request.param, tmp_path_factory.mktemp("register")) as engine:
        found = Register(engine)
        yield found
        found.writer.close()


def link_of(portal):
    issuer = portal.providers[Provider.FRANCECONNECT].issuer
    return portal.accounts.linked(Subject(issuer=issuer, subject=SUBJECT))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_each_identity_is_linked_to_its_worker_or_types_the_number_or_is_refused(register, row):
    portal = register.with_workers(row.known)
    person = row.said.person()
    arrival = portal.arrive(person, SUBJECT)
    if row.is_taken is not None:
        expected = register.id_of(next(one for one in row.known if one.id == row.is_taken))
        assert isinstance(arrival, Entered)
        assert arrival.session.worker_id == link_of(portal).account.worker_id == expected
        assert link_of(portal).basis is LinkBasis.CIVIL_STATUS
        return
    assert isinstance(arrival, MustTypeNir)
    assert link_of(portal) is None
    if not row.known:
        return
    typed = nir(row.known[0].number).reveal()
    told = portal.flow.type_nir(arrival.waiting_id, typed, replaced=None)
    if row.is_confirmed:
        expected = register.id_of(row.known[0])
        assert isinstance(told, Entered)
        assert told.session.worker_id == link_of(portal).account.worker_id == expected
        assert link_of(portal).basis is LinkBasis.NIR_TYPED
    else:
        assert isinstance(told, MustTypeNir)
        assert told.is_refused
        assert link_of(portal) is None


def test_the_table_has_each_of_the_three_outcomes():
    taken = [row for row in ROWS if row.is_taken]
    typed = [row for row in ROWS if not row.is_taken and row.known and row.is_confirmed]
    refused = [row for row in ROWS if not row.is_taken and row.known and not row.is_confirmed]
    assert min(len(taken), len(typed), len(refused)) >= 10
    assert len(ROWS) >= 143
