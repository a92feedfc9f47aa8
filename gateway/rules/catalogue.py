"""The catalogue: every rule of every family, dated, with one digest over all of it."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import orjson

from gateway.rules import (
    ameli,
    correction,
    dose,
    duplicate,
    elsewhere,
    establishment,
    identity,
    internal,
    limits,
    parameters,
    period,
    register,
    sender,
    structure,
    suspicion,
    technical,
    verification,
)
from gateway.rules.parameters import Parameter
from gateway.rules.rule import REGISTERED, Rule

FAMILIES: Final = (
    technical,
    structure,
    sender,
    identity,
    ameli,
    establishment,
    register,
    period,
    dose,
    internal,
    suspicion,
    limits,
    duplicate,
    correction,
    elsewhere,
    verification,
)
"""The modules whose import registers the rules."""

VERSION: Final = "2026.11.10"
"""Year, month and rank of the rule set; it moves with every change of the digest."""


class Catalogue:
    """Rules by code, with the version and the digest that an acknowledgement carries."""

    def __init__(
        self,
        rules: Iterable[Rule],
        *,
        version: str,
        parameter_table: Iterable[Parameter],
    ) -> None:
        self._rules = {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}
        self.version = version
        self.sha256 = _digest(self._rules.values(), parameter_table)

    def rule(self, code: str) -> Rule:
        """The rule of that code.

        Raises:
            KeyError: no rule has it.
        """
        return self._rules[code]

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __len__(self) -> int:
        return len(self._rules)

    def __contains__(self, code: object) -> bool:
        return code in self._rules


def _digest(rules: Iterable[Rule], parameter_table: Iterable[Parameter]) -> str:
    """SHA-256 of the JCS of metadata and dated tables: strings, integers and ASCII names only."""
    content = {
        "rules": [rule.metadata() for rule in rules],
        "parameters": [msgspec.to_builtins(parameter) for parameter in parameter_table],
    }
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


CATALOGUE: Final = Catalogue(
    REGISTERED,
    version=VERSION,
    parameter_table=parameters.TABLE,
)


__all__ = ["CATALOGUE", "FAMILIES", "VERSION", "Catalogue", "Rule"]
