"""The whole gateway on PostgreSQL: the same answers, 503 while the server is away, and no loss."""

from collections.abc import Iterator

import pytest

from gateway.config import Config
from tests import builders, running
from tests.postgresql import Absent, Cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    try:
        own = Cluster()
    except Absent as reason:
        pytest.skip(str(reason))
    yield own
    own.stop()


@pytest.fixture
def gateways(cluster, tmp_path, monkeypatch):
    """Two over one database, with the same keys."""
    with cluster.database() as address, running.loop() as portal:
        secret = tmp_path / "url"
        secret.write_text(f"{address}\n")

        def config_at(home, *, address=f"http://{running.HOST}", **_):
            return Config.from_env(
                {
                    "SISERI_HOME": str(home),
                    "SISERI_PUBLIC_ADDRESS": address,
                    "SISERI_DATABASE_URL_FILE": str(secret),
                }
            )

        monkeypatch.setattr(running, "config_at", config_at)
        first = running.Running(tmp_path, portal=portal)
        monkeypatch.setattr(running, "install", lambda *_, **__: first.config)
        second = running.Running(tmp_path, portal=portal, partners=(), rows=())
        second.tokens, second.sirets = first.tokens, first.sirets
        yield first, second
        second.close()
        first.close()


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
