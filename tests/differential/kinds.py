"""Of what kind each scalar of the contract is, and the values of that kind to draw from."""

from tests.differential import said, values

_KINDS = {
    said.Establishment: {"siret": "identifier"},
    said.Physician: {"rpps": "identifier"},
    said.Sender: {"type": "sender_type", "siret": "identifier", "accreditation": "text"},
    said.Totals: {"results": "count", "measurements": "count", "sum_msv": "msv"},
    said.Transmission: {
        "version": "version", "id": "uuid", "flow": "flow", "test": "boolean",
        "issued_at": "instant",
    },
    said.Worker: {
        "nir": "nir", "id_type": "id_type", "birth_name": "text", "used_name": "text",
        "first_name": "text", "other_first_names": "text", "birth_date": "birth_date", "sex": "sex",
    },
    said.Monitoring: {
        "type": "monitoring", "category": "category", "other_exposures": "other_exposure",
        "situation": "situation",
    },
    said.Period: {"start": "day", "end": "day"},
    said.ExposureTime: {"start_at": "instant", "end_at": "instant"},
    said.Dosimeter: {"type": "text", "serial": "text", "location": "location", "side": "side"},
    said.Exposure: {"value": "amount", "unit": "exposure_unit"},
    said.Measurement: {
        "quantity": "quantity", "radiation": "radiation", "status": "status", "value": "msv",
        "recording_level": "msv", "uncertainty": "amount", "background": "background",
    },
    said.Activity: {
        "radionuclide": "radionuclide", "value": "amount", "unit": "unit", "uncertainty": "amount",
        "detection_limit": "amount", "below_limit": "boolean",
    },
    said.Examination: {
        "kind": "kind", "taken_on": "day", "collected_from": "day", "collected_to": "day",
    },
    said.LineReference: {"transmission": "uuid", "ref": "ref"},
    said.Committed: {
        "quantity": "committed_quantity", "organ": "text", "radionuclides": "radionuclide",
        "route": "route", "intake_on": "day", "value": "msv",
    },
    said.Site: {"siret": "identifier", "inb": "ref", "work": "text"},
    said.SiteKey: {"siret": "identifier", "inb": "ref"},
    said.Original: {
        "flow": "flow", "quantity": "key_quantity", "radiation": "radiation",
        "location": "location", "side": "side", "kind": "kind", "taken_on": "day",
        "collected_from": "day", "radionuclide": "radionuclide", "organ": "text",
        "radionuclides": "radionuclide", "intake_on": "day",
    },
    said.Corrects: {
        "transmission": "uuid", "ref": "ref", "acknowledgement_sha256": "sha", "reason": "reason",
        "justification": "text",
    },
    said.Result: {"ref": "ref", "operation": "operation"},
}  # fmt: skip
_GOOD = {
    "text": values.NAMES, "msv": values.MSV, "amount": values.AMOUNTS, "day": values.DAYS,
    "birth_date": values.BIRTH_DATES, "instant": values.INSTANTS, "count": values.COUNTS,
    "identifier": values.IDENTIFIERS, "nir": values.NIRS, "ref": values.REFS, "uuid": values.UUIDS,
    "radionuclide": (*values.RADIONUCLIDES, *values.OTHER_RADIONUCLIDES), "sha": values.SHAS,
    "boolean": (True, False), "version": ("1.0",), **values.ENUMERATIONS,
}  # fmt: skip
_BAD = {
    "text": values.BAD_TEXTS, "msv": values.BAD_DECIMALS, "amount": values.BAD_DECIMALS,
    "day": values.BAD_DAYS, "birth_date": values.BAD_BIRTH_DATES, "instant": values.BAD_INSTANTS,
    "count": values.BAD_COUNTS, "identifier": values.BAD_IDENTIFIERS, "nir": values.BAD_NIRS,
    "ref": values.BAD_REFS, "uuid": values.BAD_UUIDS, "radionuclide": values.BAD_RADIONUCLIDES,
    "sha": ("", "0" * 63, "g" * 64), "boolean": ("maybe", "TRUE", "", "1"),
    "version": ("1.1", "2.0", "1", "", "01.0"),
    **dict.fromkeys(values.ENUMERATIONS, values.BAD_CODES),
}  # fmt: skip


def kind_of(owner, member):
    return _KINDS[owner][member]


def drawn(dice, owner, member, *, is_bad):
    """Another value for a member: of its kind, or one that its schema or its reader refuses."""
    return dice.choice((_BAD if is_bad else _GOOD)[kind_of(owner, member)])


def scalar_members():
    return {(owner, member) for owner, members in _KINDS.items() for member in members}
