"""Who stands for the establishments of a demonstration: people of nobody, under `.invalid`."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.commands.demonstration.plan import Planned
from gateway.model.contacts import ContactKind

_COLUMNS: Final = ("employer_siret", "role", "name", "email", "rpps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One contact of every establishment that `establishments_of` gives."""

    kind: ContactKind
    given_name: str
    usual_name: str
    rpps: str = ""

    @property
    def email(self) -> str:
        """Of nobody (RFC 6761 §6.4)."""
        return f"{self.given_name}.{self.usual_name}@demonstration.invalid".lower()


CONTACTS: Final = (
    Stated(kind=ContactKind.LEGAL_REPRESENTATIVE, given_name="Claire", usual_name="Lambert"),
    Stated(kind=ContactKind.CES, given_name="Bruno", usual_name="Petit"),
    Stated(kind=ContactKind.CRP, given_name="Anne", usual_name="Moreau"),
    Stated(kind=ContactKind.PHYSICIAN, given_name="Paul", usual_name="Roux", rpps="10000000009"),
)


def establishments_of(planned: Sequence[Planned]) -> tuple[str, ...]:
    """The employers of the first transmission, by SIRET."""
    return tuple(sorted({person.employer.siret for person in planned[0].sample.people}))


def contacts_csv(planned: Sequence[Planned]) -> str:
    """The rows of the directory (docs/directory.md)."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for siret in establishments_of(planned):
        for one in CONTACTS:
            name = f"{one.usual_name.upper()} {one.given_name}"
            writer.writerow((siret, one.kind.value, name, one.email, one.rpps))
    return stream.getvalue()
