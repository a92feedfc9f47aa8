"""What is found, and what is decided: findings of rules, verdicts of lines."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How much a finding weighs: FATAL refuses the transmission, ERROR the line."""

    FATAL = "FATAL"
    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


class Actor(StrEnum):
    """Who must act: many refusals cannot be cured by the laboratory."""

    SENDER = "SENDER"
    EMPLOYER = "EMPLOYER"
    PHYSICIAN = "PHYSICIAN"
    REGISTRY = "REGISTRY"


class Action(StrEnum):
    """What that actor should do. RESEND is the same content under a new id."""

    CORRECT = "CORRECT"
    RESEND = "RESEND"
    WAIT = "WAIT"
    CONTACT = "CONTACT"
    NONE = "NONE"


class Step(StrEnum):
    """The step of the flow that a finding belongs to."""

    PARSE = "PARSE"
    VALIDATE = "VALIDATE"
    CHECK = "CHECK"
    VERIFY = "VERIFY"


class Verdict(StrEnum):
    """What became of one line."""

    ACCEPTED = "ACCEPTED"
    ACCEPTED_WITH_WARNINGS = "ACCEPTED_WITH_WARNINGS"
    REJECTED = "REJECTED"
    HELD = "HELD"


class Finding(msgspec.Struct, frozen=True, gc=False):
    """A rule's code and where it bit: RFC 6901 on the JSON form of the whole transmission."""

    code: str
    pointer: str | None = None


class LineVerdict(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The verdict of one line with what led to it."""

    index: int
    """0-based; the acknowledgement counts from 1."""
    ref: str | None
    """None where it cannot be read or must not be echoed (T010)."""
    verdict: Verdict
    held_until: datetime | None = None
    findings: tuple[Finding, ...] = ()


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the message alone tells: between the steps `check` and `decide`."""

    findings: tuple[Finding, ...]
    """Of the transmission as a whole."""
    by_line: dict[int, tuple[Finding, ...]]
    """By 0-based index; lines without a finding are absent."""
    unechoed: frozenset[int]
    """Lines whose `ref` must not come back (T010)."""
