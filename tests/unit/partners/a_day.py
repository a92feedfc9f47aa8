"""Run as a process of its own: lives the days it is told, by the tasks that `serve` runs.

`a_day.py DATABASE RELAY_PORT`. Each line on its input is a moment in ISO form: the clock is set to
it, the tasks are done, and the moment is said back. It may be killed at any point.
"""

import sys
from datetime import UTC, datetime
from functools import partial

import structlog

from adapters.mail import SmtpMailer
from gateway.model.background import Turn
from gateway.model.partner_notices import MailAddress, Relay, Tls
from gateway.partners.expiry import ExpiryNotices
from gateway.partners.idle_accounts import IdleAccounts
from gateway.partners.mailing import Mailing
from gateway.partners.notice_texts import message_of
from gateway.storage.engine import open_engine
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.writer import Writer


class ToldClock:
    """ports.Clock, as the test tells it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


def main(database: str, port: str) -> None:
    engine = open_engine(database)
    writer = Writer(engine=engine)
    clock = ToldClock()
    outbox = SqlNoticeOutbox(engine=engine, writer=writer, clock=clock)
    life = SqlPartnerLife(engine=engine, writer=writer)
    relay = Relay(
        host="127.0.0.1",
        port=int(port),
        tls=Tls.NONE,
        sender=MailAddress.parse("passerelle@registre.example"),
        user="",
        password="",
        authorities=None,
    )
    tasks = (
        ExpiryNotices(life=life, outbox=outbox, clock=clock),
        IdleAccounts(life=life, outbox=outbox, clock=clock, has_relay=True),
        Mailing(
            outbox=outbox,
            mailer=SmtpMailer(relay),
            clock=clock,
            message_of=partial(message_of, environment="test"),
        ),
    )
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        clock.moment = datetime.fromisoformat(line.strip())
        for task in tasks:
            task(Turn(is_stopping=lambda: False))
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
