"""What API Sirene says, read: JSON of its own form, and nothing else (specs/openapi/sirene.yaml).

A web server, a proxy or a portal of interfaces may answer in its place, with the status that it
would have had: what lacks Sirene's own `header` is not its word.
"""

# ruff: noqa: N815 - members have the names that Sirene gives them

from typing import Final, TypeVar

import msgspec

from adapters.http import Answer

_JSON: Final = "application/json"
_Read = TypeVar("_Read")


class Header(msgspec.Struct, frozen=True):
    """At the head of every document of Sirene's."""

    statut: int
    total: int | None = None
    """Of a list: how many elements answer the question, returned or not."""


class LegalUnit(msgspec.Struct, frozen=True):
    """The unit that the establishment belongs to, as it is now."""

    etatAdministratifUniteLegale: str | None = None
    statutDiffusionUniteLegale: str | None = None
    categorieJuridiqueUniteLegale: str | None = None
    denominationUniteLegale: str | None = None


class Address(msgspec.Struct, frozen=True):
    """Of its address, what stays public."""

    libelleCommuneEtablissement: str | None = None


class StatedPeriod(msgspec.Struct, frozen=True):
    """What held from one day to another; the last day is null of the present period."""

    etatAdministratifEtablissement: str | None = None
    dateDebut: str | None = None
    dateFin: str | None = None
    enseigne1Etablissement: str | None = None
    denominationUsuelleEtablissement: str | None = None


class Named(msgspec.Struct, frozen=True):
    """Whose record it is, before anything else is read of it."""

    siret: str


class Record(msgspec.Struct, frozen=True):
    """An establishment: any member may be missing, and more may be there."""

    siret: str
    statutDiffusionEtablissement: str | None = None
    dateCreationEtablissement: str | None = None
    dateDernierTraitementEtablissement: str | None = None
    uniteLegale: LegalUnit | None = None
    adresseEtablissement: Address | None = None
    periodesEtablissement: tuple[StatedPeriod, ...] = ()


class Link(msgspec.Struct, frozen=True):
    """One establishment took over from another."""

    siretEtablissementPredecesseur: str
    siretEtablissementSuccesseur: str
    dateLienSuccession: str | None = None
    continuiteEconomique: bool | None = None


class UnitDocument(msgspec.Struct, frozen=True):
    """Of `GET /siret/{siret}`."""

    header: Header
    etablissement: msgspec.Raw


class ListDocument(msgspec.Struct, frozen=True):
    """Of `POST /siret`. Records are read one by one: one that cannot be spoils no other."""

    header: Header
    etablissements: tuple[msgspec.Raw, ...]


class LinksDocument(msgspec.Struct, frozen=True):
    """Of `GET /siret/liensSuccession`."""

    header: Header
    liensSuccession: tuple[Link, ...]


class InformationDocument(msgspec.Struct, frozen=True):
    """Of `GET /informations`: whether the register works."""

    etatService: str


class _Refusal(msgspec.Struct, frozen=True):
    header: Header


def document(answer: Answer, kind: type[_Read]) -> _Read | None:
    """The content as a document of this kind; None of anything else."""
    if answer.media_type != _JSON:
        return None
    return element(answer.content, kind)


def element(octets: bytes | msgspec.Raw, kind: type[_Read]) -> _Read | None:
    """What is read of a part of a document; None where it is not that."""
    try:
        return msgspec.json.decode(octets, type=kind)
    except (msgspec.MsgspecError, RecursionError):
        return None


def is_its_word(answer: Answer) -> bool:
    """Whether Sirene itself says this status: its header stands in the content and agrees."""
    read = document(answer, _Refusal)
    return read is not None and read.header.statut == answer.status
