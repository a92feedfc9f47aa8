"""Names as Ameli spells them: capitals without accents, one separator between two words.

`^[A-Z]+(?:(?:-{1,2}|[' ])[A-Z]+)*$`: blank, hyphen, double hyphen between two family names, or
apostrophe.
"""

import itertools
import re
import unicodedata
from typing import Final

_SPELT_OUT: Final = str.maketrans(
    {
        "Æ": "AE",
        "Œ": "OE",
        "ẞ": "SS",
        "Þ": "TH",
        "Ð": "D",
        "Đ": "D",
        "Ø": "O",
        "Ł": "L",
        "Ħ": "H",
        "Ŧ": "T",
        "Ŋ": "NG",
    }
)
"""Letters that no decomposition brings to those of A to Z."""
_HYPHENS: Final = frozenset("-‐‑‒–—―−")
_APOSTROPHES: Final = frozenset("'’‘ʼʹ′`´")
_WORD: Final = re.compile(r"[A-Z]+", re.ASCII)
_TWO: Final = 2


def spelled(name: str) -> str | None:
    """`name` as Ameli spells it; None where it has a letter that Ameli has not, or none at all."""
    capitals = _capitals(name)
    if any(character.isalpha() and not "A" <= character <= "Z" for character in capitals):
        return None
    words = list(_WORD.finditer(capitals))
    if not words:
        return None
    parts = [words[0][0]]
    for before, word in itertools.pairwise(words):
        parts += (_separator(capitals[before.end() : word.start()]), word[0])
    return "".join(parts)


def folded(name: str) -> str:
    """`name` without separators, for comparing: hyphens and blanks do not make another person."""
    return "".join(_WORD.findall(_capitals(name)))


def _capitals(name: str) -> str:
    """In capitals, ligatures spelt out, without accents."""
    # an acute accent that stands alone is an apostrophe, and would decompose into a blank
    told = "".join("'" if character in _APOSTROPHES else character for character in name)
    spelt_out = unicodedata.normalize("NFKC", told).upper().translate(_SPELT_OUT)
    decomposed = unicodedata.normalize("NFKD", spelt_out)
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))


def _separator(between: str) -> str:
    """What stands for all that is between two words."""
    hyphens = sum(character in _HYPHENS for character in between)
    if hyphens:
        return "-" * min(hyphens, _TWO)
    return "'" if any(character in _APOSTROPHES for character in between) else " "
