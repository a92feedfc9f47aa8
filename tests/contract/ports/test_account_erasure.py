"""What `ports.accounts.AccountErasure` promises, on every database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import MetaData, select

from gateway.model.account_notices import AccountNotice, AccountNoticeKind
from gateway.model.accounts import LinkBasis, NotLinked
from gateway.model.federation import Provider
from gateway.storage.account_erasure import SqlAccountErasure
from gateway.storage.account_life import SqlAccountLife
from gateway.storage.accounts import SqlAccounts
from gateway.storage.audit_trail import audit_entries
from gateway.storage.directory_people import SqlDirectoryPeople
from gateway.storage.hand_overs import SqlHandOvers, enter_hand_over
from gateway.storage.portals import SqlPairwiseSubjects
from gateway.storage.sign_in_sessions import SqlSessions
from gateway.storage.waiting_identities import SqlWaiting
from gateway.storage.worker_directory import SqlWorkerDirectory
from tests.contract.ports.people import HERS, worker_rows
from tests.identities import NOW, a_link, a_session, a_subject
from tests.portal import a_hand_over

DISABLED = NOW + timedelta(days=731)
MOMENT = timedelta(milliseconds=1)
ERASED = DISABLED + timedelta(days=1096)
PERSON = a_subject("p-1", Provider.FRANCECONNECT)
OF_PEOPLE = {
    *("accounts", "account_links", "account_emails", "account_notices", "sign_in_sessions"),
    *("pairwise_subjects", "number_tries"),
}


class Kept:
    """A database with a professional's and a worker's account, of which everything is kept."""

    def __init__(self, database: Any, sealer: Any, clock: Any) -> None:
        parts = database.parts()
        self.database, self.clock = database, clock
        self.accounts = SqlAccounts(**parts, sealer=sealer)
        self.life = SqlAccountLife(**parts, sealer=sealer, clock=clock)
        self.sessions = SqlSessions(**parts, sealer=sealer)
        self.waiting = SqlWaiting(**parts, sealer=sealer, clock=clock)
        self.subjects = SqlPairwiseSubjects(**parts)
        self.erasure = SqlAccountErasure(**parts)
        SqlWorkerDirectory(**parts, sealer=sealer, clock=clock).save(worker_rows(), version="a")
        people = SqlDirectoryPeople(engine=database.engine, sealer=sealer)
        known = people.worker_of(HERS)
        assert known is not None
        self.worker_id = known.worker.id
        self.professional = self.accounts.admit(a_link())
        self.worker = self.accounts.link_worker(self.link(), worker_id=self.worker_id)
        for account in (self.professional, self.worker):
            self.subjects.subject(account.id, sector="portail.exemple.fr")
            self.life.tell(self._notice(account.id, AccountNoticeKind.IDLE))
        self.waiting.draw(PERSON)

    def link(self, subject: Any = PERSON, **changes: Any) -> Any:
        stated = {"provider": Provider.FRANCECONNECT, "basis": LinkBasis.CIVIL_STATUS}
        stated |= {"email": "angela@exemple.fr", "claims_email": False, "pivot": "a" * 64}
        return a_link(subject, **stated | changes)

    def _notice(self, account_id: str, kind: AccountNoticeKind) -> AccountNotice:
        day = DISABLED.date()
        return AccountNotice(account_id=account_id, kind=kind, day=day, decided_at=DISABLED)

    def let_idle(self, account: Any) -> Any:
        """Time disables it; as it is seen by who erases."""
        ended = self._notice(account.id, AccountNoticeKind.DISABLED)
        assert self.life.disable_idle(ended, last_seen_at=account.last_seen_at)
        return self.found(account)

    def close(self, account: Any) -> Any:
        """The operator disables it; as it is seen by who erases."""
        self.life.disable(account.id)
        return self.found(account)

    def found(self, account: Any) -> Any:
        every = self.erasure.disabled_before(ERASED)
        return next(one for one in every if one.id == account.id)

    def rows(self, table: str) -> list[Any]:
        metadata = MetaData()
        with self.database.engine.connect() as connection:
            metadata.reflect(connection, only=[table])
            return list(connection.execute(select(metadata.tables[table])).mappings())

    def holders(self) -> set[str]:
        """The tables in which anything is kept of anybody."""
        return {table for table in OF_PEOPLE if self.rows(table)}

    def acts(self) -> list[dict[str, Any]]:
        with self.database.engine.connect() as connection:
            entries = connection.scalars(select(audit_entries.c.entry)).all()
        told = [msgspec.json.decode(bytes(entry)) for entry in entries]
        return [one for one in told if one["act"] == "ACCOUNT_ERASED"]


@pytest.fixture
def kept(database: Any, sealer: Any, clock: Any) -> Kept:
    return Kept(database, sealer, clock)


def test_what_is_disabled_is_seen_once_it_is_and_until_it_is_erased(kept: Any) -> None:
    assert kept.erasure.disabled_before(ERASED) == []
    professional, worker = kept.let_idle(kept.professional), kept.let_idle(kept.worker)
    assert {professional.disabled_at, worker.disabled_at} == {DISABLED}
    assert kept.erasure.disabled_before(DISABLED) == []
    assert {one.id for one in kept.erasure.disabled_before(DISABLED + MOMENT)} == {
        professional.id,
        worker.id,
    }
    assert kept.erasure.erase(professional, at=ERASED)
    assert kept.erasure.disabled_before(ERASED) == [worker]


def test_who_has_rights_is_a_worker_or_has_an_address_of_their_own(kept: Any) -> None:
    bare = kept.accounts.admit(a_link(a_subject("s-2"), email="x@exemple.fr", claims_email=False))
    found = [kept.let_idle(each) for each in (kept.professional, kept.worker, bare)]
    assert [one.has_rights for one in found] == [True, True, False]


def test_of_who_was_idle_nothing_stays_but_the_id_in_the_trail(kept: Any) -> None:
    assert kept.holders() == OF_PEOPLE - {"sign_in_sessions"}
    for account in (kept.professional, kept.worker):
        assert kept.erasure.erase(kept.let_idle(account), at=ERASED)
        assert kept.accounts.get(account.id) is None
    assert kept.holders() == set()
    assert [one["details"] for one in kept.acts()] == [
        {"account": account.id, "stays": "NOTHING"} for account in (kept.professional, kept.worker)
    ]


def test_a_hand_over_to_a_portal_is_borne_out_though_its_account_is_erased(kept: Any) -> None:
    handed = a_hand_over(account_id=kept.professional.id)
    kept.database.writer.run(
        lambda connection: enter_hand_over(connection, handed, portal_id="portail", at=DISABLED)
    )
    kept.erasure.erase(kept.let_idle(kept.professional), at=ERASED)
    (told,) = SqlHandOvers(engine=kept.database.engine, clock=kept.clock).opened()
    assert (told.account_id, told.is_true) == (kept.professional.id, True)
    assert kept.accounts.get(told.account_id) is None


def test_who_comes_back_after_it_is_somebody_new(kept: Any) -> None:
    for account in (kept.professional, kept.worker):
        kept.erasure.erase(kept.let_idle(account), at=ERASED)
    assert kept.accounts.linked(PERSON) is kept.accounts.linked(a_subject()) is None
    professional = kept.accounts.admit(a_link(at=ERASED))
    worker = kept.accounts.link_worker(kept.link(at=ERASED), worker_id=kept.worker_id)
    assert {professional.begun_at, worker.begun_at} == {ERASED}
    assert {professional.id, worker.id}.isdisjoint({kept.professional.id, kept.worker.id})
    assert kept.accounts.owns(professional.id, "anne.moreau@exemple.fr")


def test_what_the_operator_closed_stays_closed_by_digest_and_worker_alone(kept: Any) -> None:
    assert kept.sessions.begin(a_session(kept.worker.id), opened_by=PERSON, replaced=None)
    for account in (kept.professional, kept.worker):
        assert kept.erasure.erase(kept.close(account), at=ERASED)
    assert kept.holders() == {"accounts", "account_links", "number_tries"}
    assert [row["sealed_email"] for row in kept.rows("accounts")] == [None, None]
    assert [row["sealed_pivot"] for row in kept.rows("account_links")] == [None, None]
    assert kept.accounts.admit(a_link(at=ERASED)).disabled_at is not None
    for subject in (PERSON, a_subject("p-2", Provider.FRANCECONNECT)):
        link = kept.link(subject, at=ERASED, basis=LinkBasis.NIR_TYPED)
        again = kept.accounts.link_worker(link, worker_id=kept.worker_id)
        assert (again.id, again.disabled_at) == (kept.worker.id, kept.clock.now())
    assert {one["details"]["stays"] for one in kept.acts()} == {"DISABLED"}
    assert {one.erased_at for one in kept.life.listed()} == {ERASED}
    assert not kept.erasure.disabled_before(ERASED + MOMENT)


def test_what_time_had_disabled_and_the_operator_closed_stays_closed(kept: Any) -> None:
    kept.let_idle(kept.professional)
    found = kept.close(kept.professional)
    assert found.disabled_at == DISABLED
    kept.erasure.erase(found, at=ERASED)
    assert kept.accounts.admit(a_link(at=ERASED)).disabled_at is not None


def test_what_was_stripped_is_enabled_as_an_account_that_lacks_what_is_erased(kept: Any) -> None:
    for account in (kept.professional, kept.worker):
        kept.erasure.erase(kept.close(account), at=ERASED)
        kept.life.enable(account.id)
    assert kept.accounts.admit(a_link(at=ERASED)).id == kept.professional.id
    assert kept.accounts.owns(kept.professional.id, "anne.moreau@exemple.fr")
    assert kept.accounts.linked(PERSON).pivot_sha256 is None
    assert kept.accounts.get(kept.worker.id).disabled_at is None
    assert {one.erased_at for one in kept.life.listed()} == {None}


def test_that_an_identity_was_unlinked_outlives_the_account(kept: Any) -> None:
    kept.life.unlink(kept.worker.id)
    assert kept.erasure.erase(kept.let_idle(kept.worker), at=ERASED)
    assert kept.accounts.was_released(PERSON)
    (row,) = (row for row in kept.rows("account_links") if row["provider"] == "FRANCECONNECT")
    assert (row["account_id"], row["sealed_pivot"]) == (None, None)
    typed = kept.link(at=ERASED, basis=LinkBasis.NIR_TYPED)
    again = kept.accounts.link_worker(typed, worker_id=kept.worker_id)
    assert again is NotLinked.BARRED
    assert kept.accounts.was_released(PERSON)


def test_a_closed_account_that_nothing_leads_to_any_more_goes_whole(kept: Any) -> None:
    kept.life.unlink(kept.professional.id)
    assert kept.erasure.erase(kept.close(kept.professional), at=ERASED)
    assert kept.accounts.get(kept.professional.id) is None


def test_what_was_enabled_in_between_is_left_alone(kept: Any) -> None:
    found = kept.let_idle(kept.professional)
    kept.life.enable(kept.professional.id)
    assert not kept.erasure.erase(found, at=ERASED)
    kept.close(kept.professional)
    assert not kept.erasure.erase(found, at=ERASED)
    assert kept.accounts.owns(kept.professional.id, "anne.moreau@exemple.fr")
    assert kept.acts() == []


def test_of_eight_who_erase_at_once_one_does_and_says_so(kept: Any) -> None:
    found = kept.let_idle(kept.worker)
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda _: kept.erasure.erase(found, at=ERASED), range(8)))
    assert (done.count(True), len(kept.acts())) == (1, 1)


def test_who_comes_while_it_is_erased_is_closed_out_or_somebody_new(kept: Any) -> None:
    found = kept.let_idle(kept.professional)
    with ThreadPoolExecutor(8) as threads:
        erased = threads.submit(kept.erasure.erase, found, at=ERASED)
        came = list(threads.map(lambda _: kept.accounts.admit(a_link(at=ERASED)), range(7)))
    assert erased.result()
    for account in came:
        assert (account.id == kept.professional.id) is (account.disabled_at is not None)
    assert len({account.id for account in came if account.disabled_at is None}) <= 1
