"""`/metrics`: what is counted, where it is served, and that it names nobody."""

import re
import uuid
from datetime import timedelta

import httpx
import pytest

from gateway.evidence.in_force import EXPIRY_NOTICE
from signing.log.keys import new_log_key
from tests.builders import a_line, a_transmission, a_worker
from tests.running import HOST, NOW, THE_LABORATORY, THE_OPERATOR

UNKNOWN = 9


@pytest.fixture
def own(start):
    """A gateway of its own: its counts begin with the test."""
    return start()


def metrics(running):
    """Every sample, by its name with its labels."""
    transport = httpx.ASGITransport(running.gateway.administration)
    client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9480")
    response = running._portal.call(client.get, "/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert response.headers["cache-control"] == "no-store"
    lines = [line for line in response.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def sent(running, *lines):
    return running.submit(a_transmission(results=list(lines), id=str(uuid.uuid4())))


def test_requests_count_by_door_and_status_and_answers_by_disposition(own):
    form = a_transmission(id=str(uuid.uuid4()))
    for _ in range(2):
        own.submit(form)
    own.submit(a_transmission(id=str(uuid.uuid4())), door="soap12")
    own.get("/v1/me", by="nobody")
    own.get("/typed/by/a/stranger")
    found = metrics(own)
    assert found['siseri_requests_total{door="/v1/transmissions",status="200"}'] == 2
    assert found['siseri_requests_total{door="/soap/v1",status="200"}'] == 1
    assert found['siseri_requests_total{door="/v1/",status="401"}'] == 1
    assert found['siseri_requests_total{door="other",status="404"}'] == 1
    assert found['siseri_answers_total{disposition="ACCEPTED",replay="true"}'] == 1
    counted = [v for name, v in found.items() if name.startswith("siseri_answers_total")]
    assert sum(counted) == 3


def test_the_record_and_the_log_are_counted_as_they_are(own):
    before = metrics(own)
    assert before["siseri_held_lines"] == 0
    sent(own, a_line(worker=a_worker(UNKNOWN)), a_line(ref="P-2", worker=a_worker(UNKNOWN)))
    sent(own, a_line())
    own.clock.advance(timedelta(seconds=30))
    found = metrics(own)
    assert found["siseri_held_lines"] == 2
    assert found["siseri_log_size"] == before["siseri_log_size"] + 2
    assert found["siseri_log_leaves_waiting"] == 0
    assert found["siseri_log_checkpoint_age_seconds"] == 30
    assert found["siseri_database_up"] == 1
    assert found["siseri_database_writes_waiting"] >= 0  # the sequencer may be looking
    assert found['siseri_lane_places{lane="judging"}'] == own.config.threads
    assert found['siseri_lane_busy{lane="judging"}'] == 0
    assert found['siseri_lane_waiting{lane="judging"}'] == 0
    assert found["process_open_fds"] > 0


def test_a_key_says_how_long_it_signs_and_warns_forty_days_ahead(start):
    running = start()
    name = 'siseri_key_expiry_seconds{key="%s",kind="%s"}'
    found = metrics(running)
    (kid,) = [key.kid for key in running.trust]
    left_s = (running.trust[0].valid_to - NOW).total_seconds()
    assert found[name % (kid, "acknowledgement")] == left_s
    assert found['siseri_warning{name="signing-key-expires"}'] == 0
    assert found['siseri_failing{name="signing-key"}'] == 0
    running.clock.advance(timedelta(seconds=left_s) - EXPIRY_NOTICE)
    found = metrics(running)
    assert found[name % (kid, "acknowledgement")] == EXPIRY_NOTICE.total_seconds()
    assert found['siseri_warning{name="signing-key-expires"}'] == 1
    assert found['siseri_warning{name="log-key-expires"}'] == 0


def test_the_key_of_the_log_warns_too(own):
    folder, origin = own.config.signing_keys, own.config.log_origin
    new_log_key(folder, origin=origin, now=NOW, valid_days=EXPIRY_NOTICE.days + 1)
    own.clock.advance(timedelta(hours=23))
    assert metrics(own)['siseri_warning{name="log-key-expires"}'] == 0
    own.clock.advance(timedelta(hours=1))
    assert metrics(own)['siseri_warning{name="log-key-expires"}'] == 1
    assert "log-key-expires" in own.get("/health/ready").form["warnings"]


def test_a_database_that_is_away_leaves_the_other_figures(own):
    own.store.writer.run(lambda connection: connection.exec_driver_sql("DROP TABLE log_timestamps"))
    own.store.engine.dispose()
    own.config.home.joinpath("gateway.sqlite3").rename(own.config.home / "away")
    for leftover in own.config.home.glob("gateway.sqlite3-*"):
        leftover.unlink()
    own.config.home.joinpath("gateway.sqlite3").mkdir()
    found = metrics(own)
    assert found["siseri_database_up"] == 0
    assert found['siseri_failing{name="database"}'] == 1
    assert "siseri_held_lines" not in found
    assert "siseri_database_writes_waiting" in found


def test_it_is_no_route_of_the_public_listener(own):
    assert own.get("/metrics").status == 404
    transport = httpx.ASGITransport(own.gateway.administration)
    client = httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}")
    for path in ("/v1/me", "/health/ready", "/"):
        assert own._portal.call(client.get, path).status_code == 404


def test_no_label_names_a_partner_or_a_person(own):
    worker = a_worker(UNKNOWN)
    sent(own, a_line(worker=worker))
    own.get(f"/v1/transmissions/{uuid.uuid4()}")
    text = "\n".join(metrics(own))
    for partner in (THE_LABORATORY, THE_OPERATOR):
        for named in (partner.id, partner.name, str(partner.siret), own.tokens[partner.id]):
            assert named not in text
    assert worker["nir"] not in text
    labels = {label for _, label in re.findall(r"(\{|,)([a-z]+)=", text)}
    ours = {"door", "status", "disposition", "replay", "lane", "name", "kind", "key"}
    assert labels == ours
