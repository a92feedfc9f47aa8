"""Who stands for an establishment, as a contract of `gateway.ports`."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from gateway.identifiers import Siret
from gateway.model.contacts import Contact


class ContactDirectory(Protocol):
    """The contacts of establishments, for those who send for their workers."""

    def to_warn(
        self, siret: str, *, by: str, senders: Iterable[Siret], since: date, until: date
    ) -> Sequence[Contact] | None:
        """Whom one of these senders warns of a worker of that establishment, by kind and name.

        None unless one of them is attached to such a worker on a day from `since` to `until`: of
        an establishment that there is not, as of one that is another's. What is told is entered in
        the audit trail before, durably: that `by`, a partner's id, read how many contacts of whom.
        """
        ...
