"""What is answered, and what stands: the contract's idempotency, held lines and superseding."""

from collections import Counter
from dataclasses import replace

from tests import builders
from tests.model.deciding import take_decision
from tests.model.judging import Judge, Occasion
from tests.model.onrecord import OnRecord, Record, State
from tests.model.register import Register
from tests.model.statements import ACCEPTED, Expected, Key, Statement, disposition_of
from tests.model.world import form_of


class Model:
    """The gateway, as the contract describes it."""

    def __init__(self, now):
        self.now = now
        self.register, self.record = Register(), Record()
        self.succeeded = set()
        """(predecessor, successor)."""
        self.keys: dict[tuple, Key] = {}
        self.lists: dict[str, list[Statement]] = {}
        self._received: dict[int, tuple] = {}
        """By number of a recorded transmission: what it said, its key, its reception."""
        self.judge = Judge(
            register=self.register,
            record=self.record,
            digests=self._digests,
            succeeded=self.succeeded,
        )

    # ---------- a submission

    def expect(self, transmission, *, by=None):
        """What submitting it now gives; nothing is changed."""
        by = by or transmission.sender
        content = builders.content_sha256(form_of(transmission))
        key = self.keys.get(self._key(transmission, by), Key())
        if content in key.contents:
            return Expected(key.contents[content], is_replay=True)
        told = Statement(
            owner=by,
            sender=transmission.sender,
            transmission=transmission.id,
            is_test=transmission.is_test,
            disposition="INADMISSIBLE",
            received_at=self.now,
            content_sha256=content,
        )
        if by != transmission.sender:
            return Expected(replace(told, codes=Counter(("H003",))), is_replay=False)
        if key.judged is not None:
            told = replace(told, disposition="CONFLICT", standing=key.standing)
            return Expected(replace(told, codes=Counter(("S007",))), is_replay=False)
        if transmission.has_wrong_totals:
            return Expected(replace(told, codes=Counter(("S006",))), is_replay=False)
        verdicts = self._judge_lines(transmission)
        told = replace(told, verdicts=verdicts, disposition=disposition_of(verdicts))
        return Expected(told, is_replay=False)

    def submit(self, transmission, *, by=None):
        """Take it: what is expected, and the statements that supersede others because of it."""
        expected = self.expect(transmission, by=by)
        if expected.is_replay:
            return expected, []
        told = expected.statement
        key = self.keys.setdefault(self._key(transmission, told.owner), Key())
        key.contents[told.content_sha256] = told
        self._state(key, told)
        superseding = []
        if told.verdicts:
            key.judged = told
            if not told.is_test:
                _, closed = self._take_all(transmission)
                number = len(self._received) + 1
                self._received[number] = (transmission, key, self.now)
                superseding = self._closures(number, closed)
        return expected, superseding

    def latest_of(self, statement):
        """The latest version of a statement: the verdicts that stand, where there are any."""
        key = next(key for key in self.keys.values() if statement in key.every)
        return statement if key.judged is None else key.standing

    def is_superseded(self, transmission, by):
        """Whether what was answered to it stands no more."""
        key = self.keys[self._key(transmission, by or transmission.sender)]
        return any(one.supersedes is not None for one in key.every)

    @staticmethod
    def _key(transmission, by):
        is_own = by == transmission.sender
        return (by, transmission.is_test, transmission.id, is_own)

    def _state(self, key, statement):
        key.every.append(statement)
        self.lists.setdefault(statement.owner, []).append(statement)

    def _judge_lines(self, transmission):
        """The verdicts, on a record that is put back as it was."""
        before = [(one, one.state, one.closed_by) for one in self.record.lines]
        verdicts, _ = self._take_all(transmission)
        del self.record.lines[len(before) :]
        for one, state, closed_by in before:
            one.state, one.closed_by = state, closed_by
        return verdicts

    def _take_all(self, transmission):
        """Verdicts in order, each line taken before the next is judged; held lines closed."""
        number = len(self._received) + 1
        occasion = self._occasion(transmission, number, self.now)
        verdicts, closed = [], []
        for index, line in enumerate(transmission.lines):
            verdict = self.judge.judge(line, index, occasion)
            verdicts.append(verdict)
            for target in self._take(number, index, transmission, verdict):
                if target.place[0] == number:  # closed by a later line of the same transmission
                    verdicts[target.place[1]] = _closed(verdicts[target.place[1]])
                closed.append(target)
        return tuple(verdicts), closed

    def _occasion(self, transmission, number, received_at, *, is_again=False):
        return Occasion(
            sender=transmission.sender,
            flow=transmission.flow,
            transmission=transmission.id,
            place=number,
            received_at=received_at,
            now=self.now,
            is_again=is_again,
        )

    def _take(self, number, index, transmission, verdict, *, was=None):
        """What a verdict does to the record; the held lines that it closes."""
        state = _state_of(verdict)
        if was is None:
            if state is State.REFUSED:
                return []
            was = OnRecord(
                place=(number, index),
                transmission=transmission.id,
                sender=transmission.sender,
                flow=transmission.flow,
                line=verdict.line,
                state=state,
            )
            self.record.lines.append(was)
        was.state = state
        closed = []
        if verdict.verdict in ACCEPTED:
            for absence in verdict.absences:
                absence.state = State.OUT
        target = verdict.target
        if target is not None:
            if target.state is State.HELD:
                target.state, target.closed_by = State.CLOSED, (number, index)
                closed.append(target)
            elif target.state is State.IN_FORCE and verdict.verdict in ACCEPTED:
                target.state = State.OUT
        return closed

    def _closures(self, number, closed):
        """A superseding statement for each other transmission of which lines were closed."""
        by_transmission = {}
        for one in closed:
            if one.place[0] != number:
                by_transmission.setdefault(one.place[0], []).append(one.place[1])
        return [
            self._supersede(other, dict.fromkeys(indexes, _closed))
            for other, indexes in sorted(by_transmission.items())
        ]

    def _supersede(self, number, changes):
        """`changes` by index: from the verdict that stands to the one that replaces it."""
        _, key, _ = self._received[number]
        before = key.standing
        verdicts = tuple(
            changes[index](verdict) if index in changes else verdict
            for index, verdict in enumerate(before.verdicts)
        )
        told = replace(
            before,
            verdicts=verdicts,
            disposition=disposition_of(verdicts),
            supersedes=before,
            id=None,
            sha256=None,
        )
        self._state(key, told)
        return told

    # ---------- decisions

    def decide(self, rows):
        """Take in what physicians decided: what becomes of each row, in order."""
        return [take_decision(self.record, one) for one in rows]

    # ---------- judging again

    def judge_again(self):
        """Every held line with the facts of now, in order of reception; what is stated anew."""
        told = []
        for number in sorted({one.place[0] for one in self.record.held()}):
            told += self._judge_again(number)
        return told

    def _judge_again(self, number):
        transmission, key, received_at = self._received[number]
        standing = key.standing.verdicts
        occasion = self._occasion(transmission, number, received_at, is_again=True)
        changes, closed = {}, []
        waiting = self.record.held(number)
        for one in [one for one in waiting if standing[one.place[1]].held_until <= self.now]:
            one.state = State.REFUSED
            changes[one.place[1]] = _overdue
        for one in [one for one in waiting if one.state is State.HELD]:
            index = one.place[1]
            verdict = self.judge.judge(one.line, index, occasion)
            if verdict.verdict != "HELD":
                closed += self._take(number, index, transmission, verdict, was=one)
                changes[index] = lambda _, verdict=verdict: verdict
        if not changes:
            return []
        return [self._supersede(number, changes), *self._closures(number, closed)]

    def given(self, number):
        """Every answer under the key of a recorded transmission."""
        return self._received[number][1].every

    def _digests(self, number):
        """Of the acknowledgements that said what became of its lines."""
        if number not in self._received:
            return set()
        return {one.sha256 for one in self.given(number) if one.verdicts}


def _state_of(verdict):
    if verdict.verdict == "HELD":
        return State.HELD
    if verdict.verdict == "REJECTED":
        return State.REFUSED
    return State.OUT if verdict.line.operation == "CANCELLATION" else State.IN_FORCE


def _closed(verdict):
    """A held line that its sender has corrected or cancelled."""
    codes = verdict.codes + Counter(("C005",))
    return replace(verdict, verdict="REJECTED", held_until=None, codes=codes)


def _overdue(verdict):
    codes = verdict.codes + Counter(("R009",))
    return replace(verdict, verdict="REJECTED", held_until=None, codes=codes)
