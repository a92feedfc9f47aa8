"""The base transmissions of the examples, with the partners and the worker that they speak of.

Everything is fictitious and stands around one day of reception, `RECEIVED_ON`. In the base
directory every base transmission is plainly accepted.
"""

from datetime import date
from typing import Final
from uuid import UUID, uuid5

import msgspec

from gateway.identifiers import Siret
from gateway.model.directory import Attachment, Employment, KnownWorker, Partner
from gateway.model.transmission import Flow, SenderType
from gateway.rules.example import BaseName, Json

RECEIVED_ON: Final = "2026-11-20T09:00:00.000Z"
LABORATORY: Final = "90000001900019"
OPERATOR: Final = "90000002700012"
EMPLOYER: Final = "90000003500015"
SAME_COMPANY: Final = "90000003500023"
"""Another establishment of the employer's legal unit."""
STRANGER: Final = "90000004300019"
SECOND_LABORATORY: Final = "90000005000014"
"""Another laboratory, that the worker is attached to as well."""
_EXAMPLES: Final = UUID("b7a3c1de-6f0e-4f57-9d0e-53495345524a")
NIR: Final = "290069912345619"

_WORKER: Final[Json] = {
    "nir": NIR,
    "birthName": "Lefebvre",
    "firstName": "Hélène",
    "birthDate": "1990-06-15",
    "sex": "F",
}
SECOND_LINE: Final[Json] = {
    "ref": "P-0002",
    "operation": "INITIAL",
    "worker": _WORKER,
    "employer": {"siret": EMPLOYER},
    "monitoring": {"type": "SDI", "category": "A"},
    "period": {"start": "2026-10-01", "end": "2026-10-31"},
    "dosimeter": {"type": "TLD", "serial": "B-0002", "location": "FINGER", "side": "LEFT"},
    "measurements": [
        {"quantity": "HP007", "radiation": "PHOTON", "status": "MEASURED", "value": "0.5"}
    ],
}
_PASSIVE: Final[Json] = {
    "version": "1.0",
    "id": "00000000-0000-0000-0000-000000000000",
    "flow": "PASSIVE_EXTERNAL",
    "sender": {"type": "OA", "siret": LABORATORY, "accreditation": "1-0001"},
    "issuedAt": "2026-11-20T08:00:00.000Z",
    "totals": {},
    "results": [
        {
            "ref": "P-0001",
            "operation": "INITIAL",
            "worker": _WORKER,
            "employer": {"siret": EMPLOYER},
            "monitoring": {"type": "SDI", "category": "A"},
            "period": {"start": "2026-10-01", "end": "2026-10-31"},
            "dosimeter": {"type": "OSL", "serial": "A-0001", "location": "TRUNK"},
            "measurements": [
                {
                    "quantity": "HP10",
                    "radiation": "PHOTON",
                    "status": "MEASURED",
                    "value": "0.15",
                    "recordingLevel": "0.1",
                }
            ],
        }
    ],
}
_OPERATIONAL: Final[Json] = {
    "version": "1.0",
    "id": "00000000-0000-0000-0000-000000000000",
    "flow": "OPERATIONAL",
    "sender": {"type": "OPERATOR", "siret": OPERATOR},
    "issuedAt": "2026-11-20T08:00:00.000Z",
    "totals": {},
    "results": [
        {
            "ref": "O-0001",
            "operation": "INITIAL",
            "worker": _WORKER,
            "employer": {"siret": EMPLOYER},
            "monitoring": {"type": "SDI", "category": "A"},
            "exposureTime": {
                "startAt": "2026-11-17T08:00:00.000Z",
                "endAt": "2026-11-17T10:30:00.000Z",
            },
            "dosimeter": {"type": "EPD", "serial": "E-0001", "location": "TRUNK"},
            "measurements": [
                {"quantity": "HP10", "radiation": "PHOTON", "status": "MEASURED", "value": "0.012"}
            ],
            "site": {"siret": OPERATOR, "inb": "101"},
        }
    ],
}
_RADIOTOXICOLOGY: Final[Json] = {
    "version": "1.0",
    "id": "00000000-0000-0000-0000-000000000000",
    "flow": "RADIOTOXICOLOGY",
    "sender": {"type": "OA", "siret": LABORATORY, "accreditation": "1-0001"},
    "issuedAt": "2026-11-20T08:00:00.000Z",
    "totals": {},
    "results": [
        {
            "ref": "R-0001",
            "operation": "INITIAL",
            "worker": _WORKER,
            "employer": {"siret": EMPLOYER},
            "monitoring": {"type": "SDI", "category": "A"},
            "examination": {
                "kind": "URINE",
                "collectedFrom": "2026-11-02",
                "collectedTo": "2026-11-03",
                "prescriber": {"rpps": "10000000017"},
                "activities": [
                    {
                        "radionuclide": "H-3",
                        "value": "310",
                        "unit": "Bq/L",
                        "detectionLimit": "50",
                        "belowLimit": False,
                    }
                ],
            },
        }
    ],
}
_COMMITTED: Final[Json] = {
    "version": "1.0",
    "id": "00000000-0000-0000-0000-000000000000",
    "flow": "COMMITTED_DOSE",
    "sender": {"type": "PHYSICIAN", "siret": SAME_COMPANY},
    "issuedAt": "2026-11-20T08:00:00.000Z",
    "totals": {},
    "results": [
        {
            "ref": "C-0001",
            "operation": "INITIAL",
            "worker": _WORKER,
            "employer": {"siret": EMPLOYER},
            "monitoring": {"type": "SDI", "category": "A"},
            "committed": {
                "quantity": "E50",
                "radionuclides": ["H-3"],
                "route": "INHALATION",
                "intakeOn": "2026-11-02",
                "value": "0.012",
                "physician": {"rpps": "10000000017"},
            },
        }
    ],
}
BASES: Final[dict[BaseName, Json]] = {
    "passive": _PASSIVE,
    "operational": _OPERATIONAL,
    "radiotoxicology": _RADIOTOXICOLOGY,
    "committed": _COMMITTED,
}
EMPLOYMENT: Final = Employment(employer=Siret.parse(EMPLOYER), start=date(2020, 1, 1), category="A")
KNOWN: Final = KnownWorker(
    id="worker-1",
    birth_name="LEFEBVRE",
    first_name="HELENE",
    birth_date="1990-06-15",
    sex="F",
    employments=(EMPLOYMENT,),
    attachments=tuple(
        Attachment(
            employer=Siret.parse(EMPLOYER), sender=Siret.parse(sender), start=date(2020, 1, 1)
        )
        for sender in (LABORATORY, OPERATOR, SECOND_LABORATORY)
    ),
)
PARTNERS: Final[dict[BaseName, Partner]] = {
    "passive": Partner(
        id="partner-oa",
        name="Laboratoire Exemple",
        siret=Siret.parse(LABORATORY),
        type=SenderType.OA,
        flows=frozenset({Flow.PASSIVE_EXTERNAL}),
        accreditation="1-0001",
        accredited_from=date(2020, 1, 1),
    ),
    "operational": Partner(
        id="partner-operator",
        name="Exploitant Exemple",
        siret=Siret.parse(OPERATOR),
        type=SenderType.OPERATOR,
        flows=frozenset({Flow.OPERATIONAL}),
    ),
    "radiotoxicology": Partner(
        id="partner-analyses",
        name="Laboratoire Exemple",
        siret=Siret.parse(LABORATORY),
        type=SenderType.OA,
        flows=frozenset({Flow.RADIOTOXICOLOGY}),
        accreditation="1-0001",
        accredited_from=date(2020, 1, 1),
    ),
    "committed": Partner(
        id="partner-physician",
        name="Service de santé au travail Exemple",
        siret=Siret.parse(SAME_COMPANY),
        type=SenderType.PHYSICIAN,
        flows=frozenset({Flow.COMMITTED_DOSE}),
    ),
}
ANOTHER: Final = msgspec.structs.replace(
    PARTNERS["passive"], id="partner-another", siret=Siret.parse(SECOND_LABORATORY)
)


def example_id(name: str) -> str:
    """The id of an example's transmission."""
    return str(uuid5(_EXAMPLES, name))


def given_id(code: str, place: int = 0) -> str:
    """The id of a transmission that the example of `code` has sent before."""
    return example_id(f"{code}/{place}")
