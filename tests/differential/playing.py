"""Tell a chapter to every environment, and hold what they say against each other."""

from collections import Counter
from dataclasses import dataclass, field

from tests.differential.digest import content_sha256
from tests.differential.offline import compare


class Difference(AssertionError):
    """Two environments that should say the same do not; `place` is the step's."""

    def __init__(self, place, what, *said):
        super().__init__(f"step {place}: {what}", *said)
        self.place = place


@dataclass
class Tally:
    """What a run covered."""

    codes: Counter = field(default_factory=Counter)
    """(code, door): in how many transmissions."""
    dispositions: Counter = field(default_factory=Counter)
    told: Counter = field(default_factory=Counter)
    """`transmissions`, `submissions`, `checks`, and what the offline check was compared on."""


class Player:
    """Plays chapters; `offline` and the checks of the SQLite environments make it three-way."""

    def __init__(self, environments, *, offline=None):
        self._environments, self._offline = environments, offline
        self.tally = Tally()
        self.checked = []
        """(step, request, what the check said) of the last chapter."""

    def play(self, steps, *, alter=None):
        """Tell the steps to gateways with an empty record.

        `alter` may give another step to one environment: a mutant that must be caught.

        Raises:
            Difference: at the first step on which two environments disagree.
        """
        self.checked = []
        for environment in self._environments:
            environment.forget()
        for place, step in enumerate(steps):
            self._tell(place, step, alter)

    def _tell(self, place, step, alter):
        answers, details = {}, {}
        for environment in self._environments:
            if environment.door not in step.doors:
                continue
            told = step if alter is None else alter(place, step, environment)
            answers[environment], report = self._answer(place, told, environment)
            if report is not None and report.form is not None:
                details[environment.name] = report.form.get("details")
        self._hold_together(place, step, answers)
        self._hold_details(place, details)
        self._count(answers)
        if alter is None:
            for environment, answer in answers.items():
                missing = step.brings - answer.codes
                if missing:
                    raise Difference(place, f"{missing} not brought", environment.name, answer.form)

    def _count(self, answers):
        self.tally.told["transmissions"] += 1
        for environment, answer in answers.items():
            if environment.kind == "sqlite":
                for code in answer.codes:
                    self.tally.codes[code, environment.door] += 1
        first = next(iter(answers.values()))
        if first.form is not None:
            self.tally.dispositions[first.acknowledgement["disposition"]] += 1

    @staticmethod
    def _hold_details(place, details):
        """The member that fails in each unreadable line is the same in every form."""
        for name, told in details.items():
            if told != next(iter(details.values())):
                raise Difference(place, "details", name, details)

    def _answer(self, place, step, environment):
        environment.decide(step)
        asked = environment.request(step)
        report = None
        if self._offline is not None and environment.kind == "sqlite":
            report = environment.check(step)
            self.tally.told["checks"] += 1
        answer = environment.submit(step, asked)
        self.tally.told["submissions"] += 1
        if report is not None:
            self._hold_check(place, report, answer, environment)
            if environment.door != "soap":
                checked = self._offline.inspect(step, asked)
                self.checked.append((step, asked, checked))
                self._hold_offline(place, checked, answer, environment)
        return answer, report

    def _hold_check(self, place, report, answer, environment):
        """`POST /v1/checks` said beforehand, of the same bytes, what the receipt says."""
        if answer.form is None:
            if report.refused != answer.refused:
                raise Difference(place, "check and refusal", environment.name, report, answer)
            return
        beside = {"id", "received"} if environment.door == "soap" else {"id"}
        expected = {n: v for n, v in answer.acknowledgement.items() if n not in beside}
        said = {n: v for n, v in report.form.items() if n not in {"details", *beside}}
        if said != expected:
            raise Difference(
                place, "check and receipt", environment.name, *differing(said, expected)
            )

    def _hold_offline(self, place, checked, answer, environment):
        try:
            compare(checked, answer.acknowledgement, self.tally.told)
        except AssertionError as error:
            what = "offline check and receipt"
            raise Difference(place, what, environment.name, error.args) from error

    def _hold_together(self, place, step, answers):
        """One acknowledgement, whatever the door and the database."""
        refused = {e.name: a.refused for e, a in answers.items() if a.form is None}
        signed = {e: a for e, a in answers.items() if a.form is not None}
        if refused and not (
            step.spoilt and {name.split()[0] for name in refused} == {"soap"}
            and len(set(refused.values())) == 1
        ):  # fmt: skip
            raise Difference(place, "refused unsigned", refused)
        is_readable = not any(map(_stands_for_its_bytes, signed.values()))
        reference = None
        for environment, answer in signed.items():
            has_own = step.quotes is not None or not is_readable
            common = environment.common(answer.acknowledgement, has_own_digest=has_own)
            if reference is None:
                reference, name = common, environment.name
            elif common != reference:
                names = f"{name} and {environment.name}"
                raise Difference(place, names, *differing(reference, common))
        for refusal in set(refused.values()):
            if refusal not in {entry["code"] for entry in reference["codes"]}:
                raise Difference(place, "fault of another code", refusal, reference)
        if step.quotes is None:
            self._hold_digests(place, step, signed, is_readable=is_readable)

    def _hold_digests(self, place, step, signed, *, is_readable):
        digests = {
            environment.name: answer.acknowledgement["transmission"].get("contentSha256")
            for environment, answer in signed.items()
        }
        if is_readable:
            if any(digests.values()) and set(digests.values()) != {
                content_sha256(step.transmission)
            }:
                raise Difference(place, "contentSha256", digests)
            return
        in_json = {v for name, v in digests.items() if name.startswith("json")}
        in_xml = {v for name, v in digests.items() if not name.startswith("json")}
        if len(in_json) > 1 or len(in_xml) > 1 or None in in_json | in_xml:
            raise Difference(place, "contentSha256 of the form", digests)


def _stands_for_its_bytes(answer):
    """Whether some line could not be read: then the body's digest is that of the content, in JSON.

    An answer that stops before the lines, as a CONFLICT, has no other sign of it.
    """
    shown = answer.acknowledgement
    is_in_bytes = shown["transmission"].get("contentSha256") == shown["received"]["sha256"]
    return is_in_bytes or "S008" in answer.codes


def differing(left, right, at=""):
    """The first members that differ: (pointer, left, right)."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(left.keys() | right.keys()):
            if left.get(name) != right.get(name):
                return differing(left.get(name), right.get(name), f"{at}/{name}")
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for place, (one, other) in enumerate(zip(left, right, strict=True)):
            if one != other:
                return differing(one, other, f"{at}/{place}")
    return at, left, right
