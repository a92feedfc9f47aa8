"""Pairs that the catalogue has no room for: other defects of the same codes."""

from dataclasses import replace
from datetime import date

from gateway.identifiers import Siret
from gateway.model.transmission import Flow, SenderType
from gateway.rules.catalogue import CATALOGUE
from gateway.rules.example import ABSENT, Example, PartnerExample, RawExample
from gateway.rules.examplebases import SECOND_LABORATORY
from gateway.rules.examples import OPERATOR, SAME_COMPANY, SECOND_LINE
from gateway.rules.rule import Rule

LINE = "/results/0"
DOSE = f"{LINE}/measurements/0/value"
PENDING = {"quantity": "HP10", "radiation": "PHOTON", "status": "PENDING"}
A_LATE_LINE = (("/results/1", {**SECOND_LINE, "operation": "LATE"}),)
"""A second line that is accepted with a warning."""

FURTHER = {
    "D001-neutron-dose-between-two-steps": Example(
        base="operational",
        pointer=DOSE,
        passes="0.025",
        fails="0.022",
        also=((f"{LINE}/measurements/0/radiation", "NEUTRON"),),
    ),
    "D004-lens-dose-worn-on-the-trunk": Example(
        base="passive",
        pointer=f"{LINE}/dosimeter/location",
        passes="EYE_LENS",
        fails="TRUNK",
        also=((f"{LINE}/measurements/0/quantity", "HP3"),),
    ),
    "D005-value-beside-not-returned": Example(
        base="passive",
        pointer=DOSE,
        passes=ABSENT,
        fails="0.1",
        also=((f"{LINE}/measurements/0/status", "NOT_RETURNED"),),
    ),
    "D005-activity-without-value": Example(
        base="radiotoxicology",
        pointer=f"{LINE}/examination/activities/0/value",
        passes="310",
        fails=ABSENT,
    ),
    "D008-radionuclide-not-listed": Example(
        base="radiotoxicology",
        pointer=f"{LINE}/examination/activities/0/radionuclide",
        passes="Cs-137",
        fails="Cs-999",
    ),
    "E001-site-siret-with-wrong-key": Example(
        base="operational", pointer=f"{LINE}/site/siret", passes=OPERATOR, fails="90000002700013"
    ),
    "H001-accreditation-suspended": PartnerExample(
        base="passive",
        field="suspended_from",
        passes=date(2026, 11, 21),
        fails=date(2026, 11, 20),
    ),
    "H002-flow-not-enrolled": PartnerExample(
        base="passive",
        field="flows",
        passes=frozenset({Flow.PASSIVE_EXTERNAL}),
        fails=frozenset({Flow.RADON}),
    ),
    "H003-enrolled-in-another-capacity": PartnerExample(
        base="passive", field="type", passes=SenderType.OA, fails=SenderType.EMPLOYER
    ),
    "H003-enrolled-under-another-siret": PartnerExample(
        base="passive",
        field="siret",
        passes=Siret.parse("90000001900019"),
        fails=Siret.parse("90000004300019"),
    ),
    "P001-exit-before-entry": Example(
        base="operational",
        pointer=f"{LINE}/exposureTime/endAt",
        passes="2026-11-17T10:30:00.000Z",
        fails="2026-11-17T07:30:00.000Z",
    ),
    "S002-date-with-slashes": Example(
        base="passive", pointer=f"{LINE}/period/start", passes="2026-10-01", fails="01/10/2026"
    ),
    "S002-member-unknown": Example(
        base="passive", pointer=f"{LINE}/dose", passes=ABSENT, fails="0.15"
    ),
    "S002-worker-missing": Example(
        base="passive",
        pointer="/results/1/worker",
        passes=SECOND_LINE["worker"],
        fails=ABSENT,
        also=(("/results/1", SECOND_LINE),),
    ),
    "S006-line-lost": Example(base="passive", pointer="/totals/results", passes=1, fails=2),
    "S006-measurement-repeated": Example(
        base="passive", pointer="/totals/measurements", passes=1, fails=0
    ),
    "S010-absence-with-dose": Example(
        base="passive",
        pointer=f"{LINE}/measurements/0",
        passes=PENDING,
        fails={**PENDING, "status": "MEASURED", "value": "0.15"},
        also=((f"{LINE}/operation", "ABSENCE"), (f"{LINE}/measurements/0", PENDING)),
    ),
    "S010-committed-dose-without-committed": Example(
        base="committed",
        pointer=f"{LINE}/committed",
        passes={
            "quantity": "E50",
            "radionuclides": ["H-3"],
            "route": "INHALATION",
            "intakeOn": "2026-11-02",
            "value": "0.012",
            "physician": {"rpps": "10000000017"},
        },
        fails=ABSENT,
    ),
    "S010-operational-without-site": Example(
        base="operational",
        pointer=f"{LINE}/site",
        passes={"siret": OPERATOR, "inb": "101"},
        fails=ABSENT,
    ),
    "S001-xml-cut-short": RawExample(
        base="passive", media_type="application/xml", passes="plain", fails="truncated"
    ),
    "S001-another-root": RawExample(
        base="passive", media_type="application/xml", passes="plain", fails="foreign-root"
    ),
    "U001-operational-result-on-record-already": Example(
        base="operational",
        pointer=f"{LINE}/site/inb",
        passes="102",
        fails="101",
        given=((),),
    ),
    "I001-partly-accepted": Example(
        base="passive",
        pointer=f"{LINE}/worker/nir",
        passes="290069912345619",
        fails="29006991234561",
        also=A_LATE_LINE,
    ),
    "R001-one-line-held-one-refused": Example(
        base="passive",
        pointer="/results/1/employer",
        passes=SECOND_LINE["employer"],
        fails={"siret": SAME_COMPANY},
        also=(("/results/1", SECOND_LINE), (DOSE, "0.12")),
    ),
    "D020-twelve-months-over-the-limit-with-the-record": Example(
        base="passive",
        pointer=DOSE,
        passes="5",
        fails="5.05",
        given=(
            (
                (f"{LINE}/period", {"start": "2026-09-01", "end": "2026-09-30"}),
                (DOSE, "15"),
            ),
        ),
    ),
    "U001-on-record-by-another-sender": Example(
        base="passive",
        pointer=f"{LINE}/measurements/0/radiation",
        passes="NEUTRON",
        fails="PHOTON",
        given=((("/sender/siret", SECOND_LABORATORY),),),
    ),
    "D001-in-a-test": Example(
        base="passive", pointer=DOSE, passes="0.15", fails="0.12", also=(("/test", True),)
    ),
}
"""By folder; the code that the defect brings comes first."""


def further() -> list[tuple[str, Rule]]:
    """Each with the rule it belongs to, under a code of its own so that no id comes twice."""
    return [
        (folder, replace(CATALOGUE.rule(folder[:4]), code=folder, example=example))
        for folder, example in FURTHER.items()
        if folder[:4] in CATALOGUE
    ]
