"""What `ports.accounts.Accounts` promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.model.accounts import MOST_EMAILS, AccountKind, LinkBasis, NotLinked
from gateway.model.federation import Provider
from tests.identities import NOW, a_link, a_session, a_subject

LATER = NOW + timedelta(days=3)
PERSON = a_subject("p-1", Provider.FRANCECONNECT)
OTHER_PERSON = a_subject("p-2", Provider.FRANCECONNECT)


def of_worker(subject: Any = PERSON, **changes: Any) -> Any:
    stated = {
        "provider": Provider.FRANCECONNECT,
        "basis": LinkBasis.CIVIL_STATUS,
        "email": "angela@exemple.fr",
        "pivot": "a" * 64,
    }
    return a_link(subject, **stated | changes)


def test_an_identity_that_never_came_opens_nothing(accounts: Any) -> None:
    assert accounts.linked(a_subject()) is None
    assert accounts.get("unknown") is None


def test_a_professional_has_an_account_from_the_first_sign_in_on(accounts: Any) -> None:
    account = accounts.admit(a_link())
    assert (account.kind, account.worker_id) == (AccountKind.PROFESSIONAL, None)
    assert (account.begun_at, account.last_seen_at, account.disabled_at) == (NOW, NOW, None)
    link = accounts.linked(a_subject())
    assert (link.account, link.basis) == (account, LinkBasis.FIRST_SIGN_IN)
    assert accounts.get(account.id) == account


def test_who_comes_again_finds_the_same_account_and_is_seen_then(accounts: Any) -> None:
    account = accounts.admit(a_link())
    again = accounts.admit(a_link(at=LATER))
    assert (again.id, again.begun_at, again.last_seen_at) == (account.id, NOW, LATER)
    assert accounts.get(account.id) == again


@pytest.mark.parametrize("email", ["anne.moreau@exemple.fr", "Anne.Moreau@Exemple.FR"])
def test_an_address_belongs_to_the_first_account_that_came_with_it(
    accounts: Any, email: str
) -> None:
    first = accounts.admit(a_link())
    assert accounts.admit(a_link(a_subject("s-2"), email=email)) is None
    assert accounts.linked(a_subject("s-2")) is None
    assert accounts.admit(a_link()).id == first.id


def test_an_account_keeps_each_address_that_it_came_with(accounts: Any) -> None:
    first = accounts.admit(a_link())
    assert accounts.admit(a_link(email="a.moreau@exemple.fr")).id == first.id
    for email in ("anne.moreau@exemple.fr", "a.moreau@exemple.fr"):
        assert accounts.admit(a_link(a_subject("s-2"), email=email)) is None
    assert accounts.admit(a_link(a_subject("s-2"), email="paul@exemple.fr")).id != first.id


def test_an_address_that_is_not_claimed_stays_anybodys(accounts: Any) -> None:
    stranger = accounts.admit(a_link(claims_email=False))
    assert not accounts.owns(stranger.id, "anne.moreau@exemple.fr")
    holder = accounts.admit(a_link(a_subject("s-2")))
    assert holder.id != stranger.id
    assert accounts.owns(holder.id, "Anne.Moreau@exemple.fr")
    assert accounts.admit(a_link(claims_email=False)) is None
    assert not accounts.owns(stranger.id, "anne.moreau@exemple.fr")


def test_an_address_is_claimed_by_a_later_sign_in(accounts: Any) -> None:
    first = accounts.admit(a_link(claims_email=False))
    assert accounts.admit(a_link()).id == first.id
    assert accounts.owns(first.id, "anne.moreau@exemple.fr")


def test_an_account_has_eight_addresses_for_its_own_and_comes_with_further_ones(
    accounts: Any,
) -> None:
    emails = [f"adresse-{place}@exemple.fr" for place in range(MOST_EMAILS + 2)]
    (account_id,) = {accounts.admit(a_link(email=email)).id for email in emails}
    owned = [accounts.owns(account_id, email) for email in emails]
    assert owned == [True] * MOST_EMAILS + [False] * 2
    assert accounts.admit(a_link(email=emails[0])).id == account_id


def test_an_address_with_the_kelvin_sign_is_not_that_with_a_k(accounts: Any) -> None:
    """In small letters U+212A is a `k`: another mailbox would have the account's address."""
    first = accounts.admit(a_link(email="Karl@exemple.fr"))
    assert accounts.admit(a_link(a_subject("s-2"), email="karl@exemple.fr")) is None
    other = accounts.admit(a_link(a_subject("s-2"), email="\u212aarl@exemple.fr"))
    assert other.id != first.id


def test_two_without_an_address_are_two_accounts(accounts: Any) -> None:
    first = accounts.admit(a_link(email=None))
    assert accounts.admit(a_link(a_subject("s-2"), email=None)).id != first.id


def test_another_accounts_address_is_not_taken_by_who_has_an_account_either(accounts: Any) -> None:
    accounts.admit(a_link())
    other = accounts.admit(a_link(a_subject("s-2"), email="paul@exemple.fr"))
    assert accounts.admit(a_link(a_subject("s-2"), at=LATER)) is None
    assert accounts.get(other.id).last_seen_at == NOW


def test_the_same_subject_of_another_issuer_is_somebody_else(accounts: Any) -> None:
    first = accounts.admit(a_link())
    elsewhere = a_subject("s-1", Provider.FRANCECONNECT)
    assert accounts.admit(a_link(elsewhere, email="paul@exemple.fr")).id != first.id


def test_of_many_first_sign_ins_at_once_there_is_one_account(accounts: Any) -> None:
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda _: accounts.admit(a_link()), range(6)))
    assert len({account.id for account in found}) == 1


def test_of_many_who_come_at_once_with_one_address_one_has_it(accounts: Any) -> None:
    links = [a_link(a_subject(f"s-{place}")) for place in range(6)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(accounts.admit, links))
    assert sum(account is not None for account in found) == 1


def test_a_worker_is_linked_with_what_it_rests_on(accounts: Any, worker_ids: Any) -> None:
    account = accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    assert (account.kind, account.worker_id) == (AccountKind.WORKER, worker_ids[0])
    link = accounts.linked(PERSON)
    assert (link.account, link.basis) == (account, LinkBasis.CIVIL_STATUS)
    assert link.pivot_sha256 == "a" * 64


def test_several_identities_may_open_the_account_of_one_worker(
    accounts: Any, worker_ids: Any
) -> None:
    first = accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    typed = of_worker(OTHER_PERSON, at=LATER, basis=LinkBasis.NIR_TYPED)
    second = accounts.link_worker(typed, worker_id=worker_ids[0])
    assert (second.id, second.last_seen_at) == (first.id, LATER)
    assert accounts.linked(PERSON).account == accounts.linked(OTHER_PERSON).account == second


def test_a_link_never_moves_to_another_worker(accounts: Any, worker_ids: Any) -> None:
    accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    other = accounts.link_worker(of_worker(pivot="b" * 64), worker_id=worker_ids[1])
    assert other is NotLinked.ANOTHERS
    link = accounts.linked(PERSON)
    assert (link.account.worker_id, link.pivot_sha256) == (worker_ids[0], "a" * 64)


def test_a_civil_status_that_was_compared_anew_replaces_the_former(
    accounts: Any, worker_ids: Any
) -> None:
    accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    anew = of_worker(pivot="b" * 64, basis=LinkBasis.NIR_TYPED, at=LATER)
    accounts.link_worker(anew, worker_id=worker_ids[0])
    link = accounts.linked(PERSON)
    assert (link.basis, link.pivot_sha256) == (LinkBasis.NIR_TYPED, "b" * 64)


def test_two_workers_may_share_an_address(accounts: Any, worker_ids: Any) -> None:
    accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    assert accounts.link_worker(of_worker(OTHER_PERSON), worker_id=worker_ids[1]) is not None


def test_a_linked_worker_who_comes_back_is_seen_then(accounts: Any, worker_ids: Any) -> None:
    account = accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    accounts.came(account.id, email=None, at=LATER)
    assert accounts.get(account.id).last_seen_at == LATER
    assert accounts.linked(PERSON).account.last_seen_at == LATER


def test_a_workers_identity_that_was_unlinked_opens_nothing_and_is_known_as_such(
    accounts: Any, account_life: Any, worker_ids: Any
) -> None:
    account = accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    assert not accounts.was_released(PERSON)
    account_life.unlink(account.id)
    assert accounts.linked(PERSON) is None
    assert (accounts.was_released(PERSON), accounts.was_released(OTHER_PERSON)) == (True, False)
    anew = of_worker(basis=LinkBasis.NIR_TYPED)
    assert accounts.link_worker(anew, worker_id=worker_ids[1]).worker_id == worker_ids[1]
    assert not accounts.was_released(PERSON)
    assert accounts.linked(PERSON).basis is LinkBasis.NIR_TYPED


def test_civil_status_alone_links_no_second_identity_of_one_provider(
    accounts: Any, worker_ids: Any
) -> None:
    account = accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    other = of_worker(OTHER_PERSON, at=LATER)
    assert accounts.link_worker(other, worker_id=worker_ids[0]) is NotLinked.HELD
    assert accounts.linked(OTHER_PERSON) is None
    assert accounts.get(account.id).last_seen_at == NOW
    again = of_worker(pivot="b" * 64, at=LATER)
    assert accounts.link_worker(again, worker_id=worker_ids[0]).id == account.id, "its own"
    assert accounts.link_worker(other, worker_id=worker_ids[1]).worker_id == worker_ids[1]


def test_of_many_who_come_at_once_by_one_civil_status_one_is_linked(
    accounts: Any, worker_ids: Any
) -> None:
    links = [of_worker(a_subject(f"p-{each}", Provider.FRANCECONNECT)) for each in range(6)]
    with ThreadPoolExecutor(6) as threads:
        found = list(
            threads.map(lambda one: accounts.link_worker(one, worker_id=worker_ids[0]), links)
        )
    assert found.count(NotLinked.HELD) == 5


def test_an_identity_that_was_unlinked_is_kept_from_that_worker_whatever_it_opens_since(
    accounts: Any, account_life: Any, worker_ids: Any
) -> None:
    wrong, right = worker_ids
    account = accounts.link_worker(of_worker(), worker_id=wrong)
    account_life.unlink(account.id)
    typed = of_worker(basis=LinkBasis.NIR_TYPED)
    for each in (typed, of_worker()):
        assert accounts.link_worker(each, worker_id=wrong) is NotLinked.BARRED
    found = [accounts.is_barred(PERSON, worker_id=each) for each in worker_ids]
    assert found == [True, False]
    assert not accounts.is_barred(OTHER_PERSON, worker_id=wrong)
    account_life.unlink(accounts.link_worker(typed, worker_id=right).id)
    for each in worker_ids:
        assert accounts.link_worker(typed, worker_id=each) is NotLinked.BARRED
    other = of_worker(OTHER_PERSON)
    assert accounts.link_worker(other, worker_id=wrong).id == account.id


def test_who_is_kept_from_a_worker_is_so_by_any_issuer_of_the_provider(
    accounts: Any, account_life: Any, worker_ids: Any
) -> None:
    wrong, right = worker_ids
    account_life.unlink(accounts.link_worker(of_worker(formerly(PERSON)), worker_id=wrong).id)
    typed = of_worker(basis=LinkBasis.NIR_TYPED)
    accounts.link_worker(typed, worker_id=right)
    follow(accounts, a_subject(PERSON.subject), Provider.PROCONNECT)
    assert not accounts.is_barred(a_subject(PERSON.subject), worker_id=wrong)
    for _ in range(2):
        follow(accounts, PERSON, Provider.FRANCECONNECT)
        assert accounts.is_barred(PERSON, worker_id=wrong)
    assert accounts.linked(PERSON).account.worker_id == right


def test_a_link_to_a_worker_from_whom_a_former_issuer_is_kept_goes_when_that_is_known(
    accounts: Any, account_life: Any, sessions: Any, worker_ids: Any
) -> None:
    """The provider moved, and was stated to be the same only after it linked them again."""
    wrong = worker_ids[0]
    account = accounts.link_worker(of_worker(formerly(PERSON)), worker_id=wrong)
    account_life.unlink(account.id)
    accounts.link_worker(of_worker(), worker_id=wrong)
    assert sessions.begin(a_session(account.id), opened_by=PERSON, replaced=None)
    for _ in range(2):
        follow(accounts, PERSON, Provider.FRANCECONNECT)
        assert accounts.linked(PERSON) is None
        assert accounts.was_released(PERSON)
        assert accounts.is_barred(PERSON, worker_id=wrong)
    assert not sessions.begin(a_session(account.id), opened_by=PERSON, replaced=None)


def test_a_professionals_identity_that_was_unlinked_begins_anew_with_the_address(
    accounts: Any, account_life: Any
) -> None:
    account = accounts.admit(a_link())
    account_life.unlink(account.id)
    assert not accounts.was_released(a_subject())
    anew = accounts.admit(a_link())
    assert anew.id != account.id
    assert accounts.owns(anew.id, "anne.moreau@exemple.fr")


def test_an_account_that_is_disabled_is_given_as_it_is_and_learns_nothing(
    accounts: Any, account_life: Any, worker_ids: Any, clock: Any
) -> None:
    professional = accounts.admit(a_link())
    worker = accounts.link_worker(of_worker(), worker_id=worker_ids[0])
    for account in (professional, worker):
        account_life.disable(account.id)
    again = accounts.admit(a_link(email="new@exemple.fr", at=LATER))
    assert (again.id, again.disabled_at, again.last_seen_at) == (professional.id, clock.now(), NOW)
    typed = of_worker(OTHER_PERSON, at=LATER, basis=LinkBasis.NIR_TYPED)
    other = accounts.link_worker(typed, worker_id=worker_ids[0])
    assert (other.id, other.disabled_at, other.last_seen_at) == (worker.id, clock.now(), NOW)
    assert accounts.linked(OTHER_PERSON) is None
    assert accounts.admit(a_link(a_subject("s-9"), email="new@exemple.fr")) is not None


BEFORE = "https://before.invalid/api/v2"
FIRST = "https://first.invalid/api/v2"


def formerly(subject: Any, issuer: str = BEFORE) -> Any:
    """The same subject, by an issuer that its provider bore."""
    return msgspec.structs.replace(subject, issuer=issuer)


def follow(accounts: Any, subject: Any, provider: Provider, *former: str) -> None:
    accounts.follow(subject, provider=provider, former=former or (BEFORE,), at=LATER)


def test_what_a_former_issuer_opened_the_present_one_opens_too(
    accounts: Any, worker_ids: Any
) -> None:
    professional = accounts.admit(a_link(formerly(a_subject())))
    worker = accounts.link_worker(of_worker(formerly(PERSON)), worker_id=worker_ids[0])
    for subject, provider, account in (
        (a_subject(), Provider.PROCONNECT, professional),
        (PERSON, Provider.FRANCECONNECT, worker),
    ):
        assert accounts.linked(subject) is None
        for _ in range(2):
            follow(accounts, subject, provider)
            found = accounts.linked(subject)
            assert found == accounts.linked(formerly(subject))
            assert found.account == account
    assert accounts.linked(PERSON).pivot_sha256 == "a" * 64
    assert accounts.admit(a_link(at=LATER)).id == professional.id


def test_nothing_is_followed_from_where_nothing_is_kept_nor_without_a_former_issuer(
    accounts: Any,
) -> None:
    accounts.admit(a_link(formerly(a_subject())))
    follow(accounts, a_subject("s-2"), Provider.PROCONNECT)
    follow(accounts, a_subject(), Provider.PROCONNECT, FIRST)
    accounts.follow(a_subject(), provider=Provider.PROCONNECT, former=(), at=LATER)
    assert accounts.linked(a_subject()) is accounts.linked(a_subject("s-2")) is None


def test_one_providers_subject_never_opens_what_another_providers_opened(
    accounts: Any, worker_ids: Any
) -> None:
    """Whatever issuers are stated: of each link it is kept whose it is."""
    accounts.link_worker(of_worker(formerly(PERSON)), worker_id=worker_ids[0])
    same = a_subject(PERSON.subject)
    follow(accounts, same, Provider.PROCONNECT)
    assert accounts.linked(same) is None


def test_two_accounts_never_become_one(accounts: Any, worker_ids: Any) -> None:
    former = accounts.link_worker(of_worker(formerly(PERSON)), worker_id=worker_ids[0])
    present = accounts.link_worker(of_worker(), worker_id=worker_ids[1])
    follow(accounts, PERSON, Provider.FRANCECONNECT)
    assert accounts.linked(PERSON).account == present
    assert accounts.linked(formerly(PERSON)).account == former


def test_of_several_former_issuers_the_first_that_knew_tells_and_the_others_keep_their_own(
    accounts: Any,
) -> None:
    first = accounts.admit(a_link(formerly(a_subject(), FIRST)))
    later = accounts.admit(a_link(formerly(a_subject()), email="paul@exemple.fr"))
    follow(accounts, a_subject(), Provider.PROCONNECT, "https://none.invalid", BEFORE, FIRST)
    assert accounts.linked(a_subject()).account == later
    assert accounts.linked(formerly(a_subject(), FIRST)).account == first


def test_what_is_closed_or_was_taken_away_stays_so_under_the_present_issuer(
    accounts: Any, account_life: Any, worker_ids: Any
) -> None:
    closed = accounts.admit(a_link(formerly(a_subject())))
    account_life.disable(closed.id)
    follow(accounts, a_subject(), Provider.PROCONNECT)
    assert accounts.linked(a_subject()).account.disabled_at is not None
    linked = accounts.link_worker(of_worker(formerly(PERSON)), worker_id=worker_ids[0])
    account_life.unlink(linked.id)
    follow(accounts, PERSON, Provider.FRANCECONNECT)
    assert accounts.linked(PERSON) is None
    assert accounts.was_released(PERSON)


def test_the_operator_takes_away_what_was_followed_with_what_it_came_from(
    accounts: Any, account_life: Any, worker_ids: Any
) -> None:
    linked = accounts.link_worker(of_worker(formerly(PERSON)), worker_id=worker_ids[0])
    follow(accounts, PERSON, Provider.FRANCECONNECT)
    account_life.unlink(linked.id)
    follow(accounts, PERSON, Provider.FRANCECONNECT)
    assert accounts.linked(PERSON) is accounts.linked(formerly(PERSON)) is None


def test_of_many_who_come_at_once_by_the_present_issuer_all_find_the_one_account(
    accounts: Any, worker_ids: Any
) -> None:
    former = accounts.link_worker(of_worker(formerly(PERSON)), worker_id=worker_ids[0])

    def come(_: int) -> Any:
        follow(accounts, PERSON, Provider.FRANCECONNECT)
        return accounts.linked(PERSON).account

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(come, range(8))) == {former}
