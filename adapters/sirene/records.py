"""An establishment out of its record: states by periods, nothing masked, nobody's own name.

Periods and letters: documentation of API Sirene 3.11 (variables `etatAdministratifEtablissement`,
`statutDiffusionEtablissement`, `categorieJuridiqueUniteLegale`). Where the holder objected to
publication (Code de commerce A. 123-96), masked values are the text `[ND]`.
"""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from adapters.sirene.documents import LegalUnit, Named, Record, StatedPeriod, element
from gateway.identifiers import InvalidIdentifier, Siret
from gateway.model.verification import Cause, ExistingEstablishment, NotAnswered, Period

_STATES: Final = {"A": True, "F": False}
_MASKED: Final = "[ND]"
_PUBLIC: Final = "O"
_CEASED: Final = "C"
_NATURAL_PERSON: Final = "1"
"""First digit of the legal category of a natural person."""
_MAX_NAME: Final = 200
_PARIS: Final = ZoneInfo("Europe/Paris")
"""Sirene tells instants by the clock of Paris, without an offset."""


class Unreadable(ValueError):
    """The record does not tell the state of an establishment."""


def siret_of(raw: msgspec.Raw) -> Siret | None:
    """Whose record it is; None where that cannot be told."""
    named = element(raw, Named)
    return None if named is None else siret_in(named.siret)


def siret_in(text: str) -> Siret | None:
    """The SIRET that `text` is; None where it is none."""
    try:
        return Siret.parse(text)
    except InvalidIdentifier:
        return None


def establishment(raw: msgspec.Raw) -> ExistingEstablishment | NotAnswered:
    """What the record says; it is not answered where it cannot be read as one."""
    record = element(raw, Record)
    try:
        return _established(record)
    except Unreadable:
        return NotAnswered(cause=Cause.UNREADABLE)


def day(text: str | None) -> date | None:
    """The day that `text` is; None where nothing, or nothing that can be read, is stated."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


def _established(record: Record | None) -> ExistingEstablishment:
    siret = None if record is None else siret_in(record.siret)
    if record is None or siret is None or not record.periodesEtablissement:
        raise Unreadable
    periods = sorted(
        map(_period, record.periodesEtablissement),
        key=lambda period: (period.start or date.min, period.end or date.max),
        reverse=True,
    )
    unit = record.uniteLegale or LegalUnit()
    address = record.adresseEtablissement
    return ExistingEstablishment(
        siret=siret,
        created_on=day(record.dateCreationEtablissement),
        periods=tuple(periods),
        legal_unit_is_active=unit.etatAdministratifUniteLegale != _CEASED,
        is_public=record.statutDiffusionEtablissement == _PUBLIC
        and unit.statutDiffusionUniteLegale in {None, _PUBLIC},
        name=_name(record, unit),
        commune=None if address is None else _shown(address.libelleCommuneEtablissement),
        processed_at=_instant(record.dateDernierTraitementEtablissement),
    )


def _period(stated: StatedPeriod) -> Period:
    state = _STATES.get(stated.etatAdministratifEtablissement or "")
    if state is None:
        raise Unreadable
    return Period(start=_bound(stated.dateDebut), end=_bound(stated.dateFin), is_active=state)


def _bound(text: str | None) -> date | None:
    """A bound of a period: unlike other days, one that cannot be read changes what is judged."""
    bound = day(text)
    if bound is None and text is not None:
        raise Unreadable
    return bound


def _name(record: Record, unit: LegalUnit) -> str | None:
    category = unit.categorieJuridiqueUniteLegale
    if category is None or category.startswith(_NATURAL_PERSON):
        return None
    present = next((p for p in record.periodesEtablissement if p.dateFin is None), StatedPeriod())
    stated = (
        unit.denominationUniteLegale,
        present.denominationUsuelleEtablissement,
        present.enseigne1Etablissement,
    )
    return next(filter(None, map(_shown, stated)), None)


def _shown(text: str | None) -> str | None:
    if text is None or text == _MASKED or not text.isprintable():
        return None
    return text.strip()[:_MAX_NAME] or None


def _instant(text: str | None) -> datetime | None:
    try:
        stated = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    if stated is None:
        return None
    return (stated if stated.tzinfo else stated.replace(tzinfo=_PARIS)).astimezone(UTC)
