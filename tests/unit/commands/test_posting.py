import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway.commands.doors import Door, Unsigned
from gateway.commands.posting import Poster
from gateway.commands.receipts import acknowledgement_of, keep_beside
from gateway.commands.terminal import CannotDo
from gateway.wire.soap import SOAP_11, response

EXAMPLES = Path(__file__).parents[3] / "specs" / "examples"
RECEIPT = (EXAMPLES / "acknowledgement/accepted.json").read_bytes()
BUSY = b'{"code":"B008","text":{"fr":"Attendez.","en":"Wait."},"status":503}'
TOKEN = "a-bearer-of-tests"  # noqa: S105 - opens nothing


class Script:
    """A gateway that answers what it is told to, and keeps what it was sent."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.bodies = []
        self.authorizations = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                script.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                script.authorizations.append(self.headers["Authorization"])
                status, headers, body = script.answers.pop(0)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def poster(url, pauses, attempts=4):
    return Poster(url=url, token=TOKEN, attempts=attempts, sleep=pauses.append)


def test_a_busy_gateway_is_asked_again_after_the_time_it_states_with_the_same_bytes():
    pauses = []
    with Script((503, {"Retry-After": "7"}, BUSY), (200, {}, RECEIPT)) as script:
        posted = poster(script.url, pauses).post(b"{}", Door.REST_JSON)
    assert posted.receipt == RECEIPT
    assert pauses == [7.0]
    assert script.bodies == [b"{}", b"{}"]
    assert script.authorizations == [f"Bearer {TOKEN}"] * 2


def test_in_flight_without_a_stated_time_backs_off():
    pauses = []
    flight = b'{"code":"B004","text":{"fr":"En cours.","en":"In flight."}}'
    with Script((409, {}, flight), (409, {}, flight), (200, {}, RECEIPT)) as script:
        poster(script.url, pauses).post(b"{}", Door.REST_JSON)
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_a_busy_fault_is_asked_again_though_its_status_is_500():
    fault = (
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><detail>'
        b'<fault xmlns="urn:siseri:gateway:acknowledgement:1"><code>B008</code><text><fr>A</fr>'
        b"<en>B</en></text></fault></detail></e:Fault></e:Body></e:Envelope>"
    )
    receipt = (EXAMPLES / "acknowledgement/accepted.xml").read_bytes().partition(b"?>")[2]
    answer = response(receipt, operation="SubmitTransmission", version=SOAP_11)
    with Script((500, {}, fault), (200, {}, answer)) as script:
        posted = poster(script.url, []).post(b"<t/>", Door.SOAP_11)
    assert acknowledgement_of(posted.receipt).disposition == "ACCEPTED"
    assert script.bodies[0].count(b"<t/>") == 1


def test_a_refusal_is_not_asked_again():
    refusal = b'{"code":"A001","text":{"fr":"Jeton inconnu.","en":"Unknown token."}}'
    pauses = []
    with Script((401, {}, refusal)) as script, pytest.raises(Unsigned) as raised:
        poster(script.url, pauses).post(b"{}", Door.REST_JSON)
    assert raised.value.code == "A001"
    assert "Jeton inconnu." in raised.value.fr
    assert not pauses


def test_a_busy_gateway_is_given_up_after_the_last_attempt():
    pauses = []
    with Script(*[(503, {}, BUSY)] * 3) as script, pytest.raises(Unsigned):
        poster(script.url, pauses, attempts=3).post(b"{}", Door.REST_JSON)
    assert len(pauses) == 2


def test_a_gateway_that_is_down_is_tried_again():
    with Script() as script:
        url = script.url
    pauses = []
    with pytest.raises(CannotDo, match="does not answer"):
        poster(url, pauses, attempts=3).post(b"{}", Door.REST_JSON)
    assert len(pauses) == 2


def test_an_answer_of_something_else_is_not_taken_for_a_receipt():
    page = (200, {}, b"<html><body>Bienvenue</body></html>")
    with Script(page) as script, pytest.raises(CannotDo, match="not that of a SISERI gateway"):
        poster(script.url, []).post(b"{}", Door.REST_JSON)


def test_a_token_does_not_cross_a_network_in_clear():
    with pytest.raises(CannotDo, match="never travels in clear"):
        Poster(url="http://gateway.invalid", token=TOKEN)


def test_without_a_token_nothing_is_sent():
    with pytest.raises(CannotDo, match="SISERI_TOKEN"):
        Poster(url="http://127.0.0.1:1", token="")


def test_a_receipt_that_says_otherwise_never_replaces_one(tmp_path):
    other = (EXAMPLES / "acknowledgement/conflict.json").read_bytes()
    file = tmp_path / "lot.json"
    first, again, second = (keep_beside(file, receipt) for receipt in (RECEIPT, RECEIPT, other))
    assert first == again == tmp_path / "lot.receipt.json"
    assert first.read_bytes() == RECEIPT
    assert second != first
    assert second.read_bytes() == other
