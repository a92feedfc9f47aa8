"""`services-ps.ameli.fr` over real HTTPS with client certificates, and a port that switches it.

    python -m tests.partners.services_ps_ameli_fr.server --folder var/ameli --port 8493

writes certificates to the folder and answers until it is stopped. The control port is HTTP:
`GET /` tells plan and counts, `PUT /` takes `{"behaviour": "html 503", "delay_s": 0, "times": 3}`,
`DELETE /` ends what is under way, and forgets plan and counts.
"""

import argparse
import http.server
import socket
import ssl
import struct
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Self, cast

from tests.partners.services_ps_ameli_fr.answers import (
    BREAKS_SCHEMA,
    FAULTS,
    Slip,
    faulted,
    searched,
    verified,
)
from tests.partners.services_ps_ameli_fr.behaviours import (
    FIXED,
    HUGE_BYTES,
    SOAP,
    Behaviour,
    Conduct,
    Plan,
    Said,
    built,
)
from tests.partners.services_ps_ameli_fr.certificates import Credentials
from tests.partners.services_ps_ameli_fr.control import ControlPort
from tests.partners.services_ps_ameli_fr.register import CNDA, Register
from tests.partners.services_ps_ameli_fr.requests import Contract, Question, Refused

IDAM = "SI00000001"
"""The one authorised software. Of nobody."""
_PIECE_BYTES = 64 * 1024
_AUTHORISED = {"INSI-AUTO", "INSI-MANU"}


class Double(Conduct):
    """INSi on a port of the loopback that the system chose, unless it is told one."""

    def __init__(self, folder: Path, *, port: int = 0, control_port: int = 0) -> None:
        super().__init__()
        self.credentials = Credentials(folder)
        self.register = Register()
        self.questions: list[Question] = []
        self.complaints: list[str] = []
        """What was asked, or answered, against the schemas."""
        self._contract = Contract()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.credentials.server)
        context.load_verify_locations(self.credentials.authorities)
        context.verify_mode = ssl.CERT_REQUIRED
        self._service = _Server(port, _Exchange, double=self, context=context)
        self._control = ControlPort(control_port, self)
        self.url = f"https://127.0.0.1:{self._service.server_address[1]}/lps"
        self.control_url = f"http://127.0.0.1:{self._control.server_address[1]}/"
        for server in (self._service, self._control):
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()
        for server in (self._service, self._control):
            server.shutdown()
            server.server_close()

    def clear(self) -> None:
        """As it was at first, the people that were added apart."""
        super().clear()
        self.questions.clear()

    def answer(self, exchange: "_Exchange", content: bytes) -> None:
        plan = self.begin()
        try:
            if not (plan.delay_s and self.wait(plan.delay_s)):
                self._behave(exchange, content, plan)
        finally:
            self.end()

    def _behave(self, exchange: "_Exchange", content: bytes, plan: Plan) -> None:
        match plan.behaviour:
            case Behaviour.SILENT:
                self.wait(3600)
                exchange.close_connection = True
            case Behaviour.RESETS:
                exchange.reset()
            case Behaviour.HUGE:
                exchange.say_blanks(HUGE_BYTES)
            case Behaviour.CROWDED | Behaviour.GZIP_BOMB:
                exchange.say(built(Behaviour(plan.behaviour)))
            case _ if plan.behaviour in FIXED:
                exchange.say(FIXED[Behaviour(plan.behaviour)])
            case _:
                self._judged(exchange, content, plan.behaviour)

    def _judged(self, exchange: "_Exchange", content: bytes, behaviour: str) -> None:
        said = self._said(exchange, content, behaviour)
        half = len(said.content) // 2
        match behaviour:
            case Behaviour.TRUNCATED:
                exchange.say(Said(status=said.status, content=said.content[:half]))
            case Behaviour.CUT:
                exchange.say(said, octets=said.content[:half])
            case Behaviour.DRIPS:
                exchange.drip(said)
            case _:
                exchange.say(said)

    def _said(self, exchange: "_Exchange", content: bytes, behaviour: str) -> Said:
        if behaviour in FAULTS:
            return self._fault(behaviour)
        if exchange.common_name not in _AUTHORISED:
            return self._fault("desir_560")
        try:
            question = self._contract.question(content, action=exchange.action)
        except (Refused, ValueError) as error:
            self.complaints.append(f"request: {error}")
            return self._fault("unknown sender fault")
        self.questions.append(question)
        if question.idam != IDAM:
            return self._fault("siram_100")
        slip = Slip(behaviour) if behaviour in set(Slip) else Slip.NONE
        answer = self._answered(question, behaviour, slip)
        if behaviour == Behaviour.SOAP_11:
            answer = answer.replace(
                b"http://www.w3.org/2003/05/soap-envelope",
                b"http://schemas.xmlsoap.org/soap/envelope/",
            )
        elif behaviour == Behaviour.TWO_ANSWERS:
            at, end = answer.index(b"<ns3:RESULTAT"), answer.index(b"</S:Body>")
            answer = answer[:end] + answer[at:]
        elif slip not in BREAKS_SCHEMA:
            self._prove(answer)
        return Said(content=answer)

    def _answered(self, question: Question, behaviour: str, slip: Slip) -> bytes:
        found = self.register.find(
            birth_name=question.birth_name,
            first_names=question.first_names,
            sex=question.sex,
            birth_date=question.birth_date,
            birthplace=question.birthplace,
            is_lenient=behaviour == Behaviour.LENIENT,
        )
        if behaviour == Behaviour.FINDS_NOBODY:
            found = ()
        elif behaviour == Behaviour.FINDS_SEVERAL:
            found = (CNDA[0], CNDA[1])
        if question.number is None:
            return searched(found, to=question.message_id, slip=slip)
        is_one = [(p.active.number, p.active.oid) for p in found] == [
            (question.number, question.oid)
        ]
        return verified(is_one=is_one, to=question.message_id, slip=slip)

    def _fault(self, name: str) -> Said:
        content = faulted(FAULTS[name])
        self._prove(content)
        return Said(status=FAULTS[name].status, content=content)

    def _prove(self, answer: bytes) -> None:
        try:
            self._contract.must_answer(answer)
        except Refused as error:
            self.complaints.append(f"answer: {error}")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, handler: type, *, double: Double, context=None) -> None:
        self.double = double
        self._context = context
        super().__init__(("127.0.0.1", port), handler)

    def finish_request(self, request, client_address) -> None:
        """In the connection's own thread: a handshake that hangs stops nobody else."""
        with suppress(OSError):
            if self._context is None:
                super().finish_request(request, client_address)
                return
            with self._context.wrap_socket(
                request, server_side=True, do_handshake_on_connect=False
            ) as protected:
                try:
                    protected.do_handshake()
                except ssl.SSLError:
                    _leave_politely(protected)
                    return
                super().finish_request(protected, client_address)

    def handle_error(self, *_: object) -> None:
        """Who asked may have left."""


def _leave_politely(connection: ssl.SSLSocket) -> None:
    """Let the other side read the alert: closed over unread bytes, a connection is reset."""
    connection.settimeout(2)
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(4096):
        pass


class _Exchange(http.server.BaseHTTPRequestHandler):
    """One connection of the service."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def setup(self) -> None:
        super().setup()
        self.double = cast("_Server", self.server).double
        subject = self.connection.getpeercert()["subject"]
        self.common_name = dict(pair for one in subject for pair in one)["commonName"]
        self.double.count("connections")

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.double.answer(self, content)

    @property
    def action(self) -> str:
        """The `action` parameter of the media type (RFC 3902)."""
        return self.headers.get_param("action", "", "content-type")

    def say(self, said: Said, *, octets: bytes | None = None) -> None:
        """The answer; `octets` are what is sent in place of its content."""
        self.send_response(said.status)
        self.send_header("content-type", said.media_type)
        self.send_header("content-length", str(len(said.content)))
        for name, value in said.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said.content if octets is None else octets)
        self.wfile.flush()
        self.close_connection = octets is not None

    def drip(self, said: Said) -> None:
        self.send_response(said.status)
        self.send_header("content-type", said.media_type)
        self.send_header("content-length", str(len(said.content)))
        self.end_headers()
        for at in range(len(said.content)):
            self.wfile.write(said.content[at : at + 1])
            self.wfile.flush()
            if self.double.wait(0.05):
                break
        self.close_connection = True

    def say_blanks(self, size: int) -> None:
        """Of so many bytes, without holding them."""
        self.send_response(200)
        self.send_header("content-type", SOAP)
        self.send_header("content-length", str(size))
        self.end_headers()
        for _ in range(size // _PIECE_BYTES):
            self.wfile.write(b" " * _PIECE_BYTES)
        self.close_connection = True

    def reset(self) -> None:
        """RST in place of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing on the output of tests."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8493)
    parser.add_argument("--control-port", type=int, default=8494)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="ameli-"))
    folder.mkdir(parents=True, exist_ok=True)
    with Double(folder, port=given.port, control_port=given.control_port) as double:
        print(double.url, double.control_url, folder)
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
