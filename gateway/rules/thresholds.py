"""Steps and recording levels of each flow, by quantity and radiation (annexes I, III and IV)."""

from gateway.model.transmission import Flow, Measurement
from gateway.rules.parameters import Parameters


def step_usv(flow: Flow, measurement: Measurement, parameters: Parameters) -> int:
    """The step in which doses of this flow and quantity are recorded; 1 where none is set."""
    if flow is Flow.PASSIVE_EXTERNAL:
        if measurement.quantity == "HP007":
            return parameters.step_passive_extremity_usv
        return parameters.step_passive_usv
    if flow is Flow.OPERATIONAL:
        if measurement.radiation == "NEUTRON":
            return parameters.step_operational_neutron_usv
        return parameters.step_operational_usv
    return parameters.step_aircrew_usv if flow is Flow.AIRCREW else 1


def highest_level_usv(flow: Flow, measurement: Measurement, parameters: Parameters) -> int | None:
    """The highest recording level that the texts allow; None where they set none."""
    if flow is Flow.PASSIVE_EXTERNAL:
        if measurement.quantity == "HP007":
            return parameters.level_passive_extremity_usv
        return parameters.level_passive_usv
    if flow is Flow.OPERATIONAL:
        if measurement.radiation == "NEUTRON":
            return parameters.level_operational_neutron_usv
        return parameters.level_operational_usv
    return {
        Flow.RADON: parameters.level_radon_usv,
        Flow.AIRCREW: parameters.level_aircrew_usv,
    }.get(flow)
