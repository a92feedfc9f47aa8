"""The durable engine: DBOS Transact, which nothing but this module knows (D8, ADR 0018).

It keeps its rows in a database of its own: a file beside that of SQLite, a schema of PostgreSQL.
What it is told is a task's name and that of an occurrence; what it keeps of an outcome is a word,
of an error that there was one. Against its defaults:

1. No pickle (CWE-502): values are JSON; its pickling serializer refuses both ways, for a row states
   by itself which serializer it asks for, and who can write a row must not run code here.
2. No way out: no conductor, no cloud whatever the environment says, no OTLP. It listens on no port.
3. Its log is ours: type names alone, no traceback, no hint to register anywhere.
4. It never changes its schema while serving: `migrate` does, at the command of the operator.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event
from time import monotonic, sleep
from typing import Any, Final, NoReturn

import structlog
from dbos import DBOS, DBOSConfig, EnqueueOptions, _serialization, _utils
from dbos._error import DBOSInitializationError, DBOSQueueDeduplicatedError

from gateway.errors import ConfigurationFault, Overloaded
from gateway.model.background import Task, Turn

Work = Callable[[Turn], None]
SCHEMA: Final = "siseri_background"
QUEUE: Final = "siseri-background"
AT_ONCE: Final = 2
"""Pieces of work that one process does at the same time."""
POLL_S: Final = 1.0
"""How often each process looks for work; a failing database is asked at most as often."""
LAST_S: Final = 1.0
"""How long work under way has, once asked to stop, to come to the end of a piece."""
KEPT_PAGE: Final = 500
_NAME: Final = "siseri-gateway"
_VERSION: Final = "1"
"""Of the meaning of stored rows, not of the code: work enqueued before an upgrade is done after."""
_WORKFLOW: Final = "siseri.work"
_MAX_CRASHES: Final = 10
"""A piece of work that has taken its process with it as often is begun no more."""
_DONE, _FAILED = "DONE", "FAILED"
_OVER: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
log = structlog.get_logger(__name__)


def _refuse(*_: object) -> NoReturn:
    raise TypeError("nothing is pickled, and nothing pickled is read")


# (1) both ways, for every instance that the library made or will make
_serialization.DefaultSerializer.serialize = _refuse  # type: ignore[assignment,method-assign]
_serialization.DefaultSerializer.deserialize = _refuse  # type: ignore[assignment,method-assign]
# (2) read from the environment when the library was imported
_utils.GlobalParams.dbos_cloud = False


class Json(_serialization.Serializer):
    """Values as JSON; an error as the name of its type."""

    def serialize(self, data: Any) -> str:
        """JSON, or `TypeError` for what has no JSON form."""
        if isinstance(data, BaseException):
            data = {"error": type(data).__name__}
        return json.dumps(data, separators=(",", ":"), allow_nan=False)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - as the library spells it
        """What JSON says; an error stays a description."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """What a row states."""
        return "siseri_json"


def migrate(url: str) -> None:
    """Bring the engine's own tables to the version of this code; safe to repeat, and at once."""
    _quiet()
    DBOS.migrate(url, schema=SCHEMA)


class DurableEngine:
    """Does occurrences of tasks, each once. One a process, open from `start` to `close`."""

    def __init__(
        self,
        *,
        url: str,
        process_id: str,
        tasks: Mapping[Task, Work],
        poll_s: float = POLL_S,
    ) -> None:
        """`url` of the database, where `migrate` has been; `process_id` like no other's, ever."""
        self._url = url
        self._process_id = process_id
        self._tasks = tasks
        self._poll_s = poll_s
        self._library: DBOS | None = None
        self._stopping = Event()

    def start(self) -> None:
        """Begin to do the occurrences that wait.

        Raises:
            ConfigurationFault: its tables are absent or old.
            Overloaded: the database cannot be used.
        """
        _quiet()
        library = DBOS(config=self._config())
        _quiet()  # the library has given itself a handler of its own

        def work(task: str) -> str:
            return self._do(Task(task))

        DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_MAX_CRASHES)(work)
        DBOS.listen_queues([QUEUE])
        try:
            library.launch()
            DBOS.register_queue(
                QUEUE,
                worker_concurrency=AT_ONCE,
                polling_interval_sec=self._poll_s,
                on_conflict="always_update",
            )
        except Exception as error:
            DBOS.destroy(destroy_registry=True)
            if isinstance(error, DBOSInitializationError):
                raise ConfigurationFault(
                    "les tables des travaux de fond ne sont pas à jour : siseri-gateway migrate",
                    "the tables of background work are not up to date: siseri-gateway migrate",
                ) from None
            raise Overloaded("background work cannot begin") from error
        self._library = library

    def enqueue_occurrence(self, task: Task, *, key: str) -> bool:
        """Have an occurrence done, durable on return; False while one of that task waits or runs.

        Once for each `key`, for as long as its outcome is kept, whichever process asks. It is begun
        again where its process dies, so it may run twice: a task must bear that. When it fails it
        is not tried again: the next occurrence is.

        Raises:
            Overloaded: the database cannot write; nothing is enqueued.
        """
        stated: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": key,
            "app_version": _VERSION,
            "deduplication_id": task.value,
        }
        try:
            DBOS.enqueue_workflow_with_options(stated, task.value)
        except DBOSQueueDeduplicatedError:
            return False
        except Exception as error:
            raise Overloaded("the database of background work cannot write") from error
        return True

    def owners(self) -> frozenset[str]:
        """The processes that have begun something and not ended it."""
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return frozenset(each.executor_id for each in pending if each.executor_id)

    def take_over(self, process_id: str) -> int:
        """Have what that process had begun, and is dead, begun again; how many pieces of work.

        Done by two at once, one finds nothing: the row names who begins it next.
        """
        if self._library is None:
            return 0
        # no public name says "only if it is still that process's"
        system = self._library._sys_db  # noqa: SLF001
        begun = DBOS.list_workflows(
            status="PENDING", executor_id=process_id, load_input=False, load_output=False
        )
        return sum(
            system.reenqueue_for_recovery(each.workflow_id, [process_id], QUEUE) for each in begun
        )

    def purge(self, before: datetime) -> int:
        """Forget what ended before that moment, a page at a time; how much it was."""
        ended = DBOS.list_workflows(
            status=_OVER,
            completed_before=before.isoformat(),
            load_input=False,
            load_output=False,
            limit=KEPT_PAGE,
        )
        DBOS.delete_workflows([each.workflow_id for each in ended])
        return len(ended)

    def stop(self) -> None:
        """Have what is under way end between two pieces of it, and begin nothing more."""
        self._stopping.set()

    def close(self) -> None:
        """Hand back what is under way, for another to begin again, and let go of everything."""
        self.stop()
        if self._library is None:
            return
        for event in self._library.background_thread_stop_events:
            event.set()
        try:
            self._wait_for_the_end(self._library)
            self.take_over(self._process_id)
        except Exception as error:  # noqa: BLE001 - another takes it over, once we beat no more
            log.warning("background.not_handed_back", error=type(error).__name__)
        DBOS.destroy(destroy_registry=True)
        self._library = None
        _quiet()

    def _wait_for_the_end(self, library: DBOS) -> None:
        """Let what is under way notice that it must stop."""
        ends_at = monotonic() + LAST_S
        active = library._active_workflows_set  # noqa: SLF001 - no public name either
        while active.activeList() and monotonic() < ends_at:
            sleep(0.02)

    def _do(self, task: Task) -> str:
        """One occurrence, as the library runs it: the outcome is a word."""
        turn = Turn(is_stopping=self._stopping.is_set)
        turn.go_on()
        try:
            self._tasks[task](turn)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            log.warning("background.failed", task=task.value, error=type(error).__name__)
            return _FAILED
        return _DONE

    def _config(self) -> DBOSConfig:
        is_postgresql = self._url.startswith("postgresql")
        return {
            "name": _NAME,
            "system_database_url": self._url,
            "dbos_system_schema": SCHEMA,
            "run_migrations": False,
            "serializer": Json(),
            "application_version": _VERSION,
            "executor_id": self._process_id,
            "enable_otlp": False,
            "log_level": "WARNING",
            "max_executor_threads": AT_ONCE + 2,
            "sys_db_pool_size": 4,
            "db_engine_kwargs": {
                "hide_parameters": True,
                "connect_args": {"connect_timeout": 5} if is_postgresql else {},
            },
            "scheduler_polling_interval_sec": 3600.0,  # it has no schedule: ours name themselves
            "notification_listener_polling_interval_sec": self._poll_s,
        }


def _quiet() -> None:
    """(3) What the library says goes to the root's handler, which keeps its name and level."""
    theirs = logging.getLogger("dbos")
    theirs.handlers = [logging.NullHandler()]
    theirs.propagate = True
    theirs.setLevel(logging.WARNING)
