"""What Ameli answers, parsed: who was found, and under which numbers."""

from dataclasses import dataclass, field
from typing import Final

NIR_OID: Final = "1.2.250.1.213.1.4.8"
NIA_OID: Final = "1.2.250.1.213.1.4.9"
_ID_TYPES: Final = {NIR_OID: "NIR", NIA_OID: "NIA"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ins:
    """A number that somebody has or had, with the OID that tells what it is."""

    number: str = field(repr=False)
    """13 characters, in capitals."""
    key: str | None = field(default=None, repr=False)
    """As it was answered: the public test identities hold a wrong one."""
    oid: str

    @property
    def id_type(self) -> str | None:
        """`NIR` or `NIA`; None of an OID that is neither."""
        return _ID_TYPES.get(self.oid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody whom Ameli found."""

    active: Ins
    former: tuple[Ins, ...] = ()
    birth_name: str = field(repr=False)
    first_names: tuple[str, ...] = field(repr=False)
    """In the order of civil status; a hyphen makes one of two."""
    sex: str = field(repr=False)
    birth_date: str = field(repr=False)
    birthplace: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Nobody:
    """01: nobody has these traits."""


@dataclass(frozen=True, slots=True)
class Several:
    """02: several persons have them."""


Found = Person | Nobody | Several
