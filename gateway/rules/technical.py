"""T: what may not travel in the clear."""

import re
from typing import Final

from gateway.model.transmission import Transmission
from gateway.model.verdict import Actor, Finding, Level, Step
from gateway.rules.example import Example
from gateway.rules.examples import NIR
from gateway.rules.occasion import Occasion
from gateway.rules.rule import Scope, rule

_SEPARATORS: Final = str.maketrans("", "", "._:/-")
_NUMBER_LENGTH: Final = 13
_FULL_LENGTH: Final = 15
_NUMBER_AND_KEY: Final = re.compile(r"[1-8]\d{4}(?:\d{2}|2[AB])\d{8}", re.ASCII)


@rule(
    "T010",
    level=Level.ERROR,
    actor=Actor.SENDER,
    step=Step.VALIDATE,
    scope=Scope.WHOLE,
    source="Règlement (UE) 2016/679, art. 5 et 32 ; contrat d'interface, version 1, § 2",
    fr="La référence de la ligne contient un numéro de sécurité sociale : elle n'est pas reprise "
    "dans l'accusé. Formez vos références sans donnée personnelle et renvoyez la ligne.",
    en="The reference of the line holds a social security number: it is not repeated in the "
    "acknowledgement. Build references without personal data and send the line again.",
    example=Example(
        base="passive", pointer="/results/0/ref", passes="P-0001", fails=f"DOS-{NIR[:13]}"
    ),
)
def references_hold_no_number(
    transmission: Transmission, _occasion: Occasion
) -> tuple[Finding, ...]:
    """A `ref` comes back in clear, signed and for ever: it holds no NIR of this message."""
    numbers = transmission.stated_numbers
    return tuple(
        Finding("T010", f"/results/{line.index}/ref")
        for line in transmission.lines
        if len(line.ref) >= _NUMBER_LENGTH and _holds_number(line.ref, numbers)
    )


def _holds_number(ref: str, numbers: frozenset[str]) -> bool:
    """Whether `ref`, separators removed, holds one of `numbers` or is a number with its key."""
    text = ref.translate(_SEPARATORS).upper()
    for start in range(len(text) - _NUMBER_LENGTH + 1):
        if text[start : start + _NUMBER_LENGTH] in numbers:
            return True
    return len(text) == _FULL_LENGTH and _has_valid_key(text)


def _has_valid_key(text: str) -> bool:
    """Whether 15 characters are a NIR, a NIA or a provisional number with its key."""
    if not _NUMBER_AND_KEY.fullmatch(text):
        return False
    number = text[:_NUMBER_LENGTH].replace("2A", "19").replace("2B", "18")
    return 97 - int(number) % 97 == int(text[_NUMBER_LENGTH:])
