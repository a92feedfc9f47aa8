"""The work behind the doors of `serve`: the durable engine with its tasks, and its rounds."""

import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gateway.background.rounds import Engine, Rounds
from gateway.background.tasks import JudgeAgainTask
from gateway.config import Config
from gateway.model.background import Schedule, Task
from gateway.storage.background_processes import SqlProcessBeats

if TYPE_CHECKING:
    from gateway.app import Gateway


class BackgroundWork:
    """Made before the gateway, which tells whether it is late; begun after it."""

    def __init__(self, config: Config) -> None:
        """Nothing is opened before `start`."""
        self._config = config
        self._rounds: Rounds | None = None

    @property
    def warnings(self) -> Mapping[str, Callable[[], bool]]:
        """What the readiness of the gateway is to warn of, by name."""
        return {"background-work": self._is_late}

    def start(self, gateway: "Gateway") -> None:
        """Begin, in a thread; the doors do not wait for it."""
        store, process_id = gateway.store, uuid.uuid4().hex
        tasks = {Task.JUDGE_AGAIN: JudgeAgainTask(gateway.judging_again)}

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
            schedules=[
                Schedule(task=Task.JUDGE_AGAIN, every_s=60 * self._config.judge_again_minutes)
            ],
        )
        self._rounds.start()

    def close(self) -> None:
        """Hand back what is under way; before the gateway closes its store."""
        if self._rounds is not None:
            self._rounds.close()

    def _is_late(self) -> bool:
        return self._rounds is not None and self._rounds.is_late()
