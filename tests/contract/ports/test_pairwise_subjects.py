"""What `ports.portals.PairwiseSubjects` promises, over every implementation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.storage.portals import SqlPairwiseSubjects
from tests.contract.ports.conftest import IMPLEMENTATIONS, a_database
from tests.fake_portals import MemoryPairwiseSubjects


@pytest.fixture(params=IMPLEMENTATIONS)
def subjects(request, tmp_path):
    if request.param == "memory":
        yield MemoryPairwiseSubjects()
        return
    with a_database(request.param, tmp_path) as found:
        yield SqlPairwiseSubjects(**found.parts())


def test_a_sector_knows_an_account_by_one_name_for_ever(subjects):
    first = subjects.subject("account", sector="portail.exemple.test")
    assert subjects.subject("account", sector="portail.exemple.test") == first
    assert len(first) == 32


def test_neither_sectors_nor_accounts_can_be_joined(subjects):
    pairs = [(account, sector) for account in ("a", "ab") for sector in ("b.test", "test")]
    names = {subjects.subject(account, sector=sector) for account, sector in pairs}
    assert len(names) == len(pairs)


def test_those_who_ask_first_at_once_are_told_the_same(subjects):
    with ThreadPoolExecutor(8) as threads:
        told = threads.map(lambda _: subjects.subject("account", sector="portail"), range(8))
        assert len({*told}) == 1
