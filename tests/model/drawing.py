"""What is said and imported next: drawn near what is on record, so that lines meet."""

from dataclasses import replace

from hypothesis import strategies as st

from tests.model.deciding import KINDS, Decided
from tests.model.onrecord import State
from tests.model.register import Couple, Row
from tests.model.world import (
    EMPLOYERS,
    LABORATORIES,
    NAMES,
    OPERATIONAL_VALUES,
    OPERATOR,
    PERIODS,
    REASONS,
    SENDERS,
    VALUES,
    WORKERS,
    Aim,
    Line,
    Measurement,
    as_cancellation,
    flows_of,
    uuid_of,
)

_DAYS = (
    *((("2020-01-01", None),) * 6),
    ("2020-01-01", "2026-09-20"),
    ("2026-10-01", None),
)
_ATTACHED = (SENDERS, SENDERS, SENDERS, LABORATORIES, SENDERS[:1], SENDERS[1:3], ())
_ALL_ATTACHED = dict.fromkeys(SENDERS, _DAYS[0])
FIRST_ROWS = (
    Row(1, EMPLOYERS[0], NAMES[0], Couple(attached=_ALL_ATTACHED)),
    Row(2, EMPLOYERS[0], NAMES[0], Couple(attached=_ALL_ATTACHED)),
    Row(1, EMPLOYERS[1], NAMES[0], Couple(attached=dict.fromkeys(SENDERS[:2], _DAYS[0]))),
)
"""What the directory knows first: not the third worker, nor the second one everywhere."""


class Drawing:
    """Draws by `draw`, near what `model` holds."""

    def __init__(self, draw, model):
        self._draw, self._model = draw, model

    def pick(self, *choices):
        return self._draw(st.sampled_from(choices))

    def is_rare(self, one_in):
        """True in one of so many: shrinks to False."""
        return self._draw(st.integers(0, one_in - 1)) == one_in - 1

    def sender(self):
        return self.pick(SENDERS[0], SENDERS[0], *SENDERS)

    def author(self):
        """Of a correction: mostly who sent some line on record, or took over from who did."""
        sender = self._draw(st.sampled_from(self._model.record.lines)).sender
        after = [heir for before, heir in sorted(self._model.succeeded) if before == sender]
        return self.pick(*SENDERS) if self.is_rare(6) else self.pick(sender, *after)

    def flow(self, sender):
        flows = flows_of(sender)
        return self.pick(flows[0], flows[0], flows[0], flows[-1])

    def transmission_id(self, known):
        """A new one; at times one that another sender has used."""
        used = sorted({key[2] for key in self._model.keys})
        if used and self.is_rare(6):
            return self._draw(st.sampled_from(used))
        return uuid_of(known)

    # ---------- lines

    def line(self, ref, sender, flow, operation="INITIAL"):
        """A result or an absence: any, or one like a line on record with one member changed."""
        alike = [
            one.line
            for one in self._model.record.lines
            if one.flow == flow and one.line.operation != "CANCELLATION"
        ]
        if alike and not self.is_rare(4):
            line = self._draw(st.sampled_from(alike))
            line = replace(line, ref=ref, operation=operation, aim=None)
            line = self._changed(line, sender, flow)
        else:
            line = self._any(ref, sender, flow, operation)
        return self._spoilt(self._fit(line, flow))

    def _any(self, ref, sender, flow, operation):
        line = Line(ref=ref, operation=operation, measurements=(self._measurement(flow),))
        for member in ("worker", "employer", "period", "location"):
            line = self._with(line, member, flow)
        if sender == OPERATOR:
            line = replace(line, inb=self.pick(None, "101"))
        return line

    def _changed(self, line, sender, flow):
        """One member told otherwise, or none: the same result again."""
        member = self.pick(None, "worker", "employer", "period", "location", "measurements", "inb")
        if member == "inb":
            return replace(line, inb=self.pick(None, "101")) if sender == OPERATOR else line
        return line if member is None else self._with(line, member, flow)

    def _with(self, line, member, flow):
        if member == "measurements":
            more = (self._measurement(flow),) if self.is_rare(3) else ()
            return replace(line, measurements=(self._measurement(flow), *more))
        choices = {
            "worker": (1, 1, 1, 2, 2, 3),
            "employer": (*EMPLOYERS[:1] * 5, EMPLOYERS[1]),
            "period": PERIODS,
            "location": ("TRUNK", "TRUNK", "WHOLE_BODY", None, "WRIST"),
        }
        return replace(line, **{member: self.pick(*choices[member])})

    def _measurement(self, flow):
        if flow == "RADON":
            return Measurement("E", "RADON", self.pick(*VALUES))
        radiation = self.pick("PHOTON", "PHOTON", "NEUTRON")
        values = OPERATIONAL_VALUES if flow == "OPERATIONAL" else VALUES
        return Measurement("HP10", radiation, self.pick(*values))

    def _fit(self, line, flow):
        """What the flow and the operation ask for."""
        if flow == "RADON":
            line = replace(line, location=None)
        if line.location == "WRIST" and not self.is_rare(8):
            worn = tuple(replace(m, quantity="HP007", value="0.3") for m in line.measurements)
            line = replace(line, measurements=worn)
        elif line.location != "WRIST" and flow != "RADON":
            line = replace(
                line, measurements=tuple(replace(m, quantity="HP10") for m in line.measurements)
            )
        if line.operation == "ABSENCE":
            return replace(line, measurements=(replace(line.measurements[0], value=None),))
        values = VALUES[:1] if flow != "OPERATIONAL" else OPERATIONAL_VALUES[:1]
        told = tuple(
            replace(m, value=values[0]) if m.value is None else m for m in line.measurements
        )
        return replace(line, measurements=told)

    def _spoilt(self, line):
        """At times something that the register, or nobody, knows."""
        line = replace(line, name=self._model.register.name_of(line.worker), monitoring="SDI")
        if self.is_rare(10):
            return replace(line, name=self.pick(*NAMES))
        if self.is_rare(25):
            return replace(line, monitoring="SR")
        return replace(line, is_second_group=self.is_rare(15))

    # ---------- corrections and cancellations

    def aimed(self, ref, sender, own, operation=None):
        """(a line that corrects or cancels another, its flow)."""
        target = self._target(sender)
        flow = target.flow if target is not None and target.flow in flows_of(sender) else None
        flow = self.flow(sender) if flow is None or self.is_rare(15) else flow
        operation = operation or self.pick("CORRECTION", "CANCELLATION")
        if target is None:
            aim = Aim(uuid_of(0), "A-1", "DOSE")
            line = self.line(ref, sender, flow, "CORRECTION")
        else:
            aim = Aim(target.transmission, target.line.ref, "DOSE")
            line = replace(target.line, ref=ref, operation="CORRECTION")
            if line.operation != target.line.operation or target.flow != flow:
                line = self._whole(line, sender, flow)
            line = self._spoilt(self._fit(self._changed(line, sender, flow), flow))
        if own and self.is_rare(4):
            aim = replace(aim, transmission=own[0], ref=own[1])
        reason = self.pick("DOSE", "DOSE", "IDENTITY", *REASONS)
        line = replace(line, aim=replace(aim, reason=reason, digest=self._digest(target)))
        return (as_cancellation(line) if operation == "CANCELLATION" else line), flow

    def _whole(self, line, sender, flow):
        """With what a cancellation leaves out."""
        if not line.measurements or line.period is None:
            return self._any(line.ref, sender, flow, "CORRECTION")
        return replace(line, measurements=(self._measurement(flow),))

    def _target(self, sender):
        """What to aim at: mostly its own, mostly what stands."""
        lines = self._model.record.lines
        own = [
            one
            for one in lines
            if one.sender == sender or (one.sender, sender) in self._model.succeeded
        ]
        standing = [one for one in own if one.state in {State.IN_FORCE, State.HELD}]
        among = self.pick(standing, standing, standing, own, lines) or own or lines
        return self._draw(st.sampled_from(among)) if among else None

    def _digest(self, target):
        """At times the digest of an answer under the target's key, or nobody's."""
        if target is None or not self.is_rare(5):
            return None
        given = self._model.given(target.place[0])
        place = self._draw(st.integers(0, len(given)))  # its digest is another in each run
        return given[place].sha256 if place < len(given) else "0" * 64

    # ---------- decisions of physicians

    def decisions(self):
        """One or two rows: mostly of a line in force, now and then of one that none can be of."""
        return tuple(self._decided() for _ in range(self.pick(1, 1, 2)))

    def _decided(self):
        lines = self._model.record.lines
        decided = [one for one in lines if one.decision is not None]
        if decided and self.is_rare(4):
            line, decision = self._draw(st.sampled_from(decided)), self.pick(None, *KINDS)
        else:
            standing = [
                one
                for one in lines
                if one.state is State.IN_FORCE and one.line.operation != "ABSENCE"
            ]
            among = lines if not standing or self.is_rare(6) else standing
            line, decision = self._draw(st.sampled_from(among)), self.pick(*KINDS)
        ref = "A-9" if self.is_rare(20) else line.line.ref
        return Decided(line.sender, line.transmission, ref, decision)

    # ---------- the directory

    def rows(self):
        """One or two rows: a couple attached, detached, moved, or a name changed."""
        waiting = self._model.record.held()
        if waiting and not self.is_rare(3):
            line = self._draw(st.sampled_from(waiting)).line
            couple = Couple(is_second_group=line.is_second_group, attached=_ALL_ATTACHED)
            return (Row(line.worker, line.employer, line.name, couple),)
        couples = [(w, e) for w in WORKERS for e in EMPLOYERS]
        chosen = self._draw(st.lists(st.sampled_from(couples), min_size=1, max_size=2, unique=True))
        names = {w: self.pick(NAMES[0], NAMES[1]) for w, _ in chosen}
        return tuple(Row(w, e, names[w], self._couple()) for w, e in chosen)

    def _couple(self):
        attached, days = self.pick(*_ATTACHED), self.pick(*_DAYS)
        within = _DAYS if days[1] is None else (days,)  # a file that says otherwise is refused
        return Couple(
            days=days,
            is_second_group=self.is_rare(3),
            attached={sender: self.pick(*within) for sender in attached},
        )
