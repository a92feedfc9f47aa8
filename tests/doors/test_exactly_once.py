"""One transmission through many threads, doors and broken connections: stored and answered once."""

import contextlib
import json
import socket
import struct
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import builders
from tests.builders import a_line, a_transmission, an_operational_transmission
from tests.doors.reading import form_of, parsed
from tests.doors.serving import Served, answered
from tests.postgresql import KINDS, new_database
from tests.running import DOORS, Running

THREADS = 32
LINES = 20
CONTENT_TYPE = {"json": "application/json", "xml": "application/xml"}


@pytest.fixture
def running(start, tmp_path):
    """A gateway on a new database of a kind."""
    with contextlib.ExitStack() as databases:
        yield lambda kind: start(
            database_url=databases.enter_context(
                new_database(kind, tmp_path, is_migrated=kind == "postgresql")
            )
        )


def of_many_lines(**changes):
    """Some accepted, the others of workers that nobody knows: held."""
    made = [a_line(ref=f"P-{n}", worker=builders.a_worker(n)) for n in range(1, LINES + 1)]
    return a_transmission(results=made, **changes)


def until_answered(gateway, form, door):
    """As a client does that is told that the same is in flight; the answer, and how often told."""
    for told in range(600):
        answer = gateway.submit(form, door=door)
        if Running.is_receipt(answer.content):
            return answer, told
        assert answer.fault_code == "B004"
        time.sleep(0.05)
    raise AssertionError("in flight for ever")


@pytest.mark.parametrize("kind", KINDS)
def test_32_threads_through_three_doors_are_one_transmission_and_one_acknowledgement(running, kind):
    gateway = running(kind)
    form = of_many_lines()
    doors = [DOORS[number % len(DOORS)] for number in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda door: until_answered(gateway, form, door)[0], doors))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.acknowledgement["id"] for answer in answers}) == 1
    receipts = {door: set() for door in DOORS}
    for door, answer in zip(doors, answers, strict=True):
        receipts[door].add(answer.content)
    assert all(len(every) == 1 for every in receipts.values())
    assert receipts["xml"] == receipts["soap11"] == receipts["soap12"]
    replays = [a for a in answers if a.headers.get("idempotent-replayed") == "true"]
    of_rest = [door for door in doors if not door.startswith("soap")]
    assert len(replays) in {len(of_rest), len(of_rest) - 1}  # the first went in by one door
    assert gateway.counted("transmissions") == gateway.counted("transmission_bodies") == 1
    assert gateway.counted("acknowledgements") == 1
    assert gateway.counted("renderings") == 2
    assert gateway.counted("lines") == gateway.counted("measurements") == LINES


def test_two_senders_at_once_under_one_uuid_are_two_transmissions(gateway):
    name = str(uuid.uuid4())
    forms = [a_transmission(id=name), an_operational_transmission(id=name)]
    asked = [(forms[n % 2], DOORS[n // 2 % len(DOORS)]) for n in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(lambda one: until_answered(gateway, *one)[0], asked))
    by_sender = {}
    for (form, _), answer in zip(asked, answers, strict=True):
        assert answer.disposition == "ACCEPTED"
        found = by_sender.setdefault(form["sender"]["siret"], set())
        found.add(answer.acknowledgement["id"])
    assert sorted(len(found) for found in by_sender.values()) == [1, 1]
    assert not set.intersection(*by_sender.values())
    assert gateway.counted("transmissions") == gateway.counted("lines") == 2


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(tmp_path_factory.mktemp("served"))
    yield running
    running.stop()


def ask(served, path, accept="application/json"):
    head = served.head("Connection: close", f"Accept: {accept}", method="GET", path=path)
    with served.connect() as raw:
        raw.sendall(head)
        content = answered(raw, 20.0)
    return int(content.split(b" ", 2)[1]), content.partition(b"\r\n\r\n")[2]


def request(served, body, *, door="json"):
    """The bytes of a submission to be answered in the representation of the door."""
    head = served.head("Connection: close", f"Content-Length: {len(body)}")
    return head.replace(b"application/json", CONTENT_TYPE[door].encode()) + body


def reset(raw):
    """Break the connection, whatever of the answer is under way."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()


def in_form(form, door):
    return builders.in_json(form) if door == "json" else builders.in_xml(form)


def of_a_day(number):
    """A transmission whose dose no other test of this module sends."""
    day = f"2026-{number // 28 + 1:02d}-{number % 28 + 1:02d}"
    return a_transmission(results=[a_line(period={"start": day, "end": day})])


def receipt_by_id(served, form, accept):
    """What stands under the id: asked until it is there."""
    for _ in range(2_000):
        status, found = ask(served, f"/v1/transmissions/{form['id']}")
        if status == 200:
            acknowledgement = json.loads(found)["receipt"]["acknowledgement"]["id"]
            return ask(served, f"/v1/receipts/{acknowledgement}", accept)[1]
        assert status == 404
        time.sleep(0.02)
    raise AssertionError("never recorded")


@pytest.mark.parametrize("door", ["json", "xml"])
def test_a_client_whose_connection_died_finds_by_id_what_a_calm_client_got(served, door):
    form = of_a_day(1 if door == "json" else 2)
    sent = request(served, in_form(form, door), door=door)
    with served.connect() as raw:
        raw.sendall(sent)
        found = receipt_by_id(served, form, CONTENT_TYPE[door])
        reset(raw)
    with served.connect() as raw:
        raw.sendall(sent)
        head, _, calm = answered(raw, 20.0).partition(b"\r\n\r\n")
    assert b"idempotent-replayed: true" in head.lower()
    assert calm == found
    if door == "xml":
        assert parsed(found).tag.endswith("}receipt")


@pytest.mark.parametrize("door", ["json", "xml"])
@pytest.mark.parametrize("part", [0.0, 0.3, 0.7, 0.999])
def test_an_interrupted_transmission_is_unknown_and_its_retry_is_no_duplicate(served, door, part):
    form = of_a_day(3 + int(part * 10) * 2 + (door == "xml"))
    sent = request(served, in_form(form, door), door=door)
    with served.connect() as raw:
        raw.sendall(sent[: int(len(sent) * part)])
    assert ask(served, f"/v1/transmissions/{form['id']}")[0] == 404
    with served.connect() as raw:
        raw.sendall(sent)
        head, _, content = answered(raw, 20.0).partition(b"\r\n\r\n")
    assert b" 200 " in head
    assert b"idempotent-replayed" not in head.lower()
    acknowledgement = acknowledged(content, door)
    assert acknowledgement["disposition"].startswith("ACCEPTED")
    assert "U001" not in {found["code"] for found in acknowledgement.get("codes", ())}


def acknowledged(receipt, door):
    """What was signed, without its signature: any four letters may stand in that."""
    return (json.loads(receipt) if door == "json" else form_of(parsed(receipt)))["acknowledgement"]
