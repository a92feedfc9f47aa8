"""Three years of certificates by a clock that is moved: nobody's ends without its five notices.

The process that lives the days is killed at random moments; the relay is away for five days, and
drops connections after it took a mail on some others.
"""

import random
import subprocess
import sys
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from gateway.model.partner_notices import EXPIRY_DAYS, MailAddress, NoticeKind, NoticeState
from gateway.model.partners import Credential, CredentialKind
from gateway.storage.engine import open_engine
from gateway.storage.partner_credentials import SqlCredentials, new_credential_id
from gateway.storage.partner_life import SqlPartnerLife
from gateway.storage.partner_notices import SqlNoticeOutbox
from gateway.storage.partner_register import SqlPartnerRegister
from gateway.storage.writer import Writer
from tests.contract.ports.test_partner_register import LABORATORY
from tests.enrolled import put
from tests.fakes import FixedClock
from tests.partners.smtp_example.server import Behaviour, Relay
from tests.postgresql import new_database

ROOT = Path(__file__).resolve().parents[3]
FIRST = datetime(2027, 1, 1, 5, 0, tzinfo=UTC)
DAYS = 3 * 365 + 1
VALID = timedelta(days=365)
PARTNERS = 8
KILLS = 3
AWAY = range(400, 405)
"""Days on which the relay takes no connection."""
DROPS = frozenset(range(10, DAYS, 97))
"""Days on which it takes a mail and hangs up before it says so."""


class Process:
    """What lives the days."""

    def __init__(self, database, port):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.partners.a_day", database, str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def live(self, moment, *, dies_after_s=None):
        """Whether it lived the whole of that day."""
        line = f"{moment.isoformat()}\n"
        killer = None
        if dies_after_s is not None:
            killer = threading.Timer(dies_after_s, self._process.kill)
            killer.start()
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            return self._process.stdout.readline() == line and dies_after_s is None
        except BrokenPipeError:
            return False
        finally:
            if killer is not None:
                killer.join()

    def end(self):
        self._process.kill()
        self._process.communicate()


class World:
    """Partners and their certificates, each a year long, renewed 15 days before it ends."""

    def __init__(self, database):
        self._engine = open_engine(database)
        self._writer = Writer(engine=self._engine)
        parts = {"engine": self._engine, "writer": self._writer}
        self.outbox = SqlNoticeOutbox(**parts, clock=FixedClock(FIRST))
        self.credentials = SqlCredentials(**parts, clock=FixedClock(FIRST))
        self.life = SqlPartnerLife(**parts)
        register = SqlPartnerRegister(**parts, clock=FixedClock(FIRST))
        self.ends, self.last = {}, {}
        self.partners = [f"partner-{number}" for number in range(PARTNERS)]
        for number, partner in enumerate(self.partners):
            register.add(msgspec.structs.replace(LABORATORY, id=partner))
            self.outbox.add_contact(partner, MailAddress.parse(f"{partner}@labo.example"))
            self.enrol(partner, FIRST - timedelta(days=37 * number))

    def enrol(self, partner, at):
        thumbprint = f"{len(self.ends):043}"
        self.ends[thumbprint] = self.last[partner] = at + VALID
        put(
            self.credentials,
            Credential(
                id=new_credential_id(),
                partner_id=partner,
                kind=CredentialKind.CERTIFICATE,
                thumbprint=thumbprint,
                public=b"der",
                not_before=at,
                not_after=at + VALID,
                enrolled_at=at,
            ),
        )

    def live(self, moment):
        """Partners come every month, and renew 15 days ahead of the end."""
        for number, partner in enumerate(self.partners):
            if (moment - FIRST).days % 30 == number:
                self.life.note(partner, moment.date())
            last = self.last[partner]
            if (moment - FIRST).days % 5 == number % 5 and timedelta() < last - moment < timedelta(
                days=15
            ):
                self.enrol(partner, moment)

    def is_eventful(self, day):
        """Whether a process that comes round every hour would have something to do that day."""
        until = FIRST + timedelta(days=day)
        is_announced = any(
            timedelta() <= until - (end - timedelta(days=days)) < timedelta(days=1)
            for end in self.ends.values()
            for days in EXPIRY_DAYS
        )
        return is_announced or day % 20 == 0 or day in DROPS or AWAY.start <= day <= AWAY.stop

    def close(self):
        self._writer.close()
        self._engine.dispose()


@pytest.fixture
def database(tmp_path):
    with new_database("sqlite", tmp_path) as address:
        yield address


def lived(world, database, relay, *, kills):
    """Every day of the three years; how often the process was killed."""
    chance = random.Random(20270101)
    doomed = set(chance.sample(range(0, DAYS, 20), kills))
    process, killed = Process(database, relay.port), 0
    for day in range(DAYS):
        moment = FIRST + timedelta(days=day)
        world.live(moment)
        if not world.is_eventful(day):
            continue
        relay.behaviour = (
            Behaviour.CLOSES
            if day in AWAY
            else Behaviour.DROPS_AFTER_CONTENT
            if day in DROPS
            else Behaviour.TAKES
        )
        dies_after_s = chance.uniform(0, 0.02) if day in doomed else None
        while not process.live(moment, dies_after_s=dies_after_s):
            process.end()
            process, killed, dies_after_s = Process(database, relay.port), killed + 1, None
            moment += timedelta(minutes=2)
    process.end()
    return killed


def test_in_three_years_no_certificate_ends_without_its_five_notices(database):
    world = World(database)
    with Relay() as relay:
        killed = lived(world, database, relay, kills=KILLS)
    assert killed >= KILLS
    until = FIRST + timedelta(days=DAYS - 2)
    ended = [thumbprint for thumbprint, end in world.ends.items() if FIRST < end < until]
    told = defaultdict(list)
    for partner in world.partners:
        for notice, state in world.outbox.upcoming(partner):
            if notice.kind is NoticeKind.CREDENTIAL_EXPIRES:
                told[notice.subject].append((notice, state))
    assert len(ended) >= 2 * PARTNERS
    mails = defaultdict(list)
    for taken in relay.taken:
        mails[taken.mail["Message-ID"].strip("<>").partition("@")[0]].append(taken)
    for thumbprint in ended:
        notices = [notice for notice, _ in told[thumbprint]]
        assert sorted(notice.days for notice in notices) == sorted(EXPIRY_DAYS), thumbprint
        for notice, state in told[thumbprint]:
            assert state is NoticeState.SENT
            assert {taken.recipients for taken in mails[notice.id]} == {
                (f"{notice.partner_id}@labo.example",)
            }
            ahead = world.ends[thumbprint] - notice.decided_at
            assert timedelta(days=notice.days - 1) <= ahead <= timedelta(days=notice.days)
    for same in mails.values():
        assert len({taken.content for taken in same}) == 1  # a doubled one is recognised
    assert sum(map(len, mails.values())) - len(mails) <= killed + len(DROPS) * PARTNERS
    kinds = {notice.kind for each in world.partners for notice, _ in world.outbox.upcoming(each)}
    assert kinds == {NoticeKind.CREDENTIAL_EXPIRES}  # who comes every month is not idle
    world.close()
