"""Which French organisation a certificate names: the SIREN or SIRET that its authority attests.

Three spellings, each authority has its own:

- `organizationIdentifier` (2.5.4.97), ETSI EN 319 412-1 §5.1.4: `NTRFR-` and a SIREN or SIRET,
  `VATFR-` and an intra-community number, whose last nine digits are the SIREN;
- `organizationalUnitName`, RGS v2 annex A4: `0002`, the ICD of SIRENE in ISO 6523, a blank, and a
  SIREN or SIRET;
- `organizationalUnitName`, IGC-Santé: `Struct_IdNat`, a digit for the kind of identifier (ANS,
  TRE_G07: 2 SIREN, 3 SIRET) and the identifier.

Only the attribute that the authority's configuration names is read: another one may hold whatever
the applicant wrote. An attribute that stands twice must say the same twice.
"""

import re
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from signing.errors import CredentialRefused, Unfit

_ETSI: Final = re.compile(r"NTRFR-(?P<number>[0-9]{9}|[0-9]{14})", re.ASCII)
_VAT: Final = re.compile(r"VATFR-(?P<key>[0-9]{2})(?P<number>[0-9]{9})", re.ASCII)
_ICD: Final = re.compile(r"0002[ ](?P<number>[0-9]{9}|[0-9]{14})", re.ASCII)
_HEALTH: Final = re.compile(r"(?:2(?P<siren>[0-9]{9})|3(?P<siret>[0-9]{14}))", re.ASCII)


class Reading(StrEnum):
    """Where an authority writes the number of the organisation."""

    ORGANIZATION_IDENTIFIER = "organizationIdentifier"
    ICD = "icd"
    STRUCT_IDNAT = "structIdNat"


def demand_organisation(name: x509.Name, *, reading: Reading, siret: str) -> None:
    """Raise `CredentialRefused` unless `name` names the organisation of `siret`.

    A SIRET must be that one; a SIREN, that of its first nine digits (Code de commerce, R. 123-221).
    """
    numbers = {number for text in _texts(name, reading) for number in _numbers(text, reading)}
    if not numbers:
        raise CredentialRefused(
            Unfit.ORGANISATION, "the certificate names no SIREN or SIRET where its authority does"
        )
    if any(number != siret[: len(number)] for number in numbers):
        raise CredentialRefused(
            Unfit.ORGANISATION, "the certificate is of another organisation than the partner"
        )


def _texts(name: x509.Name, reading: Reading) -> list[str]:
    is_etsi = reading is Reading.ORGANIZATION_IDENTIFIER
    oid = NameOID.ORGANIZATION_IDENTIFIER if is_etsi else NameOID.ORGANIZATIONAL_UNIT_NAME
    values = (attribute.value for attribute in name.get_attributes_for_oid(oid))
    return [value for value in values if isinstance(value, str)]


def _numbers(text: str, reading: Reading) -> tuple[str, ...]:
    """The number that one attribute states, if it is of that spelling."""
    if reading is Reading.STRUCT_IDNAT:
        found = _HEALTH.fullmatch(text)
        return (found["siren"] or found["siret"],) if found else ()
    if reading is Reading.ICD:
        found = _ICD.fullmatch(text)
        return (found["number"],) if found else ()
    found = _ETSI.fullmatch(text)
    if found:
        return (found["number"],)
    found = _VAT.fullmatch(text)
    return (found["number"],) if found and _is_vat_key(found["key"], found["number"]) else ()


def _is_vat_key(key: str, siren: str) -> bool:
    """Code général des impôts, art. 286 ter: the key follows from the SIREN."""
    return int(key) == (12 + 3 * (int(siren) % 97)) % 97
