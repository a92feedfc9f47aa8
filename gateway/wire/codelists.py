"""Dated code lists of the contract (`specs/codelists/`): closed on a day, open over the years."""

from datetime import date
from pathlib import Path

import msgspec

import specs


class Code(msgspec.Struct, frozen=True, rename="camel"):
    """One code with its texts and the days between which it may be used."""

    code: str
    fr: str
    en: str
    valid_from: date
    valid_to: date | None = None


class CodeList(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A list with its version, which the acknowledgement names."""

    name: str
    version: str
    dated: date = msgspec.field(name="date")
    codes: tuple[Code, ...]

    def on(self, day: date) -> frozenset[str]:
        """The codes that may be used on that day."""
        return frozenset(
            entry.code
            for entry in self.codes
            if entry.valid_from <= day and (entry.valid_to is None or day <= entry.valid_to)
        )


def load(name: str) -> CodeList:
    """The list of that name."""
    file: Path = specs.path(f"codelists/{name}.json")
    return msgspec.json.decode(file.read_bytes(), type=CodeList)


class CodeLists(msgspec.Struct, frozen=True, kw_only=True):
    """The lists that results draw their codes from."""

    dosimeter_types: CodeList
    radionuclides: CodeList
    organs: CodeList

    @classmethod
    def load(cls) -> "CodeLists":
        """Those published with the contract."""
        return cls(
            dosimeter_types=load("dosimeter-types"),
            radionuclides=load("radionuclides"),
            organs=load("organs"),
        )
