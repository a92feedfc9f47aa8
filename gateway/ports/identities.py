"""Ameli, as a contract of `gateway.ports`."""

from typing import Protocol

from gateway.model.verification import IdentityAnswer, IdentityTraits, Urgency


class IdentityRegister(Protocol):
    """Ameli, on line. It answers with a value whatever happens: nothing is raised for an outage."""

    def verify(
        self, traits: IdentityTraits, *, urgency: Urgency, deadline_s: float
    ) -> IdentityAnswer:
        """What comparing these traits gave, within `deadline_s` by the clock on the wall."""
        ...
