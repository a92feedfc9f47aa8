"""What a rule is, and how a function becomes one."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

from gateway.model.transmission import Flow, Operation
from gateway.model.verdict import Action, Actor, Finding, Level, Step
from gateway.rules.example import AnyExample

IN_FORCE: Final = date(2024, 1, 1)
"""First day of the first rule set: only individual dosimetric monitoring is registered since."""

BRINGS_A_RESULT: Final = frozenset(Operation) - {Operation.CANCELLATION}
"""What puts something on record: a cancellation only takes back, whatever the identity."""


class Scope(StrEnum):
    """What a rule looks at, hence when it is judged."""

    SENDER = "SENDER"
    """The header's sender, and those in whose name the submitter may speak, before any look-up."""
    HEADER = "HEADER"
    """The header, and the enrolled sender that it names."""
    LINE = "LINE"
    """One line by itself."""
    WHOLE = "WHOLE"
    """All lines together."""
    REGISTRATION = "REGISTRATION"
    """Whether the directory knows this worker, here, for this sender: before anything it says."""
    DIRECTORY = "DIRECTORY"
    """What the directory says of the worker."""
    VERIFICATION = "VERIFICATION"
    """What outside registers say of the worker and the establishment that the directory knows."""
    TARGET = "TARGET"
    """The line that a correction or a cancellation aims at."""
    RECORD = "RECORD"
    """What is in force for the worker."""
    ELSEWHERE = "ELSEWHERE"
    """Raised by another step: the entry is here, the check is not."""


Check: TypeAlias = Callable[..., tuple[Finding, ...]]
C = TypeVar("C", bound=Check)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One entry of the catalogue. `fr` and `en` say what is wrong and what to do, never a value."""

    code: str
    level: Level
    actor: Actor
    action: Action
    step: Step
    source: str
    """The legal or technical text that the rule draws on."""
    fr: str
    en: str
    example: AnyExample
    scope: Scope
    check: Check | None
    valid_from: date = IN_FORCE
    valid_to: date | None = None
    """Last day of reception it applies to, or None while it does."""
    holds: bool = False
    """The line waits for facts instead of being refused (contract.md §3, Held)."""
    flows: frozenset[Flow] | None = None
    """Flows it is judged in; None is all."""
    operations: frozenset[Operation] | None = None

    @property
    def refuses(self) -> bool:
        """Whether one finding of it makes the line REJECTED."""
        return self.level in {Level.ERROR, Level.FATAL} and not self.holds

    def applies_on(self, day: date) -> bool:
        """Whether it is in force for what is received on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def metadata(self) -> dict[str, Any]:
        """What the digest of the rule set covers: all but the check and the example."""
        return {
            "code": self.code,
            "level": self.level.value,
            "actor": self.actor.value,
            "action": self.action.value,
            "step": self.step.value,
            "source": self.source,
            "fr": self.fr,
            "en": self.en,
            "holds": self.holds,
            "validFrom": self.valid_from.isoformat(),
            "validTo": None if self.valid_to is None else self.valid_to.isoformat(),
            "flows": None if self.flows is None else sorted(self.flows),
            "operations": None if self.operations is None else sorted(self.operations),
        }


REGISTERED: Final[list[Rule]] = []
"""Every rule, in the order its module was read; `catalogue.CATALOGUE` is the one to use."""
SECOND_CHECKS: Final[list[tuple[str, Scope, Check]]] = []
"""Checks of a code whose rule looks at something else as well."""


def rule(
    code: str,
    *,
    level: Level,
    actor: Actor,
    step: Step,
    source: str,
    fr: str,
    en: str,
    example: AnyExample,
    scope: Scope = Scope.LINE,
    action: Action = Action.CORRECT,
    holds: bool = False,
    flows: frozenset[Flow] | None = None,
    operations: frozenset[Operation] | None = None,
    valid_from: date = IN_FORCE,
    valid_to: date | None = None,
) -> Callable[[C], C]:
    """Register the decorated function as the check of `code`."""

    def register(check: C) -> C:
        REGISTERED.append(
            Rule(
                code=code,
                level=level,
                actor=actor,
                action=action,
                step=step,
                source=source,
                fr=fr,
                en=en,
                example=example,
                scope=scope,
                check=check,
                holds=holds,
                flows=flows,
                operations=operations,
                valid_from=valid_from,
                valid_to=valid_to,
            )
        )
        return check

    return register


def second_check(code: str, *, scope: Scope) -> Callable[[C], C]:
    """Register the decorated function as one more check of `code`, over another scope."""

    def register(check: C) -> C:
        SECOND_CHECKS.append((code, scope, check))
        return check

    return register


def declare(
    code: str,
    *,
    level: Level,
    actor: Actor,
    action: Action,
    step: Step,
    source: str,
    fr: str,
    en: str,
    example: AnyExample,
) -> None:
    """Register the entry of a code that another step raises."""
    REGISTERED.append(
        Rule(
            code=code,
            level=level,
            actor=actor,
            action=action,
            step=step,
            source=source,
            fr=fr,
            en=en,
            example=example,
            scope=Scope.ELSEWHERE,
            check=None,
        )
    )
