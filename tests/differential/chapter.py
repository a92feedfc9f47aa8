"""A chapter: every way to bring every code, in any order, among right and wild transmissions."""

from dataclasses import replace

from tests.differential import said
from tests.differential.defects import every_way
from tests.differential.defects_of_aims import correction_by_the_key, correction_or_cancellation
from tests.differential.defects_of_record import absence_then_result
from tests.differential.defects_of_transmissions import a_key_that_is_the_id, the_same_again
from tests.differential.kinds import drawn
from tests.differential.said import put
from tests.differential.story import Story

RIGHT, WILD = 8, 24
"""Transmissions of each sort in a chapter, beside those that bring a code."""
_BLAMELESS = (
    absence_then_result, correction_by_the_key, correction_or_cancellation, a_key_that_is_the_id,
    the_same_again,
)  # fmt: skip


def chapter(seed):
    """The steps of one seed: always the same."""
    story = Story(seed)
    ways = list(dict.fromkeys(way for _, way in every_way()))
    ways += [*_BLAMELESS, *_BLAMELESS, *[_right] * RIGHT, *[_wild] * WILD]
    story.dice.shuffle(ways)
    for way in ways:
        way(story)
    return tuple(story.steps)


def _right(story):
    """One to five right lines."""
    flow = story.flow()
    count = story.dice.choice((1, 1, 2, 3, 5))
    lines = [replace(story.result(flow), ref=f"R-{n}") for n in range(count)]
    story.tell(flow, lines)


def _wild(story):
    """Lines with any members at all, of any value: what comes of it nobody said beforehand."""
    flow = story.flow()
    lines = [_bent(story, story.result(flow)) for _ in range(story.dice.choice((1, 2, 3, 4)))]
    by = story.sender_of(flow)
    transmission = story.transmission(flow, lines, by)
    if story.dice.random() < 0.1:
        transmission = _bent_once(story, transmission, is_bad=story.dice.random() < 0.3)
    story.tell_as_it_is(transmission, by=by)


def _bent(story, line):
    for _ in range(story.dice.choice((0, 1, 1, 2, 4))):
        line = _bent_once(story, line, is_bad=story.dice.random() < 0.15)
    return line


def _bent_once(story, part, *, is_bad):
    """Another value of one scalar, or a part from a line of another flow."""
    if isinstance(part, said.Result) and story.dice.random() < 0.25:
        other = story.result(story.flow())
        member = story.dice.choice((
            "period", "exposure_time", "dosimeter", "measurements", "examination", "committed",
            "site",
        ))  # fmt: skip
        return replace(part, **{member: getattr(other, member)})
    found = list(said.scalars(part))
    path, owner, member, _ = story.dice.choice(found)
    return put(part, path, drawn(story.dice, owner, member, is_bad=is_bad))
