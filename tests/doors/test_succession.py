"""Who took over from a sender corrects what it has sent, by every door (contract.md §2, C002)."""

from datetime import date

import msgspec
import pytest

from gateway.identifiers import Siret
from gateway.model.directory import Attachment
from tests import builders
from tests.builders import a_line, a_transmission
from tests.running import DOORS, THE_LABORATORY, a_row

HEIR = "90000005000014"
THE_HEIR = msgspec.structs.replace(THE_LABORATORY, id="heir", siret=Siret.parse(HEIR))
ATTACHED = tuple(
    Attachment(
        employer=Siret.parse(builders.EMPLOYER), sender=Siret.parse(sender), start=date(2020, 1, 1)
    )
    for sender in (builders.LABORATORY, HEIR)
)


@pytest.fixture
def two_laboratories(long_running):
    long_running.forget(partners=(THE_LABORATORY, THE_HEIR), rows=[a_row(attachments=ATTACHED)])
    return long_running


def correction_of(sent, value):
    line = a_line(
        operation="CORRECTION",
        measurements=[builders.a_measurement(value=value)],
        corrects={"transmission": sent["id"], "ref": "P-0001", "reason": "DOSE"},
    )
    return a_transmission(sender__siret=HEIR, results=[line])


@pytest.mark.parametrize("door", DOORS)
def test_the_successor_corrects_once_the_succession_is_decided(two_laboratories, door):
    gateway, sent = two_laboratories, a_transmission()
    gateway.submit(sent, door=door, by="laboratory")
    refused = gateway.submit(correction_of(sent, "0.2"), door=door, by="heir")
    assert [entry["code"] for entry in refused.acknowledgement["codes"]] == ["C002"]
    gateway.store.register.succeed("heir", THE_LABORATORY.siret)
    gateway.store.register.disable("laboratory")
    taken = gateway.submit(correction_of(sent, "0.2"), door=door, by="heir")
    assert taken.acknowledgement["disposition"] == "ACCEPTED"
    gateway.store.register.end_succession("heir", THE_LABORATORY.siret)
    over = gateway.submit(correction_of(sent, "0.25"), door=door, by="heir")
    assert [entry["code"] for entry in over.acknowledgement["codes"]] == ["C002"]
