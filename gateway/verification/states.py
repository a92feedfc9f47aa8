"""What is kept of outside registers' answers, and the queue of what is to be asked, as contracts.

A state has a key that says nothing of a person: a SIRET, or the pseudonymous id of a worker. Its
subject is what the register is asked about; a state counts for the subject it was asked for alone.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from gateway.model.directory import Fact
from gateway.model.verification import Cause, NotAnswered, Source, Urgency
from gateway.verification.lifetimes import Lifetime

SubjectT = TypeVar("SubjectT")
AnswerT = TypeVar("AnswerT")


class Kept(Fact, Generic[AnswerT], frozen=True, kw_only=True):
    """A state as it is kept."""

    answer: AnswerT | None = None
    """The last one that was believed; None where there is none yet."""
    source: Source | None = None
    checked_at: datetime | None = None
    lifetime: Lifetime | None = None
    cause: Cause | None = None
    """Why it waits in the queue; None where it does not."""


class Answered(Fact, Generic[SubjectT, AnswerT], frozen=True, kw_only=True):
    """What a register said, to be kept."""

    subject: SubjectT
    answer: AnswerT
    outcome: str
    source: Source
    lifetime: Lifetime


class States(Protocol[SubjectT, AnswerT]):
    """The states of one register, and its queue: shared by every process, durable on return.

    Whatever writes raises `Overloaded` where the database cannot; soon for who is INTERACTIVE, as
    every `claim` is, where others have the turn of the register.
    """

    def read(self, subjects: Mapping[str, SubjectT]) -> Mapping[str, Kept[AnswerT]]:
        """What is kept for these subjects, by key; nothing of a key that was asked another."""
        ...

    def claim(
        self, subjects: Mapping[str, SubjectT], *, now: datetime, until: datetime
    ) -> frozenset[str]:
        """Enter them in the queue; those that are the caller's to ask, alone, until that moment.

        Not those that somebody else is asking, nor those that are fresh by now.
        """
        ...

    def claim_due(self, *, now: datetime, until: datetime, limit: int) -> Mapping[str, SubjectT]:
        """Of what waits and may be asked, so many at most; the caller's alone until that moment.

        What somebody waits for comes before a first backfill.
        """
        ...

    def queue(
        self,
        subjects: Mapping[str, SubjectT],
        *,
        now: datetime,
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> None:
        """Have them asked in the background."""
        ...

    def record(
        self,
        answered: Mapping[str, Answered[SubjectT, AnswerT]],
        *,
        now: datetime,
        doubted: Collection[str] = (),
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> frozenset[str]:
        """Keep these; those that are believed. The others wait until the register is sane.

        The `doubted` are counted as the others, and wait in any case.
        """
        ...

    def postpone(
        self,
        waiting: Mapping[str, NotAnswered],
        *,
        now: datetime,
        urgency: Urgency = Urgency.BACKGROUND,
    ) -> None:
        """Give those back that were asked in vain: they are asked again after a pause."""
        ...

    def is_paused(self, now: datetime) -> bool:
        """Whether what the register says against anybody is not believed then."""
        ...

    def is_known(self, now: datetime) -> bool:
        """Whether it has lately answered as often as tells a register that has lost its mind."""
        ...

    def known_good(self, limit: int) -> Mapping[str, SubjectT]:
        """Some whom it had found in order before it was paused, drawn by chance."""
        ...

    def one_in_order(self, *, beside: Collection[str]) -> Mapping[str, SubjectT]:
        """Any one whom it had found in order, none of `beside`; empty where there is nobody."""
        ...

    def found_sane(self, now: datetime) -> None:
        """Believe it again, for a while whatever it says; what was doubted is asked again now."""
        ...

    def found_lost(self, now: datetime) -> None:
        """It spoke against those whom it had found in order: it stays paused."""
        ...


class Backfill(Protocol):
    """A first verification of the whole directory, through the same queue, after all others."""

    def seed(self, *, after: str, limit: int, now: datetime) -> tuple[str | None, int]:
        """Queue those of the next so many that are not fresh; the last key, and how many.

        The key is None at the end of the directory.
        """
        ...

    def withdraw(self) -> int:
        """Take out of the queue what is there for a first verification alone; how many."""
        ...

    def waiting(self) -> int:
        """How many are in the queue, for whatever reason."""
        ...
