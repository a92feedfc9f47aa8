"""What the register's directory knows of the workers named: facts, or nothing."""

from collections.abc import Mapping

from gateway.identifiers import Nir
from gateway.model.directory import KnownWorker
from gateway.model.transmission import Transmission
from gateway.ports import WorkerDirectory


def verify(transmission: Transmission, directory: WorkerDirectory) -> Mapping[Nir, KnownWorker]:
    """The known workers among those named, each distinct NIR asked for once."""
    nirs = {line.worker.nir for line in transmission.lines if isinstance(line.worker.nir, Nir)}
    return directory.look_up(nirs)
