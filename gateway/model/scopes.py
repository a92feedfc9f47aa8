"""What an access token opens (RFC 6749 §3.3)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self


class Scope(StrEnum):
    """A part of the contract."""

    SUBMIT = "transmissions.submit"
    """To send transmissions, to have them checked, and workers verified."""
    READ = "transmissions.read"
    """To read what was answered, whom to warn of it, and the state of establishments."""

    @classmethod
    def parse(cls, text: str) -> frozenset[Self]:
        """The scopes of a text separated by single spaces; none where one of them is unknown."""
        names = text.split(" ")
        known = {scope.value for scope in cls}
        if not known.issuperset(names) or len(set(names)) != len(names):
            return frozenset()
        return frozenset(map(cls, names))

    @staticmethod
    def text(scopes: Iterable["Scope"]) -> str:
        """The same as text, in alphabetical order."""
        return " ".join(sorted(scopes))


EVERY_SCOPE = frozenset(Scope)
