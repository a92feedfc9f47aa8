"""Codes that doses, activities and their levels bring, in one line by itself."""

from dataclasses import replace

from tests.differential import said, values
from tests.differential.defects import brings
from tests.differential.right import changed, dosed
from tests.differential.said import put

_EXAMINED = ("RADIOTOXICOLOGY", "BODY_COUNTING")
_WORN = ("PASSIVE_EXTERNAL", "OPERATIONAL")


@brings("D001")
def a_dose_beside_its_step(story):
    flow, quantity, location, value = story.dice.choice((
        ("PASSIVE_EXTERNAL", "HP10", "TRUNK", "0.12"),
        ("PASSIVE_EXTERNAL", "HP007", "FINGER", "0.150"),
        ("PASSIVE_EXTERNAL", "HP3", "EYE_LENS", "0.001"),
        ("OPERATIONAL", "HP10", "TRUNK", "0.012"),
    ))  # fmt: skip
    radiation = "NEUTRON" if flow == "OPERATIONAL" else "PHOTON"
    line = dosed(
        story, flow, quantity=quantity, location=location, value=value, radiation=radiation
    )
    story.tell(flow, [line], brings="D001")


@brings("D003", "D023")
def an_impossible_dose(story):
    value = story.dice.choice(("10000.05", "9999999.950", "9999999.95"))
    if story.dice.random() < 0.3:
        changed(story, ("D003", "D023"), "COMMITTED_DOSE", "committed.value", "9999999.999")
    else:
        story.tell("PASSIVE_EXTERNAL", [dosed(story, value=value)], brings=("D003", "D023"))


@brings("D004")
def a_quantity_worn_elsewhere(story):
    quantity, location = story.dice.choice(
        (("HP10", "FINGER"), ("HP3", "TRUNK"), ("HP007", "EYE_LENS"), ("E", "TRUNK"))
    )
    story.tell(
        "PASSIVE_EXTERNAL", [dosed(story, quantity=quantity, location=location)], brings="D004"
    )


@brings("D005")
def a_value_against_its_status(story):
    flow = story.flow((*_WORN, "RADIOTOXICOLOGY", "BODY_COUNTING", "COMMITTED_DOSE"))
    line = story.result(flow)
    if flow in _WORN:
        status, value = story.dice.choice((("MEASURED", None), ("LOST", "0"), ("NOT_WORN", "0.15")))
        line = dosed(story, flow, status=status, value=value)
    elif flow == "COMMITTED_DOSE":
        other = None if line.committed.quantity == "HT50" else "LUNG"
        line = put(line, "committed.organ", other)
    else:
        told = line.examination.activities[0]
        told = replace(told, value=None if told.value is not None else "1")
        line = put(line, "examination.activities.0", told)
    story.tell(flow, [line], brings="D005")


@brings("D006")
def a_dose_below_the_level(story):
    status, value, level = story.dice.choice(
        (
            ("BELOW_RECORDING_LEVEL", "0.05", None),
            ("MEASURED", "0.05", "0.1"),
            ("MEASURED", "0.1", "0.101"),
        )
    )
    line = dosed(story, status=status, value=value, recording_level=level)
    story.tell("PASSIVE_EXTERNAL", [line], brings="D006")


@brings("D006")
def a_small_dose_of_aircrew(story):
    changed(story, "D006", "AIRCREW", "measurements.0.value", "0.05")


@brings("D007")
def a_total_that_is_none(story):
    line = dosed(story, value="0.1")
    total = said.Measurement(quantity="HP10", radiation="TOTAL", status="MEASURED", value="0.200")
    line = replace(line, measurements=(*line.measurements, total))
    story.tell("PASSIVE_EXTERNAL", [line], brings="D007")


@brings("D008")
def a_code_that_is_not_listed(story):
    flow = story.flow(("PASSIVE_EXTERNAL", *_EXAMINED, "COMMITTED_DOSE"))
    line = story.result(flow)
    radionuclide = story.dice.choice(values.OTHER_RADIONUCLIDES)
    if flow == "PASSIVE_EXTERNAL":
        line = put(
            dosed(story), "dosimeter.type", story.dice.choice(("XYZ", "osl", "TL", "é" * 32))
        )
    elif flow in _EXAMINED:
        line = put(line, "examination.activities.0.radionuclide", radionuclide)
    elif story.dice.random() < 0.5:
        line = replace(line, committed=replace(line.committed, radionuclides=("H-3", radionuclide)))
    else:
        line = replace(line, committed=replace(line.committed, quantity="HT50", organ="HEAD"))
    story.tell(flow, [line], brings="D008")


@brings("D009")
def too_high_a_recording_level(story):
    line = dosed(story, value="1.000", recording_level=story.dice.choice(("0.15", "0.101", "0.5")))
    story.tell("PASSIVE_EXTERNAL", [line], brings="D009")


@brings("D010")
def an_examination_of_the_other_flow(story):
    flow = story.flow(_EXAMINED)
    if flow == "BODY_COUNTING" and story.dice.random() < 0.5:
        changed(
            story,
            "D010",
            flow,
            "examination.activities.0.unit",
            story.dice.choice(("Bq/L", "ug/L")),
        )
    else:
        kind = "THYROID" if flow == "RADIOTOXICOLOGY" else "FAECES"
        changed(story, "D010", flow, "examination.kind", kind)


@brings("D023")
def a_dose_that_looks_like_microsieverts(story):
    story.tell("PASSIVE_EXTERNAL", [dosed(story, value="1000")], brings="D023")
