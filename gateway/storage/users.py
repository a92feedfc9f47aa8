"""What is kept of those who sign in, opened once over the database of an installation."""

from sqlalchemy import Engine

from gateway.model.audit import GATEWAY, Actor
from gateway.ports import Clock, Sealer
from gateway.storage.account_bars import SqlAccountBars
from gateway.storage.account_erasure import SqlAccountErasure
from gateway.storage.account_life import SqlAccountLife
from gateway.storage.account_notices import SqlAccountOutbox
from gateway.storage.accounts import SqlAccounts
from gateway.storage.directory_people import SqlDirectoryPeople
from gateway.storage.hand_overs import SqlHandOvers
from gateway.storage.people_filling import PeopleFilling
from gateway.storage.sign_in_attempts import SqlAttempts
from gateway.storage.sign_in_forgetting import Forgetting
from gateway.storage.sign_in_sessions import SqlSessions
from gateway.storage.typed_numbers import SqlTypedNumbers
from gateway.storage.waiting_identities import SqlWaiting
from gateway.storage.writer import Writer


class Users:
    """The ports of `gateway.identity`, on SQL."""

    def __init__(
        self,
        *,
        engine: Engine,
        writer: Writer,
        sealer: Sealer,
        clock: Clock,
        by: Actor = GATEWAY,
    ) -> None:
        """`engine` from `open_engine`, migrated; `by`: who decides what is decided of accounts."""
        self.attempts = SqlAttempts(engine=engine, writer=writer, sealer=sealer, clock=clock)
        self.accounts = SqlAccounts(engine=engine, writer=writer, sealer=sealer)
        self.sessions = SqlSessions(engine=engine, writer=writer, sealer=sealer)
        self.waiting = SqlWaiting(engine=engine, writer=writer, sealer=sealer, clock=clock)
        self.numbers = SqlTypedNumbers(engine=engine, writer=writer, clock=clock, by=by)
        self.bars = SqlAccountBars(engine=engine, writer=writer, clock=clock, by=by)
        self.people = SqlDirectoryPeople(engine=engine, sealer=sealer)
        self.life = SqlAccountLife(engine=engine, writer=writer, sealer=sealer, clock=clock, by=by)
        self.erasure = SqlAccountErasure(engine=engine, writer=writer)
        self.outbox = SqlAccountOutbox(engine=engine, writer=writer, sealer=sealer)
        self.filling = PeopleFilling(engine=engine, writer=writer, sealer=sealer)
        self.hand_overs = SqlHandOvers(engine=engine, clock=clock)
        self.forgetting = Forgetting(engine=engine, writer=writer, clock=clock)
