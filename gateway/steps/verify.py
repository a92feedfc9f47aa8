"""What the register's directory knows of the workers named: facts, or nothing."""

from collections.abc import Mapping

from gateway.identifiers import Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.partners import Couple, Couples
from gateway.model.transmission import Transmission
from gateway.ports import WorkerDirectory
from gateway.rules.occasion import Occasion
from gateway.rules.register import is_registered


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
