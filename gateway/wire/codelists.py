"""Dated code lists of the contract (`specs/codelists/`): closed on a day, open over the years."""

from collections.abc import Iterator
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
    within: str | None = None
    """The code that this one makes more precise, in a list of several levels."""


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

    def tops_on(self, day: date) -> frozenset[str]:
        """Those of them that are within no other."""
        within = {entry.code for entry in self.codes if entry.within is not None}
        return self.on(day) - within

    def top_of(self, code: str) -> str:
        """The code of the first level that `code` is within, or `code` itself."""
        within = {entry.code: entry.within for entry in self.codes}
        while (above := within[code]) is not None:
            code = above
        return code


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


class DirectoryLists(msgspec.Struct, frozen=True, kw_only=True):
    """The lists that the register's directory draws its codes from."""

    sectors: CodeList
    """Domains, sectors and what is within them."""
    trades: CodeList
    contracts: CodeList
    exposure_natures: CodeList

    @classmethod
    def load(cls) -> "DirectoryLists":
        """Those published with the contract."""
        return cls(
            sectors=load("sectors"),
            trades=load("trades"),
            contracts=load("contracts"),
            exposure_natures=load("exposure-natures"),
        )

    def __iter__(self) -> Iterator[CodeList]:
        return iter((self.sectors, self.trades, self.contracts, self.exposure_natures))
