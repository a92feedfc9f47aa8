"""`smtp.example`: a relay over real SMTP (RFC 5321) and TLS; a test switches what it does."""

import contextlib
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum
from pathlib import Path
from typing import Self, cast


class Behaviour(StrEnum):
    """What the relay does with the next connections."""

    TAKES = "takes"
    CLOSES = "closes"
    """Takes the connection, and hangs up."""
    SILENT = "silent"
    """Says nothing at all."""
    DRIPS = "drips"
    """A byte of its greeting every tenth of a second, without end."""
    LATER = "later"
    """451 to every recipient."""
    NEVER = "never"
    """550 to every recipient."""
    CONTENT_LATER = "content later"
    """452 after the content."""
    CONTENT_NEVER = "content never"
    """554 after the content."""
    DROPS_AFTER_CONTENT = "drops after content"
    """Takes the mail, and hangs up before it says so."""
    NO_STARTTLS = "no starttls"
    """Does not offer TLS."""


@dataclass(frozen=True)
class Taken:
    """A mail that the relay answers for."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    is_under_tls: bool

    @property
    def mail(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.content, policy=default))


class Relay:
    """The relay, on a port of the loopback that the system chose."""

    def __init__(self, certificate: Path | None = None, *, is_implicit: bool = False) -> None:
        """`certificate` is a file of the chain and the key in PEM; without one there is no TLS."""
        self.behaviour = Behaviour.TAKES
        self.taken: list[Taken] = []
        self.said: list[str] = []
        """Every command received."""
        self.stopping = threading.Event()
        self.context: ssl.SSLContext | None = None
        self.is_implicit = is_implicit
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.relay = self
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    relay: Relay


class _Session(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        self.relay = cast("_Server", self.server).relay
        self.connection: socket.socket = self.request
        self.is_under_tls = False
        with contextlib.suppress(OSError, ssl.SSLError, _HangUp):
            if self.relay.is_implicit:
                self.protect()
            self.greet()
            self.converse()
        with contextlib.suppress(OSError):
            self.connection.close()

    def protect(self) -> None:
        assert self.relay.context is not None
        self.connection = self.relay.context.wrap_socket(self.connection, server_side=True)
        self.is_under_tls = True
        self.lines = self.connection.makefile("rb")

    def say(self, text: str) -> None:
        self.connection.sendall(f"{text}\r\n".encode("ascii"))

    def greet(self) -> None:
        behaviour = self.relay.behaviour
        if behaviour is Behaviour.CLOSES:
            raise _HangUp
        if behaviour is Behaviour.SILENT:
            self.relay.stopping.wait()
            raise _HangUp
        while behaviour is Behaviour.DRIPS and not self.relay.stopping.wait(0.1):
            self.connection.sendall(b"2")
        self.lines = self.connection.makefile("rb")
        self.say("220 smtp.example ready")

    def converse(self) -> None:
        sender, recipients = "", []
        while line := self.lines.readline(2000):
            text = line.decode("ascii").rstrip("\r\n")
            verb, _, rest = text.partition(" ")
            verb = verb.upper()
            self.relay.said.append(f"{verb} {rest}".rstrip())
            if verb == "EHLO":
                self.offer()
            elif verb == "STARTTLS":
                self.say("220 go on")
                self.protect()
            elif verb == "AUTH":
                self.say("235 welcome")
            elif verb == "MAIL":
                sender, recipients = _path(text), []
                self.say("250 ok")
            elif verb == "RCPT":
                if self.takes_recipient():
                    recipients.append(_path(text))
            elif verb == "DATA":
                self.take(sender, tuple(recipients))
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def offer(self) -> None:
        is_offered = (
            self.relay.context is not None
            and not self.is_under_tls
            and self.relay.behaviour is not Behaviour.NO_STARTTLS
        )
        self.say("250-smtp.example")
        if is_offered:
            self.say("250-STARTTLS")
        if self.is_under_tls:
            self.say("250-AUTH PLAIN")
        self.say("250 8BITMIME")

    def takes_recipient(self) -> bool:
        answers = {
            Behaviour.LATER: "451 4.3.0 marked@person.example later",
            Behaviour.NEVER: "550 5.1.1 marked@person.example unknown",
        }
        self.say(answers.get(self.relay.behaviour, "250 ok"))
        return self.relay.behaviour not in answers

    def take(self, sender: str, recipients: tuple[str, ...]) -> None:
        self.say("354 go on")
        content = b""
        while (line := self.lines.readline()) != b".\r\n":
            if not line:
                raise _HangUp
            content += line[1:] if line.startswith(b".") else line
        behaviour = self.relay.behaviour
        if behaviour is Behaviour.CONTENT_LATER:
            self.say("452 4.3.1 full")
        elif behaviour is Behaviour.CONTENT_NEVER:
            self.say("554 5.7.1 refused")
        else:
            self.relay.taken.append(Taken(sender, recipients, content, self.is_under_tls))
            if behaviour is Behaviour.DROPS_AFTER_CONTENT:
                raise _HangUp
            self.say("250 taken")


class _HangUp(Exception):
    """The relay ends the connection."""


def _path(text: str) -> str:
    return text[text.index("<") + 1 : text.index(">")]
