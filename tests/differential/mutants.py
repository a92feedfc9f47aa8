"""One digit told otherwise at one door: what the comparison is there to see."""

import random
from dataclasses import replace

from tests.differential import said
from tests.differential.kinds import kind_of, scalar_members
from tests.differential.said import put
from tests.differential.steps import DOORS

_WITHOUT = {
    "boolean", "sex", "id_type", "monitoring", "category", "sender_type", "operation", "situation",
    "side", "radiation", "status", "background", "kind", "route", "reason", "flow", "unit",
    "location",
}  # fmt: skip
DIGITLESS = {
    *(member for member in scalar_members() if kind_of(*member) in _WITHOUT),
    (said.Transmission, "id"),
    (said.Committed, "organ"),
    (said.Original, "organ"),
    (said.Worker, "birth_name"),
    (said.Worker, "first_name"),
}
"""Members that no mutant is made of: their values have no digit, or name another transmission."""


def with_one_digit_changed(dice, step, *, met=()):
    """(member, the step with one digit of that member changed), or None where it has no digit.

    Members that were met less often come first.
    """
    found = {}
    for path, owner, member, value in said.scalars(step.transmission):
        if any(character.isascii() and character.isdigit() for character in str(value)):
            found.setdefault(f"{owner.__name__}.{member}", []).append((path, value))
    found.pop("Transmission.id", None)  # another id is another transmission
    if not found:
        return None
    rarest = min(met[name] for name in found)
    name = dice.choice([one for one in found if met[one] == rarest])
    path, value = dice.choice(found[name])
    changed = _changed(dice, str(value))
    changed = int(changed) if isinstance(value, int) else changed
    return name, replace(step, transmission=put(step.transmission, path, changed))


def _changed(dice, text):
    places = [place for place, character in enumerate(text) if character in "0123456789"]
    place = dice.choice(places)
    digit = dice.choice([digit for digit in "0123456789" if digit != text[place]])
    return text[:place] + digit + text[place + 1 :]


def hunt(environments, steps, *, seed, count, met):
    """Members of mutants that were seen, counted in `met`; a mutant that passes unseen, or None.

    The right one is told at one door and the mutant at another, both to `checks`: on record is the
    same at both, and nothing is added.
    """
    dice = random.Random(f"mutants/{seed}")
    by_door = {e.door: e for e in environments if e.kind == "sqlite"}
    plain = [step for step in steps if step.spoilt is None and not (step.key or step.quotes)]
    for step in dice.sample(plain, len(plain)):
        if count <= 0:
            break
        uuid = f"{dice.getrandbits(128):032x}"
        fresh = "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
        step = replace(step, transmission=replace(step.transmission, id=fresh))  # noqa: PLW2901
        mutated = with_one_digit_changed(dice, step, met=met)
        right, wrong = dice.sample(DOORS, 2)
        report = by_door[right].check(step)
        if mutated is None or report.form is None or not _is_read(report.form):
            continue
        name, mutant = mutated
        told = by_door[wrong].check(mutant)
        if by_door[right].common(report.form) == by_door[wrong].common(told.form):
            return name, right, step, mutant
        met[name] += 1
        count -= 1
    return None


def _is_read(shown):
    """Whether every line could be read, so that the digest is that of the content."""
    codes = {entry["code"] for entry in shown.get("codes", ())}
    about = shown["transmission"].get("contentSha256")
    return about is not None and about != shown["received"]["sha256"] and "S008" not in codes
