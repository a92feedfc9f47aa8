"""What is verified by outside registers, as a contract of `gateway.ports`."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Protocol

from gateway.identifiers import Nir, Siret
from gateway.model.directory import KnownWorker
from gateway.model.verification import VerifiedEstablishment, VerifiedIdentity


class Verification(Protocol):
    """What is verified, for the flow: read from the directory's state, asked for within a budget.

    What is not known when the budget ends is `NotAnswered`, and waits in the queue: the durable
    engine asks, and lines that were held are judged again. Where the queue could not be had the
    cause is `NOT_QUEUED`: who needs the answer asks again, as a line that waits does. With no
    budget (`within_s` 0) the state is read, and nothing else: nothing is asked, now or later.
    Unless `later`: then what is not known waits in the queue as well.

    No transaction is open while a register is asked.

    Raises:
        Overloaded: the database cannot be read, or cannot queue what waits.
    """

    def establishments(
        self, sirets: Collection[Siret], *, on: date, within_s: float, later: bool = False
    ) -> Mapping[Siret, VerifiedEstablishment]:
        """The state of each; empty where no register of establishments is configured.

        What speaks against one of them as of the day `on` is told while it is fresh alone.
        """
        ...

    def identities(
        self, workers: Mapping[Nir, KnownWorker], *, within_s: float, later: bool = False
    ) -> Mapping[Nir, VerifiedIdentity]:
        """The state of each; empty where no register of identities is configured."""
        ...
