"""Right lines that are stated in full, for a defect to be put into one of their members."""

from dataclasses import replace

from tests.differential import said
from tests.differential.said import put


def changed(story, code, flow, path, value, *, line=None, beside=True):
    """A right line with one member changed, alone or beside a right one."""
    line = put(line or story.result(flow), path, value)
    others = [story.result(flow)] if beside and story.dice.random() < 0.3 else []
    story.tell(flow, [line, *others], brings=code)


def dosed(story, flow="PASSIVE_EXTERNAL", *, location="TRUNK", quantity="HP10", **measurement):
    """A line of one measurement that is stated in full."""
    stated = {"radiation": "PHOTON", "status": "MEASURED", "value": "0.15", **measurement}
    return replace(
        story.result(flow),
        dosimeter=said.Dosimeter(type="OSL", serial="A-1", location=location),
        measurements=(said.Measurement(quantity=quantity, **stated),),
    )


def plainly(line, **members):
    """The line of one plain measurement on the trunk."""
    stated = {"quantity": "HP10", "radiation": "PHOTON", "status": "MEASURED", "value": "0.15"}
    return replace(
        line,
        dosimeter=said.Dosimeter(type="OSL", serial="A-1", location="TRUNK"),
        measurements=(said.Measurement(**{**stated, **members}),),
    )


def passive(story, about=None, **measurement):
    return plainly(story.result("PASSIVE_EXTERNAL", about=about), **measurement)
