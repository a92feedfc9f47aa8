"""The moves of a sequence, drawn by hypothesis, each told to the gateway and to the model."""

from collections import Counter
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RULE_MARKER, RuleBasedStateMachine, invariant, precondition, rule

from tests.model.drawing import FIRST_ROWS, Drawing
from tests.model.gateways import START, Tested
from tests.model.telling import DOORS, Told
from tests.model.world import FIRST_LABORATORY, HEIR, SECOND_LABORATORY, SENDERS, Transmission

REPRESENTATIONS = ("json", "xml", "jose", "soap")
_doors = st.sampled_from(DOORS)
_has_sent = precondition(lambda self: self.sent)
_has_held = precondition(lambda self: self.told.model.record.held())
_has_taken = precondition(lambda self: self.told.model.record.lines)


class Moves(RuleBasedStateMachine):
    """One sequence: an empty record and a small directory, then whatever is drawn."""

    tested: Tested
    tally: Counter

    def __init__(self):
        super().__init__()
        self.told = Told(self.tested, start=START, tally=self.tally)
        self.told.import_directory(FIRST_ROWS)
        self.sent = []
        self.ids = 0
        self.tally["sequences"] += 1

    def drawing(self, data):
        return Drawing(data.draw, self.told.model)

    def submit_lines(self, data, door, make, *, name, by_author=False):
        """Submit one to three lines that `make` draws; counted as the move of that name."""
        drawing = self.drawing(data)
        sender = drawing.author() if by_author else drawing.sender()
        transmission = self._drawn(drawing, make, sender)
        self.tally[f"move {name}"] += 1
        if drawing.is_rare(6):
            self.tally["move check, then submit"] += 1
            self.told.check(transmission, door=data.draw(_doors))
        self._submit(transmission, door)

    def _drawn(self, drawing, make, sender=None):
        sender = sender or drawing.sender()
        self.ids += 1
        own_id = drawing.transmission_id(self.ids)
        lines, flow = [], None
        for place in range(drawing.pick(1, 1, 2, 3)):
            own = (own_id, f"A-{place}") if place else None
            line, wanted = make(drawing, f"A-{place + 1}", sender, own, flow)
            if flow not in {None, wanted}:
                break
            flow = wanted
            lines.append(line)
        return Transmission(own_id, sender, flow, tuple(lines))

    def _submit(self, transmission, door, by=None):
        self.sent.append((transmission, by))
        self.told.submit(transmission, door=door, by=by)

    @rule(data=st.data(), door=_doors)
    def submit(self, data, door):
        self.submit_lines(data, door, _any_line, name="submit")

    @rule(data=st.data(), door=_doors)
    def submit_results(self, data, door):
        self.submit_lines(data, door, _result, name="submit results")

    @_has_taken
    @rule(data=st.data(), door=_doors)
    def correct(self, data, door):
        self.submit_lines(data, door, _correction, name="correct", by_author=True)

    @_has_taken
    @rule(data=st.data(), door=_doors)
    def cancel(self, data, door):
        self.submit_lines(data, door, _cancellation, name="cancel", by_author=True)

    @rule(data=st.data(), door=_doors)
    def declare_absence(self, data, door):
        self.submit_lines(data, door, _absence, name="declare absence")

    @rule(data=st.data(), door=_doors)
    def replace_late(self, data, door):
        self.submit_lines(data, door, _late, name="late result")

    @_has_sent
    @rule(data=st.data(), door=_doors)
    def resend(self, data, door):
        """At times what stands no more: the first receipt is given all the same."""
        superseded = [one for one in self.sent if self.told.model.is_superseded(*one)]
        among = superseded if superseded and self.drawing(data).is_rare(2) else self.sent
        transmission, by = data.draw(st.sampled_from(among))
        self.tally["move resend"] += 1
        self.told.submit(transmission, door=door, by=by)

    @_has_sent
    @rule(data=st.data(), door=_doors)
    def resend_other_content(self, data, door):
        transmission, by = data.draw(st.sampled_from(self.sent))
        other = replace(transmission, issued_at="2026-11-20T08:00:01.000Z")
        self.tally["move other content under the id"] += 1
        self._submit(other, door, by=by)

    @_has_sent
    @rule(data=st.data(), door=_doors)
    def resend_as_a_test(self, data, door):
        transmission, by = data.draw(st.sampled_from(self.sent))
        self.tally["move resend as a test"] += 1
        self._submit(replace(transmission, is_test=True), door, by=by)

    @rule(data=st.data(), door=_doors)
    def send_what_is_inadmissible(self, data, door):
        """In the name of another, or with wrong totals; at times repaired under the id."""
        drawing = self.drawing(data)
        transmission = self._drawn(drawing, _any_line)
        if drawing.is_rare(2):
            others = [sender for sender in SENDERS if sender != transmission.sender]
            self.tally["move in the name of another"] += 1
            self._submit(transmission, door, by=drawing.pick(*others))
        else:
            self.tally["move wrong totals"] += 1
            self._submit(replace(transmission, has_wrong_totals=True), door)
        if drawing.is_rare(2):
            self.tally["move repaired under the same id"] += 1
            self._submit(transmission, door)

    @rule(data=st.data())
    def import_directory(self, data):
        """An import; at times followed by judging again, as the command does."""
        drawing = self.drawing(data)
        self.tally["move import directory"] += 1
        self.told.import_directory(drawing.rows())
        if self.told.model.record.held() and drawing.is_rare(2):
            self._judge_again()

    @_has_taken
    @rule(data=st.data())
    def decide(self, data):
        """Physicians decide on doses, or take that back."""
        self.tally["move decide"] += 1
        self.told.decide(self.drawing(data).decisions())

    @_has_held
    @rule()
    def judge_again(self):
        self._judge_again()

    def _judge_again(self):
        self.tally["move judge again"] += 1
        self.told.judge_again()

    @precondition(lambda self: (self.told.model.now - START).days < 150)
    @rule(days=st.sampled_from((1, 6, 30, 89)))
    def advance(self, days):
        self.tally["move advance the clock"] += 1
        self.told.advance(days=days)

    @_has_taken
    @rule(data=st.data())
    def succeed(self, data):
        """Decide a succession, or take it back."""
        model = self.told.model
        drawing = self.drawing(data)
        pair = (drawing.pick(FIRST_LABORATORY, SECOND_LABORATORY), HEIR)
        if pair in model.succeeded and not drawing.is_rare(3):
            return
        self.tally["move succession"] += 1
        self.told.succeed(*pair, ends=pair in model.succeeded)

    @rule(data=st.data(), door=_doors)
    def check(self, data, door):
        transmission = self._drawn(self.drawing(data), _any_line)
        self.tally["move check"] += 1
        self.told.check(transmission, door=door)

    @_has_sent
    @rule(data=st.data(), representation=st.sampled_from(REPRESENTATIONS))
    def read_back(self, data, representation):
        model = self.told.model
        self.tally["move read back"] += 1
        owner = data.draw(st.sampled_from(sorted(model.lists)))
        given = model.lists[owner]
        statement = given[data.draw(st.integers(0, len(given) - 1))]
        self.told.read_back(statement, representation=representation)
        keys = sorted(model.keys)
        several = [key for key in keys if len(model.keys[key].every) > 1]
        self.told.read_standing(data.draw(st.sampled_from(several or keys)))
        place = data.draw(st.integers(0, len(given)))
        self.told.read_list(owner, place, by_soap=representation == "soap")

    @invariant()
    def record_is_the_model_s(self):
        self.told.hold_record_if_told()


def machine_over(tested, tally, *, moves=None):
    """The machine of sequences over a gateway; `tally` counts what they meet.

    `moves` are the names of those that are drawn: all of them unless told.
    """
    every = {name for name, found in vars(Moves).items() if hasattr(found, RULE_MARKER)}
    left_out = set() if moves is None else every - set(moves)
    members = {"tested": tested, "tally": tally, **dict.fromkeys(left_out)}
    return type("Sequence", (Moves,), members)


def _result(drawing, ref, sender, _own, flow):
    flow = flow or drawing.flow(sender)
    return drawing.line(ref, sender, flow), flow


def _absence(drawing, ref, sender, _own, flow):
    flow = flow or drawing.flow(sender)
    return drawing.line(ref, sender, flow, "ABSENCE"), flow


def _late(drawing, ref, sender, _own, flow):
    flow = flow or drawing.flow(sender)
    return drawing.line(ref, sender, flow, "LATE"), flow


def _correction(drawing, ref, sender, own, _flow):
    return drawing.aimed(ref, sender, own, "CORRECTION")


def _cancellation(drawing, ref, sender, own, _flow):
    return drawing.aimed(ref, sender, own, "CANCELLATION")


def _any_line(drawing, ref, sender, own, flow):
    made = drawing.pick(_result, _result, _absence, _late, _correction, _cancellation)
    return made(drawing, ref, sender, own, flow)
