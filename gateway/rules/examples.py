"""The base transmissions of the examples, and how an example becomes what a door can judge.

Everything is fictitious and stands around one day of reception, `RECEIVED_ON`. In the base
directory both base transmissions are plainly accepted.
"""

import copy
from datetime import date
from typing import Final
from uuid import UUID, uuid5

import msgspec

from gateway.identifiers import Siret
from gateway.model.directory import Attachment, Employment, KnownWorker, Partner
from gateway.model.transmission import Flow, SenderType
from gateway.rules.example import (
    ABSENT,
    Absent,
    BaseName,
    Change,
    Example,
    ExampleCase,
    Json,
    PartnerExample,
    RegisteredWorker,
)
from gateway.rules.rawexamples import raw_request
from gateway.rules.rule import Rule

RECEIVED_ON: Final = "2026-11-20T09:00:00.000Z"
LABORATORY: Final = "90000001900019"
OPERATOR: Final = "90000002700012"
EMPLOYER: Final = "90000003500015"
SAME_COMPANY: Final = "90000003500023"
"""Another establishment of the employer's legal unit."""
STRANGER: Final = "90000004300019"
NIR: Final = "290069912345619"
_EXAMPLES: Final = UUID("b7a3c1de-6f0e-4f57-9d0e-53495345524a")

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
_BASES: Final[dict[BaseName, Json]] = {"passive": _PASSIVE, "operational": _OPERATIONAL}
EMPLOYMENT: Final = Employment(employer=Siret.parse(EMPLOYER), start=date(2020, 1, 1), category="A")
_KNOWN: Final = KnownWorker(
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
        for sender in (LABORATORY, OPERATOR)
    ),
)
_PARTNERS: Final[dict[BaseName, Partner]] = {
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
}


def base_case(base: BaseName) -> ExampleCase:
    """The base transmission itself, plainly accepted."""
    return _case(base, (_transmission(base, (), base),), raises=False)


def example_transmissions(rule: Rule) -> tuple[ExampleCase, ExampleCase]:
    """The passing and the failing example of `rule`, complete, as a door would be given them.

    The two differ in one member; control totals follow the lines, but where they are what is
    judged (S006).
    """
    example = rule.example
    if isinstance(example, PartnerExample):
        cases = []
        for value, raises in ((example.passes, False), (example.fails, True)):
            partner = msgspec.structs.replace(_PARTNERS[example.base], **{example.field: value})
            case = _case(example.base, (_transmission(example.base, (), rule.code),), raises=raises)
            cases.append(msgspec.structs.replace(case, partner=partner))
        return cases[0], cases[1]
    if isinstance(example, Example):
        return (
            _of_example(rule, example, example.passes, raises=False),
            _of_example(rule, example, example.fails, raises=True),
        )
    transmission = _transmission(example.base, (), rule.code)
    plain = _case(example.base, (transmission,), raises=False)
    return (
        msgspec.structs.replace(plain, raw=raw_request(transmission, example, example.passes)),
        msgspec.structs.replace(
            plain, raw=raw_request(transmission, example, example.fails), raises=True
        ),
    )


def _of_example(rule: Rule, example: Example, value: Json, *, raises: bool) -> ExampleCase:
    """One side of an `Example`, after the transmissions given before it."""
    earlier = tuple(
        _transmission(example.base, changes, f"{rule.code}/{place}")
        for place, changes in enumerate(example.given)
    )
    judged = _transmission(
        example.base, (*example.also, (example.pointer, value)), f"{rule.code}/judged/{raises}"
    )
    case = _case(example.base, (*earlier, judged), raises=raises)
    worker = case.directory[0]
    known = msgspec.structs.replace(worker.known, **dict(example.worker))
    return msgspec.structs.replace(case, directory=(RegisteredWorker(nir=worker.nir, known=known),))


def _case(base: BaseName, submissions: tuple[Json, ...], *, raises: bool) -> ExampleCase:
    """A case in the base directory."""
    return ExampleCase(
        submissions=submissions,
        partner=_PARTNERS[base],
        directory=(RegisteredWorker(nir=NIR, known=_KNOWN),),
        received_on=RECEIVED_ON,
        raises=raises,
    )


def _transmission(base: BaseName, changes: tuple[Change, ...], name: str) -> Json:
    """The base with `changes`, an id of its own and the control totals of its lines."""
    transmission = copy.deepcopy(_BASES[base])
    transmission["id"] = str(uuid5(_EXAMPLES, name))
    totals = {}
    for pointer, value in changes:
        if pointer.startswith("/totals/"):
            totals[pointer.removeprefix("/totals/")] = value
        else:
            change(transmission, pointer, value)
    transmission["totals"] = {**_totals(transmission["results"]), **totals}
    return transmission


def change(document: Json, pointer: str, value: Json | Absent) -> None:
    """Set or remove the member at `pointer` (RFC 6901), in place; an index past the end appends."""
    *path, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))
    parent = document
    for part in path:
        parent = parent[int(part)] if isinstance(parent, list) else parent.setdefault(part, {})
    value = copy.deepcopy(value) if value is not ABSENT else ABSENT
    if isinstance(parent, list):
        parent[int(last) : int(last) + 1] = [] if value is ABSENT else [value]
    elif value is ABSENT:
        parent.pop(last, None)
    else:
        parent[last] = value


def _totals(results: list[Json]) -> Json:
    """Control totals of `results`, as a careful sender computes them."""
    measurements = [entry for line in results for entry in line.get("measurements", ())]
    micro = sum(_usv(entry["value"]) for entry in measurements if "value" in entry)
    whole, fraction = divmod(micro, 1000)
    decimals = f".{fraction:03d}".rstrip("0") if fraction else ""
    return {
        "results": len(results),
        "measurements": len(measurements),
        "sumMsv": f"{whole}{decimals}",
    }


def _usv(msv: str) -> int:
    """A decimal text of mSv as µSv."""
    whole, _, fraction = msv.partition(".")
    return int(whole) * 1000 + int((fraction + "000")[:3])
