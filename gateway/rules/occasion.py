"""The occasion of a judgement: whose transmission, received when, under which bounds."""

from datetime import date, datetime

import msgspec

from gateway.model.directory import Partner
from gateway.model.transmission import Header
from gateway.rules.parameters import Parameters


class Occasion(msgspec.Struct, frozen=True):
    """What every rule may look at beside the line."""

    header: Header
    received_at: datetime
    """Aware, UTC."""
    submitter: Partner
    parameters: Parameters
    """Those in force on the day of reception: `parameters_on(received_at.date())`."""
    dosimeter_types: frozenset[str]
    """The dated code list, as it stands on the day of reception."""
    radionuclides: frozenset[str]
    """The dated code list, likewise."""
    organs: frozenset[str]
    """The dated code list, likewise."""

    @property
    def day(self) -> date:
        """The day of reception, UTC: a period that is over anywhere east of Greenwich is over."""
        return self.received_at.date()
