"""Codes of a transmission as a whole: its header, its totals, its lines together, its bytes."""

from dataclasses import replace
from decimal import Decimal

from tests.differential import people, said
from tests.differential.defects import brings
from tests.differential.kinds import drawn
from tests.differential.said import put
from tests.differential.spoiling import BRINGS as SPOILT_BRINGS


def _right(story, flow=None, *, by=None, count=1):
    """A right transmission that is not told yet, and by whom."""
    flow = flow or story.flow()
    by = by or story.sender_of(flow)
    return by, story.transmission(flow, [story.result(flow) for _ in range(count)], by)


@brings("S003")
def another_version(story):
    by, right = _right(story)
    version = story.dice.choice(("1.1", "2.0", "0.9", "10.0"))
    story.tell_as_it_is(replace(right, version=version), by=by, brings="S003")


@brings("S002")
def a_header_that_cannot_be_read(story):
    by, right = _right(story)
    header = replace(right, results=())
    found = [one for one in said.scalars(header) if one[0] != "version"]
    path, owner, member, _ = story.dice.choice(found)
    value = None if story.dice.random() < 0.2 else drawn(story.dice, owner, member, is_bad=True)
    if value is None and path in {"test", "sender.accreditation"}:
        value = ""
    story.tell_as_it_is(put(right, path, value), by=by, brings="S002")


@brings("S002")
def a_member_of_the_header_that_the_contract_has_not(story):
    by, right = _right(story)
    part = story.dice.choice(("", "sender.", "totals."))
    extra = ((story.dice.choice(("remark", "Id", "note")), "unheard of"),)
    story.tell_as_it_is(put(right, f"{part}extra", extra), by=by, brings="S002")


@brings("S002")
def no_line_at_all(story):
    by, right = _right(story)
    story.tell_as_it_is(replace(right, results=()), by=by, brings="S002")


@brings("T005")
def a_crowded_header(story):
    by, right = _right(story)
    extra = tuple((f"m{number}", "x") for number in range(70))
    story.tell_as_it_is(replace(right, extra=extra), by=by, brings="T005")


@brings("S006")
def a_total_that_differs(story):
    by, right = _right(story, count=2)
    member = story.dice.choice(("results", "measurements", "sum_msv"))
    stated = getattr(right.totals, member)
    other = f"{Decimal(stated) + Decimal('0.001'):f}" if member == "sum_msv" else stated + 1
    story.tell_as_it_is(put(right, f"totals.{member}", other), by=by, brings="S006")


@brings("S007")
def an_id_used_twice(story):
    by, right = _right(story)
    right = replace(right, test=story.dice.choice((None, None, True)))
    story.tell_as_it_is(right, by=by)
    other = put(right, "results.0.ref", "other")
    story.tell_as_it_is(other, by=by, brings="S007")


def the_same_again(story):
    """A replay: the first receipt, however it is written this time."""
    by, right = _right(story)
    story.tell_as_it_is(right, by=by)
    story.tell_as_it_is(right, by=by)


@brings("S009")
def a_reference_used_twice(story):
    by, right = _right(story, count=3)
    shared = put(right, "results.2.ref", right.results[0].ref)
    story.tell_as_it_is(shared, by=by, brings="S009")


@brings("S011")
def a_key_that_is_not_the_id(story):
    by, right = _right(story)
    story.tell_as_it_is(right, by=by, key=story.pen.uuid().lower(), brings="S011")


def a_key_that_is_the_id(story):
    """Said twice, nothing to say against it."""
    by, right = _right(story)
    spell = story.dice.choice((str.lower, str.upper, '"{}"'.format))
    story.tell_as_it_is(replace(right, test=True), by=by, key=spell(right.id))


@brings("T010")
def a_reference_that_holds_a_number(story):
    by, right = _right(story, count=2)
    number = right.results[1].worker.nir
    ref = story.dice.choice((
        f"DOS-{number[:13]}", number, f"{number[:1]}.{number[1:5]}/{number[5:]}", f"x{number}x",
        people.nir("1850175001001"),
    ))  # fmt: skip
    story.tell_as_it_is(put(right, "results.0.ref", ref), by=by, brings="T010")


@brings("H001")
def an_accreditation_that_is_not_in_force(story):
    by = story.dice.choice(("lapsed", "unaccredited", "suspended"))
    _, right = _right(story, story.flow(people.READ), by=by)
    story.tell_as_it_is(right, by=by, brings="H001")


@brings("V002")
def a_submitter_that_is_told_nothing(story):
    _, right = _right(story, story.flow(people.READ), by="guessing")
    story.tell_as_it_is(right, by="guessing", brings="V002")


@brings("H002")
def a_flow_out_of_scope(story):
    by, flow = story.dice.choice((
        ("narrow", "RADON"), ("laboratory", "AIRCREW"), ("operator", "PASSIVE_EXTERNAL"),
        ("body", "COMMITTED_DOSE"), ("employer", "RADON"), ("physician", "OPERATIONAL"),
    ))  # fmt: skip
    _, right = _right(story, flow, by=by)
    story.tell_as_it_is(right, by=by, brings="H002")


@brings("H003")
def a_sender_who_is_another(story):
    by, right = _right(story)
    party = people.PARTY[by]
    other = people.NOWHERE if story.dice.random() < 0.5 else "12345678901234"
    path, value = story.dice.choice((
        ("sender.siret", other),
        ("sender.type", "EMPLOYER" if party.type != "EMPLOYER" else "OPERATOR"),
    ))  # fmt: skip
    story.tell_as_it_is(put(right, path, value), by=by, brings="H003")


@brings("H004")
def an_employer_who_is_not_represented(story):
    by, right = _right(story)
    behalf = said.Establishment(siret=story.dice.choice((people.NOWHERE, "123", people.LABORATORY)))
    story.tell_as_it_is(put(right, "sender.on_behalf_of", behalf), by=by, brings="H004")


@brings("D023")
def many_doses_like_microsieverts(story):
    lines = []
    for number in range(10):
        line = story.result("PASSIVE_EXTERNAL")
        dose = said.Measurement(
            quantity="HP10", radiation="PHOTON", status="MEASURED",
            value="10.000" if number < 6 else "0.15",
        )  # fmt: skip
        lines.append(replace(line, ref=f"M-{number}", dosimeter=None, measurements=(dose,)))
    story.tell("PASSIVE_EXTERNAL", lines, brings="D023")


def _spoilt(kind):
    @brings(SPOILT_BRINGS[kind])
    def spoilt(story):
        by, right = _right(story)
        story.tell_as_it_is(right, by=by, spoilt=kind, brings=SPOILT_BRINGS[kind])

    return spoilt


SPOILT = [_spoilt(kind) for kind in SPOILT_BRINGS]
