"""The smallest steps on which two environments still differ, for a person to read."""

from dataclasses import replace

from tests.differential import said
from tests.differential.playing import Difference
from tests.differential.said import put


def minimised(player, steps, *, alter=None):
    """The steps without what the difference does not need; they are played again and again."""

    def differ(candidate):
        bare = tuple(replace(step, brings=frozenset()) for step in candidate)
        try:
            player.play(bare, alter=alter)
        except Difference:
            return True
        return False

    if not differ(steps):
        return tuple(steps[-1:])  # nothing but a code that was not brought
    steps = _without_needless(tuple(steps), differ)
    return (*steps[:-1], _smaller(steps, differ))


def _without_needless(steps, differ):
    """The last step, and those before it that it needs."""
    if differ(steps[-1:]):
        return steps[-1:]
    size = max(1, (len(steps) - 1) // 2)
    while True:
        place = 0
        while place < len(steps) - 1:
            shorter = (*steps[:place], *steps[min(place + size, len(steps) - 1) :])
            if differ(shorter):
                steps = shorter
            else:
                place += size
        if size == 1:
            return steps
        size //= 2


def _smaller(steps, differ):
    """The last step with fewer lines, then fewer members."""
    step = steps[-1]
    place = 0
    while place < len(step.transmission.results or ()):
        results = step.transmission.results
        fewer = replace(step.transmission, results=results[:place] + results[place + 1 :])
        candidate = replace(step, transmission=fewer)
        if fewer.results and differ((*steps[:-1], candidate)):
            step = candidate
        else:
            place += 1
    for path in sorted(_optional(step.transmission), key=len):
        try:
            candidate = replace(step, transmission=put(step.transmission, path, None))
        except (AttributeError, TypeError):
            continue  # what it stood in is gone
        if differ((*steps[:-1], candidate)):
            step = candidate
    return step


def _optional(part, at=""):
    """Paths of the members that stand in `part`; of a list, those of its entries that are lines."""
    for member in said.MEMBERS[type(part)]:
        value = getattr(part, member)
        if value is None or member in {"version", "id"}:
            continue
        if isinstance(value, tuple) and isinstance(value[:1] and value[0], said.Result):
            for place, line in enumerate(value):
                yield from _optional(line, f"{at}{member}.{place}.")
            continue
        yield f"{at}{member}"
        if isinstance(value, said.Part):
            yield from _optional(value, f"{at}{member}.")
