"""The record read through its port, in the model's terms: without any door."""

from collections import Counter
from datetime import date

from gateway.identifiers import Nir
from gateway.model.internal import LineReference
from gateway.model.transmission import Flow
from tests import builders
from tests.model.comparing import hold
from tests.model.deciding import counted
from tests.model.onrecord import State
from tests.model.world import WORKERS

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2027, 12, 31)
FLOWS = (Flow.PASSIVE_EXTERNAL, Flow.RADON, Flow.OPERATIONAL)
_NIRS = {Nir.parse(builders.nir_of(number)): number for number in WORKERS}


def hold_record(store, model):
    """Lines in force, held and decided on, keys in force and sums are those of the model.

    Raises:
        Divergence: they are not.
    """
    hold("lines on record", _lines(store, model), _lines_expected(model))
    hold("keys in force", _keys(store), _keys_expected(model))
    hold("sums", _sums(store), _sums_expected(model))


def _lines(store, model):
    names = {LineReference(one.transmission, one.line.ref) for one in model.record.lines}
    return {
        (one.transmission, one.ref, one.sender_siret): (
            *(one.is_in_force, one.is_held, one.is_decided),
        )
        for one in store.log.targets(names, ())
    }


def _lines_expected(model):
    return {
        (one.transmission, one.line.ref, one.sender): (
            one.state is State.IN_FORCE,
            one.state is State.HELD,
            one.decision is not None,
        )
        for one in model.record.lines
        if one.state is not State.REFUSED
    }


def _facts(store):
    """Of each flow what is on record, and whose pseudonymous id is whose."""
    # whoever has a line in force is known to the directory: it never forgets a worker
    known = {worker.id: _NIRS[nir] for nir, worker in store.directory.look_up(_NIRS).items()}
    for flow in FLOWS:
        yield (
            flow,
            store.log.facts(known, flow=flow, first_day=FIRST_DAY, last_day=LAST_DAY),
            known,
        )


def _keys(store):
    found = Counter()
    for _, facts, known in _facts(store):
        for worker, doses in facts.doses.items():
            for dose in doses:
                key = dose.key
                place = (key.employer, key.flow.value, key.quantity, key.radiation)
                worn = (key.location, key.side, key.site)
                when = (dose.start.isoformat(), dose.end.isoformat())
                found[(known[worker], *place, *worn, when, dose.is_absence)] += 1
    return found


def _sums(store):
    """µSv by worker, flow and kind of dose."""
    found = Counter()
    for asked, facts, known in _facts(store):
        for (worker, flow), months in facts.months.items():
            if flow is asked:  # those that add up with it are told beside it
                for month in months:
                    found[known[worker], flow.value, "effective"] += month.effective_usv
                    found[known[worker], flow.value, "extremity"] += month.extremity_usv
    return +found


def _sums_expected(model):
    found = Counter()
    for one in model.record.in_force():
        effective, extremity = counted(one)
        found[one.line.worker, one.flow, "effective"] += effective
        found[one.line.worker, one.flow, "extremity"] += extremity
    return +found


def _keys_expected(model):
    found = Counter()
    for key, is_absence, _ in model.record.keys_in_force():
        place = (key.employer, key.flow, key.quantity, key.radiation)
        site = None if key.site is None else "/".join(filter(None, key.site))
        found[(key.worker, *place, key.location, key.side, site, key.period, is_absence)] += 1
    return found
