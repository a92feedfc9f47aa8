"""What the directory knows of the workers named, and what outside registers say of those it places.

The directory answers facts, or nothing. Outside registers confirm, contradict, or do not answer:
that is a value as well, and the line waits (contract.md §3, V001).
"""

from collections.abc import Mapping
from datetime import date, datetime
from time import monotonic

import msgspec

from gateway.identifiers import Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.partners import Couple, Couples
from gateway.model.transmission import Transmission
from gateway.model.verdict import Checked
from gateway.model.verification import Verified
from gateway.ports import FailureBudget, WorkerDirectory
from gateway.ports.verification import Verification
from gateway.rules.engine import is_to_verify
from gateway.rules.occasion import Occasion
from gateway.rules.register import is_registered


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """In whose interest the directory is asked, and when: what it says may be too much to tell."""

    submitter_id: str
    at: datetime
    directory: WorkerDirectory
    budget: FailureBudget

    def known(
        self, transmission: Transmission, occasion: Occasion
    ) -> tuple[Mapping[Nir, KnownWorker], Occasion]:
        """The known workers among those named, as far as the submitter may be told.

        Nobody, and the occasion with verification suspended, where the submitter has failed too
        often. Then the directory is not even asked, so that neither time nor statements tell what
        verdicts do not (threat T35).
        """
        if not self.budget.is_suspended(self.submitter_id, at=self.at):
            known = verify(transmission, self.directory)
            found = couples(transmission, known, occasion)
            is_new = occasion.judged_again_at is None
            if self.budget.allows(self.submitter_id, found, at=self.at, is_new=is_new):
                return known, occasion
        return {}, msgspec.structs.replace(occasion, is_suspended=True)


def verify(transmission: Transmission, directory: WorkerDirectory) -> Mapping[Nir, KnownWorker]:
    """The known workers among those named, each distinct NIR asked for once."""
    nirs = {line.worker.nir for line in transmission.lines if isinstance(line.worker.nir, Nir)}
    return directory.look_up(nirs)


def couples(
    transmission: Transmission, known: Mapping[Nir, KnownWorker], occasion: Occasion
) -> Couples:
    """The couples named, as far as numbers and establishments can exist."""
    failed: set[Couple] = set()
    confirmed: set[Couple] = set()
    for line in transmission.lines:
        nir, employer = line.worker.nir, line.employer
        if isinstance(nir, Nir) and isinstance(employer, Siret):
            is_known = is_registered(line, known.get(nir), occasion)
            (confirmed if is_known else failed).add((nir, employer))
    return Couples(unknown=frozenset(failed - confirmed), known=len(confirmed))


def ask_outside(
    transmission: Transmission,
    checked: Checked,
    known: Mapping[Nir, KnownWorker],
    *,
    verification: Verification,
    occasion: Occasion,
    within_s: float,
    later: bool,
) -> Mapping[int, Verified]:
    """What outside registers say of the lines to verify, by index, in at most `within_s` in all.

    With no time at all only what is known already is said, and `later` has the rest asked for in
    the background. The establishments, one question for all of them, may take half of the time;
    the workers have what is left.
    """
    began = monotonic()
    asked: list[tuple[int, Nir, Siret]] = []
    last_day = date.min
    for line in transmission.lines:
        nir, employer = line.worker.nir, line.employer
        if not isinstance(nir, Nir) or not isinstance(employer, Siret):
            continue
        own = checked.by_line.get(line.index, ())
        if is_to_verify(line, own, known.get(nir), occasion):
            asked.append((line.index, nir, employer))
            last_day = max(last_day, line.last_day or occasion.day)
    if not asked:
        return {}
    establishments = verification.establishments(
        {employer for _, _, employer in asked}, on=last_day, within_s=within_s / 2, later=later
    )
    left_s = max(0.0, within_s - (monotonic() - began))
    identities = verification.identities(
        {nir: known[nir] for _, nir, _ in asked}, within_s=left_s, later=later
    )
    return {
        index: Verified(establishment=establishments.get(employer), identity=identities.get(nir))
        for index, nir, employer in asked
    }
