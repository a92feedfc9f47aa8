"""Comparing names as a clerk would: accents, case and separators do not count, a slip is seen."""

import unicodedata
from enum import IntEnum
from typing import Final

_APOSTROPHES: Final = "\u02b9\u02bb\u02bc\u02bd"
"""Unicode has them for letters (category Lm); who writes them means the plain one."""
_ONE_SLIP_FROM: Final = 4
_TWO_SLIPS_FROM: Final = 8


class Likeness(IntEnum):
    """How alike two names are, the best last."""

    DIFFERENT = 0
    NEAR = 1
    SAME = 2


def fold(name: str) -> str:
    """`name` in capitals without accents, hyphens, apostrophes, blanks or ligatures."""
    if name.isascii():
        return name.upper() if name.isalnum() else _letters(name.upper())
    spelled_out = name.upper().replace("Œ", "OE").replace("Æ", "AE")
    return _letters(unicodedata.normalize("NFD", spelled_out))


def _letters(text: str) -> str:
    """`text` without what is neither a letter nor a figure: marks, separators."""
    return "".join([letter for letter in text if letter.isalnum() and letter not in _APOSTROPHES])


def are_one(name: str, other: str) -> bool:
    """Whether both are one name, but for how it is written; what holds no letter is no name."""
    folded = fold(name)
    return bool(folded) and folded == fold(other)


def likeness(stated: str, known: str) -> Likeness:
    """How alike two names are once folded: one slip from four letters on, two from eight on."""
    if stated == known:
        return Likeness.SAME
    left, right = fold(stated), fold(known)
    if left == right:
        return Likeness.SAME
    letters = min(len(left), len(right))
    slips = 2 if letters >= _TWO_SLIPS_FROM else 1 if letters >= _ONE_SLIP_FROM else 0
    if slips and abs(len(left) - len(right)) <= slips and _distance(left, right) <= slips:
        return Likeness.NEAR
    return Likeness.DIFFERENT


def best_likeness(stated: tuple[str | None, ...], known: tuple[str | None, ...]) -> Likeness:
    """The best of all pairs; a name that is not given counts for nothing."""
    best = Likeness.DIFFERENT
    for left in stated:
        for right in known:
            if left and right:
                best = max(best, likeness(left, right))
                if best is Likeness.SAME:
                    return best
    return best


def _distance(left: str, right: str) -> int:
    """Levenshtein's distance: insertions, deletions and substitutions."""
    previous = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        current = [row]
        for column, other in enumerate(right, 1):
            change = previous[column - 1] + (letter != other)
            current.append(min(previous[column] + 1, current[column - 1] + 1, change))
        previous = current
    return previous[-1]
