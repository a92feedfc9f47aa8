"""What the register's directory knows of the workers named: facts, or nothing."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gateway.identifiers import Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.partners import Couple, Couples
from gateway.model.transmission import Transmission
from gateway.ports import FailureBudget, WorkerDirectory
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
