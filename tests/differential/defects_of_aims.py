"""Codes of corrections and cancellations: what they aim at, by whom and why."""

from dataclasses import replace

from tests.differential import people, said
from tests.differential.defects import brings
from tests.differential.kinds import drawn, scalar_members
from tests.differential.right import passive
from tests.differential.said import put


def _aimed(story, operation, flow=None, **aim):
    """Who tells a first line, its transmission, and a line that aims at it."""
    flow = flow or story.flow()
    about, by = story.about(), story.sender_of(flow)
    first = story.accepted(flow, by=by, line=story.result(flow, about=about))
    target = first.results[0]
    line = story.result(flow, operation, about=about)
    if operation == "CORRECTION":
        line = replace(target, ref=line.ref, operation=operation)
    reason = "DOSE" if operation == "CORRECTION" else story.dice.choice(("DUPLICATE", "IDENTITY"))
    stated = {"transmission": first.id, "ref": target.ref, "reason": reason, **aim}
    stated["justification"] = story.pen.maybe("Relevé n° 7 attribué à tort : « œuf » ≠ 𝔏")
    return flow, by, first, replace(line, corrects=said.Corrects(**stated))


def correction_or_cancellation(story):
    """One that aims well."""
    operation = story.dice.choice(("CORRECTION", "CANCELLATION"))
    flow, by, first, line = _aimed(story, operation)
    is_quoted = story.dice.random() < 0.3
    story.tell(flow, [line], by=by, header={"test": None}, quotes=first.id if is_quoted else None)


def correction_by_the_key(story):
    """A correction of a line by the members of its natural key."""
    flow, by, first, line = _aimed(story, "CORRECTION")
    original = _key_of(first.results[0], flow)
    corrects = replace(line.corrects, transmission=None, ref=None, original=original)
    story.tell(flow, [replace(line, corrects=corrects)], by=by, header={"test": None})


def _key_of(line, flow):
    if line.committed is not None:
        told = line.committed
        return said.Original(
            flow=flow, quantity=told.quantity, organ=told.organ, radionuclides=told.radionuclides,
            intake_on=told.intake_on, based_on=told.based_on,
        )  # fmt: skip
    if line.examination is not None:
        told = line.examination
        return said.Original(
            flow=flow, kind=told.kind, taken_on=told.taken_on, collected_from=told.collected_from,
            radionuclide=told.activities[0].radionuclide,
        )  # fmt: skip
    site = None
    if flow == "OPERATIONAL":
        site = said.SiteKey(siret=line.site.siret, inb=line.site.inb)
    return said.Original(
        flow=flow, quantity=line.measurements[0].quantity, radiation=line.measurements[0].radiation,
        location=line.dosimeter and line.dosimeter.location,
        side=line.dosimeter and line.dosimeter.side, period=line.period,
        exposure_time=line.exposure_time, site=site,
    )  # fmt: skip


@brings("C001")
def a_line_that_nobody_told(story):
    operation = story.dice.choice(("CORRECTION", "CANCELLATION"))
    aim = story.dice.choice(({"ref": "nowhere"}, {"transmission": story.pen.uuid()}))
    flow, by, _, line = _aimed(story, operation, **aim)
    story.tell(flow, [line], by=by, header={"test": None}, brings="C001")


@brings("C001")
def members_that_are_the_key_of_nothing(story):
    """Any members of a natural key, of that flow or not."""
    flow = story.flow()
    about, maybe = story.about(), story.pen.maybe
    told = {
        member: maybe(drawn(story.dice, said.Original, member, is_bad=False))
        for owner, member in sorted(scalar_members(), key=str)
        if owner is said.Original and member not in {"flow", "radionuclides"}
    }
    original = said.Original(
        **told,
        flow=flow,
        radionuclides=maybe(("U-235", "Pu-239")),
        period=maybe(said.Period(start="2019-01-01", end="2019-01-31")),
        exposure_time=maybe(story.pen.times(about)),
        site=maybe(said.SiteKey(siret=people.OPERATOR, inb=maybe("102"))),
        based_on=maybe((story.pen.reference(),)),
    )
    corrects = said.Corrects(original=original, reason="DOSE", justification=maybe("œuvre"))
    line = replace(story.result(flow, "CANCELLATION", about=about), corrects=corrects)
    story.tell(flow, [line], brings="C001")


@brings("C002")
def a_line_of_another_sender(story):
    flow = story.flow(people.READ)
    about = story.about()
    first = story.accepted(flow, by="second", line=story.result(flow, about=about))
    line = replace(
        story.result(flow, "CANCELLATION", about=about),
        corrects=said.Corrects(transmission=first.id, ref=first.results[0].ref, reason="DUPLICATE"),
    )
    story.tell(flow, [line], by="laboratory", header={"test": None}, brings="C002")


@brings("C003")
def a_line_that_a_physician_decided_on(story):
    operation = story.dice.choice(("CORRECTION", "CANCELLATION"))
    flow, by, first, line = _aimed(story, operation)
    decided = ((first.sender.siret, first.id.lower(), first.results[0].ref),)
    story.tell(flow, [line], by=by, header={"test": None}, decided=decided, brings="C003")


@brings("C005")
def a_line_that_is_gone(story):
    flow, by, _, line = _aimed(story, "CANCELLATION")
    story.tell(flow, [line], by=by, header={"test": None})
    story.tell(flow, [replace(line, ref="again")], by=by, header={"test": None}, brings="C005")


@brings("C006")
def a_digest_of_no_acknowledgement(story):
    digest = story.dice.choice(("0" * 64, "ABCDEF" + "1" * 58))
    operation = story.dice.choice(("CORRECTION", "CANCELLATION"))
    flow, by, _, line = _aimed(story, operation, acknowledgement_sha256=digest)
    story.tell(flow, [line], by=by, header={"test": None}, brings="C006")


@brings("C007")
def a_reason_that_does_not_cover_the_change(story):
    about = story.about()
    line = passive(story, about)
    first = story.accepted("PASSIVE_EXTERNAL", by="laboratory", line=line)
    corrects = said.Corrects(transmission=first.id, ref=line.ref, reason="PERIOD")
    changed = put(line, "measurements.0.value", "0.3")
    corrected = replace(changed, operation="CORRECTION", ref="corrected", corrects=corrects)
    story.tell(
        "PASSIVE_EXTERNAL", [corrected], by="laboratory", header={"test": None}, brings="C007"
    )


@brings("C005")
def a_line_that_was_closed_while_it_waited(story):
    about = story.about(employer=people.E1)
    waiting = replace(passive(story, about), employer=said.Establishment(siret=people.E1_BIS))
    first = story.accepted("PASSIVE_EXTERNAL", by="laboratory", line=waiting)
    line = replace(
        story.result("PASSIVE_EXTERNAL", "CANCELLATION", about=about),
        corrects=said.Corrects(transmission=first.id, ref=waiting.ref, reason="DUPLICATE"),
    )
    told = {"by": "laboratory", "header": {"test": None}}
    story.tell("PASSIVE_EXTERNAL", [line], **told)
    story.tell("PASSIVE_EXTERNAL", [replace(line, ref="again")], **told, brings="C005")
