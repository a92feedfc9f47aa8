"""What an acknowledgement says, as the model has it, and what was answered under one key."""

from collections import Counter
from dataclasses import dataclass, field

from tests.model.judging import WARNS, Verdict

ACCEPTED = {"ACCEPTED", "ACCEPTED_WITH_WARNINGS"}
RETURN_CODES = {
    "ACCEPTED": 0,
    "ACCEPTED_WITH_RESERVATIONS": 1,
    "PARTLY_ACCEPTED": 2,
    "HELD": 2,
    "REJECTED": 3,
    "INADMISSIBLE": 3,
}


@dataclass(eq=False)
class Statement:
    """An acknowledgement that is expected; `id` and `sha256` once the gateway has given it."""

    owner: str
    """Who submitted, in whose list it stands."""
    sender: str
    transmission: str
    is_test: bool
    disposition: str
    received_at: object
    content_sha256: str
    verdicts: tuple[Verdict, ...] = ()
    codes: Counter = field(default_factory=Counter)
    """About the whole."""
    standing: "Statement | None" = None
    supersedes: "Statement | None" = None
    id: str | None = None
    sha256: str | None = None

    def codes_of_lines(self):
        """For counting: `code U001` for each that is said of a line."""
        return (f"code {code}" for verdict in self.verdicts for code in verdict.codes)


@dataclass
class Key:
    """What was answered under one key."""

    contents: dict = field(default_factory=dict)
    """By digest of the content, the first answer."""
    every: list = field(default_factory=list)
    judged: Statement | None = None
    """The first answer with verdicts on lines."""

    @property
    def standing(self):
        """The latest that is no conflict."""
        found = [one for one in self.every if one.disposition != "CONFLICT"]
        return found[-1] if found else None


@dataclass(frozen=True)
class Expected:
    """What a submission is expected to get: a statement, perhaps one given before."""

    statement: Statement
    is_replay: bool


def disposition_of(verdicts):
    found = {verdict.verdict for verdict in verdicts}
    if found <= ACCEPTED:
        has_warnings = any(verdict.codes.keys() & WARNS for verdict in verdicts)
        return "ACCEPTED_WITH_RESERVATIONS" if has_warnings else "ACCEPTED"
    if found == {"REJECTED"}:
        return "REJECTED"
    if not found & ACCEPTED and "HELD" in found:
        return "HELD"
    return "PARTLY_ACCEPTED"
