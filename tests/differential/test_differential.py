"""A short slice of `make differential`, always the same: docs/differential.md has the long counts.

XML and JSON are written by two writers that share nothing but what is said; each door has a gateway
of its own on each database, all of them told the same chapter.
"""

from collections import Counter
from dataclasses import replace

import pytest

from tests.differential.chapter import chapter
from tests.differential.coverage import missing_codes, unexpected_codes
from tests.differential.environments import RECEIVED_AT, RECEIVED_ON, environments
from tests.differential.minimising import minimised
from tests.differential.mutants import hunt
from tests.differential.offline import Offline, as_by_command, by_command
from tests.differential.playing import Difference, Player
from tests.differential.said import put, scalars
from tests.running import loop

pytestmark = pytest.mark.timeout(900)
SEED = 20261120
STEPS_ON_BOTH = 30
MUTANTS = 40


@pytest.fixture(scope="module")
def portal():
    with loop() as running:
        yield running


@pytest.fixture(scope="module")
def opened(tmp_path_factory, portal):
    folder = tmp_path_factory.mktemp("differential")
    with environments(folder, portal=portal, kinds=("sqlite",)) as found:
        yield found


@pytest.fixture(scope="module")
def played(opened):
    """A chapter that every door gave the same answers to, checked beforehand and offline."""
    player = Player(opened, offline=Offline(RECEIVED_AT))
    player.play(chapter(SEED))
    return player


def test_every_code_is_produced_in_each_door_and_each_door_says_the_same(played):
    assert missing_codes(played.tally.codes, least=1) == {}
    assert unexpected_codes(played.tally.codes) == set()
    assert len(played.tally.dispositions) == 7


def test_check_offline_the_checks_of_a_door_and_a_submission_give_the_same_verdict(played):
    told = played.tally.told
    assert told["checks"] == told["submissions"] > 400
    assert told["files"] == len(played.checked) > 280
    assert told["lines with the same findings and verdict"] > 150
    assert told["lines on which the register had the last word"] > 30


def test_the_command_says_of_files_what_the_engine_says_in_process(played, tmp_path):
    expected = {}
    for place, (step, request, checked) in enumerate(played.checked):
        if step.by == "laboratory":
            name = f"{place:04d}.{'json' if request.door == 'json' else 'xml'}"
            (tmp_path / name).write_bytes(request.body)
            expected[name] = as_by_command(checked)
    assert len(expected) > 30
    assert by_command(tmp_path, "laboratory", RECEIVED_ON) == expected


def test_a_digit_changed_at_one_door_is_seen_whatever_the_member(opened, played):
    assert played.checked
    met = Counter()
    assert hunt(opened, chapter(SEED), seed=SEED, count=MUTANTS, met=met) is None
    assert met.total() == MUTANTS
    assert len(met) > 20, met


def test_a_door_that_misreads_one_value_is_caught_and_its_case_made_small(opened):
    steps = tuple(step for step in chapter(SEED + 1) if step.spoilt is None)[:25]
    place = next(n for n, s in enumerate(steps) if len(s.transmission.results) > 1 and _values(s))

    def misread(_place, step, environment):
        values = _values(step)
        is_it = step.transmission.id == steps[place].transmission.id
        if environment.door != "soap" or not is_it or not values:
            return step
        path, value = values[0]
        wrong = "0.05" if value.rstrip("0") == "0.1" else "0.1"
        return replace(step, transmission=put(step.transmission, path, wrong))

    player = Player([environment for environment in opened if environment.door != "xml"])
    with pytest.raises(Difference) as caught:
        player.play(steps, alter=misread)
    assert caught.value.place == place
    small = minimised(player, steps[: place + 1], alter=misread)
    assert len(small) == 1
    assert len(small[0].transmission.results) == 1


def _values(step):
    return [
        (path, value)
        for path, owner, member, value in scalars(step.transmission)
        if (owner.__name__, member) == ("Measurement", "value")
    ]


def test_both_databases_give_the_same_answers(opened, tmp_path_factory, portal):
    folder = tmp_path_factory.mktemp("postgresql")
    with environments(folder, portal=portal, kinds=("postgresql",)) as others:
        player = Player((*opened, *others))
        steps = chapter(SEED + 2)[:STEPS_ON_BOTH]
        player.play(steps)
    assert player.tally.told["submissions"] == 2 * sum(len(step.doors) for step in steps)
    assert len({code for code, _ in player.tally.codes}) > 15
