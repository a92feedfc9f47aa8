"""The register's directory as the CSV that `siseri-gateway directory import` takes."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from gateway.directory.decisions import DECISIONS
from gateway.directory.rows import DirectoryRow
from gateway.identifiers import Nir, Siret
from gateway.model.directory import Attachment, Employment
from gateway.rules.example import ExampleCase
from gateway.rules.examples import OPERATOR
from tests.running import PHYSICIAN, rows_of

SINCE = date(2020, 1, 1)
OPERATORS = frozenset({OPERATOR, "55208131721071"})
COLUMNS = (
    *("nir", "birth_name", "used_name", "first_name", "other_first_names", "birth_date", "sex"),
    *("employer_siret", "nuclear_domain", "category", "other_exposures", "contract_start"),
    *("contract_end", "oa_sirets", "operator_sirets", "balance_as_of", "balance_effective_msv"),
    *("balance_lens_msv", "balance_extremity_msv"),
)

DECLARED = {
    "exposure_nature": "EXTERNAL",
    "contract_type": "CDI",
    "working_time": "1",
    "activity_character": "CIVIL",
    "domain": "NUCLEAR",
    "sector": "NUC_MAINTENANCE_SITE",
    "trade": "WELDER",
}
"""What the employer declares, where a row is known to lack some of it: a column of the file."""


def csv_of(rows: Iterable[DirectoryRow]) -> bytes:
    """The file, one row a couple (docs/directory.md)."""
    rows, stream = list(rows), io.StringIO()
    asked = [name for name in DECLARED if any(name in row.employment.undeclared for row in rows)]
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow((*COLUMNS, *asked))
    for row in rows:
        open_facts = row.employment.undeclared
        senders = sorted(f"{to.sender}@{to.start}" for to in row.attachments)
        writer.writerow(
            (
                *(row.nir.reveal(), row.birth_name, row.used_name, row.first_name),
                *(row.other_first_names, row.birth_date, row.sex, row.employer),
                "yes" if row.is_nuclear else "no",
                row.employment.category,
                "|".join(sorted(row.employment.other_exposures)),
                *(row.employment.start, row.employment.end),
                "|".join(s for s in senders if s.partition("@")[0] not in OPERATORS),
                "|".join(s for s in senders if s.partition("@")[0] in OPERATORS),
                *_balance(row),
                *("" if name in open_facts else DECLARED[name] for name in asked),
            )
        )
    return stream.getvalue().encode()


def _balance(row: DirectoryRow) -> tuple[Any, ...]:
    balance = row.balance
    if balance is None:
        return (None,) * 4
    doses = (balance.effective_usv, balance.lens_usv, balance.extremity_usv)
    return (balance.as_of, *(Decimal(dose) / 1000 for dose in doses))


def rows_of_case(case: ExampleCase) -> list[DirectoryRow]:
    """What a rule's example says of its worker."""
    return [row for worker in case.directory for row in rows_of(worker.nir, worker.known)]


def decisions_of_case(case: ExampleCase) -> bytes | None:
    """What physicians decided on earlier results, as `directory import --decisions` takes it."""
    if not case.decided:
        return None
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(DECISIONS.required)
    for place in case.decided:
        form = case.submissions[place]
        line = (form["sender"]["siret"], form["id"], form["results"][0]["ref"])
        writer.writerow((*line, "MAINTAINED", case.received_on[:10], PHYSICIAN))
    return stream.getvalue().encode()


def rows_of_transmissions(forms: Iterable[Mapping[str, Any]]) -> list[DirectoryRow]:
    """The directory that knows every worker of these, where and for whom they are sent."""
    workers: dict[str, Mapping[str, Any]] = {}
    couples: dict[tuple[str, str], tuple[Employment, set[str]]] = {}
    for form in forms:
        for line in form["results"]:
            nir, siret = line["worker"]["nir"], line["employer"]["siret"]
            workers[nir] = {**workers.get(nir, {}), **line["worker"]}
            contract = Employment(
                employer=Siret.parse(siret),
                start=SINCE,
                category=line["monitoring"].get("category"),
                other_exposures=frozenset(line["monitoring"].get("otherExposures", ())),
            )
            stated, senders = couples.setdefault((nir, siret), (contract, set()))
            assert stated == contract, f"two classifications of one couple: {siret}"
            senders.add(form["sender"]["siret"])
    return [
        _row(workers[nir], *couples[nir, siret], number=place)
        for place, (nir, siret) in enumerate(sorted(couples), start=2)
    ]


def _row(
    worker: Mapping[str, Any], contract: Employment, senders: set[str], *, number: int
) -> DirectoryRow:
    nir = Nir.parse(worker["nir"])
    return DirectoryRow(
        number=number,
        nir=nir,
        birth_name=worker["birthName"],
        used_name=worker.get("usedName"),
        first_name=worker["firstName"],
        other_first_names=worker.get("otherFirstNames"),
        birth_date=worker.get("birthDate", f"19{worker['nir'][1:3]}-{worker['nir'][3:5]}-00"),
        sex=nir.sex,
        employer=contract.employer,
        is_nuclear=True,
        employment=contract,
        attachments=tuple(
            Attachment(employer=contract.employer, sender=Siret.parse(siret), start=SINCE)
            for siret in sorted(senders)
        ),
    )
