"""The occasion of a judgement: whose transmission, received when, under which bounds."""

from datetime import date, datetime
from typing import Self

import msgspec

from gateway.model.directory import Partner
from gateway.model.parts import legal_day
from gateway.model.transmission import Header
from gateway.rules.parameters import Parameters, parameters_on
from gateway.wire.codelists import CodeLists


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule may look at beside the line."""

    header: Header
    received_at: datetime
    """Aware, UTC."""
    sender: Partner
    """The enrolled sender in whose name it comes: the submitter, or one whose mandate it holds."""
    day: date
    """The day of reception, by the legal time of mainland France (`legal_day`)."""
    parameters: Parameters
    """Those in force on the day of reception."""
    dosimeter_types: frozenset[str]
    """The dated code list, as it stands on the day of reception."""
    radionuclides: frozenset[str]
    """The dated code list, likewise."""
    organs: frozenset[str]
    """The dated code list, likewise."""
    is_suspended: bool = False
    """Whether nothing of the directory or the record may be told to this submitter now (V002)."""
    judged_again_at: datetime | None = None
    """When a held line is judged again; None at reception. Only waiting is measured by it."""

    @classmethod
    def of(
        cls, header: Header, *, sender: Partner, received_at: datetime, code_lists: CodeLists
    ) -> Self:
        """The occasion of a transmission received at that instant: every bound of that day.

        Raises:
            ConfigurationFault: some bound has no value on that day.
        """
        day = legal_day(received_at)
        return cls(
            header=header,
            received_at=received_at,
            sender=sender,
            day=day,
            parameters=parameters_on(day),
            dosimeter_types=code_lists.dosimeter_types.on(day),
            radionuclides=code_lists.radionuclides.on(day),
            organs=code_lists.organs.on(day),
        )
