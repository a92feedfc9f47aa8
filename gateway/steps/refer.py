"""Which references a verdict was drawn from, as the acknowledgement states them."""

from collections.abc import Iterable
from typing import Final

from gateway.model.acknowledgement import Reference
from gateway.model.directory import DirectoryVersion
from gateway.model.parts import legal_day
from gateway.model.transmission import Flow
from gateway.model.verification import Source, Verified, VerifiedEstablishment, VerifiedIdentity
from gateway.wire.codelists import CodeLists

_OF_ACTIVITIES = frozenset({Flow.RADIOTOXICOLOGY, Flow.BODY_COUNTING, Flow.COMMITTED_DOSE})
SIRENE: Final = "Sirene"
AMELI: Final = "Ameli"
ONLINE: Final = "online"


def refer(
    flow: Flow | None,
    *,
    code_lists: CodeLists,
    directory: DirectoryVersion | None,
    verified: Iterable[Verified] = (),
) -> tuple[Reference, ...]:
    """The references used: of the code lists, those that the flow draws codes from."""
    lists = [code_lists.radionuclides if flow in _OF_ACTIVITIES else code_lists.dosimeter_types]
    if flow is Flow.COMMITTED_DOSE:
        lists.append(code_lists.organs)
    references = [
        Reference(name="contract", version="1.0"),
        *(
            Reference(name=used.name, version=used.version, date=used.dated.isoformat())
            for used in lists
        ),
    ]
    if directory is not None:
        dated = directory.date.isoformat()
        references.append(Reference(name="directory", version=directory.version, date=dated))
    return (*references, *_oldest(_outside(verified)))


def carried(before: Iterable[Reference], now: Iterable[Reference]) -> tuple[Reference, ...]:
    """The references of a new statement that restates verdicts drawn from those `before`.

    What outside registers said for the lines that are restated was not asked again: it stays, by
    the oldest date.
    """
    every = (*now, *(one for one in before if one.name in {SIRENE, AMELI}))
    inside = tuple(one for one in every if one.name not in {SIRENE, AMELI})
    return (*inside, *_oldest(one for one in every if one.name in {SIRENE, AMELI}))


def _outside(verified: Iterable[Verified]) -> Iterable[Reference]:
    """Each state that was drawn from, as a reference of its own; one never answered was not."""
    states = {
        (name, _version(state), state.checked_at)
        for each in verified
        for name, state in ((SIRENE, each.establishment), (AMELI, each.identity))
        if state is not None and state.source is not None
    }
    for name, version, checked_at in states:
        day = None if checked_at is None else legal_day(checked_at).isoformat()
        yield Reference(name=name, version=version, date=day)


def _version(state: VerifiedEstablishment | VerifiedIdentity) -> str:
    """Whence it comes: the register itself, its monthly file, or a person."""
    if state.source is Source.STOCK and isinstance(state, VerifiedEstablishment):
        return f"stock:{state.stock_month}"
    return "manual" if state.source is Source.MANUAL else ONLINE


def _oldest(references: Iterable[Reference]) -> Iterable[Reference]:
    """One for each register and version, by its oldest date, in a fixed order."""
    found: dict[tuple[str, str], Reference] = {}
    for one in references:
        key = (one.name, one.version or "")
        kept = found.get(key)
        if kept is None or (one.date or "") < (kept.date or ""):
            found[key] = one
    return [found[key] for key in sorted(found)]
