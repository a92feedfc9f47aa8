"""How an example becomes what a door can judge: changes to a base transmission."""

import copy

import msgspec

from gateway.rules.example import (
    ABSENT,
    Absent,
    BaseName,
    Change,
    Example,
    ExampleCase,
    Json,
    PartnerExample,
    RegisteredWorker,
    VerifiedExample,
)
from gateway.rules.exampleanswers import verified_as
from gateway.rules.examplebases import (
    ANOTHER,
    BASES,
    EMPLOYER,
    EMPLOYMENT,
    KNOWN,
    LABORATORY,
    NIR,
    OPERATOR,
    PARTNERS,
    RECEIVED_ON,
    SAME_COMPANY,
    SECOND_LINE,
    STRANGER,
    example_id,
)
from gateway.rules.rawexamples import raw_request
from gateway.rules.rule import Rule

__all__ = [
    "EMPLOYER",
    "EMPLOYMENT",
    "LABORATORY",
    "NIR",
    "OPERATOR",
    "RECEIVED_ON",
    "SAME_COMPANY",
    "SECOND_LINE",
    "STRANGER",
    "base_case",
    "change",
    "example_transmissions",
]


def base_case(base: BaseName) -> ExampleCase:
    """The base transmission itself, plainly accepted."""
    return _case(base, (_transmission(base, (), base),), raises=False)


def example_transmissions(rule: Rule) -> tuple[ExampleCase, ExampleCase]:
    """The passing and the failing example of `rule`, complete, as a door would be given them.

    The two differ in one member; control totals follow the lines, but where they are what is
    judged (S006).
    """
    example = rule.example
    if isinstance(example, PartnerExample):
        cases = []
        for value, raises in ((example.passes, False), (example.fails, True)):
            partner = msgspec.structs.replace(PARTNERS[example.base], **{example.field: value})
            case = _case(example.base, (_transmission(example.base, (), rule.code),), raises=raises)
            cases.append(msgspec.structs.replace(case, partner=partner))
        return cases[0], cases[1]
    if isinstance(example, VerifiedExample):
        plain = _case(example.base, (_transmission(example.base, (), rule.code),), raises=False)
        return (
            msgspec.structs.replace(plain, verified=verified_as(example, raises=False)),
            msgspec.structs.replace(plain, verified=verified_as(example, raises=True), raises=True),
        )
    if isinstance(example, Example):
        return (
            _of_example(rule, example, example.passes, raises=False),
            _of_example(rule, example, example.fails, raises=True),
        )
    transmission = _transmission(example.base, (), rule.code)
    plain = _case(example.base, (transmission,), raises=False)
    return (
        msgspec.structs.replace(plain, raw=raw_request(transmission, example, example.passes)),
        msgspec.structs.replace(
            plain, raw=raw_request(transmission, example, example.fails), raises=True
        ),
    )


def _of_example(rule: Rule, example: Example, value: Json, *, raises: bool) -> ExampleCase:
    """One side of an `Example`, after the transmissions given before it."""
    earlier = tuple(
        _transmission(example.base, changes, f"{rule.code}/{place}")
        for place, changes in enumerate(example.given)
    )
    judged = _transmission(
        example.base, (*example.also, (example.pointer, value)), f"{rule.code}/judged/{raises}"
    )
    case = _case(example.base, (*earlier, judged), raises=raises)
    worker = case.directory[0]
    known = msgspec.structs.replace(worker.known, **dict(example.worker))
    return msgspec.structs.replace(
        case,
        directory=(RegisteredWorker(nir=worker.nir, known=known),),
        decided=example.decided,
    )


def _case(base: BaseName, submissions: tuple[Json, ...], *, raises: bool) -> ExampleCase:
    """A case in the base directory."""
    return ExampleCase(
        submissions=submissions,
        partner=PARTNERS[base],
        others=(ANOTHER,),
        directory=(RegisteredWorker(nir=NIR, known=KNOWN),),
        received_on=RECEIVED_ON,
        raises=raises,
    )


def _transmission(base: BaseName, changes: tuple[Change, ...], name: str) -> Json:
    """The base with `changes`, an id of its own and the control totals of its lines."""
    transmission = copy.deepcopy(BASES[base])
    transmission["id"] = example_id(name)
    totals = {}
    for pointer, value in changes:
        if pointer.startswith("/totals/"):
            totals[pointer.removeprefix("/totals/")] = value
        else:
            change(transmission, pointer, value)
    transmission["totals"] = {**_totals(transmission["results"]), **totals}
    return transmission


def change(document: Json, pointer: str, value: Json | Absent) -> None:
    """Set or remove the member at `pointer` (RFC 6901), in place; an index past the end appends."""
    *path, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))
    parent = document
    for part in path:
        parent = parent[int(part)] if isinstance(parent, list) else parent.setdefault(part, {})
    value = copy.deepcopy(value) if value is not ABSENT else ABSENT
    if isinstance(parent, list):
        parent[int(last) : int(last) + 1] = [] if value is ABSENT else [value]
    elif value is ABSENT:
        parent.pop(last, None)
    else:
        parent[last] = value


def _totals(results: list[Json]) -> Json:
    """Control totals of `results`, as a careful sender computes them."""
    measurements = [entry for line in results for entry in line.get("measurements", ())]
    micro = sum(_usv(entry["value"]) for entry in measurements if "value" in entry)
    whole, fraction = divmod(micro, 1000)
    decimals = f".{fraction:03d}".rstrip("0") if fraction else ""
    return {
        "results": len(results),
        "measurements": len(measurements),
        "sumMsv": f"{whole}{decimals}",
    }


def _usv(msv: str) -> int:
    """A decimal text of mSv as µSv."""
    whole, _, fraction = msv.partition(".")
    return int(whole) * 1000 + int((fraction + "000")[:3])
