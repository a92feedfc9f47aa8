"""What a sender says, before it is written in any form: the types of contract.md §1–§2, no more.

Nothing here is the gateway's. Every member may be left out (None) or be wrong; scalars are texts as
they are to be written, but for booleans and counts. `extra` holds members the contract has not.
"""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Establishment(Part):
    siret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Physician(Part):
    rpps: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender(Part):
    type: str | None = None
    siret: str | None = None
    accreditation: str | None = None
    on_behalf_of: Establishment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals(Part):
    results: int | str | None = None
    measurements: int | str | None = None
    sum_msv: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker(Part):
    nir: str | None = None
    id_type: str | None = None
    birth_name: str | None = None
    used_name: str | None = None
    first_name: str | None = None
    other_first_names: str | None = None
    birth_date: str | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitoring(Part):
    type: str | None = None
    category: str | None = None
    other_exposures: tuple[str, ...] | None = None
    situation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Part):
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureTime(Part):
    start_at: str | None = None
    end_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosimeter(Part):
    type: str | None = None
    serial: str | None = None
    location: str | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure(Part):
    value: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement(Part):
    quantity: str | None = None
    radiation: str | None = None
    status: str | None = None
    value: str | None = None
    recording_level: str | None = None
    uncertainty: str | None = None
    background: str | None = None
    exposure: Exposure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Part):
    radionuclide: str | None = None
    value: str | None = None
    unit: str | None = None
    uncertainty: str | None = None
    detection_limit: str | None = None
    below_limit: bool | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination(Part):
    kind: str | None = None
    taken_on: str | None = None
    collected_from: str | None = None
    collected_to: str | None = None
    prescriber: Physician | None = None
    activities: tuple[Activity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReference(Part):
    transmission: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed(Part):
    quantity: str | None = None
    organ: str | None = None
    radionuclides: tuple[str, ...] | None = None
    route: str | None = None
    intake_on: str | None = None
    value: str | None = None
    physician: Physician | None = None
    based_on: tuple[LineReference, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Part):
    siret: str | None = None
    inb: str | None = None
    work: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteKey(Part):
    siret: str | None = None
    inb: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Original(Part):
    flow: str | None = None
    quantity: str | None = None
    radiation: str | None = None
    location: str | None = None
    side: str | None = None
    period: Period | None = None
    exposure_time: ExposureTime | None = None
    site: SiteKey | None = None
    kind: str | None = None
    taken_on: str | None = None
    collected_from: str | None = None
    radionuclide: str | None = None
    organ: str | None = None
    radionuclides: tuple[str, ...] | None = None
    intake_on: str | None = None
    based_on: tuple[LineReference, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrects(Part):
    transmission: str | None = None
    ref: str | None = None
    original: Original | None = None
    acknowledgement_sha256: str | None = None
    reason: str | None = None
    justification: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Part):
    ref: str | None = None
    operation: str | None = None
    worker: Worker | None = None
    employer: Establishment | None = None
    monitoring: Monitoring | None = None
    period: Period | None = None
    exposure_time: ExposureTime | None = None
    dosimeter: Dosimeter | None = None
    measurements: tuple[Measurement, ...] | None = None
    examination: Examination | None = None
    committed: Committed | None = None
    site: Site | None = None
    corrects: Corrects | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission(Part):
    version: str | None = None
    id: str | None = None
    flow: str | None = None
    test: bool | str | None = None
    sender: Sender | None = None
    issued_at: str | None = None
    totals: Totals | None = None
    results: tuple[Result, ...] | None = None


MEMBERS = {
    part: tuple(field.name for field in fields(part) if field.name != "extra")
    for part in tuple(globals().values())
    if isinstance(part, type) and issubclass(part, Part) and part is not Part
}
"""The members of each type, in the order of the contract's tables."""


def put(part, path, value):
    """`part` with the member at a dotted path changed; an index stands for an entry of a list."""
    name, _, below = path.partition(".")
    if isinstance(part, tuple):
        place = int(name)
        inside = put(part[place], below, value) if below else value
        return (*part[:place], inside, *part[place + 1 :])
    if not below:
        return replace(part, **{name: value})
    return replace(part, **{name: put(getattr(part, name), below, value)})


def scalars(part, path=""):
    """(path, type of the member's owner, member, value) of every scalar that stands in `part`."""
    for name in MEMBERS[type(part)]:
        value = getattr(part, name)
        at = f"{path}.{name}" if path else name
        if value is None:
            continue
        if isinstance(value, Part):
            yield from scalars(value, at)
        elif isinstance(value, tuple):
            for place, entry in enumerate(value):
                if isinstance(entry, Part):
                    yield from scalars(entry, f"{at}.{place}")
                else:
                    yield f"{at}.{place}", type(part), name, entry
        else:
            yield at, type(part), name, value


def parts(part):
    """`part` and every part in it."""
    yield part
    for name in MEMBERS[type(part)]:
        value = getattr(part, name)
        for entry in value if isinstance(value, tuple) else (value,):
            if isinstance(entry, Part):
                yield from parts(entry)
