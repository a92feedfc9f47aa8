"""The whole gateway on PostgreSQL: the same answers, 503 while the server is away, and no loss."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests import builders, running
from tests.identities import a_link, a_session, a_subject
from tests.postgresql import Absent, Cluster

AWAY = {
    "fr": "Le service est momentanément indisponible",
    "en": "The service is unavailable for the moment",
}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        own = Cluster()
    except Absent as reason:
        pytest.skip(str(reason))
    yield own
    own.stop()


@pytest.fixture
def started(cluster, tmp_path, monkeypatch):
    """Starts gateways over one database, with the same keys."""
    with cluster.database() as address, running.loop() as portal, ExitStack() as ends:
        secret = tmp_path / "url"
        secret.write_text(f"{address}\n")
        named = {"database_url_file": secret}
        config_at = running.config_at

        def on_postgresql(home, **settings):
            return config_at(home, **{**settings, **named})

        monkeypatch.setattr(running, "config_at", on_postgresql)

        def start(**settings):
            gateway = running.Running(tmp_path, portal=portal, **settings)
            ends.callback(gateway.close)
            return gateway

        yield start


@pytest.fixture
def gateways(started, monkeypatch):
    """Two over one database, with the same keys."""
    first = started()
    monkeypatch.setattr(running, "install", lambda *_, **__: first.config)
    second = started(partners=(), rows=())
    second.tokens, second.sirets = first.tokens, first.sirets
    return first, second


@pytest.fixture
def signed_in(started):
    """A gateway that lets people in, and one of them."""
    gateway = started(
        proconnect_issuer="https://proconnect.invalid/api/v2",
        proconnect_client_id="gateway",
        proconnect_client_secret="of-nobody",  # noqa: S106 - of nobody
    )
    now, users = gateway.clock.now(), gateway.store.users
    account = users.accounts.admit(a_link(at=now))
    session = a_session(account.id, at=now)
    users.sessions.begin(session, opened_by=a_subject(), replaced=None)
    return gateway, {"cookie": f"__Host-siseri={session.id}"}


def test_two_gateways_answer_as_one_and_a_server_that_is_away_costs_nothing(gateways, cluster):
    first, second = gateways
    forms = [
        builders.a_transmission(results=[builders.a_line(worker=builders.a_worker(number))])
        for number in range(1, running.WORKERS + 1)
    ]
    receipts = [first.submit(form) for form in forms[:3]]
    assert {answer.acknowledgement["disposition"] for answer in receipts} == {"ACCEPTED"}
    assert [second.submit(form).content for form in forms[:3]] == [a.content for a in receipts]
    cluster.kill()
    for door in running.DOORS:
        away = second.submit(forms[3], door=door)
        assert away.status == (500 if door.startswith("soap") else 503)  # a fault is a 500
        assert away.headers["retry-after"]
        assert b"B008" in away.content
    assert first.request("GET", "/health/ready").status_code == 503
    assert first.get("/v1/transmissions?after=0").status == 503
    cluster.start_again()
    assert first.request("GET", "/health/ready").status_code == 200
    later = [second.submit(form) for form in forms]
    assert [answer.content for answer in later[:3]] == [answer.content for answer in receipts]
    assert {answer.acknowledgement["disposition"] for answer in later} == {"ACCEPTED"}
    assert second.counted("acknowledgements") == len(forms)


def test_who_is_signed_in_while_the_server_is_away_is_told_so_and_stays_signed_in(
    signed_in, cluster
):
    gateway, held = signed_in
    paths = ("/identite", "/identite/sessions", "/identite/deconnexion")
    for path in paths:
        assert gateway.request("GET", path, headers=held).status_code == 200
    cluster.kill()
    for path, (language, title) in itertools.product(paths, AWAY.items()):
        answer = gateway.request("GET", f"{path}?lang={language}", headers=held)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f"<h1>{title}</h1>" in answer.text
        assert "__Host-siseri=" not in answer.headers.get("set-cookie", ""), "nobody is signed out"
    assert gateway.request("GET", "/identite").status_code == 200, "who holds nothing is not asked"
    cluster.start_again()
    for path in paths:
        assert gateway.request("GET", path, headers=held).status_code == 200
