"""One content, one answer: JSON, XML, SOAP 1.1 and SOAP 1.2 are renderings of one flow.

Each door has a gateway of its own, so that none of them replays another's receipt; the four are
given the same transmissions in the same order, so that what is on record is the same too.
"""

import random

import pytest

from tests import builders
from tests.doors.generating import a_drawn_transmission
from tests.running import DOORS

SEED = 20261120
ROUNDS = 8
A_ROUND = 40


def common(acknowledgement, *, is_readable=True):
    """What must be the same whatever the door."""
    shown = {
        name: value
        for name, value in acknowledgement.items()
        if name not in {"id", "decidedAt", "received"}
    }
    if not is_readable:
        shown["transmission"] = {"id": shown["transmission"].get("id")}
    return shown


@pytest.mark.parametrize("part", range(ROUNDS))
def test_the_doors_give_the_same_answer_to_the_same_content(start, part):
    dice = random.Random(SEED + part)
    gateways = {door: start() for door in DOORS}
    codes, dispositions = set(), set()
    for number in range(A_ROUND):
        by, form = a_drawn_transmission(dice)
        about = f"seed {SEED + part}, transmission {number}: {form}"
        in_any_order = builders.shuffled(form, dice)
        answers = {
            door: gateway.submit(in_any_order if door == "json" else form, door=door, by=by)
            for door, gateway in gateways.items()
        }
        said = {door: answer.acknowledgement for door, answer in answers.items()}
        is_readable = not answers["json"].codes & {"S002", "S008"}
        for door in DOORS[1:]:
            assert common(said[door], is_readable=is_readable) == common(
                said["json"], is_readable=is_readable
            ), about
        digests = {said[door]["transmission"].get("contentSha256") for door in DOORS[1:]}
        assert len(digests) == 1, about
        if is_readable and "S003" not in answers["json"].codes:
            assert digests == {builders.content_sha256(form)}, about
        assert answers["json"].status == answers["xml"].status
        codes |= answers["json"].codes
        dispositions.add(answers["json"].disposition)
    assert "S002" in codes
    assert len(codes) >= 15, codes
    assert len(dispositions) >= 4, dispositions


def test_the_json_form_rebuilt_from_the_xml_receipt_is_that_of_the_json_receipt(start):
    dice = random.Random(SEED)
    gateway = start()
    for number in range(30):
        by, form = a_drawn_transmission(dice)
        answer = gateway.submit(form, door=DOORS[number % 4], by=by)
        address = f"/v1/receipts/{answer.acknowledgement['id']}"
        in_json = gateway.get(address, by=by)
        in_xml = gateway.get(address, by=by, accept="application/xml")
        assert (in_json.is_xml, in_xml.is_xml) == (False, True)
        assert in_xml.acknowledgement == in_json.acknowledgement == answer.acknowledgement
        assert in_xml.form["canonicalSha256"] == in_json.form["canonicalSha256"]
