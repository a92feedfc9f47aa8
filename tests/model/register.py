"""The register's directory as the contract has it: who works where, for whom a sender may send."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from tests import builders
from tests.model.world import LABORATORIES, NAMES, OPERATOR

_COLUMNS = (
    *("nir", "birth_name", "first_name", "birth_date", "sex", "employer_siret", "nuclear_domain"),
    *("category", "other_exposures", "contract_start", "contract_end", "oa_sirets"),
    "operator_sirets",
)
Days = tuple[str, str | None]
"""From, to; both inclusive."""


@dataclass(frozen=True)
class Couple:
    """A worker at an establishment."""

    days: Days = ("2020-01-01", None)
    is_second_group: bool = False
    attached: Mapping[str, Days] = field(default_factory=dict)
    """The senders that may send for them."""


@dataclass(frozen=True)
class Row:
    """One row of a file."""

    worker: int
    employer: str
    name: str
    couple: Couple


class Register:
    """What the files imported so far have stated."""

    def __init__(self):
        self._names = {}
        self._couples = {}

    def state(self, rows):
        """Import a file: a couple stated anew is as stated now, one that is not stays."""
        for row in rows:
            self._names[row.worker] = row.name
            self._couples[row.worker, row.employer] = row.couple

    def name_of(self, worker):
        return self._names.get(worker, NAMES[0])

    def couple(self, worker, employer):
        return self._couples.get((worker, employer))

    def is_registered(self, line, sender):
        """Number, couple and attachment known on the line's days; any day where it tells none."""
        couple = self.couple(line.worker, line.employer)
        if couple is None or not _touch(couple.days, line.days):
            return False
        attached = couple.attached.get(sender)
        return attached is not None and _touch(attached, line.days)

    def is_second_group(self, line):
        couple = self.couple(line.worker, line.employer)
        return couple is not None and couple.is_second_group


def _touch(known, days):
    if days is None:
        return True
    start, end = known
    first, last = days
    return date.fromisoformat(start) <= last and (end is None or date.fromisoformat(end) >= first)


def file_of(rows):
    """The rows as a file that `directory import` takes."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in rows:
        worker, couple = builders.a_worker(row.worker, birthName=row.name), row.couple
        first, last = couple.days
        writer.writerow(
            (
                *(worker[name] for name in ("nir", "birthName", "firstName", "birthDate", "sex")),
                *(row.employer, "yes", "A", "EMERGENCY_2" if couple.is_second_group else ""),
                *(first, last or ""),
                _senders(couple, LABORATORIES),
                _senders(couple, (OPERATOR,)),
            )
        )
    return text.getvalue()


def _senders(couple, senders):
    """`SIRET@FROM..TO`, by the form of the file."""
    return "|".join(
        f"{sender}@{days[0]}" + (f"..{days[1]}" if days[1] else "")
        for sender, days in couple.attached.items()
        if sender in senders
    )
