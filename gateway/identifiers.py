"""Identifiers that cannot exist invalid. The `repr` of a person's number is masked.

Sources: NIR and NIA: décret 82-103 and the CNAM's own validator (months 01–12 and 20–99, 2A/2B for
Corsica, key = 97 − n mod 97); SIRET and SIREN: Code de commerce R. 123-221, Luhn, and La Poste's
rule; RPPS: CSP L. 4113-1, eleven digits with a Luhn key.
"""

import re
from typing import Final, NoReturn, Self

from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import nir as stdnum_nir
from stdnum.fr import siren as stdnum_siren

_NIR: Final = re.compile(r"[12]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{3}\d{3}\d{2}", re.ASCII)
_PROVISIONAL: Final = re.compile(r"[78][012]\d{3}\d{8}\d{2}", re.ASCII)
_MIGRANT: Final = re.compile(r"[56][12]\d{3}\d{8}\d{2}", re.ASCII)
_SIRET: Final = re.compile(r"\d{14}", re.ASCII)
_LA_POSTE: Final = "356000000"
_SIREN: Final = re.compile(r"\d{9}", re.ASCII)
_RPPS: Final = re.compile(r"\d{11}", re.ASCII)


class InvalidIdentifier(ValueError):
    """A text that is not this identifier; `code` says which defect, the text is not kept."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def kept(self) -> "InvalidIdentifier":
        """The same defect, as a value: what was raised holds its frames, and they the message."""
        return InvalidIdentifier(self.code)

    def __repr__(self) -> str:
        return f"InvalidIdentifier({self.code!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InvalidIdentifier) and other.code == self.code

    def __hash__(self) -> int:
        return hash(self.code)


class _Identifier:
    """A text proven well-formed, compared and hashed by value within its own class."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._text!r})"


class Nir(_Identifier):
    """A NIR or a NIA with its key, 15 characters, upper case. Only the CNAM can tell the two apart.

    Printing it in any way shows the first character alone; `reveal` is the one way to the number.
    """

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The NIR in `text` (13 characters and the key, no blanks).

        Raises:
            InvalidIdentifier: I003 a provisional (NNP) or migrant (MIG) number; I001 not the shape
                of a NIR; I002 the key is not that of the number.
        """
        number = text.upper()
        if _PROVISIONAL.fullmatch(number) or _MIGRANT.fullmatch(number):
            raise InvalidIdentifier("I003")
        if not _NIR.fullmatch(number):
            raise InvalidIdentifier("I001")
        if stdnum_nir.calc_check_digits(number) != number[13:]:
            raise InvalidIdentifier("I002")
        return cls(number)

    def reveal(self) -> str:
        """The number itself: for sealing, indexing and asking a register, never for printing."""
        return self._text

    @property
    def sex(self) -> str:
        """`M` or `F`, by the first digit."""
        return "M" if self._text[0] == "1" else "F"

    @property
    def birth_year_of_century(self) -> str:
        """The two digits of the year of birth."""
        return self._text[1:3]

    @property
    def birth_month(self) -> str | None:
        """The two digits of the month of birth, or None where the NIR does not tell it (20–99)."""
        month = self._text[3:5]
        return month if month <= "12" else None

    def __repr__(self) -> str:
        return f"Nir('{self._text[0]}**************')"

    def __str__(self) -> str:
        return f"{self._text[0]}**************"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __getstate__(self) -> NoReturn:
        raise TypeError("a NIR is neither pickled nor copied")


class Siret(_Identifier):
    """The 14-digit number of an establishment."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The SIRET in `text`, by Luhn on 14 and on 9 digits, or La Poste's rule; not all zeros.

        Raises:
            InvalidIdentifier: E001, whatever the defect.
        """
        if not _SIRET.fullmatch(text) or text[:9] == "000000000" or text[9:] == "00000":
            raise InvalidIdentifier("E001")
        if luhn.is_valid(text) and luhn.is_valid(text[:9]):
            return cls(text)
        # its post offices were numbered without Luhn's key; the head office has it
        if text.startswith(_LA_POSTE) and sum(map(int, text)) % 5 == 0:
            return cls(text)
        raise InvalidIdentifier("E001")

    @property
    def siren(self) -> "Siren":
        """The number of the legal unit that this establishment belongs to."""
        return Siren(self._text[:9])


class Siren(_Identifier):
    """The 9-digit number of a legal unit."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The SIREN in `text`.

        Raises:
            InvalidIdentifier: E001.
        """
        if not _SIREN.fullmatch(text) or text == "000000000":
            raise InvalidIdentifier("E001")
        try:
            return cls(str(stdnum_siren.validate(text)))
        except ValidationError:
            raise InvalidIdentifier("E001") from None


class Rpps(_Identifier):
    """The 11-digit number of a health professional."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The RPPS number in `text`.

        Raises:
            InvalidIdentifier: I004.
        """
        if not _RPPS.fullmatch(text) or text == "0" * 11 or not luhn.is_valid(text):
            raise InvalidIdentifier("I004")
        return cls(text)
