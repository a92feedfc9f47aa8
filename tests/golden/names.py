"""What the folders of the kit are called: the code, then the defect in words."""

from typing import Final

from gateway.rules.rule import Rule

DEFECTS: Final = {
    "C001": "line-aimed-at-unknown",
    "C002": "corrected-by-another-sender",
    "C004": "reason-other-without-justification",
    "C005": "line-aimed-at-no-longer-in-force",
    "C006": "receipt-not-that-of-the-line",
    "C007": "reason-does-not-cover-the-change",
    "D001": "dose-between-two-steps",
    "D003": "dose-impossible",
    "D004": "quantity-not-worn-there",
    "D005": "value-missing-for-status",
    "D006": "dose-below-recording-level-not-zero",
    "D007": "total-is-not-the-sum-of-components",
    "D008": "dosimeter-type-not-listed",
    "D009": "recording-level-too-high",
    "D010": "examination-of-another-flow",
    "D020": "twelve-months-over-the-limit",
    "D021": "twelve-months-over-category-b",
    "D022": "emergency-dose-over-reference-level",
    "D023": "microsieverts-as-millisieverts",
    "E001": "siret-with-wrong-key",
    "H001": "sender-without-accreditation",
    "H002": "flow-not-open-to-sender",
    "H003": "sender-is-not-submitter",
    "H004": "employer-outside-mandate",
    "I001": "nir-without-key",
    "I002": "nir-with-wrong-key",
    "I003": "nir-provisional",
    "I004": "rpps-with-wrong-key",
    "I011": "name-of-another-person",
    "I012": "name-spelled-otherwise",
    "I013": "sex-disagrees-with-nir",
    "P001": "period-ends-before-it-starts",
    "P002": "period-not-over",
    "P003": "wear-period-over-three-months",
    "P004": "periods-overlap",
    "P005": "category-a-worn-over-a-month",
    "P010": "late-without-declared-absence",
    "P011": "operational-dose-over-seven-days-old",
    "R001": "worker-not-registered-there",
    "R003": "monitoring-not-individual",
    "R004": "emergency-group-not-registered",
    "R006": "category-not-the-register-s",
    "R007": "worker-s-data-not-complete",
    "R009": "wait-is-over",
    "S001": "json-cut-short",
    "S002": "operation-unheard-of",
    "S003": "version-unknown",
    "S006": "sum-of-doses-differs",
    "S007": "id-used-for-other-content",
    "S008": "totals-unproven",
    "S009": "ref-repeated",
    "S010": "period-missing",
    "S011": "idempotency-key-differs",
    "T003": "doctype",
    "T004": "not-utf-8",
    "T005": "number-too-long",
    "T006": "member-repeated",
    "T007": "half-a-character",
    "T008": "not-a-number",
    "T010": "ref-holds-a-nir",
    "V002": "verification-suspended",
    "U001": "result-on-record-already",
    "U002": "second-reference-value",
    "U003": "intake-perhaps-on-record-already",
}
"""One for each code; a code that is not here goes by the law that its check is named for."""


def folder_of(rule: Rule) -> str:
    """The folder of the pair that proves `rule`."""
    law = "not-met" if rule.check is None else f"not-{rule.check.__name__.replace('_', '-')}"
    return f"{rule.code}-{DEFECTS.get(rule.code, law)}"
