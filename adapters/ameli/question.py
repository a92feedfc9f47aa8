"""What is asked of INSi about somebody, by the names of its schemas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.ameli.people import NIR_OID
from gateway.model.verification import Urgency

MAX_ALONE: Final = 4
"""First names that are tried alone: each costs a call of a quota that is not public."""
_NUMBER_LENGTH: Final = 13
_COG: Final = re.compile(r"[0-9][0-9AB][0-9]{3}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Traits, names spelt as Ameli spells them, and until when the caller waits."""

    number: str = field(repr=False)
    """With its key."""
    birth_name: str = field(repr=False)
    first_names: tuple[str, ...] = field(repr=False)
    sex: str = field(repr=False)
    birth_date: str = field(repr=False)
    birthplace: str | None = field(default=None, repr=False)
    urgency: Urgency
    ends_at: float

    def search(self, first_names: tuple[str, ...], *, place: str | None = None) -> dict[str, Any]:
        """`RECSANSVITALE`, with these first names."""
        return {
            "NomNaissance": self.birth_name,
            "Prenom": list(first_names),
            "Sexe": self.sex,
            "DateNaissance": self.birth_date,
            **({} if place is None else {"LieuNaissance": place}),
        }

    def individual(self) -> dict[str, Any]:
        """`IndividuVerifie`; the number is stated as a NIR, for the service alone knows a NIA."""
        key = self.number[_NUMBER_LENGTH:]
        identifier = {"NumIdentifiant": self.number[:_NUMBER_LENGTH], "Cle": key}
        return {
            "INSFourni": {"IdIndividu": identifier, "OID": NIR_OID},
            "TraitsIdentiteIndividu": {
                "NomNaissance": self.birth_name,
                "Prenom": self.first_names[0],
                "ListePrenom": " ".join(self.first_names),
                "Sexe": self.sex,
                "DateNaissance": self.birth_date,
                **({} if self.place is None else {"LieuNaissance": self.place}),
            },
        }

    @property
    def place(self) -> str | None:
        """The birthplace as INSEE codes it; None where it is not known, or no such code."""
        place = (self.birthplace or "").upper()
        return place if _COG.fullmatch(place) else None

    def in_turn(self) -> Iterator[tuple[str, ...]]:
        """Each first name alone, then all."""
        for name in self.first_names[:MAX_ALONE]:
            yield (name,)
        if len(self.first_names) > 1:
            yield self.first_names

    def refined(self, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str | None]]:
        """After several were found by `names`: more first names, then the birthplace as well."""
        has_more = names != self.first_names
        if has_more:
            yield self.first_names, None
        if self.place is not None:
            yield self.first_names, self.place
            if has_more:
                yield names, self.place


SAMPLE: Final = Question(
    number="269054958815780",
    birth_name="NOM",
    first_names=("PRENOM",),
    sex="F",
    birth_date="1969-05-00",
    urgency=Urgency.BACKGROUND,
    ends_at=0.0,
)
"""Of nobody (INSEE's published example): what the contract's files must let us ask."""
