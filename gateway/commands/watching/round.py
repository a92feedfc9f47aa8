"""One file after the other from the outbox to an answer; no crash loses or doubles anything.

(1) A complete file is taken out of the outbox by one rename that records the digest of its bytes.
(2) It is posted until answered: the same bytes, hence the same id, which the gateway judges once.
(3) The receipt is written and made durable. (4) The file moves to `sent/` or `rejected/`.
After a crash the sender begins again at (2) with whatever was taken: the gateway answers with the
same receipt, byte for byte.
"""

import time
from collections.abc import Callable
from typing import Final

import orjson

from gateway.commands.doors import Door, Unsigned
from gateway.commands.posting import AnswerTooLong, Poster
from gateway.commands.receipts import acknowledgement_of
from gateway.commands.terminal import CannotDo, ExitCode
from gateway.commands.verdicts import exit_code_of
from gateway.commands.watching.folders import Folders, Taken
from gateway.commands.watching.journal import Journal, without_numbers
from gateway.commands.watching.settling import Settling
from gateway.commands.watching.stopping import Stopping
from gateway.model.acknowledgement import Acknowledgement, Disposition

LOOK_S: Final = 1.0
"""Between two looks into the outbox."""
REST_S: Final = 30.0
"""Between two attempts at a gateway that does not answer."""
_REFUSED: Final = frozenset({Disposition.REJECTED, Disposition.INADMISSIBLE, Disposition.CONFLICT})
_OF_THE_FILE: Final = frozenset({"S001", "S002", "T002", "T003", "T004", "T005"})
"""Unsigned refusals that the same file will always meet: too large or, in an envelope, not XML that
we read (docs/errors.md). Any other is of the link or the rights."""

_NOBODY: Final = "liaison"
_TOO_LONG: Final = "answer"

DoorOf = Callable[[str], Door]
"""The door that takes a file of that name."""


class Watch:
    """Watches one set of folders."""

    def __init__(
        self,
        *,
        folders: Folders,
        poster: Poster,
        door_of: DoorOf,
        journal: Journal,
        stopping: Stopping,
        settle_s: float,
        rest_s: float = REST_S,
    ) -> None:
        self._folders = folders
        self._poster = poster
        self._door_of = door_of
        self._journal = journal
        self._stopping = stopping
        self._settle_s = settle_s
        self._settling = Settling(settle_s)
        self._rest_s = rest_s
        self._ignored: set[tuple[str, str]] = set()
        self.worst = ExitCode.DONE
        """Of all answers."""

    def run(self, *, once: bool) -> None:
        """Send what comes until stopped; with `once`, what is there and then no more.

        Raises:
            Stopped: the process was asked to stop.
        """
        pending = self._folders.taken()
        for taken in pending:
            self._journal.tell("file.resumed", file=taken.name, sha256=taken.sha256)
        last_news = time.monotonic()
        while True:
            pending += self._taken_now()
            had_news = bool(pending)
            pending = self._send_all(pending)
            self._tell_ignored()
            now = time.monotonic()
            last_news = now if had_news else last_news
            if once and (pending or now - last_news > self._settle_s + LOOK_S):
                if pending:
                    self._tell_worst(ExitCode.NOT_DONE)
                return
            if pending:
                self._stopping.wait(self._rest_s)
            elif not had_news:
                self._stopping.wait(LOOK_S)

    def _taken_now(self) -> list[Taken]:
        """The files that are complete, taken out of the outbox."""
        found = []
        for name in self._settling.settled(self._folders.waiting(), now=time.monotonic()):
            try:
                taken = self._folders.take(name)
            except OSError as error:  # its rights, or a folder on another file system
                self._tell_once(name, type(error).__name__)
                continue
            if taken is not None:
                self._journal.tell("file.taken", file=name, sha256=taken.sha256)
                found.append(taken)
        return found

    def _send_all(self, pending: list[Taken]) -> list[Taken]:
        """Send each; what is still unanswered.

        A refusal that is not of the file, or an answer too long to be read, leaves the file for
        later and goes on to the next, so that none holds up the others; where nobody answers, the
        next is not tried.
        """
        left: list[Taken] = []
        for place, taken in enumerate(pending):
            why = self._send(taken)
            if why is not None:
                left.append(taken)
            if why == _NOBODY:
                return left + pending[place + 1 :]
        return left

    def _send(self, taken: Taken) -> str | None:
        """Steps (2) to (4) of one file; why it is unanswered, or None."""
        content = taken.content()
        if content is None:
            self._folders.close(taken, is_rejected=True)
            self._journal.tell("file.changed", file=taken.name, sha256=taken.sha256)
            self._tell_worst(ExitCode.NOT_DONE)
            return None
        try:
            with self._stopping.interruptible():
                posted = self._poster.post(
                    content,
                    self._door_of(taken.name),
                    on_wait=lambda why, seconds: self._journal.tell(
                        "file.waits", file=taken.name, why=why, seconds=round(seconds, 1)
                    ),
                )
        except CannotDo as fault:
            if isinstance(fault, Unsigned) and fault.code in _OF_THE_FILE:
                self._refused(taken, fault)
                return None
            why = _why(fault)
            self._journal.tell("file.unanswered", file=taken.name, why=why, error=fault.en)
            return why
        self._answered(taken, posted.receipt, is_replay=posted.is_replay)
        return None

    def _answered(self, taken: Taken, receipt: bytes, *, is_replay: bool) -> None:
        read = acknowledgement_of(receipt)
        kept = self._folders.keep_receipt(taken, receipt)
        is_rejected = read.disposition in _REFUSED
        self._folders.close(taken, is_rejected=is_rejected)
        self._tell_worst(exit_code_of(read))
        self._journal.tell(
            "file.rejected" if is_rejected else "file.sent",
            file=taken.name,
            sha256=taken.sha256,
            transmission=read.transmission.id,
            acknowledgement=read.id,
            receipt=without_numbers(kept.name),
            disposition=read.disposition.value,
            replayed=is_replay,
            **_counted(read),
        )

    def _refused(self, taken: Taken, fault: Unsigned) -> None:
        """A refusal without a signature: what it says is kept where a receipt would be."""
        said = {"code": fault.code, "text": {"fr": fault.fr, "en": fault.en}}
        note = self._folders.receipts / f"{taken.path.stem.partition('.')[2]}.refusal.json"
        note.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2) + b"\n")
        self._folders.close(taken, is_rejected=True)
        self._tell_worst(ExitCode.INADMISSIBLE)
        self._journal.tell("file.refused", file=taken.name, code=fault.code)

    def _tell_ignored(self) -> None:
        for name in sorted(self._folders.others()):
            self._tell_once(name, "name")

    def _tell_once(self, name: str, why: str) -> None:
        if (name, why) not in self._ignored:
            self._ignored.add((name, why))
            self._journal.tell("file.ignored", file=name, why=why)

    def _tell_worst(self, code: ExitCode) -> None:
        self.worst = max(self.worst, code)


def _why(fault: CannotDo) -> str:
    """Why a file is unanswered; `_NOBODY` alone concerns the others too."""
    if isinstance(fault, Unsigned):
        return fault.code
    return _TOO_LONG if isinstance(fault, AnswerTooLong) else _NOBODY


def _counted(read: Acknowledgement) -> dict[str, int]:
    counts = read.counts
    if counts is None:
        return {}
    return {"accepted": counts.accepted, "rejected": counts.rejected, "held": counts.held}
