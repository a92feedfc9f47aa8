"""The work behind the doors of `serve`: the durable engine with its tasks, and its rounds."""

import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from adapters.mail import SmtpMailer
from gateway.background.rounds import FIRST_S, LOOK_S, Engine, Rounds
from gateway.background.tasks import JudgeAgainTask
from gateway.config import Config
from gateway.identity import notice_texts as users_texts
from gateway.identity.erasing_users import ErasingUsers
from gateway.identity.idle_users import IdleUsers
from gateway.model.background import Schedule, Task, Turn
from gateway.partners import notice_texts
from gateway.partners.expiry import ExpiryNotices
from gateway.partners.idle_accounts import IdleAccounts
from gateway.partners.mailing import Mailing
from gateway.ports.partner_notices import Mailer
from gateway.rules.catalogue import CATALOGUE
from gateway.storage.background_processes import SqlProcessBeats
from gateway.store import Store
from gateway.verification.rounds import VerificationRound
from gateway.verifying import Verifying

if TYPE_CHECKING:
    from gateway.app import Gateway

Work = Callable[[Turn], None]
EVERY_S: Final = {
    Task.EXPIRY_NOTICES: 3_600,
    Task.IDLE_ACCOUNTS: 3_600,
    Task.IDLE_USERS: 86_400,
    Task.INDEX_PEOPLE: 300,
    Task.FORGET_SIGN_INS: 300,
    Task.MAIL: 60,
    Task.VERIFY: 60,
}
"""How often the tasks come round that no setting rules."""


def tasks_of_partners(config: Config, store: Store) -> dict[Task, Work]:
    """What is done for partners and for users; mail where a relay is configured."""
    outbox, life, clock = store.notices, store.life, store.clock
    tasks: dict[Task, Work] = {
        Task.EXPIRY_NOTICES: ExpiryNotices(life=life, outbox=outbox, clock=clock),
        Task.IDLE_ACCOUNTS: IdleAccounts(
            life=life, outbox=outbox, clock=clock, has_relay=config.relay is not None
        ),
    }
    tasks[Task.IDLE_USERS] = _idle_users(config, store)
    tasks[Task.INDEX_PEOPLE] = store.users.filling
    tasks[Task.FORGET_SIGN_INS] = store.users.forgetting
    if config.relay is not None:
        tasks[Task.MAIL] = _mail(config, store, SmtpMailer(config.relay))
    return tasks


def _idle_users(config: Config, store: Store) -> Work:
    """Accounts of the portal that nobody uses: disabled, and in the end erased."""
    users, clock = store.users, store.clock
    disabling = IdleUsers(life=users.life, clock=clock, has_relay=config.relay is not None)
    months = config.federation.erased_months
    erasing = ErasingUsers(erasure=users.erasure, clock=clock, months=months)

    def end(turn: Turn) -> None:
        disabling(turn)
        erasing(turn)

    return end


def _mail(config: Config, store: Store, mailer: Mailer) -> Work:
    """Both outboxes emptied, by one relay."""
    clock, environment = store.clock, config.environment
    to_partners = Mailing(
        outbox=store.notices,
        mailer=mailer,
        clock=clock,
        message_of=partial(notice_texts.message_of, environment=environment),
    )
    to_users = Mailing(
        outbox=store.users.outbox,
        mailer=mailer,
        clock=clock,
        message_of=partial(users_texts.message_of, environment=environment),
    )

    def send(turn: Turn) -> None:
        to_partners(turn)
        to_users(turn)

    return send


def tasks_of_registers(
    verifying: Verifying, *, judge_again: Callable[[], None]
) -> dict[Task, Work]:
    """What is asked of outside registers, where one is configured."""
    askings = tuple(verifying.askings.values())
    if not askings:
        return {}
    return {Task.VERIFY: VerificationRound(askings=askings, judge_again=judge_again)}


def judge_again_task(gateway: "Gateway") -> JudgeAgainTask:
    """By the rules of this code, and what its verification draws on."""
    verifying = gateway.verifying
    return JudgeAgainTask(
        gateway.judging_again,
        held=gateway.store.held_rounds,
        clock=gateway.store.clock,
        basis=lambda: f"{CATALOGUE.sha256} {verifying.basis()}",
    )


class BackgroundWork:
    """Made before the gateway, which tells whether it is late; begun after it.

    Implements ports.background.Soon by the engine of this process.
    """

    def __init__(self, config: Config, *, look_s: float = LOOK_S, first_s: float = FIRST_S) -> None:
        """Nothing is opened before `start`; for `look_s` and `first_s` see `Rounds`."""
        self._config = config
        self._look_s = look_s
        self._first_s = first_s
        self._rounds: Rounds | None = None
        self._store: Store | None = None

    @property
    def warnings(self) -> Mapping[str, Callable[[], bool]]:
        """What the readiness of the gateway is to warn of, by name."""
        return {"background-work": self._is_late, "notices-late": self._has_notices_left}

    def start(self, gateway: "Gateway") -> None:
        """Begin, in a thread; the doors do not wait for it."""
        self._store = store = gateway.store
        process_id = uuid.uuid4().hex
        tasks: dict[Task, Work] = {
            Task.JUDGE_AGAIN: judge_again_task(gateway),
            **tasks_of_partners(self._config, store),
            **tasks_of_registers(gateway.verifying, judge_again=self._judge_again),
        }

        def open_engine() -> Engine:
            # slow, and of no use to any other command
            from gateway.background.engine import DurableEngine  # noqa: PLC0415

            engine = DurableEngine(
                url=self._config.background_url, process_id=process_id, tasks=tasks
            )
            engine.start()
            return engine

        self._rounds = Rounds(
            process_id=process_id,
            open_engine=open_engine,
            beats=SqlProcessBeats(engine=store.engine, writer=store.writer),
            clock=store.clock,
            schedules=[Schedule(task=task, every_s=self._every_s(task)) for task in tasks],
            look_s=self._look_s,
            first_s=self._first_s,
        )
        self._rounds.start()

    def close(self) -> None:
        """Hand back what is under way; before the gateway closes its store."""
        if self._rounds is not None:
            self._rounds.close()

    def soon(self, task: Task) -> None:
        """See ports.background.Soon; before it has begun, the first round does it."""
        if self._rounds is not None:
            self._rounds.soon(task)

    def _judge_again(self) -> None:
        """What held lines were waiting for has been answered."""
        self.soon(Task.JUDGE_AGAIN)

    def _every_s(self, task: Task) -> int:
        return EVERY_S.get(task, 60 * self._config.judge_again_minutes)

    def _has_notices_left(self) -> bool:
        if self._store is None:
            return False
        now = self._store.clock.now()
        return self._store.notices.is_late(now) or self._store.users.outbox.is_late(now)

    def _is_late(self) -> bool:
        return self._rounds is not None and self._rounds.is_late()
