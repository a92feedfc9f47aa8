"""A worker of the directory, as the register of identities is asked about him."""

import re
from typing import Final, Protocol

from gateway.identifiers import Nir
from gateway.model.verification import IdentityTraits

_BETWEEN_NAMES: Final = re.compile(r"[\s,;]+")


class Person(Protocol):
    """The civil status of the directory, whichever type holds it."""

    @property
    def birth_name(self) -> str:
        """Name at birth."""
        ...

    @property
    def first_name(self) -> str:
        """The first one, in the order of civil status."""
        ...

    @property
    def other_first_names(self) -> str | None:
        """The others, apart by blanks or commas."""
        ...

    @property
    def sex(self) -> str:
        """`M` or `F`."""
        ...

    @property
    def birth_date(self) -> str:
        """`YYYY-MM-DD`, where month and day may be `00`."""
        ...


def traits_of(nir: Nir, person: Person) -> IdentityTraits:
    """What is asked: the directory's number and civil status, never what a line claims."""
    others = _BETWEEN_NAMES.split(person.other_first_names or "")
    return IdentityTraits(
        nir=nir,
        birth_name=person.birth_name,
        first_names=(person.first_name, *filter(None, others)),
        sex=person.sex,
        birth_date=person.birth_date,
    )
